import type { ProviderPreferences } from '../core/routing.ts'
import type { Prediction } from './predict.ts'
import type { Ordering } from './select.ts'

/** Score lost per second of expected latency: a quick answer outweighs a small difference in quality. */
const LATENCY_WEIGHT_PER_SECOND = 0.0005
/** Score lost per second beyond the latency the caller prefers. */
const LATE_WEIGHT_PER_SECOND = 0.05
/**
 * Score lost by a host all of whose calls fail: as much as makes a session change its model. A caller waits for a call
 * that fails, and loses the answer where it breaks off.
 */
const FAILURE_WEIGHT = 0.1
/** The rate of failures beyond which a host is no worse: some call or other has to succeed. */
const WORST_RATE = 0.9
/** Stands for an unknown cost, in micro-USD: dearer than any answer. */
const UNKNOWN_COST = 1e12

/** What the order of eligible candidates depends on. */
export type Weights = {
  ordering: Ordering
  /** Quality (0..1) that the whole cost of the best model is worth: 0 = quality only … Infinity = cheapest only. */
  costWeight: number
  preferredMaxLatencyMs?: number
}

/** The part of a prediction that orders candidates. */
export type Expected = Pick<Prediction, 'quality' | 'costMicroUsd' | 'ttftMs' | 'latencyMs'>

/**
 * utility = quality − weight × cost ÷ cost of the best model − latency and failure terms: the price of a point of
 * quality is stated relative to what the best model would cost for this very request, so it holds for short and long
 * requests alike.
 * At a weight of 0 only a preferred latency counts beside quality; above 0, a higher one never chooses a dearer
 * candidate.
 *
 * @param bestCostMicroUsd expected cost of the candidate with the highest quality
 * @param failureRate share (0..1) of calls expected to fail: time and money count for as many tries as it takes
 * @returns higher is better; an unknown price counts as dearer than any known one
 */
export function scoreOf(
  prediction: Expected,
  weights: Weights,
  bestCostMicroUsd: number,
  failureRate = 0,
): number {
  const { quality, costMicroUsd, latencyMs, ttftMs } = prediction
  const cost = costMicroUsd ?? UNKNOWN_COST
  const tries = 1 / (1 - Math.min(WORST_RATE, failureRate))
  const ill = FAILURE_WEIGHT * failureRate
  const late = Math.max(0, latencyMs - (weights.preferredMaxLatencyMs ?? Infinity)) / 1_000
  switch (weights.ordering) {
    case 'quality':
      return quality - ill
    case 'price':
      return -cost * tries
    case 'latency':
      return -latencyMs * tries
    case 'throughput':
      return (ttftMs - latencyMs) * tries
    case 'utility': {
      const { costWeight } = weights
      if (costWeight === Infinity) return -cost * tries
      const latencyWeight = costWeight === 0 ? 0 : LATENCY_WEIGHT_PER_SECOND
      const slow = (latencyWeight * latencyMs) / 1_000 + LATE_WEIGHT_PER_SECOND * late
      return quality - costWeight * (cost / Math.max(1, bestCostMicroUsd)) - slow - ill
    }
  }
}

/** What candidates are ordered by: a whole candidate, or what was recorded of one. */
export type Scored = {
  candidate: { model: { id: string }; offer: { host: string } }
  prediction: Expected
  score: number
}

/**
 * Best first. Hosts the caller ordered come first, in that order; candidates predicted below `minQuality` come after
 * all others, the better ones first. Of equal scores the better, then the cheaper, then the faster comes first; what
 * is still equal is ordered by id, so equal input gives equal order.
 *
 * @param baseHostOf the host whose account an offer's host is: naming it puts all of its accounts in order
 */
export function rank<C extends Scored>(
  eligible: readonly C[],
  { order }: ProviderPreferences,
  minQuality: number,
  baseHostOf: (host: string) => string = (host) => host,
): C[] {
  const place = ({ candidate: { offer } }: Scored) => {
    const index = order?.indexOf(order.includes(offer.host) ? offer.host : baseHostOf(offer.host)) ?? -1
    return index < 0 ? Infinity : index
  }
  return eligible.toSorted((a, b) => {
    const byOrder = order ? compare(place(a), place(b)) : 0
    const byFloor = compare(shortfall(a, minQuality), shortfall(b, minQuality))
    return (
      byOrder ||
      byFloor ||
      compare(b.score, a.score) ||
      byPrediction(a.prediction, b.prediction) ||
      byName(a, b)
    )
  })
}

/** By how much a candidate is predicted to miss the quality that is good enough; 0 when it reaches it. */
function shortfall({ prediction }: Scored, minQuality: number): number {
  return Math.max(0, minQuality - prediction.quality)
}

function byPrediction(a: Expected, b: Expected): number {
  const byCost = compare(a.costMicroUsd ?? Infinity, b.costMicroUsd ?? Infinity)
  return compare(b.quality, a.quality) || byCost || compare(a.latencyMs, b.latencyMs)
}

function byName(a: Scored, b: Scored): number {
  return compare(nameOf(a), nameOf(b))
}

function nameOf({ candidate }: Scored): string {
  return `${candidate.model.id} ${candidate.offer.host}`
}

function compare<T extends number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0
}
