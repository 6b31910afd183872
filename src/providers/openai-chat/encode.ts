import type { ChatRequest, OutputFormat, ToolChoice } from '../../core/chat.ts'
import { present } from '../../core/present.ts'
import { type HostRequest, nativeOf, outputBound, type Target } from '../adapter.ts'
import type { Dialect } from './dialect.ts'
import { encodeMessage, ownContents, withoutToolMedia } from './encode-messages.ts'

/** Fields that are written anew for every dialect. */
const OWN_FIELDS: ReadonlySet<string> = new Set(
  'model messages stream stream_options max_tokens max_completion_tokens reasoning_effort n top_k stop'.split(
    ' ',
  ),
)

/** The most stop sequences a host of this format takes; of more, the first are sent. */
export const MAX_STOPS = 4

export function encodeRequest(request: ChatRequest, target: Target, dialect: Dialect): HostRequest {
  const { sampling, reasoning } = request
  const own = ownContents(request)
  const body = {
    ...inDialect(sharedFields(request), dialect),
    ...present({
      [dialect.maxTokensField]: outputBound(request, target),
      reasoning_effort: dialect.reasoningEffort ? reasoning.effort : undefined,
      n: dialect.choices ? sampling.choices : undefined,
      top_k: dialect.topK ? sampling.topK : undefined,
      stop: dialect.lacks?.includes('stop') ? undefined : sampling.stop?.slice(0, MAX_STOPS),
    }),
    model: target.hostModelId,
    messages: withoutToolMedia(request.messages).map((message) => ({
      ...encodeMessage(message, dialect),
      ...present({ content: own.get(message) }),
    })),
    ...(target.stream && { stream: true }),
    ...(target.stream &&
      !dialect.lacks?.includes('stream_options') && { stream_options: { include_usage: true } }),
  }
  return { path: '/chat/completions', headers: {}, body }
}

/** Fields of a request that the host refuses, by name. */
export function lackingFields(request: ChatRequest, { lacks }: Dialect): readonly string[] {
  if (!lacks) return []
  const fields = sharedFields(request)
  return lacks.filter((name) => name in fields)
}

function inDialect(fields: object, { seedField, lacks = [] }: Dialect): object {
  const taken = Object.entries(fields).filter(([name]) => !lacks.includes(name))
  return Object.fromEntries(
    taken.map(([name, value]) => [name === 'seed' ? (seedField ?? name) : name, value]),
  )
}

/** The fields that all dialects share: the caller's own words where they are of this format. */
function sharedFields(request: ChatRequest): object {
  const native = nativeOf(request, 'openai-chat')
  if (!native) return translated(request)
  return Object.fromEntries(Object.entries(native.body).filter(([name]) => !OWN_FIELDS.has(name)))
}

/** The fields of a request from another protocol. */
function translated(request: ChatRequest): object {
  const { sampling } = request
  const tools = request.tools.map(({ name, description, parameters, strict }) => ({
    type: 'function',
    function: present({ name, description, parameters, strict }),
  }))
  return present({
    temperature: sampling.temperature,
    top_p: sampling.topP,
    presence_penalty: sampling.presencePenalty,
    frequency_penalty: sampling.frequencyPenalty,
    seed: sampling.seed,
    logprobs: sampling.logprobs,
    top_logprobs: sampling.topLogprobs,
    tools: tools.length > 0 ? tools : undefined,
    tool_choice: tools.length > 0 ? toolChoice(request.toolChoice) : undefined,
    parallel_tool_calls: tools.length > 0 ? request.parallelToolCalls : undefined,
    response_format: responseFormat(request.output),
    user: request.user,
  })
}

function toolChoice(choice: ToolChoice | undefined): unknown {
  return typeof choice === 'object' ? { type: 'function', function: { name: choice.name } } : choice
}

function responseFormat(output: OutputFormat): unknown {
  switch (output.type) {
    case 'text':
      return undefined
    case 'json_object':
      return { type: 'json_object' }
    case 'json_schema': {
      const { name, schema, strict } = output
      return { type: 'json_schema', json_schema: present({ name, schema, strict }) }
    }
  }
}
