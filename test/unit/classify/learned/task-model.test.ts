import { describe, expect, it } from 'vitest'
import { DENSE_COUNT } from '../../../../src/classify/learned/dense-features.ts'
import {
  gramValue,
  type PackedTaskModel,
  taskLogits,
  unpackTaskModel,
} from '../../../../src/classify/learned/task-model.ts'
import { TASK_WEIGHTS } from '../../../../src/classify/learned/task-weights.ts'
import { TASK_TYPES } from '../../../../src/core/demand.ts'

const TYPES = TASK_TYPES.length
const base64 = (bytes: readonly number[]) => Buffer.from(bytes).toString('base64')
/** Half bytes of zero weights, but for the first type. */
const rowOf = (first: number) => [(8 << 4) | (first + 8), ...Array.from({ length: 6 }, () => 0x88)]
/** Two n-grams, 5 and 305, and one dense feature. */
const SMALL: PackedTaskModel = {
  grams: base64([5, 0xac, 0x02]),
  gramWeights: base64([...rowOf(7), ...rowOf(-3)]),
  gramScales: TASK_TYPES.map(() => 0.5),
  denseWeights: base64([254, ...TASK_TYPES.slice(1).map(() => 0)]),
  denseScales: [0.25],
}
const firstLogit = (dense: number, grams: readonly number[]) =>
  taskLogits(unpackTaskModel(SMALL), Float32Array.of(dense), Int32Array.from(grams))[0]

describe('unpackTaskModel, taskLogits', () => {
  it('adds what each known n-gram and each feature speaks for', () => {
    expect(firstLogit(0, [5])).toBeCloseTo(7 * 0.5 * gramValue(1))
    expect(firstLogit(0, [305])).toBeCloseTo(-3 * 0.5 * gramValue(1))
    expect(firstLogit(4, [])).toBeCloseTo(4 * -2 * 0.25)
    expect(firstLogit(4, [5, 305, 5])).toBeCloseTo(-2 + (7 - 3 + 7) * 0.5 * gramValue(3))
  })

  it('leans less on a known n-gram among unknown ones', () => {
    expect(firstLogit(0, [5, 1, 2, 3])).toBeCloseTo(7 * 0.5 * gramValue(4))
    expect(gramValue(4)).toBeLessThan(gramValue(1))
  })

  it.each([
    ['weights', { gramWeights: base64(rowOf(1)) }],
    ['scales', { gramScales: [1] }],
    ['features', { denseScales: [1, 1] }],
  ])('refuses %s that do not fit', (_, part) => {
    expect(() => unpackTaskModel({ ...SMALL, ...part })).toThrow(RangeError)
  })
})

describe('TASK_WEIGHTS', () => {
  it('fit the features, in no more than 64 KiB', () => {
    const model = unpackTaskModel(TASK_WEIGHTS)
    expect(model.dense).toHaveLength(DENSE_COUNT * TYPES)
    expect(model.gramWeights.length / TYPES).toBeGreaterThan(5000)
    const { grams, gramWeights, denseWeights } = TASK_WEIGHTS
    expect(Buffer.from(grams + gramWeights + denseWeights, 'base64').length).toBeLessThan(64 * 1024)
  })
})
