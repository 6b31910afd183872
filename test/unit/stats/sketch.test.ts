import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addSketch, addValue, countOf, quantilesOf, type Sketch } from '../../../src/stats/sketch.ts'

const SHARES = [0.5, 0.9, 0.95, 0.99]
/** What the capability promises. */
const MAX_RANK_ERROR = 0.02

/** A digest of values in parts of these sizes in turn, put together as they come. */
function sketchOf(values: readonly number[], partSizes: readonly number[]): Sketch {
  const whole: Sketch = []
  let from = 0
  for (let turn = 0; from < values.length; turn++) {
    const size = partSizes[turn % partSizes.length] ?? 1
    const part: Sketch = []
    for (const value of values.slice(from, from + size)) addValue(part, value)
    addSketch(whole, part)
    from += size
  }
  return whole
}

/** How far a value's rank is from a share; a value that occurs often has all ranks of its occurrences. */
function rankError(values: readonly number[], value: number, share: number): number {
  const below = values.filter((other) => other < value).length / values.length
  const upTo = values.filter((other) => other <= value).length / values.length
  return Math.max(0, below - share, share - upTo)
}

function worstError(values: readonly number[], partSizes: readonly number[]): number {
  const found = quantilesOf(sketchOf(values, partSizes), SHARES)
  return Math.max(...SHARES.map((share, index) => rankError(values, found[index] ?? NaN, share)))
}

const SHAPES = {
  uniform: (chance: number) => Math.round(chance * 10_000),
  constant: () => 250,
  bimodal: (chance: number) => (chance < 0.7 ? 100 + chance * 20 : 5_000 + chance * 400),
  'two values': (chance: number) => (chance < 0.93 ? 40 : 30_000),
  lognormal: (chance: number) => Math.exp(6 + normal(chance)),
  'heavy tail': (chance: number) => 100 / (1 - chance) ** 2,
} as const

/** A logistic curve is near enough to a bell. */
function normal(chance: number): number {
  const inner = Math.min(1 - 1e-9, Math.max(1e-9, chance))
  return Math.log(inner / (1 - inner)) / 1.702
}

const ORDERS = {
  shuffled: (values: number[]) => values,
  sorted: (values: number[]) => values.toSorted((a, b) => a - b),
  reversed: (values: number[]) => values.toSorted((a, b) => b - a),
} as const

const cases = Object.entries(SHAPES).flatMap(([shape, valueOf]) =>
  Object.entries(ORDERS).map(([order, inOrder]) => ({ shape, order, valueOf, inOrder })),
)

describe('a sketch', () => {
  it.each(cases)(
    'of $shape values, $order, in many parts is within 2 % of every rank',
    ({ valueOf, inOrder }) => {
      const chances = fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), {
        minLength: 100,
        maxLength: 3_000,
        size: 'max',
      })
      const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 5 })
      fc.assert(
        fc.property(chances, sizes, (drawn, partSizes) => {
          const values = inOrder(drawn.map(valueOf))
          expect(worstError(values, partSizes)).toBeLessThanOrEqual(MAX_RANK_ERROR)
        }),
        { numRuns: 20, endOnFailure: true },
      )
    },
  )

  it('stays within it for 200,000 values, and small', () => {
    const values = Array.from({ length: 200_000 }, (_, at) =>
      SHAPES.lognormal(((at * 7_919) % 200_000) / 200_000),
    )
    const sketch = sketchOf(values, [137])
    const found = quantilesOf(sketch, SHARES)
    SHARES.forEach((share, index) =>
      expect(rankError(values, found[index] ?? NaN, share)).toBeLessThan(MAX_RANK_ERROR),
    )
    expect(countOf(sketch)).toBe(200_000)
    expect(sketch.length).toBeLessThanOrEqual(480)
  })

  it('is exact for a few values, and empty for none', () => {
    expect(quantilesOf(sketchOf([30, 10, 20], [1]), [0, 0.5, 1])).toEqual([10, 20, 30])
    expect(quantilesOf([], [0.5])).toEqual([])
  })
})
