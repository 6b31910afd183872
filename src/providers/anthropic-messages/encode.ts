import type { ChatRequest, ToolChoice } from '../../core/chat.ts'
import { present } from '../../core/present.ts'
import { type HostRequest, nativeOf, type Target } from '../adapter.ts'
import { mergeTurns, splitSystem, type Turn, type TurnMessage } from '../turns.ts'
import { type CallIds, createCallIds } from './call-ids.ts'
import { claudeModel } from './claude-models.ts'
import { type Block, cacheControl, encodeAssistantPart, encodeContent } from './encode-content.ts'
import { nativeBody } from './native.ts'
import { closedSchema } from './output-schema.ts'
import { type Settings, settingsFor } from './settings.ts'

const VERSION = { 'anthropic-version': '2023-06-01' }
/** The most cache markers Anthropic takes in one request. */
const MAX_MARKERS = 4

export function encodeRequest(request: ChatRequest, target: Target): HostRequest {
  const settings = settingsFor(request, target)
  const native = nativeOf(request, 'anthropic-messages')
  const beta = native?.headers['anthropic-beta']
  return {
    path: '/messages',
    headers: { ...VERSION, ...(beta !== undefined && { 'anthropic-beta': beta }) },
    body: native ? nativeBody(native.body, settings, target) : translated(request, settings, target),
  }
}

function translated(request: ChatRequest, settings: Settings, target: Target): object {
  const { sampling, output } = request
  const { system, turns } = conversation(request, target)
  const tools = encodeTools(request)
  const schema = output.type === 'json_schema' ? closedSchema(output.schema) : null
  const format = schema ? { type: 'json_schema', schema } : undefined
  const config = present({ effort: settings.effort, format })
  limitMarkers([...tools, ...system, ...turns.flatMap(({ parts }) => parts)])
  return {
    ...present({
      system: system.length > 0 ? system : undefined,
      stop_sequences: sampling.stop && visible(sampling.stop),
      metadata: request.user === undefined ? undefined : { user_id: request.user },
      thinking: settings.thinking,
      output_config: Object.keys(config).length > 0 ? config : undefined,
      tools: tools.length > 0 ? tools : undefined,
      tool_choice: tools.length > 0 ? toolChoice(request, settings) : undefined,
      stream: target.stream || undefined,
    }),
    ...settings.sampling,
    model: target.hostModelId,
    max_tokens: settings.maxTokens,
    messages: turns.map(({ role, parts }) => ({ role, content: parts })),
  }
}

/** Anthropic refuses stop sequences without a visible character. */
export function visible(stop: readonly string[]): readonly string[] {
  return stop.filter((sequence) => sequence.trim() !== '')
}

type Conversation = { system: Block[]; turns: Turn<'user' | 'assistant', Block>[] }

/** Anthropic wants the first word to be the user's; newer models want the last one to be, too. */
function conversation({ messages }: ChatRequest, { hostModelId }: Target): Conversation {
  const { system, turns } = splitSystem(messages, 'anthropic')
  const ids = createCallIds()
  const said = mergeTurns(turns.map((turn) => encodeTurn(turn, ids))).map(resultsFirst)
  const instructions = system.flatMap(encodeContent)
  if (said.length === 0) return { system: [], turns: [{ role: 'user', parts: instructions }] }
  if (said[0]?.role === 'assistant') said.unshift(userSaying('Begin.'))
  const last = said.at(-1)
  if (last?.role === 'assistant') {
    if (claudeModel(hostModelId).prefill) last.parts = withoutTail(last.parts)
    else said.push(userSaying('Continue.'))
  }
  return { system: instructions, turns: said }
}

/** Words that the model is to continue must not end in white space. */
function withoutTail(parts: readonly Block[]): Block[] {
  return parts.map((part, at) => {
    const { text } = part
    return at === parts.length - 1 && typeof text === 'string' ? { ...part, text: text.trimEnd() } : part
  })
}

function userSaying(text: string): Turn<'user', Block> {
  return { role: 'user', parts: [{ type: 'text', text }] }
}

function encodeTurn(message: TurnMessage, ids: CallIds): Turn<'user' | 'assistant', Block> {
  switch (message.role) {
    case 'tool':
      return { role: 'user', parts: [toolResult(message, ids)] }
    case 'assistant':
      return {
        role: 'assistant',
        parts: message.content.flatMap((part) => encodeAssistantPart(part, ids)),
      }
    case 'user':
      return { role: 'user', parts: message.content.flatMap(encodeContent) }
  }
}

function toolResult(message: Extract<TurnMessage, { role: 'tool' }>, ids: CallIds): Block {
  const content = message.content.flatMap(encodeContent)
  // What is inside a result is cached with the result.
  const cache = content.findLast((block) => block.cache_control)?.cache_control
  return {
    type: 'tool_result',
    tool_use_id: ids.result(message.toolCallId),
    content: content.map(({ cache_control: _inside, ...block }) => block),
    ...present({ is_error: message.isError || undefined, cache_control: cache }),
  }
}

/** What a user says beside the results of calls comes after them. */
function resultsFirst<Role extends string>({ role, parts }: Turn<Role, Block>): Turn<Role, Block> {
  return { role, parts: [...parts.filter(isResult), ...parts.filter((part) => !isResult(part))] }
}

function isResult({ type }: Block): boolean {
  return type === 'tool_result'
}

type Marked = { cache_control?: object }

function limitMarkers(blocks: readonly Marked[]): void {
  const marked = blocks.filter((block) => block.cache_control)
  for (const block of marked.slice(0, -MAX_MARKERS)) delete block.cache_control
}

function encodeTools({ tools }: ChatRequest): Marked[] {
  return tools.map(({ name, description, parameters, cache }) => ({
    name,
    ...present({ description, cache_control: cache && cacheControl(cache) }),
    input_schema: { type: 'object', ...(parameters ?? { properties: {} }) },
  }))
}

function toolChoice({ toolChoice: wish, parallelToolCalls }: ChatRequest, settings: Settings): unknown {
  const choice: ToolChoice | undefined = settings.mayForceTools ? wish : 'auto'
  const disabled = parallelToolCalls === false ? { disable_parallel_tool_use: true } : {}
  if (choice === undefined) return parallelToolCalls === false ? { type: 'auto', ...disabled } : undefined
  if (typeof choice === 'object') return { type: 'tool', name: choice.name, ...disabled }
  if (choice === 'none') return { type: 'none' }
  return { type: choice === 'required' ? 'any' : 'auto', ...disabled }
}
