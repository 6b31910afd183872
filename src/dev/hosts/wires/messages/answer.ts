import { isObject, parseJson, type JsonObject } from '../../json.ts'
import type { Answer, Question, TokenUsage } from '../../question.ts'
import { seal, signatureOf } from '../../seal.ts'
import { piecesOf } from '../../token-odds.ts'
import type { Frame, Issue } from '../../wire.ts'
import { messagesError } from './errors.ts'

/** What of a request changes the form of its answer. */
export type MessagesForm = {
  model: string
  /** Whether thinking is signed but not shown. */
  hidesThinking: boolean
  caching: Question['caching']
}

/** A block of an answer: as it begins in a stream, what is added to it, and what it is then. */
type Block = { start: JsonObject; deltas: readonly JsonObject[]; whole: JsonObject }

/** Anthropic's `message`. */
export function messageOf(answer: Answer, issue: Issue, form: MessagesForm): JsonObject {
  if (answer.failure) return messagesError(answer.failure)
  return {
    ...headOf(issue, form),
    content: blocksOf(answer, form).map(({ whole }) => whole),
    ...endOf(answer),
    ...(answer.usage ? { usage: messagesUsage(answer.usage, form) } : {}),
  }
}

/** The events of a stream, from `message_start` to `message_stop`. */
export function messageEvents(answer: Answer, issue: Issue, form: MessagesForm): readonly Frame[] {
  const { usage, failure } = answer
  const begun = usage ? { usage: { ...messagesUsage(usage, form), output_tokens: 1 } } : {}
  const empty = { content: [], stop_reason: null, stop_sequence: null }
  const [first, ...rest] = blocksOf(answer, form).flatMap(blockEvents)
  const blocks = first ? [first, { type: 'ping' }, ...rest] : [{ type: 'ping' }]
  const spent = usage ? { usage: messagesUsage(usage, form) } : {}
  const end = [{ type: 'message_delta', delta: endOf(answer), ...spent }, { type: 'message_stop' }]
  return [
    { type: 'message_start', message: { ...headOf(issue, form), ...empty, ...begun } },
    ...blocks,
    ...(failure ? [messagesError(failure)] : end),
  ].map((data) => ({ event: String(data.type), data }))
}

function headOf({ id }: Issue, { model }: MessagesForm): JsonObject {
  return { id: `msg_${id}`, type: 'message', role: 'assistant', model }
}

function endOf({ finish, refusal, stopSequence }: Answer): JsonObject {
  if (refusal || finish === 'content_filter') {
    const details = { type: 'refusal', category: null, explanation: refusal || null }
    return { stop_reason: 'refusal', stop_sequence: null, stop_details: details }
  }
  const reasons = { stop: 'end_turn', length: 'max_tokens', tool_calls: 'tool_use' }
  return {
    stop_reason: stopSequence === null ? reasons[finish] : 'stop_sequence',
    stop_sequence: stopSequence,
  }
}

function blocksOf(answer: Answer, form: MessagesForm): Block[] {
  return [
    ...(answer.reasoning ? [thinkingBlock(answer.reasoning, form)] : []),
    ...(answer.reasoning && answer.redacted ? [redactedBlock(answer.reasoning)] : []),
    ...(answer.text ? [textBlock(answer.text)] : []),
    ...answer.toolCalls.map(toolBlock),
  ]
}

function thinkingBlock(reasoning: string, { hidesThinking }: MessagesForm): Block {
  const thinking = hidesThinking ? '' : reasoning
  const signature = hidesThinking ? seal('thinking', reasoning) : signatureOf('thinking', reasoning)
  return {
    start: { type: 'thinking', thinking: '', signature: '' },
    deltas: [
      ...piecesOf(thinking).map((piece) => ({ type: 'thinking_delta', thinking: piece })),
      { type: 'signature_delta', signature },
    ],
    whole: { type: 'thinking', thinking, signature },
  }
}

function redactedBlock(reasoning: string): Block {
  const whole = { type: 'redacted_thinking', data: seal('redacted-thinking', reasoning) }
  return { start: whole, deltas: [], whole }
}

function textBlock(text: string): Block {
  return {
    start: { type: 'text', text: '' },
    deltas: piecesOf(text).map((piece) => ({ type: 'text_delta', text: piece })),
    whole: { type: 'text', text },
  }
}

/** Arguments that were broken off are no JSON: a whole answer then has none. */
function toolBlock({ id, name, argumentsJson }: Answer['toolCalls'][number]): Block {
  const call = { type: 'tool_use', id: id.replace('call_', 'toolu_'), name }
  const input = parseJson(argumentsJson)
  const pieces = ['', ...piecesOf(argumentsJson)]
  return {
    start: { ...call, input: {} },
    deltas: pieces.map((piece) => ({ type: 'input_json_delta', partial_json: piece })),
    whole: { ...call, input: isObject(input) ? input : {} },
  }
}

function blockEvents({ start, deltas }: Block, index: number) {
  return [
    { type: 'content_block_start', index, content_block: start },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ]
}

/** Anthropic counts tokens read from or written to the cache apart from the rest of the input. */
function messagesUsage(usage: TokenUsage, { caching }: MessagesForm): JsonObject {
  const written = usage.cacheWriteTokens
  const forAnHour = caching === 'marked-1h' ? written : 0
  return {
    input_tokens: usage.inputTokens - usage.cachedInputTokens - written,
    cache_creation_input_tokens: written,
    cache_read_input_tokens: usage.cachedInputTokens,
    cache_creation: {
      ephemeral_5m_input_tokens: written - forAnHour,
      ephemeral_1h_input_tokens: forAnHour,
    },
    output_tokens: usage.outputTokens,
    service_tier: 'standard',
  }
}
