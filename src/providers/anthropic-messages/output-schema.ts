type Schema = Readonly<Record<string, unknown>>

/** Limits of `output_config.format`: properties that may be missing, and properties of several types. */
const MAX_OPTIONAL = 24
const MAX_UNIONS = 16

const STRING_FORMATS: ReadonlySet<unknown> = new Set(
  'date-time time date duration email hostname uri ipv4 ipv6 uuid'.split(' '),
)
/** Kept as they are; what is in neither list is said in the description. */
const KEPT = 'title type enum const required $ref'.split(' ')
const REWRITTEN: ReadonlySet<string> = new Set(
  '$schema $id $comment description properties items anyOf oneOf allOf $defs definitions additionalProperties default'.split(
    ' ',
  ),
)

/**
 * A JSON schema in the part of the language that Anthropic can hold a model to: no object has properties that are not
 * listed, and other constraints are told in words. Null where that would be another schema: maps of any keys, values of
 * any type, recursion, or more than its limits. Rules as in `transformJSONSchema` of `@anthropic-ai/sdk` 1.12.0.
 */
export function closedSchema(schema: Schema): Schema | null {
  const nodes = [...nodesOf(schema)]
  if (!nodes.every(isClosable) || isRecursive(schema)) return null
  const properties = nodes.flatMap((node) => Object.entries(fieldsIn(node['properties'])))
  const required = nodes.flatMap((node) => listIn(node['required']))
  const unions = properties.filter(([, value]) => isUnion(value))
  if (properties.length - required.length > MAX_OPTIONAL || unions.length > MAX_UNIONS) return null
  return closed(schema)
}

function isClosable(node: Schema): boolean {
  if ('prefixItems' in node || 'patternProperties' in node || Array.isArray(node['items'])) return false
  if (['$ref', 'enum', 'const', 'anyOf', 'oneOf', 'allOf'].some((name) => name in node)) return true
  if (node['type'] === 'array') return isSchema(node['items'])
  if (node['type'] !== 'object') return node['type'] !== undefined
  const listed = Object.keys(fieldsIn(node['properties'])).length > 0
  return !isSchema(node['additionalProperties']) && (listed || node['additionalProperties'] === false)
}

function closed(node: Schema): Schema {
  const result: Record<string, unknown> = {}
  for (const name of KEPT) if (name in node) result[name] = node[name]
  for (const name of ['$defs', 'definitions', 'properties']) {
    if (isSchema(node[name])) result[name] = mapFields(node[name])
  }
  if (isSchema(node['items'])) result['items'] = closed(node['items'])
  const anyOf = node['anyOf'] ?? node['oneOf']
  if (anyOf) result['anyOf'] = listIn(anyOf).filter(isSchema).map(closed)
  if (node['allOf']) result['allOf'] = listIn(node['allOf']).filter(isSchema).map(closed)
  if (node['type'] === 'object') result['additionalProperties'] = false
  if (STRING_FORMATS.has(node['format'])) result['format'] = node['format']
  const untold = Object.entries(node).filter(([name]) => !(name in result) && !REWRITTEN.has(name))
  const words = untold.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(', ')
  const description = [node['description'], words].filter(Boolean).join('\n')
  return description ? { ...result, description } : result
}

function mapFields(fields: Schema): Schema {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, isSchema(value) ? closed(value) : value]),
  )
}

/** A schema and every schema in it. */
function* nodesOf(node: Schema): Generator<Schema> {
  yield node
  const inside = [
    ...['properties', '$defs', 'definitions'].flatMap((name) => Object.values(fieldsIn(node[name]))),
    ...['anyOf', 'oneOf', 'allOf'].flatMap((name) => listIn(node[name])),
    node['items'],
  ]
  // A boolean, which stands for anything or nothing, is no schema that can be closed.
  for (const value of inside) if (value !== undefined) yield* nodesOf(isSchema(value) ? value : {})
}

function isRecursive(schema: Schema): boolean {
  const definitions = new Map<string, unknown>()
  for (const name of ['$defs', 'definitions']) {
    for (const [key, value] of Object.entries(fieldsIn(schema[name])))
      definitions.set(`#/${name}/${key}`, value)
  }
  const comesBack = (node: unknown, above: readonly string[]): boolean =>
    refsIn(node).some(
      (ref) =>
        above.includes(ref) || !definitions.has(ref) || comesBack(definitions.get(ref), [...above, ref]),
    )
  return comesBack({ ...schema, $defs: {}, definitions: {} }, [])
}

function refsIn(node: unknown): string[] {
  if (!isSchema(node)) return []
  return [...nodesOf(node)].flatMap((each) => (typeof each['$ref'] === 'string' ? each['$ref'] : []))
}

function isUnion(value: unknown): boolean {
  return isSchema(value) && (Array.isArray(value['type']) || 'anyOf' in value || 'oneOf' in value)
}

function fieldsIn(value: unknown): Schema {
  return isSchema(value) ? value : {}
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
