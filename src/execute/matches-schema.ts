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

/** The schema that references are about, and what is left of the steps. */
type Check = { root: Schema; left: number; gaveUp: boolean }

/**
 * Whether a JSON value is as its schema wants it. Knows the vocabulary of OpenAI's strict mode, and unions of schemas;
 * patterns and formats are not looked at: a pattern is code of the caller's that may never end.
 *
 * @returns null when that cannot be told: the schema says more than we know, or is too deep
 */
export function matchesSchema(schema: Schema, value: unknown): boolean | null {
  if (!isUnderstood(schema, schema, 0)) return null
  const check: Check = { root: schema, left: MAX_STEPS, gaveUp: false }
  const matching = matches(schema, value, check, 0)
  return check.gaveUp ? null : matching
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
    ($ref === undefined || resolve($ref, root) !== null) &&
    [schema['const'], ...listOf(schema['enum'])].every(isPlain) &&
    inner.every((each) => isUnderstood(each, root, depth + 1))
  )
}

function matches(schema: unknown, value: unknown, check: Check, depth: number): boolean {
  if (!isRecord(schema)) return schema !== false
  check.left -= 1
  if (check.left < 0 || depth > MAX_DEPTH) {
    check.gaveUp = true
    return true
  }
  const fits = (inner: unknown, part: unknown = value) => matches(inner, part, check, depth + 1)
  const { $ref, type, anyOf, oneOf, allOf } = schema
  return (
    ($ref === undefined || fits(resolve($ref, check.root))) &&
    (type === undefined || typesOf(type).some((name) => IS_TYPE[name]?.(value))) &&
    (!('const' in schema) || schema['const'] === value) &&
    (!('enum' in schema) || listOf(schema['enum']).includes(value)) &&
    (anyOf === undefined || listOf(anyOf).some((one) => fits(one))) &&
    (oneOf === undefined || listOf(oneOf).filter((one) => fits(one)).length === 1) &&
    listOf(allOf).every((one) => fits(one)) &&
    isWithin(schema, value) &&
    (!Array.isArray(value) ||
      schema['items'] === undefined ||
      value.every((item) => fits(schema['items'], item))) &&
    (!isRecord(value) || fieldsFit(schema, value, fits))
  )
}

function fieldsFit(
  { properties, required, additionalProperties, propertyNames }: Schema,
  value: Readonly<Record<string, unknown>>,
  fits: (schema: unknown, part: unknown) => boolean,
): boolean {
  const known = recordOf(properties)
  return (
    listOf(required).every((name) => typeof name === 'string' && Object.hasOwn(value, name)) &&
    (propertyNames === undefined || Object.keys(value).every((name) => fits(propertyNames, name))) &&
    Object.entries(value).every(([name, field]) =>
      fits(Object.hasOwn(known, name) ? known[name] : (additionalProperties ?? true), field),
    )
  )
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
function resolve(ref: unknown, root: Schema): Schema | null {
  if (typeof ref !== 'string' || !/^#(?:\/|$)/.test(ref)) return null
  let found: unknown = root
  for (const step of ref.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    found = isRecord(found) && Object.hasOwn(found, name) ? found[name] : null
  }
  return isRecord(found) ? found : null
}
