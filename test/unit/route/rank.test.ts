import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EligibleCandidate } from '../../../src/route/decision.ts'
import { rank, scoreOf, type Weights } from '../../../src/route/rank.ts'
import { eligible, first } from './builders.ts'

type Sketch = { quality: number; cost: number | null; latencyMs: number }

const sketch = fc.record({
  quality: fc.double({ min: 0, max: 1, noNaN: true }),
  cost: fc.option(fc.integer({ min: 0, max: 1_000_000 }), { freq: 8 }),
  latencyMs: fc.integer({ min: 50, max: 120_000 }),
})
const sketches = fc.array(sketch, { minLength: 1, maxLength: 12 })
const minQuality = fc.constantFrom(0, 0.5, 0.9)

const UTILITY: Weights = { ordering: 'utility', costWeight: 0.1 }

/** How a choice is made: the weights of the score, and the floor of the ranking. */
type Wish = Partial<Weights> & { minQuality?: number }

/** Candidates named `v/00`, `v/01` …, scored as `judge` scores them. */
function scored(items: readonly Sketch[], weights: Partial<Weights>): EligibleCandidate[] {
  const best = items.reduce((found, item) => (item.quality > found.quality ? item : found))
  return items.map((item, index) => {
    const one = eligible({ ...item, model: `v/${String(index).padStart(2, '0')}` })
    return { ...one, score: scoreOf(one.prediction, { ...UTILITY, ...weights }, best.cost ?? 0) }
  })
}

const choose = (items: readonly Sketch[], { minQuality: floor = 0, ...weights }: Wish) =>
  first(rank(scored(items, weights), {}, floor)).prediction

const costOf = ({ costMicroUsd }: { costMicroUsd: number | null }) => costMicroUsd ?? Infinity
const least = (items: readonly Sketch[], field: (item: Sketch) => number) => Math.min(...items.map(field))
const baseHostOf = (account: string) => account.replace(/-\d$/, '')
const fair: Sketch = { quality: 0.7, cost: 100, latencyMs: 1_000 }

describe('utility', () => {
  it('chooses the highest quality where cost weighs nothing', () => {
    fc.assert(
      fc.property(sketches, minQuality, (items, floor) => {
        const best = -least(items, ({ quality }) => -quality)
        expect(choose(items, { costWeight: 0, minQuality: floor }).quality).toBe(best)
      }),
    )
  })

  it('chooses the cheapest where only cost weighs', () => {
    fc.assert(
      fc.property(sketches, (items) => {
        expect(costOf(choose(items, { costWeight: Infinity }))).toBe(
          least(items, ({ cost }) => cost ?? Infinity),
        )
      }),
    )
  })

  it('never chooses a dearer candidate where cost weighs more, above 0', () => {
    const weight = fc.double({ min: 1e-4, max: 1e3, noNaN: true })
    const limit = fc.constantFrom({}, { preferredMaxLatencyMs: 5_000 })
    const all = fc.tuple(sketches, weight, weight, minQuality, limit)
    fc.assert(
      fc.property(all, ([items, a, b, floor, latency]) => {
        const at = (value: number) =>
          costOf(choose(items, { costWeight: value, minQuality: floor, ...latency }))
        expect(at(Math.max(a, b))).toBeLessThanOrEqual(at(Math.min(a, b)))
      }),
      { numRuns: 500 },
    )
  })

  it('gives up a little quality for much less cost, and not the other way round', () => {
    const strong = { ...fair, quality: 0.95, cost: 10_000 }
    const cheap = { ...fair, quality: 0.93, cost: 500 }
    const weak = { ...fair, quality: 0.5, cost: 100 }
    expect(choose([strong, cheap, weak], {}).costMicroUsd).toBe(500)
    expect(choose([strong, weak], {}).costMicroUsd).toBe(10_000)
    expect(choose([strong, cheap, weak], { costWeight: 0.005 }).costMicroUsd).toBe(10_000)
  })

  it('weighs cost against the cost of the best, so that long and short requests are decided alike', () => {
    fc.assert(
      fc.property(sketches, fc.integer({ min: 2, max: 50 }), (items, longer) => {
        const known = items.map((item) => ({ ...item, cost: (item.cost ?? 0) + 1 }))
        const longerOnes = known.map((item) => ({ ...item, cost: item.cost * longer }))
        expect(choose(longerOnes, {}).quality).toBe(choose(known, {}).quality)
      }),
    )
  })

  it('prefers the faster of equals, and the one within the preferred latency', () => {
    const slow = { ...fair, quality: 0.72, latencyMs: 9_000 }
    expect(choose([fair, { ...fair, latencyMs: 900 }], {}).latencyMs).toBe(900)
    expect(choose([fair, slow], {}).latencyMs).toBe(9_000)
    expect(choose([fair, slow], { preferredMaxLatencyMs: 2_000 }).latencyMs).toBe(1_000)
    expect(choose([fair, slow], { costWeight: 0, preferredMaxLatencyMs: 2_000 }).latencyMs).toBe(1_000)
  })

  it('treats an unknown price as dearer than any known one', () => {
    const unknown = { quality: 0.99, cost: null, latencyMs: 10 }
    for (const costWeight of [0.001, 0.05, Infinity])
      expect(choose([fair, unknown], { costWeight }).costMicroUsd).toBe(100)
    expect(choose([fair, unknown], { ordering: 'price' }).costMicroUsd).toBe(100)
  })
})

describe('orderings', () => {
  it.each([
    ['quality', ({ quality }: Sketch) => -quality],
    ['price', ({ cost }: Sketch) => cost ?? Infinity],
    ['latency', ({ latencyMs }: Sketch) => latencyMs],
  ] as const)('puts the best first by %s', (ordering, field) => {
    fc.assert(
      fc.property(sketches, (items) => {
        const { quality, costMicroUsd, latencyMs } = choose(items, { ordering })
        expect(field({ quality, cost: costMicroUsd, latencyMs })).toBe(least(items, field))
      }),
    )
  })

  it('takes the time after the first token for throughput', () => {
    const late = { quality: 0.5, costMicroUsd: 1, ttftMs: 5_000, latencyMs: 6_000 }
    const steady = { ...late, ttftMs: 100, latencyMs: 5_000 }
    const score = (ordering: 'throughput' | 'latency', prediction: typeof late) =>
      scoreOf(prediction, { ...UTILITY, ordering }, 1)
    expect(score('throughput', late)).toBeGreaterThan(score('throughput', steady))
    expect(score('latency', late)).toBeLessThan(score('latency', steady))
  })

  it.each(['utility', 'price', 'latency', 'throughput'] as const)(
    'puts candidates below the quality floor last by %s, the better ones first',
    (ordering) => {
      fc.assert(
        fc.property(sketches, fc.constantFrom(0.01, 0.1, 1, Infinity), (items, costWeight) => {
          const ranked = rank(scored(items, { ordering, costWeight }), {}, 0.7)
          const qualities = ranked.map(({ prediction }) => prediction.quality)
          const below = qualities.filter((quality) => quality < 0.7)
          expect(qualities.slice(qualities.length - below.length)).toEqual(below)
          expect(below.some((quality, index) => quality - (below[index - 1] ?? 1) > 1e-5)).toBe(false)
        }),
      )
    },
  )

  it('chooses the cheapest that is good enough for a floor on the price ordering', () => {
    const items = [
      { ...fair, quality: 0.9, cost: 900 },
      { ...fair, quality: 0.71, cost: 300 },
      { ...fair, quality: 0.69, cost: 1 },
    ]
    expect(choose(items, { ordering: 'price', minQuality: 0.7 }).costMicroUsd).toBe(300)
  })
})

describe('rank', () => {
  it('gives the same order for any order of candidates', () => {
    const shuffled = sketches.chain((items) => {
      const all = scored(items, {})
      return fc.tuple(
        fc.constant(all),
        fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
      )
    })
    fc.assert(
      fc.property(shuffled, ([all, other]) => {
        expect(rank(other, {}, 0)).toEqual(rank(all, {}, 0))
      }),
    )
  })

  it('breaks ties by quality, then cost, then latency, then id, then host', () => {
    const order = [
      eligible({ quality: 0.6, cost: 900, model: 'z/z' }),
      eligible({ cost: 50, latencyMs: 9_000, model: 'z/y' }),
      eligible({ latencyMs: 10, model: 'z/x' }),
      eligible({ model: 'a/a', host: 'one' }),
      eligible({ model: 'a/a', host: 'two' }),
      eligible({ model: 'b/a', host: 'one' }),
      eligible({ cost: null, model: 'a/a' }),
    ]
    expect(rank(order.toReversed(), {}, 0)).toEqual(order)
  })

  it('chooses the cheaper host of one model also by quality alone', () => {
    const ranked = rank([eligible({ host: 'a', cost: 200 }), eligible({ host: 'b', cost: 100 })], {}, 0)
    expect(first(ranked).candidate.offer.host).toBe('b')
  })

  it('puts the hosts the caller ordered first, in that order, and the best first within each', () => {
    const all = ['three', 'two', 'one'].flatMap((host, index) => [
      eligible({ host, score: index, model: 'v/a' }),
      eligible({ host, score: index + 0.5, model: 'v/b' }),
    ])
    const ranked = rank(all, { order: ['two', 'nowhere', 'three'] }, 0)
    expect(ranked.map(({ candidate, score }) => `${candidate.offer.host} ${score}`)).toEqual([
      'two 1.5',
      'two 1',
      'three 0.5',
      'three 0',
      'one 2.5',
      'one 2',
    ])
  })

  it('puts all accounts of a host the caller ordered in its place, but those ordered themselves', () => {
    const all = ['acme', 'acme-2', 'acme-3', 'other'].map((host, score) => eligible({ host, score }))
    const ranked = (...order: string[]) =>
      rank(all, { order }, 0, baseHostOf).map(({ candidate }) => candidate.offer.host)
    expect(ranked('acme')).toEqual(['acme-3', 'acme-2', 'acme', 'other'])
    expect(ranked('other', 'acme', 'acme-3')).toEqual(['other', 'acme-2', 'acme', 'acme-3'])
  })
})
