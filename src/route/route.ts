import type { Demand } from '../core/demand.ts'
import { AppError } from '../core/errors.ts'
import { chanceOf } from '../core/hash.ts'
import type { LiveOffers } from '../core/live.ts'
import { reliabilityOf } from '../core/reliability.ts'
import type { Reason, RoutingPreferences } from '../core/routing.ts'
import { chanceFor } from './balance.ts'
import type { Beliefs } from './beliefs.ts'
import { costWeightFor } from './cost-weight.ts'
import { patternAsked, proposeCollaboration } from './collaboration/propose.ts'
import type { Decision, EligibleCandidate, HostState, Policy } from './decision.ts'
import { type Arm, explore, type Exploration } from './explore.ts'
import { fallbacksFor } from './fallbacks-for.ts'
import { type FilterContext, modelTest, patternTest, regionTest } from './filter.ts'
import { counterfactualOf, eligibleOf, judge, sparesOf } from './judge.ts'
import { type LimitContext, takenByHost } from './limits.ts'
import { logitOf, type Outlook, outlookOf, spreadFor } from './outlook.ts'
import { isWarm, pinOf, type SessionMemory } from './pin.ts'
import { planAttempts } from './plan.ts'
import { confidenceOf } from './predict.ts'
import type { PreparedCatalog } from './prepared-catalog.ts'
import type { Weights } from './rank.ts'
import { type Ranking, rankingFor } from './ranking.ts'
import type { RequestShape } from './request-shape.ts'
import { notForKey, requestedModels, type Selection, selectModel } from './select.ts'

/** Everything a decision rests on; nothing else is looked at. */
export type RoutingInput = {
  /** Minted at the door. */
  id: string
  /** Unix ms. */
  now: number
  request: RequestShape
  demand: Demand
  preferences: RoutingPreferences
  policy: Policy
  catalog: PreparedCatalog
  /** The live hosts. */
  hosts: ReadonlyMap<string, HostState>
  live: LiveOffers
  /** Null without a session, or in a new one. */
  session: SessionMemory | null
  /** What was learned from the tenant's own outcomes. */
  beliefs: Beliefs
}

/**
 * Decides who answers a request: hard filters, prediction, choice, fallbacks. Pure; equal input gives an equal decision.
 *
 * @throws AppError `model_not_found`, also for a key that may not use the model, `no_live_host`, `rate_limited` where all who could are at their limit, or
 *   `no_eligible_model` with the reasons counted
 */
export function route(input: RoutingInput): Decision {
  const { preferences, policy, catalog, demand } = input
  const { provider, autoRouter } = preferences
  const allowed = allowances(input)
  const selection = selectionOf(input, allowed)
  const fallbacks = fallbackModels(preferences, catalog)
  const weights = weightsFor(selection, input)
  const requested = requestedModels([selection, ...fallbacks])
  const outlook = outlookOf(input.beliefs, catalog.candidates, demand)
  const limits = limitsOf(input)
  const own = { requested, ...allowed, outlook, draw: chanceOf(input.id), holder: holderOf(input) }
  const context = { ...input, ...limits, ...own }
  const judged = judge(catalog.candidates, context, weights)
  const ranking = rankingOf([selection, ...fallbacks], { weights, limits }, input)
  const bestFirst = ranking.bestFirst(eligibleOf(judged, requested))
  const pin = pinOf(input.session, input.request, { ...input, ranked: bestFirst })
  const isFree = isLeftToUs(preferences, selection, weights) && !ranking.isAsked && !pin
  const exploration = isFree ? exploreModels(bestFirst, input, outlook) : null
  const ranked = ranking.shared(exploration?.explored ? withFirst(exploration.chosen, bestFirst) : bestFirst)
  const order = (eligible: readonly EligibleCandidate[]) => ranking.shared(ranking.bestFirst(eligible))
  const chosen = { selection, weights, ranked, pin }
  const spares = ranking.bestFirst(sparesOf(judged))
  const { attempts, reason } = planAttempts({ ...chosen, fallbacks, spares, judged, provider })
  const [choice, ...others] = attempts
  if (!choice) throw new AppError('internal', 'A ranking without a first')
  const judging = { catalog, context, weights, order }
  const made = {
    plan: [choice, ...others] satisfies Decision['plan'],
    reliability: reliabilityOf([preferences.reliability, ...policy.reliability]),
    counterfactual: counterfactualOf(judged),
  }
  const found = { judging, isExplored: exploration?.explored ?? false, isOrdered: ranking.isAsked }
  return {
    id: input.id,
    createdAt: input.now,
    requestedModel: preferences.model,
    reason: found.isExplored ? 'explore' : reasonOf(reason, policy),
    demand,
    ...made,
    fallbacksFor: fallbacksFor(preferences, choice, judging),
    ...proposeCollaboration({ ...input, ...chosen, ...made, ...found }),
    maxCostMicroUsd: microUsdOf(autoRouter.maxCostUsd),
    confidence: confidenceOf(choice.candidate, demand, choice.effort, outlook),
    policy: { ...namedIn(policy), propensity: exploration?.propensity ?? 1 },
    parameters: input.beliefs.parameters,
    judged,
  }
}

function rankingOf(
  selections: readonly [Selection, ...Selection[]],
  { weights, limits }: { weights: Weights; limits: LimitContext },
  input: RoutingInput,
): Ranking {
  const { id, request, preferences, session } = input
  return rankingFor({
    provider: preferences.provider,
    weights,
    minQuality: qualityFloor(selections[0], input),
    named: namedModels(selections, session),
    balance: { ...limits, ...chanceFor(id, request, preferences.sessionId) },
  })
}

/** Whether any model will do, weighed by us, and answers alone. */
function isLeftToUs(preferences: RoutingPreferences, selection: Selection, { ordering }: Weights): boolean {
  const pattern = patternAsked(preferences, selection) ?? 'single'
  return selection.kind === 'auto' && ordering === 'utility' && pattern === 'single'
}

type Allowances = Pick<FilterContext, 'isAllowed' | 'isAllowedByKey' | 'isPlaced'>

function allowances({ policy, preferences }: RoutingInput): Allowances {
  return {
    isAllowed: modelTest(policy, preferences.autoRouter),
    isAllowedByKey: patternTest([policy.keyModels]),
    isPlaced: regionTest(policy),
  }
}

function selectionOf({ preferences, policy, catalog }: RoutingInput, allowed: Allowances): Selection {
  const name = policy.model ?? preferences.model
  const selection = selectModel(name, catalog, 'model')
  if (selection.kind === 'pinned' && !allowed.isAllowedByKey(selection.modelId)) throw notForKey(name)
  return selection
}

function namedIn({ name, version, rule, route: asked }: Policy) {
  return { name, version, rule, route: asked }
}

/** A model that the tenant's rules name was not asked for by the request. */
function reasonOf(planned: Reason, { model }: Policy): Reason {
  return planned === 'pinned_by_request' && model !== null ? 'rule' : planned
}

function microUsdOf(usd: number | undefined): number | null {
  return usd === undefined ? null : Math.round(usd * 1e6)
}

function limitsOf({ hosts, live, policy }: RoutingInput): LimitContext {
  return { hosts, live, pools: policy.pools, taken: takenByHost(hosts, live) }
}

function holderOf({ session, request, now }: RoutingInput): SessionMemory | null {
  return session && isWarm(session, request, now) ? session : null
}

/** The models that may be tried however they are ranked: asked for by name, or who answered last. */
function namedModels(selections: readonly Selection[], session: SessionMemory | null): ReadonlySet<string> {
  const ids = selections.flatMap((one) => (one.kind === 'pinned' ? one.modelId : []))
  return new Set(session ? [...ids, session.modelId] : ids)
}

/**
 * Now and then a model that is not known well enough, in place of the best. Never within a tool loop, never one that is
 * predicted below the quality wanted; caps on prices hold for all that may be chosen.
 */
function exploreModels(
  ranked: readonly EligibleCandidate[],
  { id, request, demand, preferences, policy }: RoutingInput,
  outlook: Outlook,
): Exploration<ModelArm> | null {
  const rate = preferences.autoRouter.explorationRate ?? policy.explorationRate
  if (rate === 0 || request.inToolLoop) return null
  const models = new Map<string, ModelArm>()
  const wanted = Math.min(preferences.autoRouter.minQuality ?? 0, ranked[0]?.prediction.quality ?? 0)
  for (const offer of ranked) {
    const { model } = offer.candidate
    const { quality } = offer.prediction
    if (models.has(model.id) || quality < wanted) continue
    const spread = spreadFor(offer.candidate, demand, outlook)
    models.set(model.id, { offer, utility: offer.score, quality, belief: { mean: logitOf(quality), spread } })
  }
  return explore([...models.values()], { rate, seed: id })
}

type ModelArm = Arm & { offer: EligibleCandidate }

function withFirst({ offer }: ModelArm, ranked: readonly EligibleCandidate[]): EligibleCandidate[] {
  return [offer, ...ranked.filter((other) => other !== offer)]
}

/** The models that may stand in for the one asked for, in order. */
function fallbackModels(
  { models, fallbacksFrom }: RoutingPreferences,
  catalog: PreparedCatalog,
): Selection[] {
  const first = fallbacksFrom ?? models.length
  return models.map((name, index) =>
    selectModel(name, catalog, index < first ? `models[${index}]` : `fallbacks[${index - first}]`),
  )
}

/** The quality that is good enough: asked for, or the policy's where the cheapest is wanted; else 0. */
function qualityFloor(selection: Selection, { preferences, policy }: RoutingInput): number {
  const wantsFloor = selection.kind === 'auto' && selection.ordering === 'price'
  return preferences.autoRouter.minQuality ?? (wantsFloor ? policy.minQuality : 0)
}

/** Who asks for a panel and says nothing of cost wants the best answers. */
function weightsFor(selection: Selection, { preferences, policy, catalog, hosts }: RoutingInput): Weights {
  const { autoRouter, provider } = preferences
  const pattern = selection.kind === 'auto' ? patternAsked(preferences, selection) : undefined
  const wantsBest =
    (pattern === 'panel' || pattern === 'fusion') && autoRouter.costQualityTradeoff === undefined
  const ordering = provider.sort ?? selection.ordering ?? (wantsBest ? 'quality' : 'utility')
  return {
    ordering,
    costWeight: costWeightFor(autoRouter.costQualityTradeoff ?? policy.costQualityTradeoff, catalog, hosts),
    ...(provider.preferredMaxLatencyMs !== undefined && {
      preferredMaxLatencyMs: provider.preferredMaxLatencyMs,
    }),
  }
}
