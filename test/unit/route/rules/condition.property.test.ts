import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Signals } from '../../../../src/route/rules/signals.ts'
import { createClocks } from '../../../../src/route/rules/clock.ts'
import { checkOf } from '../../../../src/route/rules/condition.ts'
import { configOf, signals, texts } from './signals.ts'

const leaf = fc.constantFrom(
  { signal: 'text', contains: 'a' },
  { signal: 'text', matches: '^b' },
  { signal: 'system_text', exists: false },
  { signal: 'stream', eq: true },
  { signal: 'user', ne: 'ann' },
  { signal: 'input_tokens', lte: 1_000 },
)

type Body = object

const { condition } = fc.letrec<{ condition: Body }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.record({ all: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('condition') }),
  ),
}))

const seen = fc.record({
  stream: fc.boolean(),
  user: fc.constantFrom('ann', null),
  texts: fc.record({ said: fc.constantFrom('', 'a', 'b', 'ba'), instructed: fc.constantFrom('', 'x') }),
})

function held(when: Body, rest: Partial<Signals>): boolean | null {
  const [rule] = configOf({ rules: [{ id: 'it', when, then: {} }] }).rules
  return rule ? checkOf(rule.when, createClocks())(signals(rest)) : null
}

describe('checkOf', () => {
  it('is not told apart by De Morgan', () => {
    fc.assert(
      fc.property(fc.array(condition, { minLength: 1, maxLength: 3 }), seen, (list, rest) => {
        const negated = list.map((each) => ({ not: each }))
        expect(held({ not: { all: list } }, rest)).toBe(held({ any: negated }, rest))
        expect(held({ not: { any: list } }, { ...rest, texts: null })).toBe(
          held({ all: negated }, { ...rest, texts: null }),
        )
      }),
    )
  })

  it('knows without the texts only what no text would change', () => {
    const all = ['', 'a', 'b', 'ba'].flatMap((said) => ['', 'x'].map((instructed) => texts(said, instructed)))
    fc.assert(
      fc.property(condition, seen, (when, rest) => {
        const known = held(when, { ...rest, texts: null })
        fc.pre(known !== null)
        for (const one of all) expect(held(when, { ...rest, texts: one })).toBe(known)
      }),
    )
  })
})
