import { describe, expect, it } from 'vitest'
import { cacheWishOf, DEFAULT_RELIABILITY, reliabilityOf } from '../../../src/core/reliability.ts'

describe('cacheWishOf', () => {
  it('takes each bound from the first who says something of it', () => {
    const tenant = { cache: { ttlMs: 60_000, noStore: true } }
    expect(cacheWishOf([{}, tenant])).toEqual(tenant.cache)
    expect(cacheWishOf([{ cache: { ttlMs: 0 } }, { cache: { ttlMs: 1, noRead: true } }, tenant])).toEqual({
      ttlMs: 0,
      noRead: true,
      noStore: true,
    })
    expect(cacheWishOf([{}])).toEqual({})
  })
})

describe('reliabilityOf', () => {
  it('takes each field from the first who says something of it, null being a word', () => {
    expect(
      reliabilityOf([
        { hedge: null, timeouts: { idleMs: 1 } },
        { hedge: { afterMs: 5 }, timeouts: { idleMs: 2, ttftMs: 3 }, streamFailure: { mode: 'continue' } },
      ]),
    ).toEqual({
      ...DEFAULT_RELIABILITY,
      timeouts: { ...DEFAULT_RELIABILITY.timeouts, idleMs: 1, ttftMs: 3 },
      hedge: null,
      streamFailure: { ...DEFAULT_RELIABILITY.streamFailure, mode: 'continue' },
    })
  })
})
