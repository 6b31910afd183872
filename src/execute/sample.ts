import type { Outcome, Sample } from '../core/live.ts'
import type { Attempt } from './attempt.ts'

/** Fewer tokens, or a shorter time, do not tell how fast a model writes: hosts send several tokens at once. */
const LEAST_TOKENS = 8
const LEAST_MS = 100

/**
 * What an attempt that has ended says of its host. Only streams tell when the first content came; who was given up
 * while another was quicker had not begun for as long as it was waited for, which counts as its time.
 *
 * @param outrun another candidate was quicker
 */
export function sampleOf(attempt: Attempt, stream: boolean, outrun: boolean): Sample {
  const { startedAt, firstTokenAt, usage, costMicroUsd } = attempt
  const endedAt = attempt.endedAt ?? startedAt
  const begunAt = firstTokenAt ?? (outrun ? endedAt : null)
  return {
    outcome: outcomeOf(attempt),
    startedAt,
    ttftMs: stream && begunAt !== null ? Math.max(0, begunAt - startedAt) : null,
    tokensPerSecond: stream && firstTokenAt !== null ? speedOf(attempt, endedAt - firstTokenAt) : null,
    tokens: usage ? usage.inputTokens + usage.outputTokens : 0,
    costMicroUsd,
  }
}

function outcomeOf({ outcome, failure }: Attempt): Outcome | null {
  if (outcome === 'succeeded') return { ok: true }
  return failure && { ok: false, ...failure }
}

/** Tokens that were thought were not all seen: they do not count. */
function speedOf({ outcome, usage }: Attempt, ms: number): number | null {
  const tokens = usage ? usage.outputTokens - usage.reasoningTokens : 0
  return outcome === 'succeeded' && tokens >= LEAST_TOKENS && ms >= LEAST_MS ? (tokens / ms) * 1_000 : null
}
