import type { OutputFormat } from '../core/chat.ts'
import type { Demand } from '../core/demand.ts'
import { isAdmitted } from '../core/live.ts'
import type { AutoRouterPreferences, Exclusion, RoutingPreferences } from '../core/routing.ts'
import type { HostState, Policy } from './decision.ts'
import { type LimitContext, usedShare } from './limits.ts'
import type { Prediction } from './predict.ts'
import type { Candidate } from './prepared-catalog.ts'
import type { RequestShape } from './request-shape.ts'

/** Input is estimated; this much is kept free for the estimate's error. */
const CONTEXT_MARGIN = 1.05

/** Everything the hard filters read besides the candidate itself. */
export type FilterContext = LimitContext & {
  request: RequestShape
  demand: Demand
  preferences: RoutingPreferences
  policy: Policy
  /** 0..1, the same for all candidates of one decision: who is recovering gets a share of all decisions. */
  draw: number
  /** The models asked for by name; null when any will do. */
  requested: ReadonlySet<string> | null
  isAllowed: (modelId: string) => boolean
  /** Whether a host in such a region may be called. */
  isPlaced: (region: string | null) => boolean
  isAllowedByKey: (modelId: string) => boolean
}

/**
 * The first reason why a candidate may not answer, or null when it may. What only estimates say (tokens, cost) does
 * not exclude a model the caller asked for by name: its host will tell.
 */
export function exclusionOf(
  candidate: Candidate,
  prediction: Prediction,
  context: FilterContext,
): Exclusion | null {
  const host = context.hosts.get(candidate.offer.host)
  if (!host) return 'no_live_host'
  if (!host.takesContent) return 'protocol'
  if (!suitsPreferences(candidate.offer.host, host, context)) return 'provider_preferences'
  if (!context.isAllowed(candidate.model.id)) return 'tenant_allow_list'
  if (!context.isAllowedByKey(candidate.model.id)) return 'key_allow_list'
  if (host.keepsInputs && deniesCollection(context)) return 'data_policy'
  if (!context.isPlaced(host.region)) return 'region'
  const named = context.requested?.has(candidate.model.id) ?? false
  return (
    lackingFeature(candidate, context) ??
    (named ? null : excludedBySize(candidate, context)) ??
    excludedByPrice(candidate, prediction, named, context) ??
    (context.requested && !named ? 'not_requested' : null) ??
    (isAtLimit(candidate, context) ? 'rate_limit' : null) ??
    (isLetThrough(candidate, context) ? null : 'breaker_open')
  )
}

/** A host's name stands for all of its accounts. */
function suitsPreferences(
  hostId: string,
  host: HostState,
  { preferences, policy }: Pick<FilterContext, 'preferences' | 'policy'>,
): boolean {
  const { only, ignore, order, allowFallbacks, requireParameters } = preferences.provider
  const isIn = (names: readonly string[]) => names.includes(hostId) || names.includes(host.baseHost)
  if (only && !isIn(only)) return false
  if (!policy.onlyHosts.every(isIn)) return false
  if (ignore && isIn(ignore)) return false
  if (allowFallbacks === false && order && !isIn(order)) return false
  return !requireParameters || host.takesAllParameters
}

/** By everybody's breaker, and by the tenant's own, which may only be stricter. */
function isLetThrough({ key }: Candidate, { live, draw, policy }: FilterContext): boolean {
  const offer = live.get(key)
  if (!isAdmitted(offer, draw)) return false
  return (
    !offer ||
    !policy.breakers.some(
      ({ failureShare, minimumRequests }) =>
        offer.requests >= minimumRequests && offer.failures / offer.requests > failureShare,
    )
  )
}

/** What the call itself is expected to take counts: a host would turn it away as well. */
function isAtLimit(candidate: Candidate, context: FilterContext): boolean {
  const { inputTokens, expectedOutputTokens } = context.demand
  const tokens = inputTokens[candidate.model.tokenFamily] + expectedOutputTokens
  return usedShare(candidate, context, tokens) >= 1
}

function deniesCollection({ preferences, policy }: FilterContext): boolean {
  return preferences.provider.dataCollection === 'deny' || policy.dataCollection === 'deny'
}

function lackingFeature({ model }: Candidate, { request, demand }: FilterContext): Exclusion | null {
  if (demand.modalities.some((modality) => !model.inputModalities.includes(modality))) return 'modality'
  if (demand.needs.includes('tools') && !model.tools) return 'tools'
  return canGive(request.output, model) ? null : 'structured_output'
}

/** A model that has tools can give JSON through one. */
function canGive(output: OutputFormat['type'], { structuredOutput, tools }: Candidate['model']): boolean {
  if (output === 'text' || tools || structuredOutput === 'json_schema') return true
  return output === 'json_object' && structuredOutput === 'json_object'
}

function excludedBySize(candidate: Candidate, { request, demand }: FilterContext): Exclusion | null {
  const input = demand.inputTokens[candidate.model.tokenFamily] * CONTEXT_MARGIN
  if (input + demand.expectedOutputTokens > candidate.contextWindow) return 'context_window'
  return (request.maxOutputTokens ?? 0) > candidate.maxOutputTokens ? 'max_output_tokens' : null
}

/** @param named asked for by name, so that of the caller's caps only the one on prices counts */
function excludedByPrice(
  { offer }: Candidate,
  { costMicroUsd }: Prediction,
  named: boolean,
  { preferences, policy }: FilterContext,
): Exclusion | null {
  const { maxPrice } = preferences.provider
  const maxCostUsd = policy.maxCostUsd ?? undefined
  const isCapped = maxPrice !== undefined || maxCostUsd !== undefined || policy.priced
  if (!offer.price || costMicroUsd === null) return named && !isCapped ? null : 'no_price'
  if (exceeds(offer.price.input, maxPrice?.prompt)) return 'price_cap'
  if (exceeds(offer.price.output, maxPrice?.completion)) return 'price_cap'
  if (exceeds(costMicroUsd, maxCostUsd)) return 'cost_cap'
  return !named && exceeds(costMicroUsd, preferences.autoRouter.maxCostUsd) ? 'cost_cap' : null
}

/** Caps are in USD, amounts in micro-USD. */
function exceeds(microUsd: number, capUsd: number | undefined): boolean {
  return capUsd !== undefined && microUsd > Math.round(capUsd * 1e6)
}

/** A test of the models that a tenant and its caller allow. */
export function modelTest(
  policy: Pick<Policy, 'allowedModels' | 'deniedModels'>,
  { allowedModels }: AutoRouterPreferences,
): (id: string) => boolean {
  const isAllowed = patternTest([...policy.allowedModels, allowedModels])
  if (policy.deniedModels.length === 0) return isAllowed
  const isDenied = patternTest([policy.deniedModels])
  return (id) => isAllowed(id) && !isDenied(id)
}

/**
 * A test of regions: of the names a tenant lists, of longer ones after a dash, or as a pattern says. Who does not say
 * where it is, is nowhere.
 */
export function regionTest({ regions }: Pick<Policy, 'regions'>): (region: string | null) => boolean {
  if (regions.length === 0) return () => true
  const isListed = patternTest(regions.map((list) => list.flatMap((name) => [name, `${name}-*`])))
  return (region) => region !== null && isListed(region)
}

/**
 * A test of model ids against patterns in which `*` stands for anything, e.g. `anthropic/*`; case does not matter.
 * A list that is absent allows all.
 */
export function patternTest(
  lists: readonly (readonly string[] | null | undefined)[],
): (id: string) => boolean {
  const present = lists.filter((list) => list !== null && list !== undefined)
  if (present.length === 0) return () => true
  const tests = present.map((patterns) => patterns.map(patternMatcher))
  return (id) => {
    const name = id.toLowerCase()
    return tests.every((matchers) => matchers.some((matches) => matches(name)))
  }
}

function patternMatcher(pattern: string): (id: string) => boolean {
  const pieces = pattern.toLowerCase().split('*')
  if (pieces.length === 1) return (id) => id === pieces[0]
  const first = pieces[0] ?? ''
  const last = pieces.at(-1) ?? ''
  const middle = pieces.slice(1, -1)
  return (id) => {
    if (id.length < first.length + last.length || !id.startsWith(first) || !id.endsWith(last)) return false
    let from = first.length
    for (const piece of middle) {
      const at = id.indexOf(piece, from)
      if (at < 0 || at + piece.length > id.length - last.length) return false
      from = at + piece.length
    }
    return true
  }
}
