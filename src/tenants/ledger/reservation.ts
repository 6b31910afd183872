import { type Account, leftIn } from './account.ts'
import type { Meter } from './meter.ts'
import { msUntilFree, takenIn } from './minute.ts'

/** What a request wants before it begins. Money in micro-USD. */
export type Reservation = {
  /** The request's own: asked again, the answer is the same. */
  id: string
  meters: readonly Meter[]
  /** What all of it may cost at most. */
  worstMicroUsd: number
  /** What it will hardly cost more than. */
  enoughMicroUsd: number
  /** Below this there is no answer worth its money. */
  leastMicroUsd: number
  /** By how much it may cost more than it is granted, as the input is only estimated; held as well. */
  marginMicroUsd: number
  tokens: number
  /** Unix ms: who has not settled by then is taken to have spent all of it. */
  expiresAt: number
}

/**
 * Why a request may not begin. `budget`: what is left is too little. `held`: it is enough, but promised to requests
 * under way. `requests`, `tokens`, `parallel`: there were, or are, too many. `retryAfterMs`: null where waiting for
 * the minute to pass does not help.
 */
export type Refusal = {
  kind: 'refused'
  why: 'budget' | 'held' | 'requests' | 'tokens' | 'parallel'
  meter: Meter
  spentMicroUsd: number
  retryAfterMs: number | null
}

/** `microUsd`: the most that may be spent; null where no money is counted. */
export type Outcome = { kind: 'granted'; microUsd: number | null } | Refusal

/** What is left when the most that a request may cost is such a part of it is not worth bothering anybody for. */
const PLENTY = 8
/** When to come back for money that others may give back, or for a place among them; in ms. */
const SOON_MS = 1_000

/**
 * The most that a request may spend. Where there is plenty, all that it might; else what it will hardly exceed, or the
 * same part of what is left if that is more, so that requests side by side share what is left.
 *
 * @returns null where there is too little for any answer
 */
export function grantOf(
  { worstMicroUsd, enoughMicroUsd, leastMicroUsd, marginMicroUsd }: Reservation,
  leftMicroUsd: number,
): number | null {
  const left = Math.floor(leftMicroUsd - marginMicroUsd)
  if (left < leastMicroUsd) return null
  const share = Math.floor(left / PLENTY)
  if (worstMicroUsd <= share) return worstMicroUsd
  return Math.min(worstMicroUsd, left, Math.max(enoughMicroUsd, leastMicroUsd, share))
}

/** Why an account does not let a request begin now; null when it does. */
export function refusalOf(account: Account, wanted: Reservation, now: number): Refusal | null {
  const { meter, held, minute, running, spentMicroUsd } = account
  const refuse = (why: Refusal['why'], retryAfterMs: number | null): Refusal => ({
    kind: 'refused',
    why,
    meter,
    spentMicroUsd,
    retryAfterMs,
  })
  const left = leftIn(account, now)
  if (grantOf(wanted, left.microUsd) === null) {
    const isHeld = grantOf(wanted, left.microUsd + held.microUsd) !== null
    return isHeld ? refuse('held', SOON_MS) : refuse('budget', null)
  }
  if (running >= (meter.parallel ?? Infinity)) return refuse('parallel', SOON_MS)
  const taken = takenIn(minute, now)
  for (const [what, amount] of [['requests', 1] as const, ['tokens', wanted.tokens] as const]) {
    if (left[what] >= amount) continue
    const limit = what === 'requests' ? meter.requestsPerMinute : meter.tokensPerMinute
    if (limit !== null && amount > limit) return refuse(what, null)
    const missing = amount - left[what]
    const wait = taken[what] >= missing ? msUntilFree(minute, what, missing, now) : SOON_MS
    return refuse(what, wait)
  }
  return null
}
