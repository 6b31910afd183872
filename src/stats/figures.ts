import { FAILURE_CODES, type FailureCode } from '../core/chat.ts'
import type { Outcome, Sample } from '../core/live.ts'
import { isIll } from './breaker.ts'
import { addSketch, addValue, type Sketch } from './sketch.ts'
import { merged, type SlidingCounts, withMore } from './sliding-counts.ts'

/** What calls over some span of time came to. Times in ms, money in micro-USD. */
export type Tally = {
  /** Calls whose end was waited for, and those of them whose failure speaks of the host's health. */
  requests: number
  failures: number
  /** All failures, by class. */
  byCode: Partial<Record<FailureCode, number>>
  costMicroUsd: number
  ttftMs: Sketch
  tokensPerSecond: Sketch
}

/** A failure as everybody may see it: when (Unix ms), of what class, with which HTTP status; never a host's words. */
export type LastError = { at: number; code: FailureCode; status: number | null }

/** How many of the last failures are kept. */
const MAX_ERRORS = 5

/** A tally, the calls begun and tokens used within the last minute, and the last failures, newest first. */
export type Figures = Tally & { lastMinute: SlidingCounts; lastErrors: readonly LastError[] }

/** What `lastMinute` spans. */
export const MINUTE_MS = 60_000

export function emptyTally(): Tally {
  return { requests: 0, failures: 0, byCode: {}, costMicroUsd: 0, ttftMs: [], tokensPerSecond: [] }
}

export function emptyFigures(): Figures {
  return { ...emptyTally(), lastMinute: [], lastErrors: [] }
}

export function isEmpty({ requests, ttftMs, costMicroUsd }: Tally): boolean {
  return requests === 0 && ttftMs.length === 0 && costMicroUsd === 0
}

export function addTally(into: Tally, from: Tally): void {
  into.requests += from.requests
  into.failures += from.failures
  for (const code of FAILURE_CODES) {
    const more = from.byCode[code]
    if (more !== undefined) into.byCode[code] = (into.byCode[code] ?? 0) + more
  }
  into.costMicroUsd += from.costMicroUsd
  addSketch(into.ttftMs, from.ttftMs)
  addSketch(into.tokensPerSecond, from.tokensPerSecond)
}

export function addFigures(into: Figures, from: Figures, now: number): void {
  addTally(into, from)
  into.lastMinute = merged(into.lastMinute, from.lastMinute, { now, windowMs: MINUTE_MS })
  into.lastErrors = newest([...from.lastErrors, ...into.lastErrors])
}

export function newest(errors: readonly LastError[]): LastError[] {
  return errors.toSorted((a, b) => b.at - a.at).slice(0, MAX_ERRORS)
}

export function countBegun(figures: Figures, now: number): void {
  figures.lastMinute = withMore(figures.lastMinute, [1, 0], { now, windowMs: MINUTE_MS })
}

export function countEnded(figures: Figures, sample: Sample, now: number): void {
  const { outcome, ttftMs, tokensPerSecond, tokens, costMicroUsd } = sample
  if (outcome) countOutcome(figures, outcome, now)
  if (ttftMs !== null) addValue(figures.ttftMs, ttftMs)
  if (tokensPerSecond !== null) addValue(figures.tokensPerSecond, tokensPerSecond)
  figures.costMicroUsd += costMicroUsd ?? 0
  if (tokens > 0) {
    figures.lastMinute = withMore(figures.lastMinute, [0, tokens], { now, windowMs: MINUTE_MS })
  }
}

function countOutcome(figures: Figures, outcome: Outcome, now: number): void {
  figures.requests += 1
  if (outcome.ok) return
  const { code, status } = outcome
  figures.failures += isIll(outcome) ? 1 : 0
  figures.byCode[code] = (figures.byCode[code] ?? 0) + 1
  figures.lastErrors = newest([{ at: now, code, status: status ?? null }, ...figures.lastErrors])
}
