import { describe, expect, it } from 'vitest'
import { type LiveOffer, UNKNOWN_OFFER } from '../../../src/core/live.ts'
import { failureRateOf, speedOf } from '../../../src/route/live-figures.ts'
import { route } from '../../../src/route/route.ts'
import { candidate, model, offer, preferences, routingInput } from './builders.ts'

const PUBLISHED = candidate({ limits: { ttftMs: 1_000, tokensPerSecond: 100 } })
const known = (figures: Partial<LiveOffer>): LiveOffer => ({ ...UNKNOWN_OFFER, ...figures })
const fast = (requests: number) =>
  speedOf(PUBLISHED, known({ requests, ttftMs: { p50: 200, p95: 300 }, tokensPerSecond: 300 }))

describe('speedOf', () => {
  it('is what is published until calls tell, then more and more what they tell', () => {
    expect(speedOf(PUBLISHED, undefined)).toMatchObject({ ttftMs: 1_000, tokensPerSecond: 100 })
    expect(fast(20)).toEqual({ ttftMs: 600, tokensPerSecond: 200 })
    expect(fast(100_000).ttftMs).toBeCloseTo(200, 0)
  })

  it('keeps a published figure that no call told of', () => {
    expect(speedOf(PUBLISHED, known({ requests: 20 }))).toEqual({ ttftMs: 1_000, tokensPerSecond: 100 })
  })
})

describe('failureRateOf', () => {
  it('believes few calls little', () => {
    expect(failureRateOf(undefined)).toBe(0)
    expect(failureRateOf(known({ requests: 2, failures: 2 }))).toBeCloseTo(0.09, 2)
    expect(failureRateOf(known({ requests: 1_000, failures: 500 }))).toBeCloseTo(0.49, 2)
  })
})

describe('a ranking', () => {
  const both = [model('v/a', { offers: [offer('one'), offer('two')] })]
  const chosen = (name: string, figures: Partial<LiveOffer>, sort?: 'price' | 'latency' | 'throughput') => {
    const asked = preferences({ model: name, provider: sort ? { sort } : {} })
    const live = new Map([['one/v/a', known({ requests: 200, ...figures })]])
    return route(routingInput(both, { preferences: asked, live })).plan[0].candidate.offer.host
  }

  it.each(['v/a', 'auto', 'auto:best', 'auto:floor', 'auto:nitro'])(
    'by %s puts a host that fails half its calls behind one at the same price',
    (name) => {
      expect(chosen(name, { failures: 100 })).toBe('two')
    },
  )

  it.each(['price', 'latency', 'throughput'] as const)('by %s does so, too', (sort) => {
    expect(chosen('v/a', { failures: 100 }, sort)).toBe('two')
  })

  it('by latency or throughput goes by what calls tell', () => {
    expect(chosen('v/a', { ttftMs: { p50: 5_000, p95: 9_000 } }, 'latency')).toBe('two')
    expect(chosen('v/a', { ttftMs: { p50: 50, p95: 90 } }, 'latency')).toBe('one')
    expect(chosen('v/a', { tokensPerSecond: 10 }, 'throughput')).toBe('two')
    expect(chosen('v/a:nitro', { tokensPerSecond: 900 })).toBe('one')
  })
})
