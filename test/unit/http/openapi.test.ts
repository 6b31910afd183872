import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { SCOPES } from '../../../src/core/caller.ts'
import { ERROR_POLICY } from '../../../src/core/errors.ts'
import { matchesSchema } from '../../../src/execute/matches-schema.ts'
import { app } from '../../../src/http/app.ts'
import { door, openApiPath } from '../../../src/http/door.ts'
import { describeApi } from '../../../src/http/openapi.ts'
import { OPERATIONS } from '../../../src/http/operations/table.ts'

const nameOf = ({ method, path }: { method: string; path: string }) => `${method} ${openApiPath(path)}`

describe('the table of operations', () => {
  it('names every route once, and no other', () => {
    const routed = app.routes.filter(({ method }) => method !== 'ALL').map(nameOf)
    const named = OPERATIONS.map(nameOf)
    expect(named.toSorted()).toEqual([...new Set(routed)].toSorted())
    expect(new Set(named).size).toBe(named.length)
  })

  it('is asked before any handler', () => {
    const at = app.routes.findIndex(({ handler }) => handler === door)
    expect(app.routes.slice(0, at).every(({ method }) => method === 'ALL')).toBe(true)
    expect(app.routes[at]?.path).toBe('/*')
  })

  it('tells what each name in a path is', () => {
    for (const { path, params = {} } of OPERATIONS) {
      const names = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name = '']) => name)
      expect(Object.keys(params).toSorted()).toEqual(names.toSorted())
    }
  })
})

const record = z.record(z.string(), z.unknown())
const parameter = z.strictObject({
  name: z.string(),
  in: z.enum(['path', 'query', 'header']),
  required: z.boolean(),
  description: z.string().optional(),
  schema: record,
  'x-switchyard-kind': z.string().optional(),
})
const content = z.record(z.string().regex(/^[a-z]+\/[a-z.+-]+$/), z.strictObject({ schema: record }))
const operationObject = z.strictObject({
  operationId: z.string().regex(/^[a-z][A-Za-z]+$/),
  tags: z.tuple([z.string()]),
  summary: z.string().regex(/[^.]$/),
  security: z.array(z.record(z.string(), z.array(z.enum(SCOPES)))),
  parameters: z.array(parameter),
  requestBody: z.strictObject({ required: z.boolean(), content }).optional(),
  responses: z.record(
    z.string().regex(/^[1-5]\d\d$/),
    z.strictObject({ description: z.string().min(1), content: content.optional() }),
  ),
})
const openApi = z.strictObject({
  openapi: z.literal('3.1.0'),
  jsonSchemaDialect: z.url(),
  info: z.strictObject({ title: z.string(), version: z.string(), description: z.string() }),
  servers: z.array(z.strictObject({ url: z.url() })),
  tags: z.array(z.strictObject({ name: z.string() })),
  paths: z.record(
    z.string().startsWith('/'),
    z.partialRecord(z.enum(['get', 'post', 'put', 'patch', 'delete']), operationObject),
  ),
  components: z.strictObject({
    schemas: z.record(z.string().regex(/^[\w.-]+$/), record),
    securitySchemes: z.record(
      z.string(),
      z.looseObject({ type: z.enum(['http', 'apiKey']), description: z.string() }),
    ),
  }),
})

/** As whoever asks for it gets it. */
const text = JSON.stringify(describeApi(OPERATIONS, 'https://switchyard.example'))
const document = openApi.parse(JSON.parse(text))
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.values(methods).map((operation) => ({ path, ...operation })),
)

/** Every object in a value, with the name it stands under. */
function* objectsIn(value: unknown, under = ''): Iterable<{ under: string; found: Record<string, unknown> }> {
  if (Array.isArray(value)) for (const item of value) yield* objectsIn(item, under)
  const found = Array.isArray(value) ? undefined : record.safeParse(value).data
  if (!found) return
  yield { under, found }
  for (const [name, inner] of Object.entries(found)) yield* objectsIn(inner, name)
}

function resolve(pointer: string): unknown {
  const steps = pointer.replace(/^#\//, '').split('/')
  const unescaped = steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  return unescaped.reduce<unknown>((at, step) => record.safeParse(at).data?.[step], document)
}

const HELLO = { model: 'auto', messages: [{ role: 'user', content: 'Hi' }] }

describe('describeApi', () => {
  it('names each operation once', () => {
    const ids = operations.map(({ operationId }) => operationId)
    expect(new Set(ids).size).toBe(OPERATIONS.length)
    expect(ids.length).toBe(OPERATIONS.length)
  })

  it('declares what paths name, and no parameter twice', () => {
    for (const { path, parameters } of operations) {
      const inPath = parameters.filter((one) => one.in === 'path')
      expect(inPath.every(({ required }) => required)).toBe(true)
      const names = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name = '']) => name)
      expect(inPath.map(({ name }) => name).toSorted()).toEqual(names.toSorted())
      expect(new Set(parameters.map((one) => `${one.in} ${one.name}`)).size).toBe(parameters.length)
    }
  })

  it('refers only to what is there', () => {
    const references = [...objectsIn(JSON.parse(text))].flatMap(({ found }) =>
      typeof found['$ref'] === 'string' ? [found['$ref']] : [],
    )
    expect(references.length).toBeGreaterThan(OPERATIONS.length)
    expect(references.filter((reference) => resolve(reference) === undefined)).toEqual([])
    const schemes = operations.flatMap(({ security }) => security.flatMap((one) => Object.keys(one)))
    expect(schemes.filter((scheme) => !(scheme in document.components.securitySchemes))).toEqual([])
  })

  it('leaves nothing of how schemas are checked', () => {
    const foreign = [...objectsIn(document.components.schemas)].flatMap(({ found }) =>
      Object.keys(found).filter((name) => ['~standard', '_zod', 'def', '$schema', 'id'].includes(name)),
    )
    const named = [...objectsIn(document.components.schemas)].filter(({ under }) => under === 'properties')
    const properties = new Set(named.flatMap(({ found }) => Object.keys(found)))
    expect(foreign.filter((name) => !properties.has(name))).toEqual([])
  })

  it('tells each error with the status it has, in the form of its protocol', () => {
    for (const { path, responses } of operations) {
      for (const [status, { description, content: body }] of Object.entries(responses)) {
        if (Number(status) < 400) continue
        const codes = Array.from(description.matchAll(/`(\w+)`/g), ([, code = '']) => code)
        expect(codes.length).toBeGreaterThan(0)
        for (const code of codes)
          expect(record.parse(ERROR_POLICY)[code]).toMatchObject({ status: Number(status) })
        const form = path.startsWith('/v1/messages') ? 'AnthropicError' : 'Error'
        expect(body?.['application/json']?.schema).toEqual({ $ref: `#/components/schemas/${form}` })
      }
    }
  })

  it.each([
    ['CreateChatCompletionBody', HELLO, true],
    ['CreateChatCompletionBody', { model: 'auto', messages: [{ role: 'nobody', content: 'Hi' }] }, false],
    ['CreateChatCompletionBody', { model: 'auto', messages: [] }, false],
    ['CreateChatCompletionBody', { ...HELLO, plugins: [{ id: 'verify', checks: ['schema'] }] }, true],
    ['PutConfigBody', { policy: { collaboration: { verify: { checks: ['schema'] } } } }, true],
    ['PutConfigBody', { policy: { collaboration: { verify: { checks: ['spelling'] } } } }, false],
    ['CreateFeedbackBody', { decision_id: 'dec_1', score: 0.5 }, true],
    ['CreateFeedbackBody', { decision_id: 'dec_1', score: 2 }, false],
    ['PutAgentBody', { kind: 'a2a', url: 'https://a.example', skills: [{ id: 'sql' }] }, true],
    ['PutAgentBody', { kind: 'a2a', skills: [{ level: 1 }] }, false],
    ['MatchAgentsBody', { task: { goal: 'Fix the bug' } }, true],
    ['PutConfigBody', { default_fallbacks: ['auto'] }, true],
    ['PutConfigBody', { default_fallback: ['auto'] }, false],
    ['CreateEmbeddingBody', { model: 'auto', input: ['a', 'b'] }, true],
    ['CreateEmbeddingBody', { model: 'auto', input: [[1, 2]] }, true],
    ['CreateEmbeddingBody', { model: 'auto', input: {} }, false],
  ])('describes %s so that %j fits: %j', (name, body, fits) => {
    const schema = JSON.stringify(document.components.schemas[name], (key, value: unknown) =>
      key === '$ref' && typeof value === 'string'
        ? value.replace(`#/components/schemas/${name}`, '#')
        : value,
    )
    expect(matchesSchema(JSON.parse(schema), body)).toBe(fits)
  })
})
