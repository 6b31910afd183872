import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matchesSchema } from '../../../src/execute/matches-schema.ts'
import { evaluate } from '../../../src/runs/plan/evaluate.ts'
import { parsePath, type Step } from '../../../src/runs/plan/expression.ts'
import { excludedBy } from '../../../src/runs/plan/schema-path.ts'

const why = (schema: Readonly<Record<string, unknown>>, path: string) =>
  excludedBy(schema, parsePath(`x${path}`).steps)
const TEXT = { type: 'string' }

describe('excludedBy', () => {
  it.each([
    [{ type: 'string' }, '.a', 'the value there is of type string'],
    [{ type: ['null', 'object'] }, '.a', null],
    [{ type: ['null', 'object'] }, '[0]', 'the value there is of type null or object'],
    [{ additionalProperties: false }, '["a b"]', 'there is no field "a b"'],
    [{ additionalProperties: TEXT }, '.a.b', 'the value there is of type string'],
    [{ additionalProperties: false, patternProperties: { a: true } }, '.a', null],
    [{ properties: { a: false } }, '.a', 'nothing is allowed there'],
    [{ items: TEXT }, '[*].a', 'the value there is of type string'],
    [{ items: TEXT, prefixItems: [{}] }, '[0].a', null],
    [{ maxItems: 2 }, '[1]', null],
    [{ maxItems: 2 }, '[2]', 'there are at most 2 items'],
    [{ maxItems: 2 }, '[-3]', 'there are at most 2 items'],
    [{ allOf: [true, TEXT] }, '.a', 'the value there is of type string'],
    [{ oneOf: [{ type: 'object' }, TEXT] }, '.a', null],
    [{ oneOf: [{ type: 'array' }, TEXT] }, '.a', 'the value there is of type string'],
    [{ $ref: '#/$defs/t', $defs: { t: TEXT } }, '.a', 'the value there is of type string'],
    [{ $ref: '#', properties: { a: TEXT } }, '.a.a', 'the value there is of type string'],
    [{ $ref: '#' }, '.a', null],
    [{ $ref: 'https://else.where' }, '.a', null],
    [{ type: 5, items: 5, anyOf: {}, allOf: [] }, '.a', null],
  ])('%j at %s: %s', (schema, path, wanted) => {
    expect(why(schema, path)).toBe(wanted)
  })

  it('excludes nothing that a value of the schema has', () => {
    const name = fc.constantFrom('a', 'b')
    const { schema } = fc.letrec<{ schema: Record<string, unknown> }>((tie) => ({
      schema: fc.record(
        {
          type: fc.subarray(['object', 'array', 'string', 'null'], { minLength: 1 }),
          properties: fc.dictionary(name, fc.oneof({ depthSize: 'small' }, fc.constant({}), tie('schema')), {
            maxKeys: 2,
          }),
          additionalProperties: fc.oneof({ depthSize: 'small' }, fc.boolean(), tie('schema')),
          items: fc.oneof({ depthSize: 'small' }, fc.constant({}), tie('schema')),
          maxItems: fc.nat({ max: 2 }),
          anyOf: fc.array(fc.oneof({ depthSize: 'small' }, fc.constant({}), tie('schema')), {
            minLength: 1,
            maxLength: 2,
          }),
        },
        { requiredKeys: [] },
      ),
    }))
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom('', 'text'),
        fc.dictionary(name, tie('value'), { maxKeys: 2 }),
        fc.array(tie('value'), { maxLength: 3 }),
      ),
    }))
    const step: fc.Arbitrary<Step> = fc.oneof(
      name.map((called) => ({ is: 'field' as const, name: called })),
      fc.integer({ min: -3, max: 2 }).map((index) => ({ is: 'item' as const, index })),
    )
    const steps = fc.array(step, { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(schema, value, steps, (wanted, given, way) => {
        fc.pre(matchesSchema(wanted, given) === true)
        const found = evaluate({ is: 'path', path: { root: 'x', steps: way } }, { x: given })
        if (found !== null) expect(excludedBy(wanted, way)).toBeNull()
      }),
      { numRuns: 2_000 },
    )
  })
})
