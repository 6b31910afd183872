import * as z from 'zod'
import { ERROR_POLICY, type ErrorCode } from '../core/errors.ts'
import { LISTED } from '../protocols/checked-list.ts'
import { isAnthropic } from './errors.ts'
import type { Access, Answer, Body, JsonSchema, Operation } from './operations/operation.ts'

/** The version of the API, not of its software: it changes when something that clients rely on does. */
const API_VERSION = '1.0.0'

const INTRODUCTION = `One door for every AI request: it decides which model answers, says why, and stays until it is answered.

Every answer has an \`x-request-id\`, the caller's own where it sent one; answers of models also have
\`x-switchyard-decision-id\`, \`-model\`, \`-provider\`, \`-reason\`, \`-attempts\`, \`-cost-usd\` and \`-cache\`.
What belongs to another tenant is answered with 404, like what does not exist.`

/**
 * The OpenAPI 3.1 description of some operations.
 *
 * @param origin where they are served, e.g. `https://switchyard.example`
 */
export function describeApi(operations: readonly Operation[], origin: string) {
  const components = bodyComponents(operations)
  const paths: Record<string, Record<string, JsonSchema>> = {}
  for (const operation of operations) {
    const path = (paths[operation.path] ??= {})
    path[operation.method.toLowerCase()] = operationObject(operation, components.names)
  }
  return {
    openapi: '3.1.0',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: { title: 'Switchyard', version: API_VERSION, description: INTRODUCTION },
    servers: [{ url: origin }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { ...components.schemas, Error: OPENAI_ERROR, AnthropicError: ANTHROPIC_ERROR },
      securitySchemes: SECURITY_SCHEMES,
    },
  }
}

const SECURITY_SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', description: 'A key of a tenant: `sk-…`' },
  apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'The same key, Anthropic’s way' },
  operator: { type: 'http', scheme: 'bearer', description: 'The key of who operates this Worker' },
}

function securityOf(access: Access): JsonSchema[] {
  if (access === 'public') return []
  return access === 'operator' ? [{ operator: [] }] : [{ bearer: [access] }, { apiKey: [access] }]
}

function operationObject(operation: Operation, names: ReadonlyMap<z.ZodType, string>): JsonSchema {
  const { id, tag, summary, access, body } = operation
  return {
    operationId: id,
    tags: [tag],
    summary,
    security: securityOf(access),
    parameters: parametersOf(operation),
    ...(body && { requestBody: requestBody(body, names) }),
    responses: {
      [operation.answer.status ?? 200]: answerObject(operation.answer),
      ...errorResponses(operation),
    },
  }
}

/** Parameters of paths tell what kind of thing they name: whoever tests access looks for it. */
function parametersOf({ params = {}, query, headers = {} }: Operation): JsonSchema[] {
  const { properties = {}, required = [] } = query ? schemaOf(query) : {}
  return [
    ...Object.entries(params).map(([name, { kind, description }]) => {
      const schema = { type: 'string', minLength: 1 }
      return { name, in: 'path', required: true, description, schema, 'x-switchyard-kind': kind }
    }),
    ...Object.entries(properties).map(([name, schema]) => {
      return { name, in: 'query', required: required.includes(name), schema }
    }),
    ...Object.entries(headers).map(([name, description]) => {
      return { name, in: 'header', required: false, description, schema: { type: 'string' } }
    }),
  ]
}

function requestBody({ schema, optional, types }: Body, names: ReadonlyMap<z.ZodType, string>): JsonSchema {
  const ref = { $ref: `#/components/schemas/${names.get(schema) ?? ''}` }
  return { required: optional !== true, content: contentOf(ref, types) }
}

function answerObject({ description, schema, types }: Answer): JsonSchema {
  return { description, ...(schema && { content: contentOf(schema, types) }) }
}

/** Event streams are text, whatever their events hold. */
function contentOf(schema: JsonSchema, types: readonly string[] = ['application/json']): JsonSchema {
  return Object.fromEntries(
    types.map((type) => [type, { schema: type.startsWith('text/') ? { type: 'string' } : schema }]),
  )
}

const GUARDED: readonly ErrorCode[] = ['missing_api_key', 'invalid_api_key', 'insufficient_scope']
const READING: readonly ErrorCode[] = [
  'invalid_request',
  'invalid_json',
  'unsupported_media_type',
  'request_too_large',
]

/** By status: the codes that may come with it. */
function errorResponses({ path, access, params, query, body, errors = [] }: Operation) {
  const codes = new Set<ErrorCode>([
    ...(access === 'public' ? [] : GUARDED),
    ...(access === 'public' || access === 'operator' ? [] : ['rate_limit_exceeded' as const]),
    ...(params ? ['not_found' as const] : []),
    ...(query ? ['invalid_request' as const] : []),
    ...(body ? READING : []),
    ...errors,
    'headers_too_large',
    'internal',
  ])
  const name = isAnthropic(path) ? 'AnthropicError' : 'Error'
  const content = contentOf({ $ref: `#/components/schemas/${name}` })
  const byStatus = Object.groupBy(codes, (code) => String(ERROR_POLICY[code].status))
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, some = []]) => {
      return [status, { description: some.map((code) => `\`${code}\``).join(', '), content }]
    }),
  )
}

const text = { type: 'string' }
const OPENAI_ERROR: JsonSchema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['message', 'type', 'code', 'param'],
      properties: {
        message: text,
        type: text,
        code: { enum: Object.keys(ERROR_POLICY) },
        param: { type: ['string', 'null'], description: 'The field at fault' },
        errors: {
          type: 'array',
          description: 'All that is wrong, where more is told than the first',
          items: {
            type: 'object',
            required: ['path', 'code', 'message'],
            properties: { path: text, code: text, message: text },
          },
        },
        provider: {
          type: 'object',
          description: 'What the host said of itself',
          properties: { status: { type: 'integer' }, code: text, request_id: text },
        },
      },
    },
  },
}
const ANTHROPIC_ERROR: JsonSchema = {
  type: 'object',
  required: ['type', 'error'],
  properties: {
    type: { const: 'error' },
    error: { type: 'object', required: ['type', 'message'], properties: { type: text, message: text } },
  },
}

/** Each body once, under the name of the first operation that takes it. */
function bodyComponents(operations: readonly Operation[]) {
  const names = new Map<z.ZodType, string>()
  const schemas: Record<string, unknown> = {}
  for (const { id, body } of operations) {
    if (!body || names.has(body.schema)) continue
    const name = `${id.charAt(0).toUpperCase()}${id.slice(1)}Body`
    names.set(body.schema, name)
    schemas[name] = bodySchema(body.schema, `#/components/schemas/${name}`)
  }
  return { names, schemas }
}

/** References of a schema start at its own root, those of the document at the document's. */
function bodySchema(schema: z.ZodType, at: string): unknown {
  const json = JSON.stringify(schemaOf(schema), (key, value: unknown) =>
    key === '$ref' && typeof value === 'string' ? value.replace(/^#/, at) : value,
  )
  return JSON.parse(json)
}

/** Without the dialect, which the document names once. */
function schemaOf(schema: z.ZodType): z.core.JSONSchema.BaseSchema {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, HOW)
  return json
}

/** What is sent, not what is made of it. What a schema cannot say is left open. */
const HOW = {
  io: 'input',
  unrepresentable: 'any',
  override({ zodSchema, jsonSchema }) {
    const item = LISTED.get(zodSchema)
    if (item) jsonSchema.items = schemaOf(item)
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
    if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
  },
} as const satisfies z.core.ToJSONSchemaParams
