import { describe, expect, it } from 'vitest'
import { logOddsWithin, sigmoid, softmax } from '../../../src/core/log-odds.ts'

describe('softmax', () => {
  it('are the softmax, whatever the size of logits', () => {
    const [first, second, none] = softmax(Float64Array.of(1000, 1000 + Math.log(3), Number.NEGATIVE_INFINITY))
    expect(first).toBeCloseTo(0.25)
    expect(second).toBeCloseTo(0.75)
    expect(none).toBe(0)
  })
})

describe('logOddsWithin', () => {
  it('is undone by the sigmoid, and bounded', () => {
    for (const probability of [0.1, 0.5, 0.97]) {
      expect(sigmoid(logOddsWithin(probability, 0.01))).toBeCloseTo(probability, 12)
    }
    expect(sigmoid(logOddsWithin(0, 0.02))).toBeCloseTo(0.02, 12)
    expect(sigmoid(logOddsWithin(1, 0.02))).toBeCloseTo(0.98, 12)
  })
})
