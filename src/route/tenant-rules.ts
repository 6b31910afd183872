import type { RoutingPreferences } from '../core/routing.ts'
import type { FallbackLists, TenantConfig } from '../core/tenant-config.ts'
import type { PreparedCatalog } from './prepared-catalog.ts'
import { findModel, selectModel } from './select.ts'

/**
 * A tenant's configuration for a catalog: rules are found by model id. What the catalog has no longer, as it may change
 * after a configuration was checked, is left out.
 */
export function rulesFor(config: TenantConfig, catalog: PreparedCatalog): TenantConfig {
  const isKnown = (name: string) => findModel(name, catalog).kind !== 'unknown'
  const byId = <T>(rules: ReadonlyMap<string, T>) => byModelId(rules, catalog)
  const lists = (named: FallbackLists) =>
    new Map(Array.from(byId(named), ([id, names]) => [id, names.filter(isKnown)]))
  const { fallbacksFor, pools } = config
  const all = pools.get('*')
  return {
    ...config,
    fallbacks: lists(config.fallbacks),
    defaultFallbacks: config.defaultFallbacks.filter(isKnown),
    fallbacksFor: {
      contextWindow: lists(fallbacksFor.contextWindow),
      contentPolicy: lists(fallbacksFor.contentPolicy),
    },
    pools: new Map([...byId(pools), ...(all ? [['*', all] as const] : [])]),
  }
}

function byModelId<T>(rules: ReadonlyMap<string, T>, catalog: PreparedCatalog): Map<string, T> {
  return new Map(
    Array.from(rules).flatMap(([name, rule]) => {
      const found = findModel(name, catalog)
      return found.kind === 'pinned' ? [[found.modelId, rule] as const] : []
    }),
  )
}

/**
 * What a request says of where it goes, followed by what its tenant's rules say of the model that is taken.
 *
 * @param model taken in place of the one asked for; null for that one
 * @param rules of `rulesFor` the same catalog
 * @throws AppError `model_not_found`
 */
export function withRules(
  preferences: RoutingPreferences,
  model: string | null,
  rules: TenantConfig,
  catalog: PreparedCatalog,
): RoutingPreferences {
  const selection = selectModel(model ?? preferences.model, catalog, 'model')
  const ofModel = (lists: FallbackLists) =>
    selection.kind === 'pinned' ? lists.get(selection.modelId) : undefined
  const { contextWindow, contentPolicy } = preferences.fallbacksFor
  return {
    ...preferences,
    models: [...preferences.models, ...(ofModel(rules.fallbacks) ?? rules.defaultFallbacks)],
    fallbacksFor: {
      contextWindow: [...contextWindow, ...(ofModel(rules.fallbacksFor.contextWindow) ?? [])],
      contentPolicy: [...contentPolicy, ...(ofModel(rules.fallbacksFor.contentPolicy) ?? [])],
    },
  }
}
