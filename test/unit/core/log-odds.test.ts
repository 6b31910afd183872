import { describe, expect, it } from 'vitest'
import { calibrated, logOddsWithin, sigmoid, softmax, uncalibrated } from '../../../src/core/log-odds.ts'

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

describe('uncalibrated', () => {
  it('undoes a calibration, and leaves what is sure as it is', () => {
    const calibration = { slope: 0.7, offset: -0.4 }
    for (const probability of [0.05, 0.4, 0.95]) {
      expect(uncalibrated(calibrated(probability, calibration), calibration)).toBeCloseTo(probability, 12)
    }
    expect([uncalibrated(0, calibration), uncalibrated(1, calibration)]).toEqual([0, 1])
  })
})
