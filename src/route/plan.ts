import type { Exclusion, ProviderPreferences, Reason } from '../core/routing.ts'
import type { EligibleCandidate, Judged } from './decision.ts'
import type { Pin } from './pin.ts'
import type { Weights } from './rank.ts'
import type { Selection } from './select.ts'

/** How many candidates one request may try, the choice included. */
export const MAX_PLAN = 5
/** A session changes to another model where that promises so much more utility: ten points of predicted quality. */
const SWITCH_GAIN = 0.1

export type PlanInput = {
  selection: Selection
  /** The fallback models asked for, in order. */
  fallbacks: readonly Selection[]
  /** Eligible candidates, best first; never empty. */
  ranked: readonly EligibleCandidate[]
  /** Whose host may be ill, best first: tried after all others. */
  spares: readonly EligibleCandidate[]
  judged: readonly Judged[]
  provider: ProviderPreferences
  pin: Pin | null
  weights: Weights
}

export type Plan = { attempts: readonly EligibleCandidate[]; reason: Reason }

/** What to try, in order, and why the first is the choice. */
export function planAttempts(input: PlanInput): Plan {
  const { selection, fallbacks, provider } = input
  const first = stage(selection, input)
  const others = fallbacks.map((fallback) => stage(fallback, input))
  const named = bestOfEach(others, first[0])
  // Named fallbacks are wanted soon: only one more host of the first model is tried before them.
  const own = named.length > 0 ? first.slice(0, 2) : first
  const wanted = new Set([...own, ...named, ...first, ...others.flat(), ...input.spares])
  const attempts = [...wanted].slice(0, provider.allowFallbacks === false ? 1 : MAX_PLAN)
  return {
    attempts,
    reason: first.length > 0 ? reasonFor(input, attempts) : skippedReason(selection, input.judged),
  }
}

/** What to try of some models: the best host of each, then their others. @param ranked best first */
export function planFallbacks(
  selections: readonly Selection[],
  ranked: readonly EligibleCandidate[],
): EligibleCandidate[] {
  const lists = selections.map((selection) =>
    selection.kind === 'pinned' ? offersOf(selection.modelId, ranked) : ranked,
  )
  return [...new Set([...bestOfEach(lists), ...lists.flat()])].slice(0, MAX_PLAN)
}

/** The best of each list whose model is not planned yet: `auto` as a fallback does not mean the choice again. */
function bestOfEach(
  lists: readonly (readonly EligibleCandidate[])[],
  choice?: EligibleCandidate,
): EligibleCandidate[] {
  const planned = new Set([choice?.candidate.model])
  return lists.flatMap((list) => {
    const best = list.find(({ candidate }) => !planned.has(candidate.model))
    planned.add(best?.candidate.model)
    return best ?? []
  })
}

function stage(selection: Selection, input: PlanInput): EligibleCandidate[] {
  const { ranked } = input
  if (selection.kind === 'pinned') return offersOf(selection.modelId, ranked)
  const choice = pinned(input) ?? ranked[0]
  return choice ? [choice, ...othersAfter(choice, ranked)] : []
}

function offersOf(modelId: string, ranked: readonly EligibleCandidate[]): EligibleCandidate[] {
  return ranked.filter(({ candidate }) => candidate.model.id === modelId)
}

/** Who is to go on, unless another is worth the change. */
function pinned({ ranked, pin, weights }: PlanInput): EligibleCandidate | undefined {
  const holder = pin && ranked.find(({ candidate }) => pin.holds(candidate))
  const [best] = ranked
  if (!holder || !best) return undefined
  const { ordering, costWeight } = weights
  const mayChange = pin.reason === 'pinned_by_session' && ordering === 'utility' && costWeight < Infinity
  return mayChange && best.score - holder.score > SWITCH_GAIN ? undefined : holder
}

/**
 * The best-ranked candidate at another host comes first, since a host that fails usually fails for all its models;
 * then the best other model at another host, in case it is the model that fails; the rest follow by rank.
 */
function othersAfter(choice: EligibleCandidate, ranked: readonly EligibleCandidate[]): EligibleCandidate[] {
  const { model, offer } = choice.candidate
  const rest = ranked.filter((judged) => judged !== choice)
  const elsewhere = rest.filter(({ candidate }) => candidate.offer.host !== offer.host)
  const otherModel = elsewhere.find(({ candidate }) => candidate.model.id !== model.id)
  return [...new Set([...elsewhere.slice(0, 1), ...(otherModel ? [otherModel] : []), ...rest])]
}

function reasonFor(input: PlanInput, attempts: readonly EligibleCandidate[]): Reason {
  const { selection, pin, ranked, weights } = input
  if (selection.kind === 'pinned') return 'pinned_by_request'
  const choice = attempts[0]
  if (pin && choice && pin.holds(choice.candidate)) return pin.reason
  if (ranked.length === 1) return 'only_candidate'
  switch (weights.ordering) {
    case 'quality':
      return 'quality_optimal'
    case 'latency':
    case 'throughput':
      return 'latency_optimal'
    case 'price':
      return 'cost_optimal'
    case 'utility':
      return weights.costWeight === 0 ? 'quality_optimal' : 'cost_optimal'
  }
}

/** Why the model asked for first could not be tried at all. */
function skippedReason(selection: Selection, judged: readonly Judged[]): Reason {
  const bars = new Set(
    judged.flatMap((one): Exclusion[] =>
      !one.eligible && selection.kind === 'pinned' && one.candidate.model.id === selection.modelId
        ? [one.excludedBy]
        : [],
    ),
  )
  if (bars.has('context_window')) return 'fallback_context_window'
  return bars.has('rate_limit') ? 'fallback_rate_limit' : 'fallback_error'
}
