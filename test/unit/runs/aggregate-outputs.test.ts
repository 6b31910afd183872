import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aggregateOutputs } from '../../../src/runs/aggregate/aggregate-outputs.ts'

const named = (...values: unknown[]) => values.map((value, at) => ({ name: `t${at}`, value }))
const json = fc.jsonValue({ maxDepth: 4 })

describe('aggregateOutputs', () => {
  it('puts texts below each other, lists after each other, and anything else into a list', () => {
    expect(aggregateOutputs('concat', named('第一章\n', '', ' Two')).value).toBe('第一章\n\nTwo')
    expect(aggregateOutputs('concat', named([1], [1, 2])).value).toEqual([1, 1, 2])
    expect(aggregateOutputs('concat', named('a', [1], { b: 2 })).value).toEqual(['a', 1, { b: 2 }])
  })

  it('takes what most say, however they write it, and of equally many the first', () => {
    expect(aggregateOutputs('vote', named('上海', 'Paris.', '**paris**')).value).toBe('Paris.')
    expect(aggregateOutputs('vote', named('7', '1,200', 1200)).value).toBe('1,200')
    expect(aggregateOutputs('vote', named({ b: 1, a: [2] }, 'x', { a: [2], b: 1 })).value).toEqual({
      a: [2],
      b: 1,
    })
    expect(aggregateOutputs('vote', named('no', 'yes', 'yes', 'no')).value).toBe('no')
  })

  it('merges objects deep, lists without equal items, and tells where the last one won', () => {
    const one = { name: 'a', tags: ['x', { y: 1 }], inner: { kept: 1, lost: 'old' }, same: 1 }
    const other = { name: null, tags: [{ y: 1 }, 'z'], inner: { lost: 'new' }, same: 1, 更多: true }
    expect(aggregateOutputs('merge', named(one, other))).toEqual({
      value: {
        name: 'a',
        tags: ['x', { y: 1 }, 'z'],
        inner: { kept: 1, lost: 'new' },
        same: 1,
        更多: true,
      },
      conflicts: ['inner.lost'],
    })
    expect(aggregateOutputs('merge', named('a', 'b'))).toEqual({ value: 'b', conflicts: [''] })
  })

  it('leaves out what is missing', () => {
    expect(aggregateOutputs('concat', named(null, 'only', undefined)).value).toBe('only')
    for (const how of ['concat', 'vote', 'merge'] as const) {
      expect(aggregateOutputs(how, [])).toEqual({ value: null, conflicts: [] })
    }
  })

  it('gives of equal outputs that output, by vote and by merging', () => {
    fc.assert(
      fc.property(json, fc.integer({ min: 1, max: 4 }), (value, count) => {
        const same = named(...Array.from({ length: count }, () => value))
        expect(aggregateOutputs('vote', same).value).toEqual(value)
        if (!Array.isArray(value) || count === 1) {
          expect(aggregateOutputs('merge', same).conflicts).toEqual([])
        }
      }),
    )
  })

  it('takes no field for more than a name', () => {
    const hostile: unknown = JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}')
    const { value } = aggregateOutputs('merge', named(hostile, { a: 1 }))
    expect(Object.keys(value ?? {})).toEqual(['__proto__', 'constructor', 'a'])
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  })

  it('does not mind outputs deeper than anybody can write', () => {
    const outputs = named(deep(100_000), deep(100_000))
    expect(aggregateOutputs('merge', outputs).conflicts.length).toBe(1)
    expect(aggregateOutputs('vote', outputs).value).toBe(outputs[0]?.value)
  })
})

function deep(levels: number): unknown {
  let value: unknown = 1
  for (let at = 0; at < levels; at += 1) value = { a: value }
  return value
}
