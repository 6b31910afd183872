import { patternTest } from '../filter.ts'
import type { CatalogModel, Offer } from './model.ts'

/** An account of a host, as far as the catalog is concerned; `models`: ids or patterns, null for all. */
export type AccountOffers = { id: string; host: string; models: readonly string[] | null }

/**
 * The catalog with what further accounts sell: what their hosts sell, at the same prices. A host's own account sells
 * all of it unless it is listed with models of its own.
 */
export function withAccounts(
  catalog: readonly CatalogModel[],
  accounts: readonly AccountOffers[],
): readonly CatalogModel[] {
  const sellers = accounts
    .filter(({ id, host, models }) => id !== host || models !== null)
    .map(({ id, host, models }) => ({ id, host, sells: patternTest([models]) }))
  if (sellers.length === 0) return catalog
  const byHost = Map.groupBy(sellers, ({ host }) => host)
  return catalog.map((model) => ({
    ...model,
    offers: model.offers.flatMap((offer): Offer[] => {
      const listed = byHost.get(offer.host) ?? []
      const isListed = listed.some(({ id }) => id === offer.host)
      const selling = listed.filter(({ sells }) => sells(model.id))
      return [...(isListed ? [] : [offer]), ...selling.map(({ id }) => ({ ...offer, host: id }))]
    }),
  }))
}
