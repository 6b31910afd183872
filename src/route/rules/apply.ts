import { present } from '../../core/present.ts'
import type { ProviderPreferences, RoutingPreferences } from '../../core/routing.ts'
import type { Direction } from '../../core/rules.ts'
import type { TenantConfig } from '../../core/tenant-config.ts'
import type { Policy } from '../decision.ts'
import type { PreparedCatalog } from '../prepared-catalog.ts'
import type { RequestShape } from '../request-shape.ts'
import { findModel, isPlainAuto } from '../select.ts'
import type { Directed } from './directions-for.ts'
import { meantBy } from './names.ts'
import { directedWish } from './wishes.ts'

/**
 * What a request says of where it goes, completed by where its tenant directs it: what the request says goes before,
 * but for caps, of which the least counts, and what the tenant forbids. Models that the catalog has no longer, as it
 * may change after a configuration was checked, are left out.
 */
export function directedPreferences(
  { collaboration, ...preferences }: RoutingPreferences,
  directed: Directed,
  { config, catalog }: { config: TenantConfig; catalog: PreparedCatalog },
): RoutingPreferences {
  const { model, directions } = directed
  const meant = (names: readonly string[]) => names.map((name) => meantBy(name, config))
  const isKnown = (name: string) => findModel(name, catalog).kind !== 'unknown'
  const insteadOf = (own: readonly string[], read: (one: Direction) => readonly string[] | undefined) =>
    own.length > 0 ? meant(own) : (first(directions, read) ?? []).filter(isKnown)
  const { fallbacksFor } = preferences
  const wish = directedWish(collaboration, directed, {
    chosen: chosenModel(directed, catalog),
    catalog,
    names: { asked: (name) => meantBy(name, config), directed: (name) => (isKnown(name) ? name : null) },
  })
  return {
    ...preferences,
    ...present({ collaboration: wish }),
    model,
    models: insteadOf(preferences.models, ({ models }) => models),
    fallbacksFor: {
      contextWindow: insteadOf(fallbacksFor.contextWindow, (one) => one.fallbacksFor?.contextWindow),
      contentPolicy: insteadOf(fallbacksFor.contentPolicy, (one) => one.fallbacksFor?.contentPolicy),
    },
    provider: directedProvider(preferences, directions, catalog),
    autoRouter: directedKnobs(preferences, directions),
  }
}

function first<S, T>(said: readonly S[], read: (one: S) => T | undefined): T | undefined {
  for (const one of said) {
    const value = read(one)
    if (value !== undefined) return value
  }
  return undefined
}

function least<S>(said: readonly S[], read: (one: S) => number | undefined): number | undefined {
  const caps = said.map(read).filter((cap) => cap !== undefined)
  return caps.length > 0 ? Math.min(...caps) : undefined
}

function directedProvider(
  { model, provider }: RoutingPreferences,
  directions: readonly Direction[],
  catalog: PreparedCatalog,
): ProviderPreferences {
  const said = [provider, ...directions.flatMap((one) => one.provider ?? [])]
  const ignore = said.flatMap((one) => one.ignore ?? [])
  const maxPrice = present({
    prompt: least(said, (one) => one.maxPrice?.prompt),
    completion: least(said, (one) => one.maxPrice?.completion),
  })
  // The name asked for may say itself what orders candidates, as `auto:floor` does.
  const asked = findModel(model, catalog)
  const isOrdered = asked.kind !== 'unknown' && asked.ordering !== null
  return present({
    order: first(said, (one) => one.order),
    only: provider.only,
    ignore: ignore.length > 0 ? ignore : null,
    allowFallbacks: first(said, (one) => one.allowFallbacks),
    requireParameters: first(said, (one) => one.requireParameters),
    dataCollection: provider.dataCollection,
    sort: isOrdered ? provider.sort : first(said, (one) => one.sort),
    maxPrice: Object.keys(maxPrice).length > 0 ? maxPrice : null,
    preferredMaxLatencyMs: first(said, (one) => one.preferredMaxLatencyMs),
  })
}

function directedKnobs({ autoRouter }: RoutingPreferences, directions: readonly Direction[]) {
  const said = [autoRouter, ...directions.flatMap((one) => one.autoRouter ?? [])]
  return present({
    allowedModels: autoRouter.allowedModels,
    costQualityTradeoff: first(said, (one) => one.costQualityTradeoff),
    minQuality: first(said, (one) => one.minQuality),
    maxCostUsd: least(said, (one) => one.maxCostUsd),
    explorationRate: first(said, (one) => one.explorationRate),
  })
}

/** A policy with what a tenant forbids, whatever a request says, and what it wishes where the request says nothing. */
export function directedPolicy(policy: Policy, directed: Directed, catalog: PreparedCatalog): Policy {
  const { directions, rule, route } = directed
  const every = <T>(read: (one: Direction) => T | undefined): T[] =>
    directions.map(read).filter((value) => value !== undefined)
  const denies = directions.some(({ provider }) => provider?.dataCollection === 'deny')
  return {
    ...policy,
    rule,
    route,
    model: chosenModel(directed, catalog),
    allowedModels: [...policy.allowedModels, ...every((one) => one.allowedModels)],
    deniedModels: [...policy.deniedModels, ...every((one) => one.deniedModels).flat()],
    onlyHosts: [...policy.onlyHosts, ...every((one) => one.provider?.only)],
    regions: [...policy.regions, ...every((one) => one.regions)],
    dataCollection: denies ? 'deny' : policy.dataCollection,
    maxCostUsd: least(directions, (one) => one.autoRouter?.maxCostUsd) ?? policy.maxCostUsd,
    unasked: first(directions, (one) => one.collaboration?.unasked) ?? policy.unasked,
    breakers: [...policy.breakers, ...every((one) => one.breaker)],
    reliability: [...every((one) => one.reliability), ...policy.reliability],
  }
}

/** The model that the tenant chooses: in place of `auto`, or of any other where it says so. */
function chosenModel({ model: asked, directions }: Directed, catalog: PreparedCatalog): string | null {
  const isFree = isPlainAuto(asked)
  const chosen = first(directions, ({ model, override }) => (isFree || override ? model : undefined))
  return chosen !== undefined && findModel(chosen, catalog).kind !== 'unknown' ? chosen : null
}

/** A request with the effort that its tenant wishes, where it has no wish of its own. */
export function directedShape(request: RequestShape, { directions }: Directed): RequestShape {
  const { effort, budgetTokens } = request.reasoning
  const wish = first(directions, ({ reasoningEffort }) => reasoningEffort)
  if (wish === undefined || effort !== undefined || budgetTokens !== undefined) return request
  return { ...request, reasoning: { ...request.reasoning, effort: wish } }
}
