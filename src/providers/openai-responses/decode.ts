import * as z from 'zod'
import type { ChatEvent, FinishReason, LastEvent, SealFormat } from '../../core/chat.ts'
import { readInBandFailure } from '../failure.ts'
import { createOutputReader, type OutputReader, type PieceKind, type Place } from './output.ts'
import { readUsage, usageSchema } from './usage.ts'

const place = { output_index: z.number().nullish(), item_id: z.string().nullish() }
const index = z.number().nullish()
const logprobs = z.array(z.unknown()).nullish()

const streamEvent = z.looseObject({ type: z.string() })
const refusedBody = z.object({ error: z.unknown().optional() })
const itemEvent = z.object({
  ...place,
  item: z.looseObject({ id: z.string().nullish() }),
})
const pieceFields = { ...place, content_index: index, summary_index: index, logprobs }
const deltaEvent = z.object({ ...pieceFields, delta: z.string() })
const doneEvent = z.object({
  ...pieceFields,
  text: z.string().nullish(),
  refusal: z.string().nullish(),
  arguments: z.string().nullish(),
  input: z.string().nullish(),
})

/** The events that bring an item piece by piece: `.delta` with a piece, `.done` with the whole. */
const PIECES: ReadonlyMap<string, PieceKind> = new Map([
  ['response.output_text', 'text'],
  ['response.refusal', 'refusal'],
  ['response.reasoning_summary_text', 'summary'],
  ['response.reasoning_text', 'thought'],
  ['response.function_call_arguments', 'call'],
  ['response.custom_tool_call_input', 'call'],
])

const endFields = {
  status: z.string().nullish(),
  incomplete_details: z.object({ reason: z.string().nullish() }).nullish(),
  error: z.unknown().optional(),
  usage: usageSchema,
}
const endEvent = z.object({ response: z.object({ ...endFields, output: z.array(z.unknown()).nullish() }) })
const answerSchema = z.object({ ...endFields, output: z.array(z.unknown()) })
type HostEnd = z.infer<z.ZodObject<typeof endFields>>

/**
 * Reads a stream of typed events up to the one that ends the response. Events we do not know are skipped, among them
 * those of the host's own tools.
 *
 * @param seals whose models can read the host's encrypted thoughts
 */
export function createDecoder(seals: SealFormat | null): (data: string) => ChatEvent[] {
  const reader = createOutputReader(seals)
  return function decode(data) {
    const body: unknown = JSON.parse(data)
    if (isRefusal(body)) return [failure(body)]
    const { type, ...event } = streamEvent.parse(body)
    const at = type.lastIndexOf('.')
    const kind = PIECES.get(type.slice(0, at))
    if (kind) return pieceEvents(reader, kind, event, type.slice(at) === '.delta')
    switch (type) {
      case 'response.output_item.added': {
        const { item, ...where } = itemEvent.parse(event)
        return reader.begin(item, placeOf({ ...where, item_id: item.id }))
      }
      case 'response.output_item.done': {
        const { item, ...where } = itemEvent.parse(event)
        return reader.finish(item, placeOf({ ...where, item_id: item.id }))
      }
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed': {
        const { response } = endEvent.parse(event)
        const unsaid = reader.begun() ? [] : itemsOf(response.output ?? [], reader)
        return [...unsaid, endOf({ ...response, status: type.slice(at + 1) }, reader)]
      }
      case 'error':
        return [failure(event)]
      default:
        return []
    }
  }
}

/**
 * A whole response as events.
 *
 * @param seals whose models can read the host's encrypted thoughts
 * @throws on a body that is not a response
 */
export function decodeAnswer(body: unknown, seals: SealFormat | null): ChatEvent[] {
  if (isRefusal(body)) return [failure(body)]
  const answer = answerSchema.parse(body)
  const reader = createOutputReader(seals)
  const events = itemsOf(answer.output, reader)
  return [...events, endOf(answer, reader)]
}

/** Whether this is an error in the place of an answer, or of an event. */
function isRefusal(body: unknown): boolean {
  return Boolean(refusedBody.safeParse(body).data?.error)
}

function pieceEvents(reader: OutputReader, kind: PieceKind, event: object, isDelta: boolean): ChatEvent[] {
  const fields = isDelta ? deltaEvent.parse(event) : doneEvent.parse(event)
  const text = 'delta' in fields ? fields.delta : wholeOf(fields)
  const piece = {
    kind,
    text,
    place: placeOf(fields),
    part: fields.content_index ?? fields.summary_index ?? 0,
    ...(fields.logprobs && { logprobs: fields.logprobs }),
  }
  return isDelta ? reader.add(piece) : reader.finishPiece(piece)
}

function wholeOf({ text, refusal, arguments: args, input }: z.infer<typeof doneEvent>): string {
  return text ?? refusal ?? args ?? input ?? ''
}

function itemsOf(output: readonly unknown[], reader: OutputReader): ChatEvent[] {
  return output.flatMap((item, at) => reader.finish(item, at))
}

function placeOf({ output_index, item_id }: z.infer<z.ZodObject<typeof place>>): Place {
  return output_index ?? item_id ?? 0
}

function endOf({ status, incomplete_details, error, usage }: HostEnd, reader: OutputReader): LastEvent {
  switch (status) {
    case 'failed':
    case 'cancelled':
      return failure({ error })
    case 'in_progress':
    case 'queued':
      return { type: 'answer-error', code: 'provider_failed', message: `The host left its answer ${status}` }
    case 'incomplete': {
      const filtered = incomplete_details?.reason === 'content_filter'
      return end(filtered ? 'content_filter' : 'length', usage)
    }
    case null:
    case undefined:
    default:
      return end(reader.called() ? 'tool_calls' : 'stop', usage)
  }
}

function end(reason: FinishReason, usage: z.infer<typeof usageSchema>): LastEvent {
  return { type: 'answer-end', reason, usage: readUsage(usage) }
}

function failure(body: unknown): LastEvent {
  return { type: 'answer-error', ...readInBandFailure(body) }
}
