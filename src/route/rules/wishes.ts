import type { CollaborationWish } from '../../core/collaboration.ts'
import { present } from '../../core/present.ts'
import type { PreparedCatalog } from '../prepared-catalog.ts'
import { findModel } from '../select.ts'
import type { Directed } from './directions-for.ts'

/** How the models are named that a request speaks of, and its tenant; null for one to leave out. */
type Names = { asked: (name: string) => string; directed: (name: string) => string | null }

/**
 * What several models are to do, as a request says or else its tenant: the way of working, and what belongs to each way
 * as a whole, where an empty wish gives way to one that says something. Null where nobody says anything.
 *
 * @param chosen the model that the tenant takes in place of the one asked for; null for none
 */
export function directedWish(
  sent: CollaborationWish | undefined,
  { model, directions }: Directed,
  { chosen, catalog, names }: { chosen: string | null; catalog: PreparedCatalog; names: Names },
): CollaborationWish | null {
  const own = readWith(sent ?? {}, names.asked)
  const all = [own, ...directions.map(({ collaboration }) => readWith(collaboration ?? {}, names.directed))]
  const ofAsked = chosen === null ? patternCalled(model, catalog) : undefined
  const ofChosen = chosen === null ? undefined : patternCalled(chosen, catalog)
  const patterns = [
    own.pattern ?? ofAsked,
    ...directions.map((one) => one.collaboration?.pattern ?? (one.model === chosen ? ofChosen : undefined)),
  ]
  const wish = present({
    pattern: patterns.find((pattern) => pattern !== undefined),
    cascade: firstSaid(all.map(({ cascade }) => cascade)),
    panel: firstSaid(all.map(({ panel }) => panel)),
    verify: firstSaid(all.map(({ verify }) => verify)),
  })
  return Object.keys(wish).length > 0 ? wish : null
}

function patternCalled(name: string, catalog: PreparedCatalog) {
  const found = findModel(name, catalog)
  return found.kind === 'auto' ? found.pattern : undefined
}

function firstSaid<T extends object>(said: readonly (T | undefined)[]): T | undefined {
  const wishes = said.filter((wish) => wish !== undefined)
  return wishes.find((wish) => Object.keys(wish).length > 0) ?? wishes[0]
}

/** A wish with every model's name read; those to leave out are not there any more. */
function readWith(
  { pattern, cascade, panel, verify }: CollaborationWish,
  read: (name: string) => string | null,
): CollaborationWish {
  const some = (names: readonly string[] | undefined) => {
    const left = names?.flatMap((name) => read(name) ?? []) ?? []
    return left.length > 0 ? left : null
  }
  const one = (name: string | undefined) => some(name === undefined ? [] : [name])?.[0]
  return present({
    pattern,
    cascade:
      cascade && present({ ...cascade, models: some(cascade.models), verifier: one(cascade.verifier) }),
    panel: panel && present({ ...panel, models: some(panel.models), judge: one(panel.judge) }),
    verify: verify && present({ ...verify, judge: one(verify.judge) }),
  })
}
