import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { majorityQuality } from '../../../../src/route/collaboration/expect-panel.ts'

const share = fc.double({ min: 0.01, max: 0.99, noNaN: true })
const size = fc.integer({ min: 1, max: 8 })

const of = (members: number, correlation: number) => majorityQuality(0.7, members, correlation)

describe('majorityQuality', () => {
  it('is the binomial of independent answers where they hardly correlate', () => {
    // 3 × 0.7² × 0.3 + 0.7³
    expect(majorityQuality(0.7, 3, 1e-6)).toBeCloseTo(0.784, 4)
    expect(majorityQuality(0.7, 1, 0.5)).toBeCloseTo(0.7, 10)
  })

  it('is that of one answer where all say the same', () => {
    expect(majorityQuality(0.7, 5, 0.999_999)).toBeCloseTo(0.7, 4)
  })

  it('is a probability, that of its opposite beside it 1, and helps the able only', () => {
    fc.assert(
      fc.property(share, size, share, (quality, members, correlation) => {
        const good = majorityQuality(quality, members, correlation)
        expect(good + majorityQuality(1 - quality, members, correlation)).toBeCloseTo(1, 6)
        if (quality > 0.5) expect(good).toBeGreaterThan(quality - 1e-9)
        expect(good >= 0 && good <= 1).toBe(true)
      }),
    )
  })

  it('helps more the more of them there are, and the less they correlate', () => {
    expect(of(5, 0.5)).toBeGreaterThan(of(3, 0.5))
    expect(of(3, 0.3)).toBeGreaterThan(of(3, 0.6))
  })
})
