import { describe, expect, it } from 'vitest'
import type { ChatRequest } from '../../../src/core/chat.ts'
import { anthropicMessages } from '../../../src/providers/anthropic-messages/index.ts'
import { closedSchema } from '../../../src/providers/anthropic-messages/output-schema.ts'
import { TARGET, requestWith } from './conversation.ts'

const text = { type: 'string' }
const object = (properties: object, rest: object = {}) => ({ type: 'object', properties, ...rest })
const closed = (properties: object) => object(properties, { additionalProperties: false })
const SCHEMA = object({ name: text })
const JSON_SCHEMA = { type: 'json_schema', name: 'person', schema: SCHEMA } as const

function takes(
  hostModelId: string,
  output: ChatRequest['output'],
  structuredOutput = TARGET.structuredOutput,
) {
  return anthropicMessages.takesOutput(requestWith({ output }), { ...TARGET, hostModelId, structuredOutput })
}

describe('JSON, as Anthropic is asked for it', () => {
  it('holds a model that can be held to the schema', () => {
    const target = { ...TARGET, hostModelId: 'claude-haiku-4-5' }
    expect(anthropicMessages.encode(requestWith({ output: JSON_SCHEMA }), target).body).toMatchObject({
      output_config: { format: { type: 'json_schema', schema: closed({ name: text }) } },
    })
    expect(takes('claude-haiku-4-5', JSON_SCHEMA)).toBe(true)
    expect(takes('claude-haiku-4-5', { type: 'text' })).toBe(true)
  })

  it('leaves the rest to a tool', () => {
    expect(takes('model-1', JSON_SCHEMA)).toBe(false)
    expect(takes('claude-haiku-4-5', JSON_SCHEMA, 'json_object')).toBe(false)
    expect(takes('claude-haiku-4-5', { type: 'json_object' })).toBe(false)
    expect(takes('claude-haiku-4-5', { ...JSON_SCHEMA, schema: { type: 'object' } })).toBe(false)
    expect(takes('global.anthropic.claude-opus-4-7', JSON_SCHEMA)).toBe(false)
  })

  it('says when nothing makes sure of it', () => {
    const request = requestWith({ output: { type: 'json_object' } })
    const dropped = (hostModelId: string) =>
      anthropicMessages.unsupported(request, { ...TARGET, hostModelId })
    expect(dropped('claude-opus-5-5')).toEqual(['response_format'])
    expect(dropped('claude-haiku-4-5')).toEqual([])
  })
})

const many = (count: number, value: object) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`p${at}`, value]))

describe('closedSchema', () => {
  it('lists every property, and tells in words what Anthropic cannot check', () => {
    const schema = object(
      {
        age: { type: 'integer', minimum: 0, description: 'In years' },
        tags: { type: 'array', items: object({ const: { const: 1 } }), maxItems: 3 },
        mail: { type: 'string', format: 'email' },
        site: { type: ['string', 'null'], format: 'iri' },
        pet: { oneOf: [{ $ref: '#/$defs/pet' }, { type: 'null' }] },
      },
      {
        $schema: 'x',
        required: ['age'],
        $defs: { pet: object({ owner: { $ref: '#/$defs/owner' } }), owner: SCHEMA },
      },
    )
    expect(closedSchema(schema)).toEqual({
      ...closed({
        age: { type: 'integer', description: 'In years\nminimum: 0' },
        tags: { type: 'array', items: closed({ const: { const: 1 } }), description: 'maxItems: 3' },
        mail: { type: 'string', format: 'email' },
        site: { type: ['string', 'null'], description: 'format: "iri"' },
        pet: { anyOf: [{ $ref: '#/$defs/pet' }, { type: 'null' }] },
      }),
      required: ['age'],
      $defs: { pet: closed({ owner: { $ref: '#/$defs/owner' } }), owner: closed({ name: text }) },
    })
  })

  it.each([
    ['any keys', object({ map: { type: 'object', additionalProperties: text } })],
    ['any object', object({ any: { type: 'object' } })],
    ['any value', object({ any: {} })],
    ['any items', object({ list: { type: 'array' } })],
    ['a boolean for a schema', object({ any: true })],
    ['keys by pattern', { type: 'object', properties: { a: text }, patternProperties: { '^x': text } }],
    [
      'recursion',
      object(
        { next: { $ref: '#/$defs/node' } },
        { $defs: { node: object({ next: { $ref: '#/$defs/node' } }) } },
      ),
    ],
    ['itself', object({ next: { $ref: '#' } })],
    ['25 optional properties', object(many(25, text))],
    ['17 unions', object(many(17, { type: ['string', 'null'] }), { required: Object.keys(many(17, text)) })],
  ])('does not pretend to express %s', (_, schema) => {
    expect(closedSchema(schema)).toBeNull()
  })

  it('takes as many as Anthropic does', () => {
    expect(closedSchema(object(many(24, text)))).not.toBeNull()
    const required = Object.keys(many(16, text))
    expect(closedSchema(object(many(16, { type: ['string', 'null'] }), { required }))).not.toBeNull()
  })
})
