import type { FailureCode } from './chat.ts'

/** What is known at this moment of models at hosts, and what calls add to it. Times in ms, money in micro-USD. */

/** How a call ended, as far as it speaks of the host; `retryAfterMs` as the host asked, `status` as in HTTP. */
export type Outcome = { ok: true } | { ok: false; code: FailureCode; status?: number; retryAfterMs?: number }

/** One call that has ended. */
export type Sample = {
  /** Null when nobody waited for its end: it says nothing of the host's health. */
  outcome: Outcome | null
  /** When it began (Unix ms): calls from before an outage say nothing of the time after. */
  startedAt: number
  /** From the call to the first piece of content; null when none came. */
  ttftMs: number | null
  /** Output tokens per second from the first content to the end; null when too little came to tell. */
  tokensPerSecond: number | null
  /** Input and output tokens, as counted or estimated. */
  tokens: number
  /** Null when the price is unknown. */
  costMicroUsd: number | null
}

/** Whether calls are let through: all, none but one that looks whether the host is well again, or a growing share. */
export type BreakerState = 'closed' | 'open' | 'half-open' | 'ramping'

/** One model at one host, by everybody's calls of the last minutes. */
export type LiveOffer = {
  /** Calls whose end was waited for, and those of them that failed in a way that speaks of the host's health. */
  requests: number
  failures: number
  /** Time to first content; null while too few calls tell. */
  ttftMs: { p50: number; p95: number } | null
  /** Median; null while too few calls tell. */
  tokensPerSecond: number | null
  /** Exponentially weighted time to first content that jumps up at once and comes down slowly; null without calls. */
  peakTtftMs: number | null
  /** Calls that are on their way. */
  inFlight: number
  /** Calls begun and tokens used within the last minute. */
  requestsPerMinute: number
  tokensPerMinute: number
  breaker: BreakerState
  /** Share (0..1) of requests that may go there now: 1 when closed, 0 when open. */
  admitted: number
  /** Unix ms until which an open breaker stays open; null when it is not open. */
  openUntil: number | null
}

/** By `offerKey`. What nobody called lately is missing. */
export type LiveOffers = ReadonlyMap<string, LiveOffer>

/** The name of one model at one host in the live routing table. */
export function offerKey(host: string, modelId: string): string {
  return `${host}/${modelId}`
}

/** Whether an offer may be asked. `draw` (0..1): a host that recovers takes those whose draw is below its share. */
export function isAdmitted(offer: LiveOffer | undefined, draw: number): boolean {
  return offer === undefined || draw < offer.admitted
}

/** An offer of which nothing is known: everything is let through. */
export const UNKNOWN_OFFER: LiveOffer = {
  requests: 0,
  failures: 0,
  ttftMs: null,
  tokensPerSecond: null,
  peakTtftMs: null,
  inFlight: 0,
  requestsPerMinute: 0,
  tokensPerMinute: 0,
  breaker: 'closed',
  admitted: 1,
  openUntil: null,
}
