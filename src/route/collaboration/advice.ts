import { TOPOLOGIES, type Topology, type UnaskedWish } from '../../core/collaboration.ts'
import type { Expected } from '../rank.ts'
import { type Scale, utilityOf } from './expect-cascade.ts'

/** What a way of working is expected to bring. Quality 0..1; null where a price is unknown. */
type TopologyOption = {
  topology: Topology
  quality: number
  /** In quality, beyond one model's answer. */
  gain: number
  costMicroUsd: number | null
  latencyMs: number
  /** Whether the gain outweighs what it costs by the policy's own balance. */
  pays: boolean
}

/** How a request is best worked on. */
export type TopologyAdvice = {
  /** Recommended. */
  topology: Topology
  /** What is done. */
  acted: Topology
  /** Why, in a few words for people. */
  reason: string
  /** Everything that was weighed, in the order of `TOPOLOGIES`; `single` is always there. */
  options: readonly TopologyOption[]
}

/** Where nothing was weighed. */
export const NO_ADVICE: TopologyAdvice = {
  topology: 'single',
  acted: 'single',
  reason: 'a model was asked for by name',
  options: [],
}

/** The least gain that a dearer way has to bring, and how much dearer it may be, where nobody says. */
const USUAL_BOUNDS = { minGain: 0.02, maxCostRatio: 3 }

/** What each way is expected to do; null: it is not open to the request. */
export type Ways = Readonly<Record<Topology, Expected | null>> & { single: Expected }

/** A way weighed: its utility, as of candidates. */
export type WeighedWay = TopologyOption & { utility: number }

/**
 * Weighs ways of working by the same utility as models, in the order of `TOPOLOGIES`. One pays whose utility is higher than
 * that of one model, and that is no dearer, or brings enough and is not too dear for what a tenant lets happen.
 */
export function weighWays(ways: Ways, scale: Scale, { minGain, maxCostRatio }: UnaskedWish): WeighedWay[] {
  const { single } = ways
  const least = utilityOf(single, scale)
  const isWorthIt = (gain: number, cost: number | null) =>
    cost !== null &&
    single.costMicroUsd !== null &&
    (cost <= single.costMicroUsd ||
      (gain >= (minGain ?? USUAL_BOUNDS.minGain) &&
        cost <= (maxCostRatio ?? USUAL_BOUNDS.maxCostRatio) * single.costMicroUsd))
  return TOPOLOGIES.flatMap((topology): WeighedWay[] => {
    const expected = ways[topology]
    if (!expected) return []
    const { quality, costMicroUsd, latencyMs } = expected
    const gain = quality - single.quality
    const utility = utilityOf(expected, scale)
    const pays = utility > least && isWorthIt(gain, costMicroUsd)
    return [{ topology, quality, gain, costMicroUsd, latencyMs, pays, utility }]
  })
}

/** The way worth most of those that pay; null where none does. */
export function bestOfPaying(ways: readonly WeighedWay[]): WeighedWay | null {
  let best: WeighedWay | null = null
  for (const way of ways) if (way.pays && (!best || way.utility > best.utility)) best = way
  return best
}

/** Advice in words. @param note what besides led to what is done; null: nothing */
export function adviceOf(ways: readonly WeighedWay[], acted: Topology, note: string | null): TopologyAdvice {
  const best = bestOfPaying(ways)
  const single = ways.find((way) => way.topology === 'single')
  const told = best ? describe(best, single?.costMicroUsd ?? 0) : 'no other way is worth what it costs'
  return {
    topology: best?.topology ?? 'single',
    acted,
    reason: note === null ? told : `${told}; ${note}`,
    options: ways.map(({ utility: _utility, ...option }) => option),
  }
}

function describe({ topology, gain, costMicroUsd }: WeighedWay, singleCost: number): string {
  const points = `${gain < 0 ? '' : '+'}${(100 * gain).toFixed(1)}`
  const times = ((costMicroUsd ?? 0) / Math.max(1, singleCost)).toFixed(2)
  return `${topology}: ${points} points of quality at ${times} times the cost`
}
