import type { CollaborationWish, Pattern } from '../../core/collaboration.ts'
import type { Demand } from '../../core/demand.ts'
import { AppError } from '../../core/errors.ts'
import type { Reliability } from '../../core/reliability.ts'
import type { RoutingPreferences } from '../../core/routing.ts'
import type { Beliefs } from '../beliefs.ts'
import type { Decision, EligibleCandidate, Policy } from '../decision.ts'
import type { Judging } from '../fallbacks-for.ts'
import type { Pin, SessionMemory } from '../pin.ts'
import type { Weights } from '../rank.ts'
import type { RequestShape } from '../request-shape.ts'
import type { Selection } from '../select.ts'
import type { Scale } from './expect-cascade.ts'
import type { Team } from './plan.ts'
import { type Bench, bestByQuality, bestOfModels, modelCalled, modelIn } from './team.ts'

/** What a proposal rests on: the request, and the plan that was made for one model's answer to it. */
export type ProposalInput = {
  preferences: RoutingPreferences
  policy: Policy
  request: RequestShape
  demand: Demand
  session: SessionMemory | null
  selection: Selection
  weights: Weights
  /** Everybody eligible, best first. */
  ranked: readonly EligibleCandidate[]
  plan: Decision['plan']
  pin: Pin | null
  judging: Judging
  reliability: Reliability
  beliefs: Pick<Beliefs, 'confidence'>
  /** The best of all models that could answer, and what its answer is expected to cost. */
  counterfactual: Decision['counterfactual']
  /** Whether the choice was made to learn: then it answers alone. */
  isExplored: boolean
  /** Whether the caller ordered or sorted hosts. */
  isOrdered: boolean
}

/** What all ways of working on a request rest on. */
export type Ground = {
  input: ProposalInput
  wish: CollaborationWish
  bench: Bench
  scale: Scale
  /** Who has begun, where the request goes on with a tool loop that several began. */
  going: { pattern: Pattern; teams: readonly Team[] } | null
}

/** Models that are looked at for a part. */
const LOOKED_AT = 3

export function groundOf(input: ProposalInput, wish: CollaborationWish): Ground {
  const { plan, preferences, judging, weights, counterfactual, isOrdered } = input
  const ranked = poolOf(input)
  const standsIn = preferences.provider.allowFallbacks !== false
  const bench: Bench = {
    ranked,
    near: bestOfModels(ranked, LOOKED_AT),
    best: ranked.find(({ candidate }) => candidate === counterfactual.best) ?? bestByQuality(ranked),
    plan,
    judging,
    standsIn,
    isSpread: standsIn && !isOrdered,
  }
  const scale = { weights: balanceOf(weights), bestCostMicroUsd: counterfactual.alwaysBestMicroUsd ?? 0 }
  return { input, wish, bench, scale, going: goingIn(input, wish, bench) }
}

/** Within a tool loop without a session only those who can read the thoughts that it began with. */
function poolOf({ ranked, plan, pin, session }: ProposalInput): Team {
  const readers = pin && !session ? ranked.filter(({ candidate }) => pin.holds(candidate)) : ranked
  return [readers, ranked].find(isTeam) ?? plan
}

function isTeam(candidates: readonly EligibleCandidate[]): candidates is Team {
  return candidates.length > 0
}

/** Only quality, or only cost, where models are ordered so; whoever wants the fastest asks one. */
function balanceOf(weights: Weights): Weights {
  if (weights.ordering === 'quality') return { ...weights, ordering: 'utility', costWeight: 0 }
  return weights.ordering === 'price' ? { ...weights, ordering: 'utility', costWeight: Infinity } : weights
}

/**
 * Those of the models that began who may still be asked: all of a panel; of a cascade who called the tools and whoever
 * comes after. A model that was named for it may be one that the request itself does not name.
 */
function goingIn(
  { request, session }: ProposalInput,
  wish: CollaborationWish,
  bench: Bench,
): Ground['going'] {
  const began = request.inToolLoop ? session?.collaboration : undefined
  if (!session || !began) return null
  const { pattern, models } = began
  const from = pattern === 'cascade' ? Math.max(0, models.indexOf(session.modelId)) : 0
  const named = pattern === 'cascade' ? wish.cascade?.models : wish.panel?.models
  const teamOf = (id: string) =>
    modelIn(id, bench) ?? (named ? whereOpen(() => modelCalled(id, 'session', bench)) : null)
  const teams = models.slice(from).flatMap((id) => {
    const team = teamOf(id)
    return team ? [team] : []
  })
  return teams.length > 0 ? { pattern, teams } : null
}

/** What nobody asked for is not open, rather than wrong, where a model that is meant for it may not be asked. */
export function whereOpen<T>(make: () => T): T | null {
  try {
    return make()
  } catch (error) {
    if (error instanceof AppError) return null
    throw error
  }
}
