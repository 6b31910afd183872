import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { sampleSchema } from '../../../src/dev/hosts/schema-sample.ts'

const source = { words: ['Taipei', 'weather'], numbers: [42], result: 391, seed: 's' }

const address: z.core.JSONSchema.BaseSchema = {
  type: 'object',
  properties: { street: { type: 'string', minLength: 10 }, kind: { enum: ['home', 'work'] } },
  required: ['street', 'kind'],
  additionalProperties: false,
}
const schema: z.core.JSONSchema.BaseSchema = {
  type: 'object',
  $defs: { address },
  properties: {
    city: { type: 'string' },
    when: { type: 'string', format: 'date' },
    degrees: { type: 'integer', minimum: -20, maximum: 40 },
    sure: { type: 'boolean' },
    tags: { type: 'array', items: { type: 'string', maxLength: 3 }, minItems: 3, maxItems: 4 },
    note: { anyOf: [{ type: 'string' }, { type: 'null' }] },
    unit: { type: ['string', 'null'] },
    exactly: { const: 7 },
    home: { $ref: '#/$defs/address' },
  },
  required: ['city', 'when', 'degrees', 'sure', 'tags', 'note', 'unit', 'exactly', 'home'],
  additionalProperties: false,
}

describe('sampleSchema', () => {
  it('satisfies the schema', () => {
    expect(z.fromJSONSchema(schema).safeParse(sampleSchema(schema, source))).toMatchObject({ success: true })
  })

  it('takes words and numbers from the prompt', () => {
    expect(sampleSchema(schema, source)).toMatchObject({ city: 'Taipei', degrees: 40 })
  })

  it('puts the result of a calculation where one is asked for', () => {
    expect(sampleSchema({ properties: { answer: { type: 'number' } } }, source)).toEqual({ answer: 391 })
  })

  it("reads Google's upper-case types", () => {
    const google = { type: 'OBJECT', properties: { items: { type: 'ARRAY', items: { type: 'STRING' } } } }
    expect(sampleSchema(google, source)).toEqual({ items: ['Taipei', 'weather'] })
  })

  it('ends for a schema that refers to itself', () => {
    const tree = { type: 'object', properties: { next: { $ref: '#' } }, required: [] }
    expect(JSON.stringify(sampleSchema(tree, source)).length).toBeLessThan(200)
  })

  it('ends for a schema that no finite value satisfies', () => {
    const items = { $ref: '#' }
    const list = { type: 'array', items, minItems: 100 }
    const endless = { type: 'object', properties: { list, next: items }, required: ['next', 'list'] }
    expect(JSON.stringify(sampleSchema(endless, source)).length).toBeLessThan(50_000)
  })
})
