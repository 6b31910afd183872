import { describe, expect, it } from 'vitest'
import { correctTokens } from '../../../../src/classify/answer-length.ts'
import { correctDifficulty, logitsOfRuled } from '../../../../src/classify/difficulty.ts'
import { DENSE_COUNT } from '../../../../src/classify/learned/dense-features.ts'
import { gramsOf } from '../../../../src/classify/learned/grams.ts'
import { type PackedHead, readHead, unpackHead } from '../../../../src/classify/learned/head.ts'
import { DIFFICULTY_HEAD, LENGTH_HEAD } from '../../../../src/classify/learned/head-weights.ts'
import { gramValue } from '../../../../src/classify/learned/task-model.ts'
import { TASK_WEIGHTS } from '../../../../src/classify/learned/task-weights.ts'

const base64 = (bytes: readonly number[]) => Buffer.from(bytes).toString('base64')
/** Two features; four buckets, of which the second and the last have a weight. */
const SMALL: PackedHead = {
  dense: base64([10, 254]),
  denseScale: 0.5,
  grams: base64([0, 3, 0, 255]),
  gramScale: 2,
}
const read = (packed: PackedHead, dense: readonly number[], grams: readonly number[]) =>
  readHead(unpackHead(packed), Float32Array.from(dense), Int32Array.from(grams))

describe('unpackHead, readHead', () => {
  it('adds features, and n-grams by their bucket', () => {
    expect(read(SMALL, [1, 3], [])).toBeCloseTo(10 * 0.5 - 2 * 3 * 0.5)
    expect(read(SMALL, [0, 0], [1])).toBeCloseTo(3 * 2 * gramValue(1))
    expect(read(SMALL, [0, 0], [5, 7, 8])).toBeCloseTo((3 - 1) * 2 * gramValue(3))
  })

  it('goes without n-grams', () => {
    expect(read({ ...SMALL, grams: '' }, [1, 0], [1, 2, 3])).toBe(5)
  })

  it('refuses a number of buckets that no mask fits', () => {
    expect(() => unpackHead({ ...SMALL, grams: base64([1, 2, 3]) })).toThrow(RangeError)
  })
})

const plain = { asksProof: false }
const at = (logits: number) => correctDifficulty(0.4, logits, plain)

describe('correctDifficulty', () => {
  it('leaves the rules alone where the head agrees', () => {
    for (const ruled of [0, 0.36, 0.9])
      expect(correctDifficulty(ruled, logitsOfRuled(ruled), plain)).toBeCloseTo(ruled)
  })

  it('follows the head within bounds', () => {
    expect(at(0.5)).toBeGreaterThan(at(0))
    expect(at(1000)).toBeCloseTo(0.6)
    expect(at(-1000)).toBeCloseTo(0.2)
  })

  it('never goes down for a proof', () => {
    expect(correctDifficulty(0.4, -2, { asksProof: true })).toBeCloseTo(0.4)
    expect(correctDifficulty(0.4, 2, { asksProof: true })).toBeGreaterThan(0.4)
  })
})

describe('correctTokens', () => {
  it('goes half the way that the head wants, within bounds', () => {
    expect(correctTokens(100, 0)).toBe(100)
    expect(correctTokens(100, Math.log(4))).toBeCloseTo(200)
    expect(correctTokens(100, 50)).toBeCloseTo(100 * Math.E)
    expect(correctTokens(100, -50)).toBeCloseTo(100 / Math.E)
  })
})

describe('DIFFICULTY_HEAD, LENGTH_HEAD', () => {
  it('fit the features', () => {
    expect(unpackHead(DIFFICULTY_HEAD).dense).toHaveLength(DENSE_COUNT)
    expect(unpackHead(LENGTH_HEAD).dense).toHaveLength(DENSE_COUNT)
  })

  it('take no more than 64 KiB together with the task type', () => {
    const packed = [TASK_WEIGHTS, DIFFICULTY_HEAD, LENGTH_HEAD]
    const texts = packed.flatMap((part) => Object.values(part).filter((value) => typeof value === 'string'))
    expect(texts.reduce((sum, text) => sum + Buffer.from(text, 'base64').length, 0)).toBeLessThan(64 * 1024)
  })

  it('find little in nothing, and the same in Traditional as in Simplified Chinese', () => {
    const head = unpackHead(DIFFICULTY_HEAD)
    const nothing = new Float32Array(DENSE_COUNT)
    expect(readHead(head, nothing, gramsOf(''))).toBe(0)
    expect(readHead(head, nothing, gramsOf('證明這個數列收斂'))).toBe(
      readHead(head, nothing, gramsOf('证明这个数列收敛')),
    )
  })
})
