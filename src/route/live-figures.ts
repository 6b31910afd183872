import type { LiveOffer } from '../core/live.ts'
import type { Candidate } from './prepared-catalog.ts'

/** How many calls a published figure is worth: live figures of fewer calls are believed less than it. */
const PUBLISHED_WORTH = 20

/** How fast an offer begins and goes on to answer. */
export type Speed = Pick<Candidate, 'ttftMs' | 'tokensPerSecond'>

/** The published speed shrunk towards the live medians: the more calls tell, the less. */
export function speedOf(candidate: Candidate, live: LiveOffer | undefined): Speed {
  if (!live || live.requests === 0) return candidate
  const believed = live.requests / (live.requests + PUBLISHED_WORTH)
  const towards = (published: number, median: number | null | undefined) =>
    published + believed * ((median ?? published) - published)
  return {
    ttftMs: towards(candidate.ttftMs, live.ttftMs?.p50),
    tokensPerSecond: towards(candidate.tokensPerSecond, live.tokensPerSecond),
  }
}

/** Share (0..1) of calls expected to fail: as if as many had gone well before as a published figure is worth. */
export function failureRateOf(live: LiveOffer | undefined): number {
  return live ? live.failures / (live.requests + PUBLISHED_WORTH) : 0
}
