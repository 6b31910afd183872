import { PATTERN_MODELS, type Pattern } from '../core/collaboration.ts'
import { AppError } from '../core/errors.ts'
import { embeddingModelCalled } from './embeddings/select.ts'
import type { PreparedCatalog } from './prepared-catalog.ts'

/** How eligible candidates are ordered. `utility` weighs quality against cost. */
export type Ordering = 'utility' | 'quality' | 'price' | 'latency' | 'throughput'

/**
 * What a `model` name asks for: any model by some ordering, or one model wherever it is sold. `pattern`: how several work
 * on the answer, where the name says so.
 */
export type Selection =
  | { kind: 'auto'; ordering: Ordering | null; pattern?: Pattern }
  | { kind: 'pinned'; modelId: string; ordering: Ordering | null }

const SUFFIXES: ReadonlyMap<string, Ordering> = new Map([
  ['floor', 'price'],
  ['nitro', 'latency'],
  ['best', 'quality'],
])
const AUTO = /^(?:switchyard\/)?auto$/

/** Whether a name leaves it all to us: the model, how models are ordered, and whether several work together. */
export function isPlainAuto(name: string): boolean {
  return AUTO.test(name.toLowerCase())
}

/** The virtual models that stand for a way of choosing, or of working together, as `GET /v1/models` lists them. */
export const VIRTUAL_MODELS = [
  'auto',
  'auto:floor',
  'auto:nitro',
  'auto:best',
  'switchyard/cascade',
  'switchyard/panel',
  'switchyard/fusion',
] as const

/** Why no one model is called so. */
export type UnknownModel = { kind: 'unknown'; code: 'unknown_model' | 'ambiguous_model'; message: string }

/**
 * Reads a model name: `auto`, `auto:floor`, `switchyard/panel`, a catalog id, a bare name or an alias, each with an
 * optional ordering.
 *
 * @param param the request field the name stood in
 * @throws AppError `model_not_found` when no model is called so, or several are
 */
export function selectModel(name: string, catalog: PreparedCatalog, param: string): Selection {
  const found = findModel(name, catalog)
  if (found.kind === 'unknown') throw new AppError('model_not_found', found.message, { param })
  return found
}

/** The same for a name that may be wrong. */
export function findModel(name: string, catalog: PreparedCatalog): Selection | UnknownModel {
  const [base, suffix] = splitSuffix(name.toLowerCase())
  const ordering = SUFFIXES.get(suffix ?? '') ?? null
  if (AUTO.test(base)) return { kind: 'auto', ordering }
  const pattern = PATTERN_MODELS.get(base)
  if (pattern) return { kind: 'auto', ordering, pattern }
  const ids = catalog.byName.get(base) ?? catalog.byName.get(name.toLowerCase())
  const [modelId, ...others] = ids ?? []
  if (modelId === undefined) {
    const problem = embeddingModelCalled(base) ? 'makes embeddings: ask /v1/embeddings' : 'does not exist'
    return { kind: 'unknown', code: 'unknown_model', message: `The model '${name}' ${problem}` }
  }
  if (others.length > 0) {
    const all = [modelId, ...others].join(', ')
    const message = `The model '${name}' is ambiguous: use one of ${all}`
    return { kind: 'unknown', code: 'ambiguous_model', message }
  }
  return { kind: 'pinned', modelId, ordering }
}

/** The refusal of a model that exists, but not for this key. */
export function notForKey(name: string): AppError {
  return new AppError('model_not_found', `This key may not use the model '${name}'`, { param: 'model' })
}

/** The models that some names ask for; null when `auto` is among them, since then any will do. */
export function requestedModels(named: readonly Selection[]): ReadonlySet<string> | null {
  const ids = new Set<string>()
  for (const selection of named) {
    if (selection.kind === 'auto') return null
    ids.add(selection.modelId)
  }
  return ids
}

/** `a:floor` → `a`, `floor`; a colon that names no ordering belongs to the model. */
export function splitSuffix(name: string): [string, string?] {
  const colon = name.lastIndexOf(':')
  const suffix = name.slice(colon + 1)
  return colon > 0 && SUFFIXES.has(suffix) ? [name.slice(0, colon), suffix] : [name]
}
