import type { EmbeddingRequest } from '../../core/embedding.ts'
import { AppError } from '../../core/errors.ts'
import { isAdmitted, type LiveOffers, offerKey } from '../../core/live.ts'
import type { Exclusion, ProviderPreferences, RoutingPreferences } from '../../core/routing.ts'
import type { Policy } from '../decision.ts'
import { modelTest, patternTest, regionTest } from '../filter.ts'
import { notForKey } from '../select.ts'
import type { EmbeddingModel, EmbeddingOffer } from './model.ts'

/** What a plan needs to know of a live host. */
export type EmbeddingHost = {
  keepsInputs: boolean
  takesTokens: boolean
  /** Null where nobody knows. */
  region: string | null
}

/** Everything a plan rests on; nothing else is looked at. */
export type EmbeddingPlanInput = {
  request: EmbeddingRequest
  model: EmbeddingModel
  preferences: RoutingPreferences
  policy: Pick<
    Policy,
    'allowedModels' | 'deniedModels' | 'keyModels' | 'onlyHosts' | 'regions' | 'dataCollection' | 'priced'
  >
  /** The live hosts that offer embeddings. */
  hosts: ReadonlyMap<string, EmbeddingHost>
  live: LiveOffers
  /** 0..1: who is recovering gets a share of all requests. */
  draw: number
}

/** Where a model's vectors can be had now, in the order to try, and where not and why. */
export type EmbeddingPlan = {
  model: EmbeddingModel
  offers: readonly [EmbeddingOffer, ...EmbeddingOffer[]]
  excluded: readonly { offer: EmbeddingOffer; excludedBy: Exclusion }[]
}

/**
 * Where to have a request's vectors made: the hosts of one model, those the caller put in order first, then by price.
 *
 * @throws AppError `model_not_found` for a key that may not use it, `no_live_host`, `no_eligible_model` with the reasons, or `invalid_request` for
 *   what the model cannot do anywhere
 */
export function planEmbedding(input: EmbeddingPlanInput): EmbeddingPlan {
  const { model, policy, preferences } = input
  if (!patternTest([policy.keyModels])(model.id)) throw notForKey(preferences.model)
  assertAble(model, input.request)
  const judged = model.offers.map((offer) => ({ offer, bar: exclusionOf(model, offer, input) }))
  // Better to try a host that may still be ill than to turn the request away.
  const well = judged.filter(({ bar }) => bar === null)
  const eligible = well.length > 0 ? well : judged.filter(({ bar }) => bar === 'breaker_open')
  const bars = judged.flatMap(({ offer, bar }) => (bar ? [{ offer, excludedBy: bar }] : []))
  const excluded = bars.filter(({ offer }) => eligible.every((one) => one.offer !== offer))
  const [first, ...others] = inOrder(
    eligible.map(({ offer }) => offer),
    preferences.provider,
  )
  if (!first) throw nobody(excluded)
  const { allowFallbacks } = preferences.provider
  return { model, offers: allowFallbacks === false ? [first] : [first, ...others], excluded }
}

/** What no host could mend: tokens that only the model's own maker counts so, lengths that the model does not have. */
function assertAble(model: EmbeddingModel, { inputs, dimensions }: EmbeddingRequest): void {
  if (inputs.kind === 'tokens' && model.tokenFamily !== 'openai') {
    throw new AppError('invalid_request', `Invalid 'input': ${model.id} takes text, not tokens`, {
      param: 'input',
    })
  }
  if (dimensions === undefined || model.dimensions === null || dimensions === model.dimensions) return
  if (model.maxDimensions === null || dimensions > model.maxDimensions) {
    const can = model.maxDimensions === null ? `only ${model.dimensions}` : `at most ${model.maxDimensions}`
    throw new AppError('invalid_request', `Invalid 'dimensions': ${model.id} has ${can}`, {
      param: 'dimensions',
    })
  }
}

function exclusionOf(
  model: EmbeddingModel,
  offer: EmbeddingOffer,
  { request, preferences, policy, hosts, live, draw }: EmbeddingPlanInput,
): Exclusion | null {
  const { provider, autoRouter } = preferences
  const host = hosts.get(offer.host)
  if (!host) return 'no_live_host'
  if (request.inputs.kind === 'tokens' && !host.takesTokens) return 'protocol'
  if (!suits(offer.host, provider)) return 'provider_preferences'
  if (!policy.onlyHosts.every((only) => only.includes(offer.host))) return 'provider_preferences'
  if (!modelTest(policy, autoRouter)(model.id)) return 'tenant_allow_list'
  const denies = provider.dataCollection === 'deny' || policy.dataCollection === 'deny'
  if (denies && host.keepsInputs) return 'data_policy'
  if (!regionTest(policy)(host.region)) return 'region'
  return (
    priceBar(offer, provider, policy.priced) ??
    (isAdmitted(live.get(offerKey(offer.host, model.id)), draw) ? null : 'breaker_open')
  )
}

function suits(hostId: string, { only, ignore, order, allowFallbacks }: ProviderPreferences): boolean {
  if (only && !only.includes(hostId)) return false
  if (ignore?.includes(hostId)) return false
  return !(allowFallbacks === false && order && !order.includes(hostId))
}

/** Caps are in USD, prices in micro-USD. */
function priceBar(
  { price }: EmbeddingOffer,
  { maxPrice }: ProviderPreferences,
  needsPrice: boolean,
): Exclusion | null {
  if (!price) return maxPrice?.prompt === undefined && !needsPrice ? null : 'no_price'
  if (maxPrice?.prompt === undefined) return null
  return price.input > Math.round(maxPrice.prompt * 1e6) ? 'price_cap' : null
}

function inOrder(offers: readonly EmbeddingOffer[], { order = [] }: ProviderPreferences): EmbeddingOffer[] {
  const place = ({ host }: EmbeddingOffer) => (order.includes(host) ? order.indexOf(host) : order.length)
  return offers.toSorted((a, b) => place(a) - place(b) || costOf(a) - costOf(b))
}

/** An unknown price comes last. */
function costOf({ price }: EmbeddingOffer): number {
  return price?.input ?? Number.MAX_SAFE_INTEGER
}

function nobody(excluded: EmbeddingPlan['excluded']): AppError {
  if (excluded.every(({ excludedBy }) => excludedBy === 'no_live_host')) {
    return new AppError(
      'no_live_host',
      'No live host serves the model asked for: set the key of a host that does',
    )
  }
  const reasons = excluded.map(({ offer, excludedBy }) => `${excludedBy} (${offer.host})`).join(', ')
  return new AppError('no_eligible_model', `No host can take this request: ${reasons}`, { param: 'model' })
}
