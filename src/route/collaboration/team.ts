import type { EligibleCandidate } from '../decision.ts'
import { eligibleOf, judge } from '../judge.ts'
import type { Judging } from '../fallbacks-for.ts'
import { MAX_PLAN } from '../plan.ts'
import { selectModel } from '../select.ts'
import type { Team } from './plan.ts'

/** Who may be asked, and who may stand in. */
export type Bench = {
  /** Everybody who may be asked, best first. */
  ranked: Team
  /** The best of each model, best first, as far as they are looked at. */
  near: readonly EligibleCandidate[]
  /** Of highest predicted quality. */
  best: EligibleCandidate
  /** Whom one model's answer is tried at: stands in for whoever has nobody else. */
  plan: readonly EligibleCandidate[]
  judging: Judging
  /** False: nobody stands in for anybody. */
  standsIn: boolean
  /** Whether several of one model may begin at different hosts. */
  isSpread: boolean
}

/** One model at all of its hosts, `lead` first. */
export function hostsOf(lead: EligibleCandidate, ranked: readonly EligibleCandidate[]): Team {
  const { model } = lead.candidate
  return [lead, ...ranked.filter((other) => other !== lead && other.candidate.model.id === model.id)]
}

/** The model of a bench by its id; null where it may not be asked. */
export function modelIn(modelId: string, { ranked }: Bench): Team | null {
  const lead = ranked.find(({ candidate }) => candidate.model.id === modelId)
  return lead ? hostsOf(lead, ranked) : null
}

/**
 * The model that is called so, at all of its hosts, though others were asked for.
 *
 * @param field where the name stands, as it is told when nobody may be asked
 * @throws AppError as `selectModel` and `eligibleOf` do
 */
export function modelCalled(name: string, field: string, bench: Bench): Team {
  const { catalog, context, weights, order } = bench.judging
  const selection = selectModel(name, catalog, field)
  if (selection.kind === 'auto') return hostsOf(bench.ranked[0], bench.ranked)
  const { modelId } = selection
  const known = modelIn(modelId, bench)
  if (known) return known
  const own = catalog.candidates.filter(({ model }) => model.id === modelId)
  const judged = judge(own, { ...context, requested: new Set([modelId]) }, weights)
  const [lead, ...others] = order(eligibleOf(judged, null, field))
  return lead ? [lead, ...others] : hostsOf(bench.ranked[0], bench.ranked)
}

/** A model's hosts, then whoever stands in for it, as far as a plan goes. */
export function withStandIns(own: Team, others: readonly EligibleCandidate[], { standsIn }: Bench): Team {
  const [lead, ...rest] = own
  if (!standsIn) return [lead]
  const model = lead.candidate.model.id
  const strangers = others.filter(({ candidate }) => candidate.model.id !== model)
  return [lead, ...[...new Set([...rest, ...strangers])].slice(0, MAX_PLAN - 1)]
}

/** The same model, beginning at the `turn`th of its hosts that are as good, no dearer, and no further away. */
export function inTurn(own: Team, turn: number, { judging }: Bench): Team {
  const { quality, costMicroUsd } = own[0].prediction
  const resells = ({ candidate }: EligibleCandidate) =>
    judging.context.hosts.get(candidate.offer.host)?.resells ?? false
  const asGood = own.filter(
    (one) =>
      one.prediction.quality >= quality &&
      (one.prediction.costMicroUsd ?? Infinity) <= (costMicroUsd ?? Infinity) &&
      (!resells(one) || resells(own[0])),
  )
  const lead = asGood[turn % asGood.length] ?? own[0]
  return [lead, ...own.filter((other) => other !== lead)]
}

/** The candidate of highest predicted quality; of equals the cheaper, then the better ranked. */
export function bestByQuality(ranked: Team): EligibleCandidate {
  let [best] = ranked
  for (const other of ranked) {
    const a = other.prediction
    const b = best.prediction
    if (a.quality < b.quality) continue
    const isCheaper = (a.costMicroUsd ?? Infinity) < (b.costMicroUsd ?? Infinity)
    if (a.quality > b.quality || isCheaper) best = other
  }
  return best
}

/** The best of each model, best first, of so many models. */
export function bestOfModels(ranked: Team, most: number): EligibleCandidate[] {
  const models = new Set<string>()
  const found: EligibleCandidate[] = []
  for (const one of ranked) {
    if (found.length === most) break
    const { id } = one.candidate.model
    if (models.has(id)) continue
    models.add(id)
    found.push(one)
  }
  return found
}
