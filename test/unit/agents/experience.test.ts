import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expected, NOTHING_TOLD, type Tally, told, weightAt } from '../../../src/agents/experience.ts'
import { NOW } from './builders.ts'

const WEEK_MS = 7 * 24 * 60 * 60 * 1_000
const PRIOR = { mean: 0.8, weight: 5 }
const after = (values: readonly number[]) =>
  values.reduce<Tally>((tally, value) => told(tally, value, NOW), NOTHING_TOLD)

describe('expected', () => {
  it('is the mean of the Beta posterior', () => {
    expect(expected(NOTHING_TOLD, PRIOR, NOW)).toBe(0.8)
    expect(expected(after([0, 0, 0, 0, 0]), PRIOR, NOW)).toBeCloseTo(0.4)
    expect(expected(after([1, 1, 0]), { mean: 0.5, weight: 2 }, NOW)).toBeCloseTo(3 / 5)
  })

  it('leads back to the prior as what was told grows old', () => {
    const tally = after([0, 0, 0, 0, 0])
    const weeks = [0, 1, 2, 4, 8].map((count) => expected(tally, PRIOR, NOW + count * WEEK_MS))
    expect(weeks).toEqual(weeks.toSorted((a, b) => a - b))
    expect(weightAt(tally, NOW + WEEK_MS)).toBeCloseTo(2.5)
    expect(expected(tally, PRIOR, NOW + 100 * WEEK_MS)).toBeCloseTo(0.8)
  })

  it('goes by the latest of many', () => {
    const many = Array.from({ length: 5_000 }, () => 1)
    const then = Array.from({ length: 200 }, () => 0)
    expect(expected(after([...many, ...then]), PRIOR, NOW)).toBeLessThan(0.4)
  })

  it('stays between what was told and supposed, and rises with success, whatever the clock does', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true })
    const facts = fc.array(fc.tuple(share, fc.integer({ min: -WEEK_MS, max: WEEK_MS })), { maxLength: 30 })
    fc.assert(
      fc.property(facts, share, (told_, value) => {
        const tally = told_.reduce<Tally>((all, [one, at]) => told(all, one, NOW + at), NOTHING_TOLD)
        const mean = expected(tally, PRIOR, NOW)
        expect(mean).toBeGreaterThanOrEqual(-1e-9)
        expect(mean).toBeLessThanOrEqual(1 + 1e-9)
        const better = expected(told(tally, 1, NOW), PRIOR, NOW)
        expect(better).toBeGreaterThanOrEqual(expected(told(tally, value, NOW), PRIOR, NOW) - 1e-9)
      }),
    )
  })
})
