import { NO_USAGE } from '../core/chat.ts'
import { type Asking, costBoundsOf } from '../execute/cost-budget.ts'
import type { Team } from '../route/collaboration/plan.ts'
import { costMicroUsd } from '../route/cost.ts'
import type { EligibleCandidate } from '../route/decision.ts'

/** What a call is likely to cost, and the most it may, in micro-USD; Infinity where its price is unknown. */
export type Need = { likelyMicroUsd: number; mostMicroUsd: number }

/** What having one of a team asked takes: likely the first, at most the dearest. */
export function needOf(team: Team, asking: Asking): Need {
  const needs = team.map((tried) => needOfOne(tried, asking))
  return {
    likelyMicroUsd: needs[0]?.likelyMicroUsd ?? Infinity,
    mostMicroUsd: Math.max(...needs.map(({ mostMicroUsd }) => mostMicroUsd)),
  }
}

/** By its prediction, and by how much more there is to read. */
function needOfOne(tried: EligibleCandidate, asking: Asking): Need {
  const { model, offer } = tried.candidate
  const { price } = offer
  const bounds = costBoundsOf(tried, asking, 0)
  if (!bounds || !price) return { likelyMicroUsd: Infinity, mostMicroUsd: Infinity }
  const { leastMicroUsd, worstMicroUsd } = bounds
  const read = (inputTokens: number) => costMicroUsd(price, { ...NO_USAGE, inputTokens })
  const before = asking.inputTokens[model.tokenFamily]
  const predicted = tried.prediction.costMicroUsd ?? worstMicroUsd
  const likely = predicted + read(before + asking.addedTokens) - read(before)
  return {
    likelyMicroUsd: Math.min(worstMicroUsd, Math.max(leastMicroUsd, likely)),
    mostMicroUsd: worstMicroUsd,
  }
}

/**
 * What a call may spend of what is left: all that it may need where that is there, else its part by what each of those
 * that can be paid is likely to need. Those that come last are left out first.
 *
 * @param leftMicroUsd Infinity for no budget
 * @param others calls beside it or after it that can be done without, in order
 * @param keptMicroUsd what is kept for calls after it that cannot
 * @returns Infinity for no bound; null where what is left does not pay for the call
 */
export function shareOf(
  leftMicroUsd: number,
  need: Need,
  others: readonly Need[] = [],
  keptMicroUsd = 0,
): number | null {
  if (leftMicroUsd === Infinity) return Infinity
  const there = leftMicroUsd - keptMicroUsd
  if (there < need.likelyMicroUsd) return null
  let likely = need.likelyMicroUsd
  for (const other of others) {
    if (likely + other.likelyMicroUsd > there) break
    likely += other.likelyMicroUsd
  }
  const part = likely > 0 ? (there * need.likelyMicroUsd) / likely : there
  return Math.floor(Math.min(need.mostMicroUsd, part))
}
