import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isRecord } from '../../../src/core/canonical-json.ts'
import { type Change, diffOf } from '../../../src/core/json-diff.ts'

/** As JSON Patch applies one operation. */
function applied(document: unknown, change: Change): unknown {
  const keys = change.path.split('/').slice(1)
  return at(
    document,
    keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~')),
    change,
  )
}

function at(node: unknown, [key, ...rest]: readonly string[], change: Change): unknown {
  if (key === undefined) return change.op === 'remove' ? undefined : change.to
  if (Array.isArray(node)) {
    const index = Number(key)
    const items: unknown[] = [...node]
    if (rest.length > 0) return items.with(index, at(items[index], rest, change))
    if (change.op === 'remove') return items.toSpliced(index, 1)
    return items.toSpliced(index, change.op === 'add' ? 0 : 1, change.to)
  }
  if (!isRecord(node)) throw new Error(`Nothing at ${change.path}`)
  const others = Object.entries(node).filter(([name]) => name !== key)
  if (rest.length === 0 && change.op === 'remove') return Object.fromEntries(others)
  return Object.fromEntries([...others, [key, at(node[key], rest, change)]])
}

/** Few keys and values, so that documents are often alike. */
const document = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, 0, 1, 'a', ''),
    fc.array(tie('node'), { maxLength: 5 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c/d', 'e~f', '__proto__', ''), tie('node'), { maxKeys: 4 }),
  ),
})).node

describe('diffOf', () => {
  it('makes the one document of the other', () => {
    fc.assert(
      fc.property(document, document, (from, to) => {
        expect(diffOf(from, to).reduce(applied, from)).toEqual(to)
      }),
      { numRuns: 1_000 },
    )
  })

  it('finds nothing between equal documents', () => {
    fc.assert(
      fc.property(document, (one) => {
        expect(diffOf(one, structuredClone(one))).toEqual([])
      }),
    )
  })

  it('tells an inserted item as one change, and what stands in the way of a key as escaped', () => {
    const rules = [{ id: 'b' }, { id: 'c' }]
    expect(diffOf({ rules }, { rules: [{ id: 'a' }, ...rules] })).toEqual([
      { op: 'add', path: '/rules/0', to: { id: 'a' } },
    ])
    expect(diffOf({ 'openai/gpt~': 1, gone: 2 }, { 'openai/gpt~': 3 })).toEqual([
      { op: 'remove', path: '/gone', from: 2 },
      { op: 'replace', path: '/openai~1gpt~0', from: 1, to: 3 },
    ])
  })
})
