import { costOfBest } from '../route/judge.ts'
import { rank, type Scored, scoreOf, type Weights } from '../route/rank.ts'
import type { Ordering } from '../route/select.ts'
import { evaluate, type Evaluation, type Trial } from './off-policy.ts'

/** A candidate that was eligible, as it was predicted then. */
export type LoggedCandidate = Omit<Scored, 'score'>

/** A recorded decision in which the router was free to choose. */
export type LoggedDecision = {
  id: string
  /** How the name that was asked for wants candidates ordered, as `auto:floor` does; null leaves it to the policy. */
  ordering: Ordering | null
  candidates: readonly LoggedCandidate[]
  /** The one of `candidates` that was chosen. */
  choice: LoggedCandidate
  /** Probability (above 0, up to 1) that it was chosen. */
  propensity: number
  /** Costs of every attempt, and so on: what came of it; null where that is not known. */
  outcome: { costMicroUsd: number | null; quality: number | null; latencyMs: number | null }
}

/** The policy that decisions are replayed under; it stands in for what requests themselves asked of the router. */
export type TargetPolicy = Omit<Weights, 'ordering'> & {
  /** Goes before what the name that was asked for wants. */
  ordering?: Ordering
  /** Predicted quality (0..1) that is good enough. */
  minQuality?: number
  /** The same where only the name asked for the cheapest, and nothing else was said. */
  floorQuality: number
  /** The most one answer may be predicted to cost. */
  maxCostMicroUsd?: number
  isAllowed: (modelId: string) => boolean
}

/** Recorded predictions have four digits: scores closer than this cannot be told apart. */
const RECORDED_PRECISION = 1e-4

/**
 * What the target chooses, by the product's own scoring. Candidates that were excluded then stay excluded: nothing was
 * predicted of them. Where the choice that was made is as good, it is the target's too.
 *
 * @returns null when the target allows none of the candidates
 */
export function chooseUnder(policy: TargetPolicy, decision: LoggedDecision): LoggedCandidate | null {
  const { isAllowed, maxCostMicroUsd = Infinity } = policy
  const allowed = decision.candidates.filter(
    (one) => isAllowed(one.candidate.model.id) && costOf(one) <= maxCostMicroUsd,
  )
  const weights = { ...policy, ordering: policy.ordering ?? decision.ordering ?? 'utility' }
  const bestCost = costOfBest(allowed)
  const scored = allowed.map((one) => ({
    logged: one,
    candidate: one.candidate,
    prediction: one.prediction,
    score: scoreOf(one.prediction, weights, bestCost),
  }))
  const floor = policy.minQuality ?? (decision.ordering === 'price' ? policy.floorQuality : 0)
  const [best] = rank(scored, {}, floor)
  const made = scored.find(({ logged }) => logged === decision.choice)
  const stands = best && made && (isAsGood(made, best, floor) || (!policy.ordering && isSibling(made, best)))
  return (stands ? made : best)?.logged ?? null
}

function isAsGood(made: Scored, best: Scored, floor: number): boolean {
  const needed = Math.min(floor, best.prediction.quality) - RECORDED_PRECISION
  return made.score >= best.score - RECORDED_PRECISION && made.prediction.quality >= needed
}

/** Of the hosts that sell a model, the router may have taken one that spoke the caller's protocol, if not dearer. */
function isSibling(made: Scored, best: Scored): boolean {
  return made.candidate.model.id === best.candidate.model.id && costOf(made) <= costOf(best)
}

/** An unknown cost is above every cap. */
function costOf({ prediction }: LoggedCandidate): number {
  return prediction.costMicroUsd ?? Infinity
}

/** What replaying decisions tells. */
export type Simulation = {
  replayed: number
  /** Decisions whose request the target would refuse, since it allows none of the candidates; they count nowhere else. */
  refused: number
  /** Decisions that the target makes otherwise, and the first few of them. */
  changed: number
  examples: readonly ChangedDecision[]
  /** Decisions per model, by the id of the model. */
  models: ReadonlyMap<string, { logged: number; target: number }>
  /** Per decision, in micro-USD. */
  cost: Evaluation
  /** 0..1. */
  quality: Evaluation
  /** Milliseconds to the whole answer. */
  latency: Evaluation
}

/** A choice that the target would have made otherwise, as model ids. */
type ChangedDecision = { id: string; logged: string; target: string }

/** Replays decisions one by one, so that whoever reads them need keep none. */
export type Replay = {
  add: (decision: LoggedDecision) => void
  conclude: () => Simulation
}

/** @param maxExamples how many changed decisions are named */
export function startReplay(policy: TargetPolicy, { maxExamples }: { maxExamples: number }): Replay {
  const trials = { cost: new Array<Trial>(), quality: new Array<Trial>(), latency: new Array<Trial>() }
  const models = new Map<string, { logged: number; target: number }>()
  const examples: ChangedDecision[] = []
  let [replayed, refused, changed] = [0, 0, 0]
  return {
    add(decision) {
      const target = chooseUnder(policy, decision)
      if (!target) {
        refused += 1
        return
      }
      replayed += 1
      countModels(models, decision.choice, target)
      if (target !== decision.choice) {
        changed += 1
        if (examples.length < maxExamples) examples.push(changeOf(decision, target))
      }
      addTrials(trials, decision, target)
    },
    conclude: () => ({
      replayed,
      refused,
      changed,
      examples,
      models,
      cost: evaluate(trials.cost),
      quality: evaluate(trials.quality),
      latency: evaluate(trials.latency),
    }),
  }
}

function countModels(
  models: Map<string, { logged: number; target: number }>,
  logged: LoggedCandidate,
  target: LoggedCandidate,
): void {
  const countOf = ({ candidate }: LoggedCandidate) => {
    const count = models.get(candidate.model.id) ?? { logged: 0, target: 0 }
    models.set(candidate.model.id, count)
    return count
  }
  countOf(logged).logged += 1
  countOf(target).target += 1
}

function changeOf({ id, choice }: LoggedDecision, target: LoggedCandidate): ChangedDecision {
  return { id, logged: choice.candidate.model.id, target: target.candidate.model.id }
}

function addTrials(
  trials: { cost: Trial[]; quality: Trial[]; latency: Trial[] },
  { choice, propensity, outcome }: LoggedDecision,
  target: LoggedCandidate,
): void {
  const chance = { propensity, same: target === choice }
  const [made, wanted] = [choice.prediction, target.prediction]
  if (made.costMicroUsd !== null && wanted.costMicroUsd !== null) {
    const predicted = { logged: made.costMicroUsd, target: wanted.costMicroUsd }
    trials.cost.push({ ...chance, predicted, observed: outcome.costMicroUsd })
  }
  const quality = { logged: made.quality, target: wanted.quality }
  trials.quality.push({ ...chance, predicted: quality, observed: outcome.quality })
  const latency = { logged: made.latencyMs, target: wanted.latencyMs }
  trials.latency.push({ ...chance, predicted: latency, observed: outcome.latencyMs })
}
