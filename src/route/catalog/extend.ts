import { REASONING_EFFORTS, type ReasoningEffort } from '../../core/chat.ts'
import { MODALITIES, type Modality } from '../../core/demand.ts'
import { present } from '../../core/present.ts'
import type { CatalogModel, Offer, Price, TokenPrices } from './model.ts'

/** Newer prices and limits of one offer. Prices in micro-USD per million tokens. */
export type OfferFacts = {
  host: string
  hostModelId: string
  inputPrice: number
  outputPrice: number
  cachedInputPrice: number | null
  cacheWritePrice: number | null
  contextWindow: number | null
  maxOutputTokens: number | null
  /** Unix ms. */
  readAt: number
}

/**
 * The catalog with newer facts in place of its own; models and offers are neither added nor removed, and what the
 * facts leave open (a null) stays as it was.
 */
export function withFacts(
  catalog: readonly CatalogModel[],
  facts: readonly OfferFacts[],
): readonly CatalogModel[] {
  if (facts.length === 0) return catalog
  const byOffer = new Map(facts.map((fact) => [`${fact.host} ${fact.hostModelId}`, fact]))
  return catalog.map((model) => ({
    ...model,
    offers: model.offers.map((offer) => {
      const fact = byOffer.get(`${offer.host} ${offer.hostModelId}`)
      return fact ? renewed(offer, fact) : offer
    }),
  }))
}

function renewed(offer: Offer, fact: OfferFacts): Offer {
  const date = new Date(fact.readAt).toISOString().slice(0, 10)
  const cachedInput = fact.cachedInputPrice ?? offer.price?.cachedInput
  const price: Price = {
    ...offer.price,
    input: fact.inputPrice,
    output: fact.outputPrice,
    ...(cachedInput !== undefined && { cachedInput: Math.min(cachedInput, fact.inputPrice) }),
    ...(fact.cacheWritePrice !== null && { cacheWrite: fact.cacheWritePrice }),
    ...scaled(offer.price, fact.inputPrice),
    source: { url: 'https://models.dev/api.json', date },
  }
  return {
    ...offer,
    price,
    ...(fact.contextWindow !== null && { contextWindow: fact.contextWindow }),
    ...(fact.maxOutputTokens !== null && { maxOutputTokens: fact.maxOutputTokens }),
  }
}

/** Prices that the facts do not tell, in step with the input's: Anthropic and Google set them as multiples of it. */
function scaled(old: Price | null, inputPrice: number): Pick<TokenPrices, 'longCacheWrite' | 'audioInput'> {
  const by = old && old.input > 0 ? inputPrice / old.input : 1
  const times = (price: number | undefined) => price && Math.round(price * by)
  return present({ longCacheWrite: times(old?.longCacheWrite), audioInput: times(old?.audioInput) })
}

/** A server of the operator's own and the models it serves, as configured. Prices in USD per million tokens. */
export type LocalOffers = {
  id: string
  base_url: string
  models: readonly {
    id: string
    /** Catalog model whose abilities and features it shares. */
    like?: string | undefined
    context_window: number
    max_output_tokens: number
    price?: { prompt: number; completion: number } | undefined
    tools: boolean
    input_modalities?: readonly Modality[] | undefined
    structured_output?: CatalogModel['structuredOutput'] | undefined
    /** What its server accepts, in any order; none: it cannot be told how much to think. */
    reasoning_efforts?: readonly ReasoningEffort[] | undefined
  }[]
}

/** The catalog with the models of local servers added, as `host/model`. */
export function withLocalModels(
  catalog: readonly CatalogModel[],
  servers: readonly LocalOffers[],
): readonly CatalogModel[] {
  const byId = new Map(catalog.map((model) => [model.id, model]))
  const local = servers.flatMap((server) =>
    server.models.map((model) => localModel(server, model, byId.get(model.like ?? ''))),
  )
  return [...catalog, ...local]
}

function localModel(
  server: LocalOffers,
  model: LocalOffers['models'][number],
  like: CatalogModel | undefined,
): CatalogModel {
  const source = { url: server.base_url, date: like?.source.date ?? '1970-01-01' }
  const price = model.price && {
    input: Math.round(model.price.prompt * 1e6),
    output: Math.round(model.price.completion * 1e6),
    source,
  }
  return {
    id: `${server.id}/${model.id}`,
    name: model.id,
    released: like?.released ?? '1970-01-01',
    aliases: [],
    tokenFamily: like?.tokenFamily ?? 'other',
    openWeights: like?.openWeights ?? true,
    contextWindow: model.context_window,
    maxOutputTokens: model.max_output_tokens,
    inputModalities: modalitiesOf(model) ?? like?.inputModalities ?? ['text'],
    tools: model.tools,
    structuredOutput: model.structured_output ?? like?.structuredOutput ?? 'none',
    reasoning: reasoningOf(model),
    source,
    scores: like?.scores ?? [],
    offers: [{ host: server.id, hostModelId: model.id, price: price ?? null }],
  }
}

/** Everything reads text, said or not. */
function modalitiesOf({ input_modalities: named }: LocalOffers['models'][number]): Modality[] | undefined {
  return named && MODALITIES.filter((modality) => modality === 'text' || named.includes(modality))
}

function reasoningOf({ reasoning_efforts: named }: LocalOffers['models'][number]): CatalogModel['reasoning'] {
  if (!named) return { kind: 'none' }
  return { kind: 'effort', efforts: REASONING_EFFORTS.filter((effort) => named.includes(effort)) }
}
