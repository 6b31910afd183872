import { canonicalJson, isRecord } from '../../core/canonical-json.ts'
import { fieldPath } from '../../core/field-path.ts'
import { numberKey } from '../../collaborate/numbers.ts'
import { textKey } from '../../collaborate/question.ts'
import { tally } from '../../collaborate/vote.ts'

/** `name`: of the task, or of the plan's output. */
export type NamedOutput = { name: string; value: unknown }

/** `conflicts`: paths in `value` where outputs contradicted each other and the last one stands; at most 100. */
export type Aggregated = { value: unknown; conflicts: readonly string[] }

const MAX_CONFLICTS = 100
/** Levels of objects that are merged; what is below is one value. */
const MAX_DEPTH = 64

/**
 * Makes one output of several, in their order; those that are missing (null or undefined) are left out, and of none
 * comes null.
 *
 * - `concat`: texts with a blank line between them, lists in one list; of anything else a list.
 * - `vote`: what most say, of equally many the first. Case, punctuation and how a number is written make no difference.
 * - `merge`: objects field by field, lists in one without equal items; of what cannot be merged the last.
 */
export function aggregateOutputs(
  how: 'concat' | 'vote' | 'merge',
  outputs: readonly NamedOutput[],
): Aggregated {
  const values: readonly unknown[] = outputs.flatMap(({ value }) =>
    value === null || value === undefined ? [] : [value],
  )
  if (values.length < 2) return { value: values[0] ?? null, conflicts: [] }
  switch (how) {
    case 'concat':
      return { value: concat(values), conflicts: [] }
    case 'vote':
      return { value: voted(values), conflicts: [] }
    case 'merge': {
      const conflicts = new Set<string>()
      const value = values.reduce((one, other) => merged(one, other, [], conflicts))
      return { value, conflicts: [...conflicts] }
    }
  }
}

function concat(values: readonly unknown[]): unknown {
  if (values.every((value) => typeof value === 'string')) {
    return values
      .map((text) => text.trim())
      .filter((text) => text !== '')
      .join('\n\n')
  }
  return values.flatMap((value): unknown[] => (Array.isArray(value) ? value : [value]))
}

function voted(values: readonly unknown[]): unknown {
  const ballots = values.map((value, number) => ({ number, key: voteKey(value), weight: 1 }))
  return values[tally(ballots)[0]?.members[0] ?? 0]
}

/** Equal keys are the same vote; null for what cannot be compared. */
function voteKey(value: unknown): string | null {
  const text = typeof value === 'string' ? value : jsonKey(value)
  if (text === null || typeof value === 'object') return text
  return numberKey(text, { isPercent: false, mayHaveUnit: false }) ?? (textKey(text) || text)
}

/** Null for what is too deep to be written. */
function jsonKey(value: unknown): string | null {
  try {
    return canonicalJson(value)
  } catch {
    return null
  }
}

function merged(one: unknown, other: unknown, path: readonly string[], conflicts: Set<string>): unknown {
  if (isRecord(one) && isRecord(other) && path.length < MAX_DEPTH) {
    const fields = new Map(Object.entries(one))
    for (const [name, value] of Object.entries(other)) {
      const known = fields.get(name)
      const isNew = known === null || known === undefined
      fields.set(
        name,
        isNew ? value : value === null ? known : merged(known, value, [...path, name], conflicts),
      )
    }
    return Object.fromEntries(fields)
  }
  if (Array.isArray(one) && Array.isArray(other)) return union(one, other)
  const isSame = one === other || (typeof one === 'object' && equalJson(one, other))
  if (!isSame && conflicts.size < MAX_CONFLICTS) conflicts.add(fieldPath(path))
  return other
}

function equalJson(one: unknown, other: unknown): boolean {
  const key = jsonKey(one)
  return key !== null && key === jsonKey(other)
}

function union(one: readonly unknown[], other: readonly unknown[]): unknown[] {
  const seen = new Set<string>()
  return [...one, ...other].filter((item) => {
    const key = jsonKey(item)
    if (key === null) return true
    const isNew = !seen.has(key)
    seen.add(key)
    return isNew
  })
}
