import { AppError } from '../core/errors.ts'
import type { Exclusion } from '../core/routing.ts'
import type { Decision, EligibleCandidate, Judged } from './decision.ts'
import { exclusionOf, type FilterContext } from './filter.ts'
import { effortFor, type Prediction, predict } from './predict.ts'
import type { Candidate } from './prepared-catalog.ts'
import { scoreOf, type Weights } from './rank.ts'

/** Of a candidate whose host is not there: nobody will look at it, and there are many. */
const UNPREDICTED: Prediction = { quality: 0, costMicroUsd: null, ttftMs: 0, latencyMs: 0 }

/** Every candidate filtered, predicted and scored, in the order of the catalog. */
export function judge(candidates: readonly Candidate[], context: FilterContext, weights: Weights): Judged[] {
  const { demand, request, hosts } = context
  const { effort: wished, shown } = request.reasoning
  const predicted = candidates.map((candidate) => {
    const host = hosts.get(candidate.offer.host)
    if (!host)
      return { candidate, effort: null, prediction: UNPREDICTED, excludedBy: 'no_live_host' as const }
    const named = context.requested?.has(candidate.model.id) ?? false
    const wish = { effort: wished, free: !named || shown === true }
    const effort = effortFor(candidate, demand, wish, host.takesReasoningEffort)
    const prediction = predict(candidate, demand, effort)
    return { candidate, effort, prediction, excludedBy: exclusionOf(candidate, prediction, context) }
  })
  // Better to try a host that may still be ill than to turn the request away.
  const ignoreBreakers = predicted.every(({ excludedBy }) => excludedBy !== null)
  const barOf = (exclusion: Exclusion | null) =>
    ignoreBreakers && exclusion === 'breaker_open' ? null : exclusion
  const bestCost = costOfBest(predicted.filter(({ excludedBy }) => barOf(excludedBy) === null))
  return predicted.map(({ candidate, effort, prediction, excludedBy }) => {
    const bar = barOf(excludedBy)
    return bar === null
      ? { candidate, effort, prediction, eligible: true, score: scoreOf(prediction, weights, bestCost) }
      : { candidate, effort, prediction, eligible: false, excludedBy: bar }
  })
}

/** Expected cost of the candidate of highest predicted quality, the cheapest of equals; 0 when unknown. */
function costOfBest(predicted: readonly Predicted[]): number {
  return bestPriced(predicted)?.costMicroUsd ?? 0
}

type Predicted = { candidate: Candidate; prediction: Prediction }
type Priced = { candidate: Candidate; quality: number; costMicroUsd: number }

function bestPriced(predicted: readonly Predicted[]): Priced | null {
  let best: Priced | null = null
  for (const { candidate, prediction } of predicted) {
    const { quality, costMicroUsd } = prediction
    if (costMicroUsd === null) continue
    const better =
      !best || quality > best.quality || (quality === best.quality && costMicroUsd < best.costMicroUsd)
    if (better) best = { candidate, quality, costMicroUsd }
  }
  return best
}

/**
 * What the request would have cost at the best and at the cheapest model that could have taken it. A model that was
 * only not asked for could have.
 */
export function counterfactualOf(judged: readonly Judged[]): Decision['counterfactual'] {
  const able = judged.filter((one) => one.eligible || one.excludedBy === 'not_requested')
  const costs = able.flatMap(({ prediction }) => prediction.costMicroUsd ?? [])
  const best = bestPriced(able)
  return {
    best: best?.candidate ?? null,
    alwaysBestMicroUsd: best?.costMicroUsd ?? null,
    alwaysCheapestMicroUsd: costs.length > 0 ? costs.reduce((least, cost) => Math.min(least, cost)) : null,
  }
}

/**
 * @param requested the models asked for by name, whose reasons are told; null when any would do
 * @throws AppError `no_live_host`, or `no_eligible_model` with the reasons counted, when none is eligible
 */
export function eligibleOf(
  judged: readonly Judged[],
  requested: ReadonlySet<string> | null,
): EligibleCandidate[] {
  const eligible = judged.filter((one) => one.eligible)
  if (eligible.length > 0) return eligible
  const counts = new Map<Exclusion, number>()
  for (const one of judged) {
    if (one.eligible || (requested && !requested.has(one.candidate.model.id))) continue
    counts.set(one.excludedBy, (counts.get(one.excludedBy) ?? 0) + 1)
  }
  if ([...counts.keys()].every((reason) => reason === 'no_live_host')) {
    throw new AppError(
      'no_live_host',
      'No live host serves the model asked for: set the key of a host that does',
    )
  }
  const reasons = [...counts].map(([reason, count]) => `${reason} × ${count}`).join(', ')
  throw new AppError('no_eligible_model', `No model can take this request: ${reasons}`, { param: 'model' })
}
