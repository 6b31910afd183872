import type { Fault } from '../core/errors.ts'
import { fieldPath } from '../core/field-path.ts'
import type { FallbackLists, NamesInConfig } from '../core/tenant-config.ts'
import type { PreparedCatalog } from './prepared-catalog.ts'
import { routeCalled } from './rules/names.ts'
import { findModel } from './select.ts'

type Path = readonly (string | number)[]

/** Stands for all models that have no pool of their own. */
const ALL_MODELS = '*'

/** Everything that is wrong with the names in a configuration: nobody is called so, or a fallback leads back. */
export function nameFaults(names: NamesInConfig, catalog: PreparedCatalog): Fault[] {
  return [
    ...listFaults('fallbacks', names.fallbacks, catalog),
    ...targetFaults(['default_fallbacks'], names.defaultFallbacks, catalog),
    ...listFaults('context_window_fallbacks', names.fallbacksFor.contextWindow, catalog),
    ...listFaults('content_policy_fallbacks', names.fallbacksFor.contentPolicy, catalog),
    ...deploymentFaults(names.deployments, catalog),
    ...aliasFaults(names, catalog),
    ...names.directed.flatMap(({ path, model }) => modelFaults(path, model, catalog)),
  ]
}

function fault(path: Path, code: string, message: string): Fault {
  return { path: fieldPath(path), code, message }
}

function listFaults(field: string, lists: FallbackLists, catalog: PreparedCatalog): Fault[] {
  return [
    ...keyFaults(field, lists.keys(), catalog),
    ...Array.from(lists).flatMap(([name, targets]) => targetFaults([field, name], targets, catalog)),
    ...loopFaults(field, lists, catalog),
  ]
}

/** A rule is for one model, and a model has one rule. */
function keyFaults(field: string, names: Iterable<string>, catalog: PreparedCatalog): Fault[] {
  const nameOf = new Map<string, string>()
  return Array.from(names).flatMap((name) => {
    const found = findModel(name, catalog)
    if (found.kind === 'unknown') return fault([field, name], found.code, found.message)
    if (found.kind === 'auto') {
      return fault([field, name], 'virtual_model', `'${name}' stands for all models; name one`)
    }
    const other = nameOf.get(found.modelId)
    nameOf.set(found.modelId, name)
    if (other === undefined) return []
    return fault([field, name], 'duplicate_model', `'${name}' and '${other}' are the same model`)
  })
}

function targetFaults(path: Path, targets: readonly string[], catalog: PreparedCatalog): Fault[] {
  return targets.flatMap((target, index) => modelFaults([...path, index], target, catalog))
}

function modelFaults(path: Path, name: string, catalog: PreparedCatalog): Fault[] {
  // What is no text was found wrong before.
  const found = name === '' ? null : findModel(name, catalog)
  return found?.kind === 'unknown' ? [fault(path, found.code, found.message)] : []
}

/** An alias stands for a model or a route, never for another alias: nothing leads in circles. */
function aliasFaults({ aliases, routes }: NamesInConfig, catalog: PreparedCatalog): Fault[] {
  return Array.from(aliases).flatMap(([name, target]) => {
    const path = ['aliases', name]
    const route = routeCalled(target)
    if (routeCalled(name) !== null)
      return [fault(path, 'reserved_name', 'What begins with route/ is a route')]
    if (route === null) return modelFaults(path, target, catalog)
    return routes.has(route)
      ? []
      : [fault(path, 'unknown_route', `There is no route '${route.slice(0, 100)}'`)]
  })
}

/** From one model to those tried instead, with where that is written. */
type Edges = ReadonlyMap<string, readonly { to: string; path: Path }[]>

function edgesOf(field: string, lists: FallbackLists, catalog: PreparedCatalog): Edges {
  const idOf = (name: string) => {
    const found = findModel(name, catalog)
    return found.kind === 'pinned' ? found.modelId : null
  }
  return new Map(
    Array.from(lists).flatMap(([name, targets]) => {
      const from = idOf(name)
      if (from === null) return []
      const edges = targets.flatMap((target, index) => {
        const to = idOf(target)
        return to === null ? [] : { to, path: [field, name, index] }
      })
      return [[from, edges] as const]
    }),
  )
}

/** Told once for every fallback that closes a circle, with the whole circle. */
function loopFaults(field: string, lists: FallbackLists, catalog: PreparedCatalog): Fault[] {
  const edges = edgesOf(field, lists, catalog)
  const seen = new Set<string>()
  const faults: Fault[] = []
  const follow = (id: string, trail: readonly string[]) => {
    seen.add(id)
    const way = [...trail, id]
    for (const { to, path } of edges.get(id) ?? []) {
      const start = way.indexOf(to)
      if (to === id) faults.push(fault(path, 'self_fallback', `'${id}' falls back to itself`))
      else if (start >= 0) {
        const circle = [...way.slice(start), to].join(' → ')
        faults.push(fault(path, 'cycle', `Fallbacks lead in a circle: ${circle}`))
      } else if (!seen.has(to)) follow(to, way)
    }
  }
  for (const id of edges.keys()) if (!seen.has(id)) follow(id, [])
  return faults
}

function deploymentFaults(deployments: NamesInConfig['deployments'], catalog: PreparedCatalog): Fault[] {
  const models = [...deployments.keys()].filter((name) => name !== ALL_MODELS)
  const allHosts = hostsOf(null, catalog)
  return [
    ...keyFaults('pools', models, catalog),
    ...Array.from(deployments).flatMap(([name, hosts]) => {
      const found = name === ALL_MODELS ? null : findModel(name, catalog)
      const own = found?.kind === 'pinned' ? hostsOf(found.modelId, catalog) : allHosts
      const seen = new Set<string>()
      return hosts.flatMap((host, index) => {
        const again = seen.has(host)
        seen.add(host)
        const path = ['pools', name, 'deployments', index, 'host']
        if (host === '') return []
        if (!allHosts.has(host)) return fault(path, 'unknown_host', `There is no host '${host}'`)
        if (!own.has(host)) return fault(path, 'host_without_model', `'${host}' does not serve '${name}'`)
        if (again) return fault(path, 'duplicate_host', `'${host}' is listed twice`)
        return []
      })
    }),
  ]
}

/** The hosts that serve a model; null: any. */
function hostsOf(modelId: string | null, { candidates }: PreparedCatalog): ReadonlySet<string> {
  const of = modelId === null ? candidates : candidates.filter(({ model }) => model.id === modelId)
  return new Set(of.map(({ offer }) => offer.host))
}
