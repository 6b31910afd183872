import { chanceOf, pick } from './chance.ts'
import { isObject, listIn, objectIn, type JsonObject } from './json.ts'

/** Where sampled values come from: words and numbers of the prompt, used in turn. */
export type SampleSource = {
  words: readonly string[]
  numbers: readonly number[]
  /** Fills number properties that are named like a result. */
  result: number | null
  seed: string
}

type Place = {
  root: JsonObject
  source: SampleSource
  path: string
  depth: number
  /** How many values the whole sample has so far. */
  made: { values: number }
}

/** Below this only what is required is sampled. */
const MAX_DEPTH = 8
/** After this many values only nulls follow: a schema that requires itself has no finite value. */
const MAX_VALUES = 1_000
const RESULT_NAME = /(answer|result|value|total|sum|product)$/i
const FORMATS: Readonly<Record<string, string>> = {
  date: '2026-01-15',
  'date-time': '2026-01-15T09:30:00Z',
  time: '09:30:00Z',
  email: 'simulated@example.com',
  uri: 'https://example.com/simulated',
  uuid: '00000000-0000-4000-8000-000000000000',
}

/**
 * A value that satisfies a JSON Schema, repeatable for the same seed. Knows the vocabulary that hosts accept for
 * structured output, and Google's upper-case types; ignores `pattern` and `not`.
 */
export function sampleSchema(schema: unknown, source: SampleSource): unknown {
  return sample(objectIn(schema), {
    root: objectIn(schema),
    source,
    path: '',
    depth: 0,
    made: { values: 0 },
  })
}

function sample(schema: JsonObject, place: Place): unknown {
  place.made.values += 1
  if (place.made.values > MAX_VALUES) return null
  const target = resolve(schema, place.root)
  if ('const' in target) return target['const']
  if (Array.isArray(target['enum']) && target['enum'].length > 0) {
    return pick(target['enum'], place.source.seed + place.path)
  }
  switch (typeOf(target)) {
    case 'object':
      return sampleObject(target, place)
    case 'array':
      return sampleArray(target, place)
    case 'number':
      return sampleNumber(target, place, 'number')
    case 'integer':
      return sampleNumber(target, place, 'integer')
    case 'boolean':
      return chanceOf(place.source.seed + place.path) < 0.5
    case 'null':
      return null
    default:
      return sampleString(target, place)
  }
}

/** Follows local references, takes the first alternative, and merges `allOf`. */
function resolve(schema: JsonObject, root: JsonObject, hops = 0): JsonObject {
  if (hops > MAX_DEPTH) return {}
  const reference = schema['$ref']
  if (typeof reference === 'string') {
    if (!reference.startsWith('#')) return {}
    const found = reference
      .split('/')
      .slice(1)
      .reduce<unknown>((at, key) => objectIn(at)[key], root)
    return resolve(objectIn(found), root, hops + 1)
  }
  const alternative = listIn(schema['anyOf'] ?? schema['oneOf'])[0]
  if (isObject(alternative)) return resolve(alternative, root, hops + 1)
  const parts = listIn(schema['allOf']).map((part) => resolve(objectIn(part), root, hops + 1))
  return parts.length === 0 ? schema : parts.reduce(merge, schema)
}

function merge(left: JsonObject, right: JsonObject): JsonObject {
  return {
    ...left,
    ...right,
    properties: { ...objectIn(left['properties']), ...objectIn(right['properties']) },
    required: [...listIn(left['required']), ...listIn(right['required'])],
  }
}

function typeOf(schema: JsonObject): string {
  const types = [schema['type']].flat().filter((type) => typeof type === 'string')
  const type = types.find((name) => name.toLowerCase() !== 'null') ?? types[0]
  if (type) return type.toLowerCase()
  if (schema['properties']) return 'object'
  return schema['items'] ? 'array' : 'string'
}

/** All required properties; every property when none is required. */
function sampleObject(schema: JsonObject, place: Place): JsonObject {
  const properties = objectIn(schema['properties'])
  const required = listIn(schema['required']).filter((name) => typeof name === 'string')
  const optional = place.depth < MAX_DEPTH ? Object.keys(properties) : []
  const names = required.length > 0 ? required : optional
  return Object.fromEntries(
    names.map((name) => [name, sample(objectIn(properties[name]), below(place, name))]),
  )
}

/** Schemas may ask for more than anybody wants to read. */
const MAX_ITEMS = 100
const MAX_CHARS = 1_000

function sampleArray(schema: JsonObject, place: Place): unknown[] {
  const least = numberIn(schema['minItems']) ?? 0
  const wanted = place.depth < MAX_DEPTH ? 2 : 0
  const length = Math.max(
    Math.min(least, MAX_ITEMS),
    Math.min(wanted, numberIn(schema['maxItems']) ?? wanted),
  )
  return Array.from({ length }, (_, index) => sample(objectIn(schema['items']), below(place, String(index))))
}

function sampleNumber(schema: JsonObject, place: Place, type: 'number' | 'integer'): number {
  const { source, path } = place
  const least = numberIn(schema['minimum']) ?? (numberIn(schema['exclusiveMinimum']) ?? -Infinity) + 1
  const most = numberIn(schema['maximum']) ?? (numberIn(schema['exclusiveMaximum']) ?? Infinity) - 1
  const named = RESULT_NAME.test(path) ? source.result : null
  const wanted = named ?? source.numbers[0] ?? Math.round(chanceOf(source.seed + path) * 100)
  const bounded = Math.min(Math.max(wanted, least), most)
  const step = numberIn(schema['multipleOf']) ?? (type === 'integer' ? 1 : 0)
  return step > 0 ? Math.ceil(bounded / step) * step : bounded
}

function sampleString(schema: JsonObject, { source, path }: Place): string {
  const format = FORMATS[String(schema['format'])]
  if (format) return format
  const words = source.words.length > 0 ? source.words : ['simulated']
  const first = itemNumber(path) % words.length
  const text = words[first] ?? 'simulated'
  const least = numberIn(schema['minLength']) ?? 0
  return text.padEnd(Math.min(least, MAX_CHARS), '.').slice(0, numberIn(schema['maxLength']) ?? undefined)
}

/** Items of one list get different words; a lone property gets the first one. */
function itemNumber(path: string): number {
  return Number(/\d+/.exec(path)?.[0] ?? 0)
}

function below(place: Place, name: string): Place {
  return { ...place, path: `${place.path}/${name}`, depth: place.depth + 1 }
}

function numberIn(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}
