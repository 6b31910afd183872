import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { sampleSchema } from '../../../src/dev/hosts/schema-sample.ts'
import { matchesSchema, misfitOf } from '../../../src/execute/matches-schema.ts'

type Schema = Record<string, unknown>

const leaf = fc.constantFrom<Schema>(
  { type: 'string' },
  { type: 'string', minLength: 2, maxLength: 9 },
  { type: 'integer', minimum: -3, maximum: 40 },
  { type: 'number', exclusiveMinimum: 0 },
  { type: 'boolean' },
  { type: ['string', 'null'] },
  { enum: ['red', 'green', 3, null] },
  { const: 'fixed' },
)
const { schema } = fc.letrec<{ schema: Schema }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc
      .tuple(fc.array(tie('schema'), { maxLength: 3 }), fc.boolean(), fc.nat(3))
      .map(([fields, open, needed]) => ({
        type: 'object',
        properties: Object.fromEntries(fields.map((field, at) => [`f${at}`, field])),
        required: fields.map((_, at) => `f${at}`).slice(0, needed),
        additionalProperties: open,
      })),
    tie('schema').map((items) => ({ type: 'array', items, minItems: 1, maxItems: 3 })),
    fc.array(tie('schema'), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
  ),
}))
const source = { words: ['tide', 'moon'], numbers: [4, 7], result: null, seed: 'seed' }

describe('matchesSchema', () => {
  it('takes what is made after a schema', () => {
    fc.assert(fc.property(schema, (made) => matchesSchema(made, sampleSchema(made, source)) === true))
  })

  it('says the same as another reader of schemas', () => {
    fc.assert(
      fc.property(schema, schema, fc.jsonValue({ maxDepth: 3 }), (one, other, json) => {
        const reader = z.fromJSONSchema(one)
        for (const value of [sampleSchema(other, source), json]) {
          expect(matchesSchema(one, value)).toBe(reader.safeParse(value).success)
        }
      }),
      { numRuns: 500 },
    )
  })

  const tree = {
    $defs: {
      node: {
        type: 'object',
        properties: {
          name: { type: 'string' },
          children: { type: 'array', items: { $ref: '#/$defs/node' } },
        },
        required: ['name', 'children'],
        additionalProperties: false,
      },
    },
    $ref: '#/$defs/node',
  }

  it.each<[boolean | null, Schema, unknown]>([
    [true, tree, { name: 'a', children: [{ name: 'b', children: [] }] }],
    [false, tree, { name: 'a', children: [{ name: 'b' }] }],
    [false, tree, { name: 'a', children: [], more: 1 }],
    [true, { type: 'number', multipleOf: 0.1 }, 0.3],
    [false, { type: 'number', multipleOf: 0.25 }, 0.3],
    [true, { type: 'number', multipleOf: 5 }, 0],
    [true, { type: 'string', maxLength: 2 }, '😀😀'],
    [true, { type: 'integer' }, 1.0],
    [false, { type: 'integer' }, 1.5],
    [false, { type: 'object' }, null],
    [false, { type: 'object' }, []],
    [true, { additionalProperties: { type: 'number' } }, { a: 1 }],
    [false, { additionalProperties: { type: 'number' } }, { a: 'x' }],
    [true, { propertyNames: { maxLength: 2 } }, { ab: 1 }],
    [false, { propertyNames: { maxLength: 2 } }, { abc: 1 }],
    [false, { required: ['toString'] }, {}],
    [false, { properties: { toString: false } }, JSON.parse('{"toString":1}')],
    [true, { oneOf: [{ type: 'string' }, { type: 'number' }] }, 'x'],
    [false, { oneOf: [{ type: 'string' }, { maxLength: 3 }] }, 'x'],
    [false, { allOf: [{ type: 'string' }, { maxLength: 3 }] }, 'long'],
    [true, { type: 'string', pattern: '^(a+)+$', format: 'email' }, 'neither'],
    [null, { type: 'string', nullable: true }, null],
    [null, { type: 'array', prefixItems: [{ type: 'string' }] }, [1]],
    [null, { type: 'STRING' }, 'x'],
    [null, { $ref: 'https://example.test/schema' }, 'x'],
    [null, { $ref: '#/$defs/missing' }, 'x'],
    [null, { $ref: '#' }, 'x'],
    [null, { enum: [{ a: 1 }] }, { a: 1 }],
  ])('says %s of %j', (matching, said, value) => {
    expect(matchesSchema(said, value)).toBe(matching)
  })

  it('gives up on alternatives that would take for ever', () => {
    const twice = { anyOf: [{ $ref: '#/$defs/list' }, { $ref: '#/$defs/list' }] }
    const said = { $defs: { list: { type: 'array', items: twice } }, $ref: '#/$defs/list' }
    const deep = JSON.parse(`${'['.repeat(40)}1${']'.repeat(40)}`)
    expect(matchesSchema(said, deep)).toBeNull()
  })
})

describe('misfitOf', () => {
  const order = {
    type: 'object',
    properties: {
      city: { enum: ['Bern', 'Rome'] },
      items: { type: 'array', items: { type: 'object', required: ['id'] }, maxItems: 2 },
      price: { anyOf: [{ type: 'object', properties: { usd: { type: 'number' } } }, { type: 'null' }] },
    },
    additionalProperties: false,
  }

  it.each<[unknown, (string | number)[], string]>([
    [[], [], 'be of type object'],
    [{ city: 'Oslo' }, ['city'], 'be one of ["Bern","Rome"]'],
    [{ items: [{ id: 1 }, {}] }, ['items', 1], 'have "id"'],
    [{ items: [{ id: 1 }, { id: 2 }, { id: 3 }] }, ['items'], 'keep to maxItems 2'],
    [{ price: { usd: '3' } }, ['price', 'usd'], 'be of type number'],
    [{ price: 3 }, ['price'], 'fit an alternative'],
    [{ colour: 'red' }, ['colour'], 'be absent'],
  ])('of %j names the place and what is wanted there', (value, path, must) => {
    expect(misfitOf(order, value)).toEqual({ path, must })
  })
})
