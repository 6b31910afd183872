import type { FailureCode } from '../core/chat.ts'
import { type LiveOffers, type Outcome, UNKNOWN_OFFER } from '../core/live.ts'

/** Failures in a row that open a breaker, and how long it then stays open when the host names no time. */
const FAILURE_THRESHOLD = 5
const COOLDOWN_MS = 30_000
/** The longest a host's own Retry-After may keep a breaker open. */
const MAX_OPEN_MS = 300_000

/** One host serving one model: how often it failed in a row, and until when (Unix ms) it is left alone. */
export type Breaker = { failures: number; openUntil: number }

/** A breaker that lets everything through, as all begin. */
export const CLOSED: Breaker = { failures: 0, openUntil: 0 }

/** Whether a failure speaks of the host's health. A refused request or key says nothing about it. */
const ILL: Readonly<Record<FailureCode, boolean>> = {
  provider_failed: true,
  timeout: true,
  rate_limited: true,
  provider_auth: false,
  provider_rejected: false,
  context_window: false,
  content_policy: false,
}

/**
 * The breaker after one more outcome. A rate limit with a Retry-After opens it at once; other failures open it after
 * five in a row. Once the time is over the next request is let through, and one more failure opens it again. A failure
 * never shortens the time that another one set.
 */
export function afterOutcome(breaker: Breaker, outcome: Outcome, now: number): Breaker {
  if (outcome.ok) return CLOSED
  if (!ILL[outcome.code]) return breaker
  const failures = breaker.failures + 1
  const askedMs = outcome.code === 'rate_limited' ? outcome.retryAfterMs : undefined
  const isOnTrial = breaker.openUntil > 0 && breaker.openUntil <= now
  const opens = askedMs !== undefined || isOnTrial || failures >= FAILURE_THRESHOLD
  if (!opens) return { ...breaker, failures }
  const openMs = Math.min(askedMs ?? COOLDOWN_MS, MAX_OPEN_MS)
  return { failures, openUntil: Math.max(breaker.openUntil, now + openMs) }
}

/** Breakers of this isolate. Losing them costs a few failed attempts until they open again. */
export class BreakerBoard {
  readonly #breakers = new Map<string, Breaker>()

  /** @param key host and model, as `route` names them */
  report(key: string, outcome: Outcome, now: number): void {
    const next = afterOutcome(this.#breakers.get(key) ?? CLOSED, outcome, now)
    if (next === CLOSED) this.#breakers.delete(key)
    else this.#breakers.set(key, next)
  }

  view(now: number): LiveOffers {
    const open = [...this.#breakers].filter(([, { openUntil }]) => openUntil > now)
    return new Map(
      open.map(([key, { openUntil }]) => [
        key,
        { ...UNKNOWN_OFFER, breaker: 'open', admitted: 0, openUntil },
      ]),
    )
  }
}
