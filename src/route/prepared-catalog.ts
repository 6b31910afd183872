import { type Abilities, abilitiesOf, spreadsOf } from './ability.ts'
import { offerKey } from '../core/live.ts'
import type { Tier } from '../core/demand.ts'
import type { CatalogModel, Offer } from './catalog/model.ts'
import { type Efforts, effortsByTier } from './effort.ts'

/** One model at one host, with what does not change between requests worked out once. */
export type Candidate = {
  model: CatalogModel
  offer: Offer
  /** Its name in the live routing table. */
  key: string
  abilities: Abilities
  /** Standard deviations of `abilities`. */
  spreads: Abilities
  /** What it may be run with where we are free to choose, by tier. */
  efforts: Readonly<Record<Tier, Efforts>>
  contextWindow: number
  maxOutputTokens: number
  /** Start values of the live figures; where nothing is published, the medians of the catalog's published ones. */
  ttftMs: number
  tokensPerSecond: number
}

/**
 * A catalog made ready for routing. `byName`: lower-case id, bare name and alias → model ids it may mean; an id means
 * its own model only, whatever others are called.
 */
export type PreparedCatalog = {
  candidates: readonly Candidate[]
  models: ReadonlyMap<string, CatalogModel>
  byName: ReadonlyMap<string, readonly string[]>
}

const UNKNOWN_TTFT_MS = 800
const UNKNOWN_TOKENS_PER_SECOND = 70

/** Works out, once per catalog, what every decision needs of it. */
export function prepareCatalog(models: readonly CatalogModel[]): PreparedCatalog {
  const byName = new Map<string, string[]>()
  const call = (name: string, id: string) => {
    const key = name.toLowerCase()
    const ids = byName.get(key) ?? []
    if (!ids.includes(id)) byName.set(key, [...ids, id])
  }
  for (const { id, aliases } of models) {
    const slash = id.indexOf('/')
    const vendor = id.slice(0, Math.max(0, slash))
    call(id.slice(slash + 1), id)
    for (const alias of aliases) {
      call(alias, id)
      call(`${vendor}/${alias}`, id)
    }
  }
  for (const { id } of models) byName.set(id.toLowerCase(), [id])
  return {
    candidates: models.flatMap(candidatesOf),
    models: new Map(models.map((model) => [model.id, model])),
    byName,
  }
}

function candidatesOf(model: CatalogModel): Candidate[] {
  const abilities = abilitiesOf(model)
  const spreads = spreadsOf(model)
  const efforts = effortsByTier(model)
  return model.offers.map((offer) => ({
    model,
    offer,
    key: offerKey(offer.host, model.id),
    abilities,
    spreads,
    efforts,
    contextWindow: Math.min(model.contextWindow, offer.contextWindow ?? Infinity),
    maxOutputTokens: Math.min(model.maxOutputTokens, offer.maxOutputTokens ?? Infinity),
    ttftMs: offer.speed?.ttftMs ?? UNKNOWN_TTFT_MS,
    tokensPerSecond: offer.speed?.tokensPerSecond ?? UNKNOWN_TOKENS_PER_SECOND,
  }))
}
