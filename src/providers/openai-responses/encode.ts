import type { ChatRequest, OutputFormat, SealFormat, ToolChoice } from '../../core/chat.ts'
import { present } from '../../core/present.ts'
import { type HostRequest, nativeOf, outputBound, type Target } from '../adapter.ts'
import { inputItems } from './encode-items.ts'
import { nativeBody, type Thinking } from './native.ts'

/** Where hosts that speak OpenAI Responses differ. */
export type Dialect = {
  /** Whose models can read the thoughts it encrypts; null where it encrypts none, or for nobody we know. */
  seals: SealFormat | null
}

const ENCRYPTED_THOUGHTS = 'reasoning.encrypted_content'
const LOGPROBS = 'message.output_text.logprobs'

/** OpenAI's models that do not think: they refuse efforts, summaries and thoughts. */
const NEVER_THINKS = /^(?:ft:|openai\/)?(?:gpt-[34]|chatgpt)|-chat(?:-|$)/

/**
 * Nothing is kept at the host (`store`): a conversation may go on at another one. `max_output_tokens` is passed on
 * though OpenAI refuses less than 16: it would be another limit otherwise.
 */
export function encodeRequest(request: ChatRequest, target: Target, { seals }: Dialect): HostRequest {
  const native = nativeOf(request, 'openai-responses')
  const { effort } = request.reasoning
  const thinks = effort !== undefined || !NEVER_THINKS.test(target.hostModelId)
  const thinking: Thinking = { thinks, effort, seals: thinks ? seals : null }
  const { include, ...fields } = native
    ? nativeBody(native, target.stream, thinking)
    : translated(request, thinking)
  const included = includeField(include, thinking)
  const body = {
    ...fields,
    ...present({ max_output_tokens: outputBound(request, target) }),
    ...(included.length > 0 && { include: included }),
    model: target.hostModelId,
    store: false,
    stream: target.stream,
  }
  return { path: '/responses', headers: {}, body }
}

/** What is to be sent along: encrypted thoughts whenever there may be some, as nothing is kept at the host. */
function includeField(wished: unknown, { seals }: Thinking): unknown[] {
  const others = Array.isArray(wished) ? wished.filter((name: unknown) => name !== ENCRYPTED_THOUGHTS) : []
  return seals === null ? others : [...others, ENCRYPTED_THOUGHTS]
}

/** The fields of a request from another protocol. */
function translated(
  request: ChatRequest,
  { thinks, effort, seals }: Thinking,
): Readonly<Record<string, unknown>> {
  const { sampling, reasoning, messages, output, user } = request
  const summary = reasoning.shown && effort !== 'none' ? 'auto' : undefined
  const told = thinks ? present({ effort, summary }) : {}
  return present({
    input: inputItems(messages, seals),
    ...toolFields(request),
    temperature: sampling.temperature,
    top_p: sampling.topP,
    top_logprobs: sampling.topLogprobs,
    include: sampling.logprobs ? [LOGPROBS] : undefined,
    text: output.type === 'text' ? undefined : { format: textFormat(output) },
    reasoning: Object.keys(told).length > 0 ? told : undefined,
    safety_identifier: user,
  })
}

const NO_PARAMETERS = { type: 'object', properties: {} }

/** `strict` is always said: OpenAI makes optional parameters required where it is left out, here and nowhere else. */
function toolFields({ tools, toolChoice, parallelToolCalls }: ChatRequest): object {
  if (tools.length === 0) return {}
  return {
    tools: tools.map(({ name, description, parameters = NO_PARAMETERS, strict = false }) => ({
      type: 'function',
      ...present({ name, description, parameters, strict }),
    })),
    ...present({ tool_choice: choiceField(toolChoice), parallel_tool_calls: parallelToolCalls }),
  }
}

function choiceField(choice: ToolChoice | undefined): unknown {
  return typeof choice === 'object' ? { type: 'function', name: choice.name } : choice
}

function textFormat(output: Exclude<OutputFormat, { type: 'text' }>): object {
  if (output.type === 'json_object') return { type: 'json_object' }
  const { name, schema, strict } = output
  return { type: 'json_schema', ...present({ name, schema, strict }) }
}
