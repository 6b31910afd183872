import type { ReasoningEffort } from '../core/chat.ts'
import { AppError } from '../core/errors.ts'
import type { Exclusion } from '../core/routing.ts'
import type { Decision, EligibleCandidate, Judged } from './decision.ts'
import { effortsFor } from './effort.ts'
import { exclusionOf, type FilterContext } from './filter.ts'
import type { Outlook } from './outlook.ts'
import { failureRateOf, speedOf } from './live-figures.ts'
import { holds, type SessionMemory } from './pin.ts'
import { type Prediction, predict } from './predict.ts'
import type { Candidate } from './prepared-catalog.ts'
import { type Expected, scoreOf, type Weights } from './rank.ts'

/** Of a candidate whose host is not there: nobody will look at it, and there are many. */
const UNPREDICTED: Prediction = { quality: 0, priorQuality: 0, costMicroUsd: null, ttftMs: 0, latencyMs: 0 }

/** What candidates are judged by, besides what filters read. */
export type JudgeContext = FilterContext & {
  outlook: Outlook
  /** Whose host may still hold the conversation; null for nobody's. */
  holder: SessionMemory | null
}

/** Every candidate filtered, predicted and scored, in the order of the catalog. */
export function judge(candidates: readonly Candidate[], context: JudgeContext, weights: Weights): Judged[] {
  const firsts = candidates.map((candidate) => armOf(candidate, effortsOf(candidate, context)[0], context))
  // Better to try a host that may still be ill than to turn the request away.
  const ignoreBreakers = firsts.every(({ excludedBy }) => excludedBy !== null)
  const isBarred = ({ excludedBy }: Arm) =>
    excludedBy !== null && !(ignoreBreakers && excludedBy === 'breaker_open')
  const bestCost = costOfBest(firsts.filter((arm) => !isBarred(arm)))
  // Other orderings would always think least.
  const choosesEffort = weights.ordering === 'utility' || weights.ordering === 'quality'
  const judgedAs = (arm: Arm): Judged => {
    const { candidate, effort, prediction, excludedBy } = arm
    if (excludedBy !== null && isBarred(arm))
      return { candidate, effort, prediction, eligible: false, excludedBy }
    const score = scoreOf(prediction, weights, bestCost, arm.failureRate)
    return { candidate, effort, prediction, eligible: true, score }
  }
  return firsts.map((first) => {
    let best = judgedAs(first)
    // Whatever else bars a candidate bars it with every effort.
    if (!choosesEffort || (isBarred(first) && first.excludedBy !== 'cost_cap')) return best
    for (const effort of effortsOf(first.candidate, context)) {
      if (effort === first.effort) continue
      const other = judgedAs(armOf(first.candidate, effort, context))
      if (other.eligible && !(best.eligible && best.score >= other.score)) best = other
    }
    return best
  })
}

/** A candidate run with one effort. */
type Arm = {
  candidate: Candidate
  effort: ReasoningEffort | null
  prediction: Prediction
  excludedBy: Exclusion | null
  failureRate: number
}

/** The efforts a candidate may be run with, the likeliest first. */
function effortsOf(candidate: Candidate, { request, demand, hosts, requested }: JudgeContext) {
  const { effort, shown } = request.reasoning
  const free = shown === true || !requested?.has(candidate.model.id)
  const takesEffort = hosts.get(candidate.offer.host)?.takesReasoningEffort ?? false
  return effortsFor(candidate, demand, { effort, free }, takesEffort)
}

function armOf(candidate: Candidate, effort: ReasoningEffort | null, context: JudgeContext): Arm {
  const { demand, request, hosts, live, outlook, holder } = context
  if (!hosts.has(candidate.offer.host))
    return { candidate, effort, prediction: UNPREDICTED, excludedBy: 'no_live_host', failureRate: 0 }
  const figures = live.get(candidate.key)
  const cachedInput = holds(holder, candidate) ? request.keptShare : 0
  const speed = speedOf(candidate, figures)
  const prediction = predict(candidate, demand, effort, outlook, {
    speed,
    cachedInput,
    maxOutputTokens: request.maxOutputTokens ?? undefined,
  })
  const excludedBy = exclusionOf(candidate, prediction, context)
  return { candidate, effort, prediction, excludedBy, failureRate: failureRateOf(figures) }
}

/** Expected cost, in micro-USD, of the candidate of highest predicted quality, the cheapest of equals; 0 when unknown. */
export function costOfBest(predicted: readonly Predicted[]): number {
  return bestPriced(predicted)?.costMicroUsd ?? 0
}

type Predicted = { prediction: Expected }
type Priced<P> = { one: P; quality: number; costMicroUsd: number }

function bestPriced<P extends Predicted>(predicted: readonly P[]): Priced<P> | null {
  let best: Priced<P> | null = null
  for (const one of predicted) {
    const { quality, costMicroUsd } = one.prediction
    if (costMicroUsd === null) continue
    const better =
      !best || quality > best.quality || (quality === best.quality && costMicroUsd < best.costMicroUsd)
    if (better) best = { one, quality, costMicroUsd }
  }
  return best
}

/**
 * What the request would have cost at the best and at the cheapest model that could have taken it. A model that was
 * only not asked for could have.
 */
export function counterfactualOf(judged: readonly Judged[]): Decision['counterfactual'] {
  const able = judged.filter((one) => one.eligible || one.excludedBy === 'not_requested')
  const best = bestPriced(able)
  let cheapest: number | null = null
  for (const { prediction } of able) {
    const cost = prediction.costMicroUsd
    if (cost !== null && (cheapest === null || cost < cheapest)) cheapest = cost
  }
  return {
    best: best?.one.candidate ?? null,
    alwaysBestMicroUsd: best?.costMicroUsd ?? null,
    alwaysCheapestMicroUsd: cheapest,
  }
}

/** Who is barred by nothing but an open breaker: better asked than nobody, once all others have failed. */
export function sparesOf(judged: readonly Judged[]): EligibleCandidate[] {
  return judged.flatMap((one) => {
    if (one.eligible || one.excludedBy !== 'breaker_open') return []
    const { candidate, effort, prediction } = one
    return { candidate, effort, prediction, eligible: true, score: 0 }
  })
}

/** Limits count the last minute: when so much of it has passed, a sixth of what steady traffic took is free again. */
const RETRY_AFTER_MS = 10_000

/**
 * @param requested the models asked for by name, whose reasons are told; null when any would do
 * @param param where they were asked for
 * @throws AppError when none is eligible: `no_live_host`, `rate_limited` where limits are all that bars somebody, else
 *   `no_eligible_model` with the reasons counted
 */
export function eligibleOf(
  judged: readonly Judged[],
  requested: ReadonlySet<string> | null,
  param = 'model',
): EligibleCandidate[] {
  const eligible = judged.filter((one) => one.eligible)
  if (eligible.length > 0) return eligible
  const counts = new Map<Exclusion, number>()
  for (const one of judged) {
    if (one.eligible || (requested && !requested.has(one.candidate.model.id))) continue
    counts.set(one.excludedBy, (counts.get(one.excludedBy) ?? 0) + 1)
  }
  const named = param === 'model' ? {} : { param }
  if ([...counts.keys()].every((reason) => reason === 'no_live_host')) {
    throw new AppError(
      'no_live_host',
      'No live host serves the model asked for: set the key of a host that does',
      named,
    )
  }
  if (counts.has('rate_limit')) {
    throw new AppError(
      'rate_limited',
      'Every host that could take this request is at its limit of calls or tokens per minute',
      { ...named, retryAfterMs: RETRY_AFTER_MS },
    )
  }
  const reasons = [...counts].map(([reason, count]) => `${reason} × ${count}`).join(', ')
  const where = param === 'model' ? '' : ` as '${param}'`
  throw new AppError('no_eligible_model', `No model can take this request${where}: ${reasons}`, { param })
}
