import { isRecord } from '../../core/canonical-json.ts'
import type { FaultPath } from '../../core/found-faults.ts'
import { PLAN_LIMITS } from '../../core/plan.ts'

/** What stands for an output in JSON. `path`: as it was written, maybe no text; `isAlone`: nothing but a default with it. */
export type Reference = { at: FaultPath; path: unknown; hasDefault: boolean; isAlone: boolean }

/**
 * Finds the references in JSON: objects with a field `$ref`, which may also have a `default` for when there is no such
 * output. What is within `{"$literal": …}` is meant as it stands.
 *
 * @param at where the JSON is
 * @returns false where it is nested too deep to be looked through
 */
export function findReferences(value: unknown, at: FaultPath, visit: (found: Reference) => void): boolean {
  return walk(value, [...at], at.length + PLAN_LIMITS.inputDepth, visit)
}

function walk(
  value: unknown,
  path: PropertyKey[],
  deepest: number,
  visit: (found: Reference) => void,
): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (path.length >= deepest) return false
  if (isRecord(value)) {
    if (Object.hasOwn(value, '$literal')) return true
    if (Object.hasOwn(value, '$ref')) {
      const hasDefault = Object.hasOwn(value, 'default')
      const isAlone = Object.keys(value).length === (hasDefault ? 2 : 1)
      visit({ at: [...path], path: value['$ref'], hasDefault, isAlone })
      return true
    }
  }
  const isList = Array.isArray(value)
  for (const [key, each] of Object.entries(value)) {
    path.push(isList ? Number(key) : key)
    const isWhole = walk(each, path, deepest, visit)
    path.pop()
    if (!isWhole) return false
  }
  return true
}
