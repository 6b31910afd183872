import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { windowOf } from '../../../../src/tenants/ledger/window.ts'

const NOW = Date.UTC(2026, 10, 23, 20, 41, 7)

describe('windowOf', () => {
  it('follows the clock and the calendar of UTC', () => {
    expect(windowOf('1h', NOW)).toEqual({
      startsAt: Date.UTC(2026, 10, 23, 20),
      endsAt: Date.UTC(2026, 10, 23, 21),
    })
    expect(windowOf('1d', NOW).endsAt).toBe(Date.UTC(2026, 10, 24))
    expect(windowOf('1mo', NOW)).toEqual({ startsAt: Date.UTC(2026, 10, 1), endsAt: Date.UTC(2026, 11, 1) })
    expect(windowOf('3mo', NOW)).toEqual({ startsAt: Date.UTC(2026, 9, 1), endsAt: Date.UTC(2027, 0, 1) })
  })

  it('has one window for ever where there is no duration', () => {
    expect(windowOf(null, NOW)).toEqual({ startsAt: 0, endsAt: null })
  })

  it('leaves no moment out, and counts none twice', () => {
    const duration = fc.tuple(fc.integer({ min: 1, max: 400 }), fc.constantFrom('s', 'm', 'h', 'd', 'mo'))
    const moment = fc.integer({ min: 0, max: Date.UTC(2100, 0) })
    fc.assert(
      fc.property(duration, moment, ([count, unit], now) => {
        const { startsAt, endsAt } = windowOf(`${count}${unit}`, now)
        expect(startsAt).toBeLessThanOrEqual(now)
        expect(endsAt).toBeGreaterThan(now)
        expect(windowOf(`${count}${unit}`, startsAt)).toEqual({ startsAt, endsAt })
        expect(windowOf(`${count}${unit}`, endsAt ?? 0).startsAt).toBe(endsAt)
      }),
    )
  })
})
