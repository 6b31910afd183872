import * as z from 'zod'
import type { ChatEvent, FinishReason, Seal } from '../../core/chat.ts'
import { readInBandFailure } from '../failure.ts'
import { addUsage, type HostUsage, readUsage, usageField } from './usage.ts'

const blockSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('thinking'), thinking: z.string(), signature: z.string().nullish() }),
  z.object({ type: z.literal('redacted_thinking'), data: z.string() }),
  z.object({ type: z.literal('tool_use'), id: z.string(), name: z.string(), input: z.unknown().optional() }),
])

const deltaSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text_delta'), text: z.string() }),
  z.object({ type: z.literal('thinking_delta'), thinking: z.string() }),
  z.object({ type: z.literal('signature_delta'), signature: z.string() }),
  z.object({ type: z.literal('input_json_delta'), partial_json: z.string() }),
])
type Delta = z.infer<typeof deltaSchema>

const typed = z.object({ type: z.string() })
const TYPES: ReadonlySet<string> = new Set(
  [blockSchema, deltaSchema].flatMap(({ options }) => options.map(({ shape }) => shape.type.value)),
)

/** Kinds we do not know become null; those we know must be in their format. */
function orNull<T extends z.ZodType>(schema: T) {
  const other = typed.refine(({ type }) => !TYPES.has(type)).transform(() => null)
  return z.union([schema, other])
}
const block = orNull(blockSchema)
const delta = orNull(deltaSchema)

const stopFields = { stop_reason: z.string().nullish(), stop_sequence: z.string().nullish() }

const streamEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('message_start'), message: z.object({ usage: usageField }) }),
  z.object({ type: z.literal('content_block_start'), index: z.number(), content_block: block }),
  z.object({ type: z.literal('content_block_delta'), index: z.number(), delta }),
  z.object({ type: z.literal('content_block_stop'), index: z.number() }),
  z.object({
    type: z.literal('message_delta'),
    delta: z.object(stopFields),
    usage: usageField,
  }),
  z.object({ type: z.literal('message_stop') }),
  z.looseObject({ type: z.literal('error') }),
])
const EVENT_TYPES: ReadonlySet<string> = new Set(streamEvent.options.map(({ shape }) => shape.type.value))
type StreamEvent = z.infer<typeof streamEvent>

const answerSchema = z.object({
  content: z.array(block),
  ...stopFields,
  usage: usageField,
})

/** What the decoder remembers between events. */
type Progress = {
  /** Content block index → tool call index. */
  calls: Map<number, number>
  /** How many calls have begun; a block that begins twice is two calls. */
  begun: number
  /** Content blocks of calls whose arguments have not begun. */
  silent: Set<number>
  reason: FinishReason | null
  stopSequence: string | null
  usage: HostUsage
}

function begin(): Progress {
  return { calls: new Map(), begun: 0, silent: new Set(), reason: null, stopSequence: null, usage: {} }
}

/** Reads Anthropic's stream of typed events. Events and blocks we do not know are skipped. */
export function createDecoder(): (data: string) => ChatEvent[] {
  const progress = begin()
  return function decode(data) {
    const body: unknown = JSON.parse(data)
    return EVENT_TYPES.has(typed.parse(body).type) ? step(progress, streamEvent.parse(body)) : []
  }
}

function step(progress: Progress, event: StreamEvent): ChatEvent[] {
  switch (event.type) {
    case 'message_start':
      progress.usage = addUsage(progress.usage, event.message.usage)
      return []
    case 'content_block_start':
      return event.content_block ? startBlock(progress, event.index, event.content_block) : []
    case 'content_block_delta':
      return event.delta ? deltaEvents(progress, event.index, event.delta) : []
    case 'content_block_stop':
      // A call without arguments has no delta that says so.
      return progress.silent.has(event.index)
        ? deltaEvents(progress, event.index, { type: 'input_json_delta', partial_json: '{}' })
        : []
    case 'message_delta':
      progress.reason = readStopReason(event.delta.stop_reason) ?? progress.reason
      progress.stopSequence = event.delta.stop_sequence ?? progress.stopSequence
      progress.usage = addUsage(progress.usage, event.usage)
      return []
    case 'message_stop':
      if (progress.reason === null) throw new Error('message_stop without a stop reason')
      return [endOf(progress.reason, progress)]
    case 'error':
      return [{ type: 'answer-error', ...readInBandFailure(event) }]
  }
}

function startBlock(progress: Progress, blockIndex: number, begun: z.infer<typeof blockSchema>): ChatEvent[] {
  switch (begun.type) {
    case 'text':
      return begun.text ? [{ type: 'text-delta', text: begun.text }] : []
    case 'thinking':
      return [
        ...(begun.thinking ? [{ type: 'reasoning-delta' as const, text: begun.thinking }] : []),
        ...(begun.signature ? [sealed('signature', begun.signature)] : []),
      ]
    case 'redacted_thinking':
      return [sealed('encrypted', begun.data)]
    case 'tool_use': {
      progress.silent.add(blockIndex)
      const index = progress.begun++
      progress.calls.set(blockIndex, index)
      return [{ type: 'tool-call-start', index, id: begun.id, name: begun.name }]
    }
  }
}

function sealed(kind: Seal['kind'], data: string): ChatEvent {
  return { type: 'reasoning-seal', seal: { format: 'anthropic', kind, data } }
}

function deltaEvents({ calls, silent }: Progress, blockIndex: number, change: Delta): ChatEvent[] {
  switch (change.type) {
    case 'text_delta':
      return [{ type: 'text-delta', text: change.text }]
    case 'thinking_delta':
      return [{ type: 'reasoning-delta', text: change.thinking }]
    case 'signature_delta':
      return change.signature ? [sealed('signature', change.signature)] : []
    case 'input_json_delta': {
      const call = calls.get(blockIndex)
      if (call === undefined || change.partial_json === '') return []
      silent.delete(blockIndex)
      return [{ type: 'tool-call-delta', index: call, argumentsJson: change.partial_json }]
    }
  }
}

export function decodeAnswer(body: unknown): ChatEvent[] {
  if (typed.safeParse(body).data?.type === 'error') {
    return [{ type: 'answer-error', ...readInBandFailure(body) }]
  }
  const { content, stop_reason, stop_sequence, usage } = answerSchema.parse(body)
  const progress: Progress = { ...begin(), stopSequence: stop_sequence ?? null, usage: usage ?? {} }
  const events = content.flatMap((piece, index) => {
    if (!piece) return []
    const started = startBlock(progress, index, piece)
    if (piece.type !== 'tool_use') return started
    const partial_json = JSON.stringify(piece.input ?? {})
    return [...started, ...deltaEvents(progress, index, { type: 'input_json_delta', partial_json })]
  })
  return [...events, endOf(readStopReason(stop_reason) ?? 'stop', progress)]
}

function endOf(reason: FinishReason, { usage, stopSequence }: Progress): ChatEvent {
  return {
    type: 'answer-end',
    reason,
    usage: readUsage(usage),
    ...(stopSequence !== null && { stopSequence }),
  }
}

function readStopReason(reason: string | null | undefined): FinishReason | null {
  switch (reason) {
    case null:
    case undefined:
      return null
    case 'max_tokens':
    case 'model_context_window_exceeded':
    // The host's own tools took too long: what came is not the whole answer.
    case 'pause_turn':
      return 'length'
    case 'tool_use':
      return 'tool_calls'
    case 'refusal':
      return 'content_filter'
    default:
      return 'stop'
  }
}
