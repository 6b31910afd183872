import { describe, expect, it } from 'vitest'
import { afterLatencies, peakAt, withLatencies } from '../../../src/stats/peak.ts'

const one = (ms: number, at: number) => ({ count: 1, sumMs: ms, maxMs: ms, at })

describe('afterLatencies', () => {
  it('jumps up at once, and comes down by 63 % in ten seconds', () => {
    const usual = afterLatencies(null, one(200, 0))
    const slow = afterLatencies(usual, one(5_000, 100))
    expect(slow).toEqual({ valueMs: 5_000, at: 100 })
    expect(afterLatencies(slow, one(200, 10_100))?.valueMs).toBeCloseTo(200 + 4_800 / Math.E)
  })

  it('takes a batch in one step, and its worst at once', () => {
    const batch = withLatencies(one(100, 10_000), one(300, 11_000))
    expect(afterLatencies({ valueMs: 200, at: 0 }, batch)).toEqual({ valueMs: 300, at: 11_000 })
    const kept = Math.exp(-11_000 / 10_000)
    expect(afterLatencies({ valueMs: 1_000, at: 0 }, batch)?.valueMs).toBeCloseTo(
      1_000 * kept + 200 * (1 - kept),
    )
  })
})

describe('peakAt', () => {
  it('comes down towards the usual while nobody calls, and no further', () => {
    const peak = { valueMs: 5_000, at: 0 }
    expect(peakAt(peak, 200, 0)).toBe(5_000)
    expect(peakAt(peak, 200, 10_000)).toBeCloseTo(200 + 4_800 / Math.E)
    expect(peakAt(peak, 200, 600_000)).toBeCloseTo(200)
    expect(peakAt({ valueMs: 150, at: 0 }, 200, 600_000)).toBe(150)
  })
})
