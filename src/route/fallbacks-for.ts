import type { RoutingPreferences } from '../core/routing.ts'
import type { Decision, EligibleCandidate } from './decision.ts'
import { judge, type JudgeContext } from './judge.ts'
import { planFallbacks } from './plan.ts'
import type { Candidate, PreparedCatalog } from './prepared-catalog.ts'
import type { Weights } from './rank.ts'
import { requestedModels, type Selection, selectModel } from './select.ts'

/** How candidates are judged and put in order, as those of the plan were. */
export type Judging = {
  catalog: PreparedCatalog
  context: JudgeContext
  weights: Weights
  /** Best first. */
  order: (eligible: readonly EligibleCandidate[]) => readonly EligibleCandidate[]
}

/**
 * What to try, in order, when the choice turns out to be too small for the conversation (only larger ones are of use
 * then), or its host refuses the content.
 *
 * @throws AppError `model_not_found` naming the field
 */
export function fallbacksFor(
  { fallbacksFor: names, provider }: RoutingPreferences,
  { candidate: choice }: EligibleCandidate,
  judging: Judging,
): Decision['fallbacksFor'] {
  const larger = selectionsOf(names.contextWindow, 'context_window_fallbacks', judging)
  const freer = selectionsOf(names.contentPolicy, 'content_policy_fallbacks', judging)
  if (provider.allowFallbacks === false) return { contextWindow: [], contentPolicy: [] }
  const isLarger = ({ contextWindow }: Candidate) => contextWindow > choice.contextWindow
  return {
    contextWindow: candidatesOf(larger, isLarger, judging),
    contentPolicy: candidatesOf(freer, (candidate) => candidate !== choice, judging),
  }
}

function selectionsOf(names: readonly string[], field: string, { catalog }: Judging): Selection[] {
  return names.map((name, index) => selectModel(name, catalog, `${field}[${index}]`))
}

/** They were asked for by name, if only for this case: judged like models that are. */
function candidatesOf(
  selections: readonly Selection[],
  isOfUse: (candidate: Candidate) => boolean,
  { catalog, context, weights, order }: Judging,
): EligibleCandidate[] {
  if (selections.length === 0) return []
  const requested = requestedModels(selections)
  const named = catalog.candidates.filter(
    (candidate) => (requested?.has(candidate.model.id) ?? true) && isOfUse(candidate),
  )
  const eligible = judge(named, { ...context, requested }, weights).filter((one) => one.eligible)
  return planFallbacks(selections, order(eligible))
}
