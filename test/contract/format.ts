import {
  type ChatEvent,
  type ContentEvent,
  type FailureCode,
  type FinishReason,
  NO_USAGE,
  type Seal,
} from '../../src/core/chat.ts'
import type { Adapter } from '../../src/providers/adapter.ts'
import type { Fixtures } from './fixtures.ts'

/** A recorded refusal: case name, the status it came with, and what it means. */
type Refusal = {
  name: string
  status: number
  code: FailureCode
  hostCode: string | null
  retryAfterMs?: number
}

/** A wire format, its recordings, and what each of them says. */
export type Format = {
  adapter: Adapter
  fixtures: Fixtures
  /** Streamed answers by case name. */
  streams: Readonly<Record<string, readonly ChatEvent[]>>
  /** Whole answers by case name. */
  answers: Readonly<Record<string, readonly ChatEvent[]>>
  refusals: readonly Refusal[]
  /** The body of a refusal in these words. */
  refusalSaying: (message: string) => unknown
  /** Events that report a failure inside a stream, and what they must become. */
  inBand: readonly { data: string; event: object }[]
  /** Valid JSON that is not in the format. */
  nonsense: readonly string[]
}

export const text = (words: string): ContentEvent => ({ type: 'text-delta', text: words })
export const reasoning = (words: string): ContentEvent => ({ type: 'reasoning-delta', text: words })
export const refusal = (words: string): ContentEvent => ({ type: 'refusal-delta', text: words })
export const seal = (proof: Seal): ContentEvent => ({ type: 'reasoning-seal', seal: proof })

/** The events of one call whose arguments come in these pieces. */
export function toolCall(index: number, id: string, name: string, ...pieces: string[]): ContentEvent[] {
  return [
    { type: 'tool-call-start', index, id, name },
    ...pieces.map((argumentsJson): ContentEvent => ({ type: 'tool-call-delta', index, argumentsJson })),
  ]
}

/** Parts of the tokens; `written` counts `writtenLong` in. */
type Parts = {
  cached?: number
  written?: number
  writtenLong?: number
  audioIn?: number
  imageIn?: number
  reasoning?: number
  audioOut?: number
}

/** The end of an answer; `rest` is what else a host told about it. */
export function end(
  reason: FinishReason,
  input: number,
  output: number,
  parts: Parts = {},
  rest: Partial<Pick<AnswerEnd, 'stopSequence' | 'otherReasons'>> = {},
): ChatEvent {
  const usage = {
    ...NO_USAGE,
    inputTokens: input,
    cachedInputTokens: parts.cached ?? 0,
    cacheWriteTokens: parts.written ?? 0,
    longCacheWriteTokens: parts.writtenLong ?? 0,
    audioInputTokens: parts.audioIn ?? 0,
    imageInputTokens: parts.imageIn ?? 0,
    outputTokens: output,
    reasoningTokens: parts.reasoning ?? 0,
    audioOutputTokens: parts.audioOut ?? 0,
  }
  return { type: 'answer-end', reason, usage, ...rest }
}

type AnswerEnd = Extract<ChatEvent, { type: 'answer-end' }>
