import { isRecord } from '../core/canonical-json.ts'

type Schema = Readonly<Record<string, unknown>>

/** Keywords whose value is a schema, a list of schemas, or schemas by name. */
const SCHEMA_IN = ['items', 'additionalProperties', 'propertyNames']
const SCHEMAS_IN = ['anyOf', 'oneOf', 'allOf']
const NAMED_SCHEMAS_IN = ['properties', '$defs', 'definitions']
/** What we check beside them; and what says nothing that could be broken, or that hosts do not promise to keep. */
const KNOWN: ReadonlySet<string> = new Set(
  [
    [...SCHEMA_IN, ...SCHEMAS_IN, ...NAMED_SCHEMAS_IN, '$ref', 'type', 'enum', 'const', 'required'],
    ['minItems', 'maxItems', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
    ['minLength', 'maxLength', '$schema', '$comment', 'title', 'description', 'default', 'examples'],
    ['format', 'pattern', 'deprecated', 'readOnly', 'writeOnly'],
  ].flat(),
)

/** Comparisons of a part of the value with a schema; alternatives within alternatives could take for ever. */
const MAX_STEPS = 100_000
/** References and alternatives inside each other. */
const MAX_DEPTH = 200

/** Of allowed values, in a misfit's words. */
const MAX_TOLD_CHARS = 200

/** The schema that references are about, and what is left of the steps. */
type Check = { root: Schema; left: number; gaveUp: boolean }

/** Where a value is not as wanted, and what it must do there, as in `be of type string`. */
export type Misfit = { path: readonly (string | number)[]; must: string }

/**
 * Whether a JSON value is as its schema wants it. Knows the vocabulary of OpenAI's strict mode, and unions of schemas;
 * patterns and formats are not looked at: a pattern is code of the caller's that may never end.
 *
 * @returns null when that cannot be told: the schema says more than we know, or is too deep
 */
export function matchesSchema(schema: Schema, value: unknown): boolean | null {
  const misfit = misfitOf(schema, value)
  return misfit === undefined ? null : misfit === null
}

/** The first place where a value is not as its schema wants it. @returns null where it is; undefined as above */
export function misfitOf(schema: Schema, value: unknown): Misfit | null | undefined {
  if (!isUnderstood(schema, schema, 0)) return undefined
  const check: Check = { root: schema, left: MAX_STEPS, gaveUp: false }
  const misfit = misfitIn(schema, value, check, 0)
  return check.gaveUp ? undefined : misfit
}

function isUnderstood(schema: unknown, root: Schema, depth: number): boolean {
  if (typeof schema === 'boolean') return true
  if (!isRecord(schema) || depth > MAX_DEPTH) return false
  const { type, $ref } = schema
  const inner = [
    ...SCHEMA_IN.flatMap((name) => (name in schema ? [schema[name]] : [])),
    ...SCHEMAS_IN.flatMap((name) => (name in schema ? listOf(schema[name]) : [])),
    ...NAMED_SCHEMAS_IN.flatMap((name) => Object.values(recordOf(schema[name]))),
  ]
  return (
    Object.keys(schema).every((name) => KNOWN.has(name)) &&
    (type === undefined || typesOf(type).every((name) => name in IS_TYPE)) &&
    ($ref === undefined || pointedAt($ref, root) !== null) &&
    [schema['const'], ...listOf(schema['enum'])].every(isPlain) &&
    inner.every((each) => isUnderstood(each, root, depth + 1))
  )
}

/** How a part of the value compares with a schema; `step`: the way into that part. */
type Compare = (schema: unknown, part: unknown, step?: string | number) => Misfit | null

function misfitIn(schema: unknown, value: unknown, check: Check, depth: number): Misfit | null {
  if (!isRecord(schema)) return schema === false ? missing('be absent') : null
  check.left -= 1
  if (check.left < 0 || depth > MAX_DEPTH) {
    check.gaveUp = true
    return null
  }
  const compare: Compare = (inner, part, step) => {
    const misfit = misfitIn(inner, part, check, depth + 1)
    return misfit && step !== undefined ? { ...misfit, path: [step, ...misfit.path] } : misfit
  }
  const { $ref, type } = schema
  return (
    ($ref === undefined ? null : compare(pointedAt($ref, check.root), value)) ??
    (type === undefined || typesOf(type).some((name) => IS_TYPE[name]?.(value))
      ? null
      : missing(`be of type ${typesOf(type).join(' or ')}`)) ??
    valueMisfit(schema, value) ??
    unionMisfit(schema, value, compare) ??
    (isWithin(schema, value) ? null : missing(`keep to ${limitsOf(schema)}`)) ??
    (Array.isArray(value) && schema['items'] !== undefined
      ? firstOf(value.entries(), ([at, item]) => compare(schema['items'], item, at))
      : null) ??
    (isRecord(value) ? fieldsMisfit(schema, value, compare) : null)
  )
}

function missing(must: string): Misfit {
  return { path: [], must }
}

/** The first misfit among parts; what comes after it is not looked at. */
function firstOf<T>(parts: Iterable<T>, misfitAt: (part: T) => Misfit | null): Misfit | null {
  for (const part of parts) {
    const misfit = misfitAt(part)
    if (misfit) return misfit
  }
  return null
}

function valueMisfit(schema: Schema, value: unknown): Misfit | null {
  if ('const' in schema && schema['const'] !== value)
    return missing(`be ${JSON.stringify(schema['const']).slice(0, MAX_TOLD_CHARS)}`)
  if (!('enum' in schema) || listOf(schema['enum']).includes(value)) return null
  return missing(`be one of ${JSON.stringify(schema['enum']).slice(0, MAX_TOLD_CHARS)}`)
}

/** Of alternatives that all fail, the one that comes furthest into the value is told: it is the one that was meant. */
function unionMisfit({ anyOf, oneOf, allOf }: Schema, value: unknown, compare: Compare): Misfit | null {
  for (const { union, enough } of [
    { union: anyOf, enough: 1 },
    { union: oneOf, enough: 2 },
  ]) {
    if (union === undefined) continue
    const misfits: Misfit[] = []
    let fitting = 0
    for (const one of listOf(union)) {
      const misfit = compare(one, value)
      if (misfit) misfits.push(misfit)
      else if (++fitting === enough) break
    }
    if (fitting === 2) return missing('fit only one of the alternatives')
    const [furthest] = misfits.sort((one, other) => other.path.length - one.path.length)
    if (fitting === 0) return furthest && furthest.path.length > 0 ? furthest : missing('fit an alternative')
  }
  return firstOf(listOf(allOf), (one) => compare(one, value))
}

function fieldsMisfit(
  { properties, required, additionalProperties, propertyNames }: Schema,
  value: Readonly<Record<string, unknown>>,
  compare: Compare,
): Misfit | null {
  const known = recordOf(properties)
  return (
    firstOf(listOf(required), (name) =>
      typeof name === 'string' && Object.hasOwn(value, name) ? null : missing(`have ${JSON.stringify(name)}`),
    ) ??
    (propertyNames === undefined
      ? null
      : firstOf(Object.keys(value), (name) => compare(propertyNames, name, name))) ??
    firstOf(Object.entries(value), ([name, field]) =>
      compare(Object.hasOwn(known, name) ? known[name] : (additionalProperties ?? true), field, name),
    )
  )
}

const LIMITS = /^(?:m(?:in|ax)|exclusive|multiple)/

function limitsOf(schema: Schema): string {
  const limits = Object.entries(schema).filter(([name]) => LIMITS.test(name))
  return limits.map(([name, limit]) => `${name} ${JSON.stringify(limit)}`).join(', ')
}

/** Lengths and sizes. Text is measured in code points. */
function isWithin(schema: Schema, value: unknown): boolean {
  const bound = (name: string, otherwise: number) => {
    const limit = schema[name]
    return typeof limit === 'number' ? limit : otherwise
  }
  if (Array.isArray(value)) return between(value.length, bound('minItems', 0), bound('maxItems', Infinity))
  if (typeof value === 'string') {
    if (!('minLength' in schema) && !('maxLength' in schema)) return true
    return between(Array.from(value).length, bound('minLength', 0), bound('maxLength', Infinity))
  }
  if (typeof value !== 'number') return true
  const quotient = value / bound('multipleOf', value || 1)
  return (
    between(value, bound('minimum', -Infinity), bound('maximum', Infinity)) &&
    value > bound('exclusiveMinimum', -Infinity) &&
    value < bound('exclusiveMaximum', Infinity) &&
    Math.abs(quotient - Math.round(quotient)) <= 1e-9 * Math.max(1, Math.abs(quotient))
  )
}

function between(value: number, least: number, most: number): boolean {
  return value >= least && value <= most
}

const IS_TYPE: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
  array: Array.isArray,
  object: isRecord,
}

/** Lists and objects are no values that anybody asks for by name. */
function isPlain(value: unknown): boolean {
  return typeof value !== 'object' || value === null
}

function typesOf(type: unknown): readonly string[] {
  return (Array.isArray(type) ? type : [type]).map(String)
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {}
}

/** The schema that a pointer within this one names (RFC 6901); null where there is none. */
export function pointedAt(ref: unknown, root: Schema): Schema | null {
  if (typeof ref !== 'string' || !/^#(?:\/|$)/.test(ref)) return null
  let found: unknown = root
  for (const step of ref.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    found = isRecord(found) && Object.hasOwn(found, name) ? found[name] : null
  }
  return isRecord(found) ? found : null
}
