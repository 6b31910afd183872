import * as z from 'zod'
import type { ChatEvent, ContentEvent, FinishReason } from '../../core/chat.ts'
import { readInBandFailure } from '../failure.ts'
import { logprobsResult, readLogprobs } from './logprobs.ts'
import { readUsage, usageMetadata } from './usage.ts'

const part = z.object({
  text: z.string().nullish(),
  thought: z.boolean().nullish(),
  thoughtSignature: z.string().nullish(),
  functionCall: z
    .object({ id: z.string().nullish(), name: z.string(), args: z.unknown().optional() })
    .nullish(),
})

const answerSchema = z.object({
  candidates: z
    .array(
      z.object({
        content: z.object({ parts: z.array(part).nullish() }).nullish(),
        finishReason: z.string().nullish(),
        logprobsResult,
      }),
    )
    .nullish(),
  promptFeedback: z.object({ blockReason: z.string().nullish() }).nullish(),
  usageMetadata,
  /** The answer's id, the same in every event of a stream. */
  responseId: z.string().nullish().catch(null),
  error: z.unknown().optional(),
})
type HostAnswer = z.infer<typeof answerSchema>

/**
 * Reads a stream of `GenerateContentResponse`. Google sends no terminator: the event with a finish reason is the
 * last, and carries the usage. Each event of a stream is a small answer of its own.
 */
export function createDecoder(): (data: string) => ChatEvent[] {
  const progress = { calls: 0 }
  return (data) => answerEvents(answerSchema.parse(JSON.parse(data)), progress)
}

export function decodeAnswer(body: unknown): ChatEvent[] {
  const events = answerEvents(answerSchema.parse(body), { calls: 0 })
  if (events.at(-1)?.type !== 'answer-end' && events.at(-1)?.type !== 'answer-error') {
    throw new Error('no finish reason')
  }
  return events
}

function answerEvents(answer: HostAnswer, progress: { calls: number }): ChatEvent[] {
  if (answer.error) return [{ type: 'answer-error', ...readInBandFailure(answer) }]
  const blocked = answer.promptFeedback?.blockReason
  if (blocked)
    return [{ type: 'answer-error', code: 'content_policy', message: `Prompt blocked: ${blocked}` }]
  const candidate = answer.candidates?.[0]
  if (!candidate) return []
  const said = (candidate.content?.parts ?? []).flatMap((piece) =>
    partEvents(piece, progress, answer.responseId),
  )
  const events = withLogprobs(said, readLogprobs(candidate.logprobsResult))
  const reason = readFinishReason(candidate.finishReason, progress.calls > 0)
  if (reason === null) return events
  return [...events, { type: 'answer-end', reason, usage: readUsage(answer.usageMetadata) }]
}

/** A signature belongs to the part it stands on, and is told before it; a thought's own, after it. */
function partEvents(
  piece: z.infer<typeof part>,
  progress: { calls: number },
  responseId: string | null | undefined,
): ContentEvent[] {
  const data = piece.thoughtSignature
  const seal: ContentEvent[] = data
    ? [{ type: 'reasoning-seal', seal: { format: 'google', kind: 'signature', data } }]
    : []
  if (piece.functionCall) {
    const { id, name, args } = piece.functionCall
    const index = progress.calls++
    return [
      ...seal,
      { type: 'tool-call-start', index, id: id || `call_${responseId ?? name}_${index}`, name },
      { type: 'tool-call-delta', index, argumentsJson: JSON.stringify(args ?? {}) },
    ]
  }
  if (!piece.text) return seal
  if (piece.thought) return [{ type: 'reasoning-delta', text: piece.text }, ...seal]
  return [...seal, { type: 'text-delta', text: piece.text }]
}

/** Probabilities go with the first text they came with. */
function withLogprobs(events: ContentEvent[], logprobs: readonly object[] | null): ContentEvent[] {
  if (!logprobs) return events
  const at = events.findIndex(({ type }) => type === 'text-delta')
  if (at === -1) return [...events, { type: 'text-delta', text: '', logprobs }]
  return events.map((event, index) => (index === at ? { ...event, logprobs } : event))
}

/** @throws when the model wrote something that Google could not read, and so answers nothing */
function readFinishReason(reason: string | null | undefined, calledTool: boolean): FinishReason | null {
  switch (reason) {
    case null:
    case undefined:
    case 'FINISH_REASON_UNSPECIFIED':
      return null
    case 'MAX_TOKENS':
    case 'CONTINUATION':
      return 'length'
    case 'SAFETY':
    case 'RECITATION':
    case 'BLOCKLIST':
    case 'PROHIBITED_CONTENT':
    case 'SPII':
    case 'LANGUAGE':
    case 'IMAGE_SAFETY':
    case 'IMAGE_PROHIBITED_CONTENT':
    case 'IMAGE_RECITATION':
      return 'content_filter'
    case 'MALFORMED_FUNCTION_CALL':
    case 'MALFORMED_RESPONSE':
    case 'UNEXPECTED_TOOL_CALL':
    case 'TOO_MANY_TOOL_CALLS':
    case 'MISSING_THOUGHT_SIGNATURE':
      throw new Error(`the host ended its answer with '${reason}'`)
    default:
      return calledTool ? 'tool_calls' : 'stop'
  }
}
