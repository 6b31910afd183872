import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addTaken, type Minute, msUntilFree, takenIn } from '../../../../src/tenants/ledger/minute.ts'

describe('a sliding minute', () => {
  it('never counts less than any sixty seconds hold, and forgets two seconds later', () => {
    const step = fc.record({ wait: fc.integer({ min: 0, max: 30_000 }), tokens: fc.nat(100) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const minute: Minute = []
        const taken: { at: number; tokens: number }[] = []
        let now = 1_700_000_000_000
        for (const { wait, tokens } of steps) {
          now += wait
          addTaken(minute, { requests: 1, tokens }, now, now)
          taken.push({ at: now, tokens })
          const within = (ms: number) => taken.filter(({ at }) => now - at < ms)
          const counted = takenIn(minute, now)
          expect(counted.requests).toBeGreaterThanOrEqual(within(60_000).length)
          expect(counted.requests).toBeLessThanOrEqual(within(62_000).length)
        }
      }),
    )
  })

  it('tells when enough will be forgotten, and then it is', () => {
    const minute: Minute = []
    const start = 1_700_000_000_000
    for (let second = 0; second < 40; second += 1) {
      addTaken(minute, { requests: 1, tokens: 10 }, start + second * 1_000, start + second * 1_000)
    }
    const now = start + 40_000
    const wait = msUntilFree(minute, 'tokens', 50, now)
    expect(takenIn(minute, now + wait - 1).tokens).toBeGreaterThan(350)
    expect(takenIn(minute, now + wait).tokens).toBeLessThanOrEqual(350)
  })

  it('gives back in the slot it was taken in, also when that is long over', () => {
    const minute: Minute = []
    const at = 1_700_000_000_000
    addTaken(minute, { requests: 1, tokens: 500 }, at, at)
    addTaken(minute, { requests: 0, tokens: -400 }, at, at + 30_000)
    expect(takenIn(minute, at + 30_000)).toEqual({ requests: 1, tokens: 100 })
    addTaken(minute, { requests: 0, tokens: -100 }, at, at + 90_000)
    expect(takenIn(minute, at + 90_000)).toEqual({ requests: 0, tokens: 0 })
  })
})
