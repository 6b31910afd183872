import { describe, expect, it } from 'vitest'
import { blended, blendWeights } from '../../../src/learn/blend.ts'
import { bootstrap } from '../../../src/learn/bootstrap.ts'
import { calibrated } from '../../../src/core/log-odds.ts'
import { calibrate, calibrationError } from '../../../src/learn/calibrate.ts'
import { componentsOf, restored, scoresOf } from '../../../src/learn/components.ts'
import { groupsOf } from '../../../src/learn/groups.ts'
import { fitLinear, fitSum, meanHead, predictLinear } from '../../../src/learn/linear-head.ts'
import { type Matrix, matrixOf, product, rowOf } from '../../../src/learn/matrix.ts'
import { createRandom } from '../../../src/learn/random.ts'
import { ridge } from '../../../src/learn/ridge.ts'
import type { SparseRows } from '../../../src/learn/sparse.ts'

const many = (count: number) => Array.from({ length: count }, (_, at) => at)

/** Rows of small whole numbers, as weights of terms that are their own buckets. */
function sparseOf(rows: readonly (readonly number[])[]): SparseRows {
  const terms = rows.map((row) => Uint32Array.from(row, (value, bucket) => (bucket << 8) | value))
  return {
    terms,
    rowScales: new Float64Array(rows.length).fill(1),
    bucketScales: new Float64Array(rows[0]?.length ?? 0).fill(1),
  }
}

describe('ridge', () => {
  it('gives each target the weights of its own strength', () => {
    const rows = [
      [1, 0],
      [0, 1],
      [1, 1],
    ]
    const targets = matrixOf([
      [1, 1],
      [2, 2],
      [3, 3],
    ])
    const weights = ridge(sparseOf(rows), Int32Array.of(0, 1, 2), targets, Float64Array.of(1e-9, 1))
    // (XᵀX + λ)⁻¹Xᵀy by hand: [1, 2] without shrinkage; [[3, 1], [1, 3]]⁻¹[4, 5] with λ = 1.
    expect(Array.from(weights.values)).toEqual([1, 7 / 8, 2, 11 / 8].map((value) => expect.closeTo(value, 2)))
  })
})

describe('the linear head', () => {
  const random = createRandom(4)
  const inputs = many(400).map(() => [random(), 10 * random(), 1])
  const targets = inputs.map(([a = 0, b = 0]) => [0.3 + 0.5 * a - 0.04 * b, random()])
  const folds = many(4).map((fold) => many(400).filter((row) => row % 4 === fold))
  const { head, unseen } = fitLinear(matrixOf(inputs), matrixOf(targets), folds)

  it('finds what is linear, and nothing in noise', () => {
    const errors = targets.map(([wanted = 0], row) => Math.abs(wanted - (rowOf(unseen, row)[0] ?? 0)))
    expect(Math.max(...errors)).toBeLessThan(0.05)
    const noise = many(400).map((row) => rowOf(unseen, row)[1] ?? 0)
    expect(Math.max(...noise) - Math.min(...noise)).toBeLessThan(0.15)
  })

  it('does not follow a feature beyond what it has seen', () => {
    const far = predictLinear(head, Float64Array.of(1e9, 5, 1))[0] ?? 0
    expect(far).toBeGreaterThan(0.5)
    expect(far).toBeLessThan(1)
  })
})

describe('the sum of two heads', () => {
  it('adds what words say to what the shape says', () => {
    const random = createRandom(6)
    const shape = matrixOf(many(300).map(() => [random()]))
    const text = matrixOf(many(300).map(() => [random() - 0.5]))
    const targets = matrixOf(many(300).map((row) => [(shape.values[row] ?? 0) + 2 * (text.values[row] ?? 0)]))
    const folds = many(3).map((fold) => many(300).filter((row) => row % 3 === fold))
    const { head, unseen } = fitSum(shape, { text, back: matrixOf([[2]]) }, targets, folds)
    for (const row of [0, 1, 2]) {
      const said = predictLinear(head, Float64Array.of(shape.values[row] ?? 0, text.values[row] ?? 0))[0] ?? 0
      expect(Math.abs(said - (targets.values[row] ?? 0))).toBeLessThan(0.15)
      expect(unseen.values[row]).toBeCloseTo(said, 1)
    }
    const [half = 0] = predictLinear(
      meanHead(head, { ...head, weights: matrixOf([[0], [0]]) }, 0.5),
      Float64Array.of(1, 0.4),
    )
    const [whole = 0] = predictLinear(head, Float64Array.of(1, 0.4))
    expect(half).toBeCloseTo((whole + (head.offset[0] ?? 0)) / 2, 9)
  })
})

describe('a blend', () => {
  it('weighs parts by how little they err on the differences between models', () => {
    const random = createRandom(8)
    const truth = many(400).map(() => [random(), random()])
    const noisy = (spread: number) =>
      matrixOf(truth.map((row) => row.map((value) => value + spread * (random() - 0.5))))
    const [good, bad] = [noisy(0.5), noisy(1)]
    const shifted = matrixOf(truth.map((row) => row.map((value) => value + 9)))
    const scores = truth.map((row) => Float64Array.from(row))
    // Inverse variances: four to one.
    const [first = 0, second = 0] = blendWeights(scores, [good, bad])
    expect(Math.abs(first - 0.8)).toBeLessThan(0.13)
    expect(first + second).toBe(1)
    expect(blendWeights(scores, [bad, shifted])).toEqual([0, 1])
    expect(blended([good, bad], [1, 0])).toEqual(good)
  })
})

describe('components', () => {
  const random = createRandom(1)
  const rows = many(200).map(() => {
    const [hard, style] = [random() - 0.5, 0.1 * (random() - 0.5)]
    return [0.7 + hard, 0.5 + hard + style, 0.3 + hard - style]
  })
  const matrix = matrixOf(rows)

  it('find what varies most first, as unit vectors', () => {
    const { directions } = componentsOf(matrix, 3)
    expect(directions.rows).toBe(2)
    const first = rowOf(directions, 0).map(Math.abs)
    for (const value of first) expect(value).toBeCloseTo(Math.sqrt(1 / 3), 2)
  })

  it('restore the rows they were made of', () => {
    const components = componentsOf(matrix, 3)
    const again = restored(scoresOf(matrix, components), components)
    for (const [at, value] of again.values.entries()) expect(value).toBeCloseTo(matrix.values[at] ?? 0, 9)
  })
})

describe('calibration', () => {
  const random = createRandom(2)
  const truths = Float64Array.from(many(4_000), () => 0.2 + 0.6 * random())
  const outcomes = truths.map((truth) => Number(random() < truth))
  const boastful = truths.map((truth) => Math.min(0.99, Math.max(0.01, 0.5 + 2 * (truth - 0.5))))

  it('brings predictions back to what happens', () => {
    const curve = calibrate(boastful, outcomes)
    const mended = boastful.map((prediction) => calibrated(prediction, curve))
    expect(calibrationError(boastful, outcomes)).toBeGreaterThan(0.08)
    expect(calibrationError(mended, outcomes)).toBeLessThan(0.03)
  })

  it('leaves alone what nothing is known of', () => {
    const curve = calibrate(Float64Array.of(0.3, 0.8), Float64Array.of(Number.NaN, Number.NaN))
    expect(calibrated(0.3, curve)).toBeCloseTo(0.3, 9)
  })
})

describe('bootstrap', () => {
  it('holds the figure in its interval, the same for the same seed', () => {
    const values = many(300).map((at) => at % 10)
    const mean = (drawn: Int32Array) => drawn.reduce((sum, at) => sum + (values[at] ?? 0), 0) / drawn.length
    const [low, high] = bootstrap(300, mean, 7)
    // 4.5 ± 1.96 × 2.87 ÷ √300
    expect(low).toBeCloseTo(4.175, 1)
    expect(high).toBeCloseTo(4.825, 1)
    expect(bootstrap(300, mean, 7)).toEqual([low, high])
    expect(bootstrap(300, mean, 8)).not.toEqual([low, high])
  })
})

const scored = (labels: readonly string[], scoreOf: (label: string) => number): Matrix =>
  matrixOf(labels.map((label) => [scoreOf(label)]))

describe('groups', () => {
  it('are none where all prompts are of one', () => {
    expect(
      groupsOf(
        ['a', 'a'],
        scored(['a', 'a'], () => 1),
      ),
    ).toBeNull()
  })

  it('stay apart while they are few', () => {
    expect(
      groupsOf(
        ['b', 'a', 'b'],
        scored(['b', 'a', 'b'], () => 1),
      ),
    ).toEqual(Int32Array.of(1, 0, 1))
  })

  it('are merged by outcome when they are many', () => {
    const labels = many(60).flatMap((at) => many(30).map(() => `label ${at}`))
    const found = groupsOf(
      labels,
      scored(labels, (label) => Number(label.slice(6)) % 2),
    )
    expect(new Set(found).size).toBeLessThanOrEqual(20)
    const of = (at: number) => found?.[30 * at]
    expect(of(0)).toBe(of(2))
    expect(of(0)).not.toBe(of(1))
  })
})

it('products of matrices are as by hand', () => {
  const squared = product(
    matrixOf([
      [1, 2],
      [3, 4],
    ]),
    matrixOf([
      [1, 2],
      [3, 4],
    ]),
  )
  expect(Array.from(squared.values)).toEqual([7, 10, 15, 22])
})
