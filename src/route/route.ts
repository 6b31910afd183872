import type { ChatRequest } from '../core/chat.ts'
import type { Demand } from '../core/demand.ts'
import { AppError } from '../core/errors.ts'
import type { RoutingPreferences } from '../core/routing.ts'
import type { Decision, HostState, Policy } from './decision.ts'
import { patternTest } from './filter.ts'
import { counterfactualOf, eligibleOf, judge } from './judge.ts'
import { pinOf, type SessionMemory } from './pin.ts'
import { ownFormatFirst } from './own-format.ts'
import { planAttempts } from './plan.ts'
import { confidenceOf } from './predict.ts'
import type { PreparedCatalog } from './prepared-catalog.ts'
import { rank, type Weights } from './rank.ts'
import { type Selection, selectModel } from './select.ts'

/** Everything a decision rests on; nothing else is looked at. */
export type RoutingInput = {
  /** Minted at the door. */
  id: string
  /** Unix ms. */
  now: number
  request: ChatRequest
  demand: Demand
  preferences: RoutingPreferences
  policy: Policy
  catalog: PreparedCatalog
  /** The live hosts. */
  hosts: ReadonlyMap<string, HostState>
  /** `host/model` of every open breaker. */
  openBreakers: ReadonlySet<string>
  /** Null without a session, or in a new one. */
  session: SessionMemory | null
}

/**
 * Decides who answers a request: hard filters, prediction, choice, fallbacks. Pure; equal input gives an equal decision.
 *
 * @throws AppError `model_not_found`, `no_live_host`, or `no_eligible_model` with the reasons counted
 */
export function route(input: RoutingInput): Decision {
  const { preferences, policy, catalog, demand } = input
  const { provider } = preferences
  const selection = selectModel(preferences.model, catalog, 'model')
  const fallbacks = preferences.models.map((name, index) => selectModel(name, catalog, `models[${index}]`))
  const weights = weightsFor(selection, input)
  const isAllowed = patternTest([policy.allowedModels, preferences.autoRouter.allowedModels])
  const requested = requestedModels([selection, ...fallbacks])
  const judged = judge(catalog.candidates, { ...input, requested, isAllowed }, weights)
  const bestFirst = rank(eligibleOf(judged, requested), provider, qualityFloor(selection, input))
  const asOrdered = provider.order !== undefined || provider.sort !== undefined
  const ranked = asOrdered ? bestFirst : ownFormatFirst(bestFirst, input.hosts)
  const { ordering, tradeoff } = weights
  const pin = pinOf(input.session, input.request, input.hosts)
  const plan = planAttempts({ selection, fallbacks, ranked, judged, provider, pin, ordering, tradeoff })
  const [choice, ...others] = plan.attempts
  if (!choice) throw new AppError('internal', 'A ranking without a first')
  return {
    id: input.id,
    createdAt: input.now,
    requestedModel: preferences.model,
    reason: plan.reason,
    demand,
    plan: [choice, ...others],
    confidence: confidenceOf(choice.candidate, demand, choice.effort),
    policy: { name: policy.name, version: policy.version, propensity: 1 },
    judged,
    counterfactual: counterfactualOf(judged),
  }
}

/** The models named by the caller; null when `auto` is among them, since then any will do. */
function requestedModels(named: readonly Selection[]): ReadonlySet<string> | null {
  const ids = new Set<string>()
  for (const selection of named) {
    if (selection.kind === 'auto') return null
    ids.add(selection.modelId)
  }
  return ids
}

/** The quality that is good enough: asked for, or the policy's where the cheapest is wanted; else 0. */
function qualityFloor(selection: Selection, { preferences, policy }: RoutingInput): number {
  const wantsFloor = selection.kind === 'auto' && selection.ordering === 'price'
  return preferences.autoRouter.minQuality ?? (wantsFloor ? policy.minQuality : 0)
}

function weightsFor(selection: Selection, { preferences, policy }: RoutingInput): Weights {
  const { autoRouter, provider } = preferences
  const ordering = provider.sort ?? selection.ordering ?? 'utility'
  return {
    ordering,
    tradeoff: autoRouter.costQualityTradeoff ?? policy.costQualityTradeoff,
    ...(provider.preferredMaxLatencyMs !== undefined && {
      preferredMaxLatencyMs: provider.preferredMaxLatencyMs,
    }),
  }
}
