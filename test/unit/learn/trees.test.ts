import { describe, expect, it } from 'vitest'
import { type Matrix, matrixOf, rowOf } from '../../../src/learn/matrix.ts'
import { createRandom } from '../../../src/learn/random.ts'
import { type ForestOptions, growCrossFitted, growForest, predictForest } from '../../../src/learn/trees.ts'

const OPTIONS: ForestOptions = {
  trees: 60,
  depth: 3,
  rate: 0.2,
  shrinkage: 1,
  minLeaf: 5,
  link: 'identity',
}

const random = createRandom(3)
const ROWS = 600
const inputs = Array.from({ length: ROWS }, () => [random(), random(), random()] as const)
const features = matrixOf(inputs)
/** 1 where exactly one of the first two is large, which no single question tells. */
const either = ([a, b]: readonly [number, number, number]) => Number(a > 0.5 !== b > 0.5)

function errorOf(said: Matrix, wanted: (row: number) => number): number {
  let total = 0
  for (let row = 0; row < said.rows; row += 1) total += ((rowOf(said, row)[0] ?? 0) - wanted(row)) ** 2
  return total / said.rows
}

describe('a forest', () => {
  const targets = matrixOf(inputs.map((input) => [either(input), 1 - 2 * either(input)]))

  it('learns what features say only together, for all targets at once', () => {
    const said = predictForest(growForest(features, targets, OPTIONS), features)
    expect(errorOf(said, (row) => either(inputs[row] ?? [0, 0, 0]))).toBeLessThan(0.05)
    for (let row = 0; row < 5; row += 1) {
      const [first = 0, second = 0] = rowOf(said, row)
      expect(second).toBeCloseTo(1 - 2 * first, 6)
    }
  })

  it('is the same every time', () => {
    expect(growForest(features, targets, OPTIONS)).toEqual(growForest(features, targets, OPTIONS))
  })

  it('gives classes shares that add up to one', () => {
    const classes = matrixOf(inputs.map((input) => [either(input), 1 - either(input)]))
    const said = predictForest(growForest(features, classes, { ...OPTIONS, link: 'softmax' }), features)
    const sure = inputs.filter((input, row) => (rowOf(said, row)[1 - either(input)] ?? 0) > 0.5)
    expect(sure.length / ROWS).toBeGreaterThan(0.9)
    for (let row = 0; row < said.rows; row += 1) {
      expect(rowOf(said, row).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9)
    }
  })

  it('finds nothing in noise, once it is held against prompts it has not seen', () => {
    const noise = matrixOf(inputs.map(() => [random()]))
    const folds = [0, 1, 2].map((fold) => inputs.flatMap((_, row) => (row % 3 === fold ? [row] : [])))
    const unseen = growCrossFitted(features, noise, folds, { ...OPTIONS, shrinkage: 40, rate: 0.06 })
    expect(errorOf(unseen, (row) => noise.values[row] ?? 0)).toBeGreaterThan(0.078)
    const seen = growCrossFitted(features, targets, folds, OPTIONS)
    expect(errorOf(seen, (row) => either(inputs[row] ?? [0, 0, 0]))).toBeLessThan(0.1)
  })
})
