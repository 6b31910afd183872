import { isRecord } from '../../core/canonical-json.ts'
import { pointedAt } from '../../execute/matches-schema.ts'
import type { Step } from './expression.ts'

type Schema = Readonly<Record<string, unknown>>

/** Schemas looked at for one path; alternatives within alternatives could take for ever. */
const MAX_LOOKS = 200

/**
 * Why a value that fits a JSON Schema cannot have anything at a path; null where it may, or where that cannot be told.
 */
export function excludedBy(schema: Schema, steps: readonly Step[]): string | null {
  return excluded(schema, steps, { root: schema, left: MAX_LOOKS })
}

type Looking = { root: Schema; left: number }

function excluded(schema: unknown, steps: readonly Step[], looking: Looking): string | null {
  const [step, ...rest] = steps
  if (schema === false) return 'nothing is allowed there'
  looking.left -= 1
  if (!step || !isRecord(schema) || looking.left < 0) return null
  const { $ref, anyOf, oneOf, allOf } = schema
  const target = $ref === undefined ? null : pointedAt($ref, looking.root)
  const into = (inner: unknown) => excluded(inner, steps, looking)
  return (
    wrongType(schema, step) ??
    excludedWithin(schema, step, rest, looking) ??
    (target && into(target)) ??
    byOneOf(listOf(allOf), into) ??
    byEachOf(listOf(anyOf), into) ??
    byEachOf(listOf(oneOf), into)
  )
}

type Into = (inner: unknown) => string | null

function byOneOf(schemas: readonly unknown[], into: Into): string | null {
  for (const schema of schemas) {
    const why = into(schema)
    if (why !== null) return why
  }
  return null
}

/** Alternatives exclude a path where all of them do. */
function byEachOf(schemas: readonly unknown[], into: Into): string | null {
  let last: string | null = null
  for (const schema of schemas) {
    last = into(schema)
    if (last === null) return null
  }
  return last
}

function wrongType({ type }: Schema, step: Step): string | null {
  const wanted = step.is === 'field' ? 'object' : 'array'
  const types = typeof type === 'string' ? [type] : listOf(type)
  if (types.length === 0 || types.includes(wanted)) return null
  return `the value there is of type ${types.map(String).join(' or ').slice(0, 100)}`
}

function excludedWithin(schema: Schema, step: Step, rest: readonly Step[], looking: Looking): string | null {
  if (step.is === 'field') {
    const { properties, patternProperties, additionalProperties } = schema
    if (isRecord(properties) && Object.hasOwn(properties, step.name)) {
      return excluded(properties[step.name], rest, looking)
    }
    if (patternProperties !== undefined) return null
    if (additionalProperties === false) return `there is no field ${JSON.stringify(step.name.slice(0, 100))}`
    return excluded(additionalProperties, rest, looking)
  }
  const { items, prefixItems, maxItems } = schema
  if (step.is === 'item' && typeof maxItems === 'number') {
    const least = step.index < 0 ? -step.index : step.index + 1
    if (least > maxItems) return `there are at most ${maxItems} items`
  }
  return prefixItems === undefined ? excluded(items, rest, looking) : null
}

/** Of a list that is too long to be looked through, nothing is known. */
function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) && value.length <= MAX_LOOKS ? value : []
}
