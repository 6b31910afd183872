import type { OfferFacts } from './extend.ts'
import type { CatalogModel, Offer } from './model.ts'

/**
 * What we read of `https://models.dev/api.json`: providers by id, models by the host's own id, prices in USD per
 * million tokens. Anything may be missing or wrong: it is data from elsewhere.
 */
export type ModelsDev = Readonly<
  Record<string, { models?: Readonly<Record<string, ModelsDevModel>> | undefined }>
>

export type ModelsDevModel = {
  cost?:
    | {
        input?: number | undefined
        output?: number | undefined
        cache_read?: number | undefined
        cache_write?: number | undefined
      }
    | undefined
  limit?: { context?: number | undefined; output?: number | undefined } | undefined
}

/** models.dev's names of hosts that we call otherwise. */
const PROVIDER_ID: Readonly<Record<string, string>> = {
  together: 'togetherai',
  fireworks: 'fireworks-ai',
  'workers-ai': 'cloudflare-workers-ai',
  qwen: 'alibaba',
  moonshot: 'moonshotai',
  bedrock: 'amazon-bedrock',
  vertex: 'google-vertex-anthropic',
}

/** A price or limit that moved by more than this factor is taken for a mistake, and what we had stands. */
const MAX_CHANGE = 10

/**
 * Newer facts for the catalog's offers. An offer that models.dev does not list, or lists with an impossible price
 * (missing, zero, negative, ten times the known one or a tenth of it) gets none.
 *
 * @param now Unix ms
 */
export function factsFrom(modelsDev: ModelsDev, catalog: readonly CatalogModel[], now: number): OfferFacts[] {
  return catalog.flatMap((model) =>
    model.offers.flatMap((offer) => {
      const provider = modelsDev[PROVIDER_ID[offer.host] ?? offer.host]
      const listed = provider?.models?.[offer.hostModelId]
      const facts = listed && factsOf(model, offer, listed, now)
      return facts ? [facts] : []
    }),
  )
}

function factsOf(
  model: CatalogModel,
  offer: Offer,
  { cost, limit }: ModelsDevModel,
  now: number,
): OfferFacts | null {
  const inputPrice = microUsd(cost?.input)
  const outputPrice = microUsd(cost?.output)
  if (inputPrice === null || outputPrice === null) return null
  if (offer.price && !isPlausible(inputPrice, offer.price.input)) return null
  if (offer.price && !isPlausible(outputPrice, offer.price.output)) return null
  const cachedInputPrice = microUsd(cost?.cache_read)
  const cacheWritePrice = microUsd(cost?.cache_write)
  return {
    host: offer.host,
    hostModelId: offer.hostModelId,
    inputPrice,
    outputPrice,
    cachedInputPrice: cachedInputPrice !== null && cachedInputPrice <= inputPrice ? cachedInputPrice : null,
    cacheWritePrice:
      cacheWritePrice !== null && isPlausible(cacheWritePrice, inputPrice) ? cacheWritePrice : null,
    contextWindow: limitOf(limit?.context, offer.contextWindow ?? model.contextWindow),
    maxOutputTokens: limitOf(limit?.output, offer.maxOutputTokens ?? model.maxOutputTokens),
    readAt: now,
  }
}

function isPlausible(next: number, known: number): boolean {
  return next <= known * MAX_CHANGE && next >= known / MAX_CHANGE
}

/** USD per million tokens → micro-USD per million tokens; null unless positive after rounding. */
function microUsd(usd: number | undefined): number | null {
  const price = usd === undefined ? 0 : Math.round(usd * 1e6)
  return Number.isFinite(price) && price > 0 ? price : null
}

/** A limit in tokens; null where it is none, or too far from the model's own to be true. */
function limitOf(value: number | undefined, known: number): number | null {
  return value !== undefined && Number.isInteger(value) && isPlausible(value, known) ? value : null
}
