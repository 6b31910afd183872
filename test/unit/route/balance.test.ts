import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fnv1a } from '../../../src/core/hash.ts'
import { type LiveOffer, UNKNOWN_OFFER } from '../../../src/core/live.ts'
import { EVEN_SHARE, type Pool, type Share, STRATEGIES, type Strategy } from '../../../src/core/routing.ts'
import { type Balance, balanceHosts, chanceFor } from '../../../src/route/balance.ts'
import type { EligibleCandidate } from '../../../src/route/decision.ts'
import { takenByHost } from '../../../src/route/limits.ts'
import { eligible, first, hosts, hostState, model, shape } from './builders.ts'

const SEEDS = 10_000
const MODEL = model('v/a')

type Sketch = Parameters<typeof eligible>[0]

/** A host's offer of one model, or of another named in its sketch. */
function offerAt(host: string, sketch: Sketch = {}): EligibleCandidate {
  const one = eligible({ ...sketch, host, model: sketch?.model ?? MODEL.id })
  return sketch?.model ? one : { ...one, candidate: { ...one.candidate, model: MODEL } }
}

const figures = (all: Record<string, Partial<LiveOffer>>) =>
  new Map(Object.entries(all).map(([host, live]) => [`${host}/${MODEL.id}`, { ...UNKNOWN_OFFER, ...live }]))

function pool(strategy: Strategy | null, shares: Record<string, Partial<Share>> = {}): Balance['pools'] {
  const own: Pool = { strategy, shares: new Map(Object.entries(shares)) }
  return new Map([['*', own]])
}

const THREE = [offerAt('one'), offerAt('two'), offerAt('three')]

function order(offers: readonly EligibleCandidate[], rest: Partial<Balance> = {}, seed = 'dec_1'): string[] {
  const balance: Balance = {
    hosts: hosts(...offers.map(({ candidate }) => candidate.offer.host)),
    live: new Map(),
    pools: new Map(),
    taken: new Map(),
    ...chanceFor(seed, shape(), undefined),
    ...rest,
  }
  return balanceHosts(offers, new Set(), balance).map(({ candidate }) => candidate.offer.host)
}

/** How often each host came first. */
function firsts(offers: readonly EligibleCandidate[], rest: Partial<Balance> = {}): Map<string, number> {
  const counts = new Map<string, number>()
  for (let index = 0; index < SEEDS; index += 1) {
    const host = first(order(offers, { ...rest, seed: fnv1a(`dec_${index}`) }))
    counts.set(host, (counts.get(host) ?? 0) + 1)
  }
  return counts
}

/** Three standard deviations of how often something of this probability happens. */
const within = (share: number) => 3 * Math.sqrt(SEEDS * share * (1 - share))

function expectShares(counts: ReadonlyMap<string, number>, shares: Record<string, number>): void {
  for (const [host, share] of Object.entries(shares)) {
    expect(Math.abs((counts.get(host) ?? 0) - SEEDS * share), host).toBeLessThan(within(share))
  }
}

describe('every strategy', () => {
  const live = fc.record({
    inFlight: fc.nat(9),
    peakTtftMs: fc.option(fc.integer({ min: 1, max: 9_000 })),
    requests: fc.nat(99),
    failures: fc.nat(9),
    requestsPerMinute: fc.nat(99),
  })
  const share = fc.record({ weight: fc.double({ min: 0.01, max: 100, noNaN: true }), priority: fc.nat(3) })
  const host = fc.record({ live, share, cost: fc.option(fc.nat(3)) })
  const strategy = fc.constantFrom(null, ...STRATEGIES)

  it('has every host once, in the same order for the same seed, and leaves models where they were', () => {
    const all = fc.tuple(fc.array(host, { minLength: 1, maxLength: 6 }), strategy, fc.string())
    fc.assert(
      fc.property(all, ([sketches, wanted, seed]) => {
        const named = sketches.map((sketch, index) => ({ ...sketch, id: `h${index}` }))
        const own = named.map(({ id, cost }) => offerAt(id, { cost }))
        const other = offerAt('elsewhere', { model: 'v/other' })
        const offers = [...own.slice(0, 1), other, ...own.slice(1)]
        const rest = {
          live: figures(Object.fromEntries(named.map(({ id, live: known }) => [id, known]))),
          pools: pool(wanted, Object.fromEntries(named.map((one) => [one.id, one.share]))),
        }
        const ordered = order(offers, rest, seed)
        expect(ordered.toSorted()).toEqual([...named.map(({ id }) => id), 'elsewhere'].toSorted())
        expect(ordered[1]).toBe('elsewhere')
        expect(order(offers, rest, seed)).toEqual(ordered)
      }),
      { numRuns: 300 },
    )
  })
})

describe('simple-shuffle', () => {
  it('asks hosts first in proportion to their weights, the one a pool names or else the usual one', () => {
    const usual = hosts('one', 'two').set(
      'three',
      hostState({ baseHost: 'three', share: { ...EVEN_SHARE, weight: 2 } }),
    )
    const shares = { one: { weight: 5 }, two: { weight: 3 } }
    const counts = firsts(THREE, { hosts: usual, pools: pool('simple-shuffle', shares) })
    expectShares(counts, { one: 0.5, two: 0.3, three: 0.2 })
  })

  it('asks all accounts of a host as a pool says of the host, and one as it says of that one', () => {
    const accounts = new Map(
      ['acme', 'acme-2', 'other'].map((id) => [id, hostState({ baseHost: id.replace('-2', '') })]),
    )
    const offers = [...accounts.keys()].map((id) => offerAt(id))
    const shares = { acme: { weight: 4 }, 'acme-2': { weight: 1 } }
    expectShares(firsts(offers, { hosts: accounts, pools: pool('simple-shuffle', shares) }), {
      acme: 4 / 6,
      other: 1 / 6,
    })
    const both = pool('simple-shuffle', { acme: { weight: 4 } })
    expectShares(firsts(offers, { hosts: accounts, pools: both }), { 'acme-2': 4 / 9, other: 1 / 9 })
  })

  it('gives the place of a host that is gone to the others alike', () => {
    const pools = pool('simple-shuffle')
    for (let index = 0; index < 200; index += 1) {
      const seed = `dec_${index}`
      const all = order(THREE, { pools }, seed)
      expect(order(THREE.slice(1), { pools }, seed)).toEqual(all.filter((host) => host !== 'one'))
    }
  })
})

describe('least-busy', () => {
  const pools = pool('least-busy', { three: { weight: 10 } })

  it('asks the host with the fewest calls on their way for its weight', () => {
    const live = figures({ one: { inFlight: 3 }, two: { inFlight: 2 }, three: { inFlight: 19 } })
    expect(order(THREE, { live, pools })).toEqual(['three', 'two', 'one'])
  })

  it('lets weights decide among idle ones', () => {
    expectShares(firsts(THREE, { pools }), { one: 1 / 12, two: 1 / 12, three: 10 / 12 })
  })
})

describe('cost-based, usage-based and priority', () => {
  it('ask the cheapest first, an unknown price last', () => {
    const offers = [
      offerAt('one', { cost: null }),
      offerAt('two', { cost: 9 }),
      offerAt('three', { cost: 8 }),
    ]
    expect(order(offers, { pools: pool('cost-based') })).toEqual(['three', 'two', 'one'])
  })

  it('ask the host that has used least of its limits', () => {
    const limited = new Map(
      Object.entries({ one: 100, two: 1_000, three: 50 }).map(([id, requestsPerMinute]) => [
        id,
        hostState({ baseHost: id, share: { ...EVEN_SHARE, requestsPerMinute } }),
      ]),
    )
    const live = figures({
      one: { requestsPerMinute: 50 },
      two: { requestsPerMinute: 100 },
      three: { requestsPerMinute: 40 },
    })
    const rest = { hosts: limited, live, taken: takenByHost(limited, live), pools: pool('usage-based') }
    expect(order(THREE, rest)).toEqual(['two', 'one', 'three'])
  })

  it('ask by priority, and by weight within one', () => {
    const pools = pool('priority', { one: { priority: 1 }, two: { weight: 3 } })
    const counts = firsts(THREE, { pools })
    expectShares(counts, { two: 0.75, three: 0.25 })
    expect(counts.has('one')).toBe(false)
  })
})

describe('latency-based', () => {
  const pools = pool('latency-based')

  it('never asks first who is much slower than all others', () => {
    const live = figures({
      one: { peakTtftMs: 400 },
      two: { peakTtftMs: 2_000 },
      three: { peakTtftMs: 400 },
    })
    const counts = firsts(THREE, { live, pools })
    expect(counts.has('two')).toBe(false)
    expectShares(counts, { one: 0.5, three: 0.5 })
  })

  it('counts calls on their way as time to wait, less where a host has more weight', () => {
    const two = THREE.slice(0, 2)
    const live = figures({ one: { peakTtftMs: 400, inFlight: 3 }, two: { peakTtftMs: 1_000 } })
    expect(first(order(two, { live, pools }))).toBe('two')
    const heavy = pool('latency-based', { one: { weight: 10 } })
    expect(first(order(two, { live, pools: heavy }))).toBe('one')
  })

  it('asks a dearer host as well', () => {
    const live = figures({ one: { peakTtftMs: 1_000 }, two: { peakTtftMs: 100 } })
    expect(first(order([offerAt('one', { cost: 1 }), offerAt('two', { cost: 9 })], { live, pools }))).toBe(
      'two',
    )
  })
})

describe('without a strategy', () => {
  it('lets idle hosts that nothing is known of share by weight, so that no herd forms', () => {
    expectShares(firsts(THREE), { one: 1 / 3, two: 1 / 3, three: 1 / 3 })
    expectShares(firsts(THREE, { pools: pool(null, { one: { weight: 2 } }) }), { one: 0.5, two: 0.25 })
  })

  it('asks dearer hosts, and ones in another format, last and as they are ranked', () => {
    const offers = [
      offerAt('one'),
      offerAt('dear', { cost: 101 }),
      offerAt('two', { cost: 99 }),
      offerAt('foreign'),
    ]
    const states = hosts('one', 'dear', 'two').set('foreign', hostState({ ownFormat: true }))
    const counts = firsts(offers, { hosts: states })
    expectShares(counts, { one: 0.5, two: 0.5 })
    expect(order(offers, { hosts: states }).slice(2)).toEqual(['dear', 'foreign'])
  })

  it('does not ask a host first that fails more often than the best-ranked one', () => {
    const live = figures({ two: { requests: 100, failures: 50 } })
    expect(order(THREE.slice(0, 2), { live })).toEqual(['one', 'two'])
    expect(firsts(THREE, { live }).has('two')).toBe(false)
  })
})

describe('models that are ranked too low to be tried', () => {
  const rows = Array.from({ length: 8 }, (_, index) => `v/${index}`)
  const offers = rows.flatMap((id) => {
    const at = (host: string) => eligible({ model: id, host })
    const one = at('one')
    return [one, { ...one, candidate: { ...at('two').candidate, model: one.candidate.model } }]
  })

  it('keep the order of their hosts, unless they are asked for by name', () => {
    const moved = new Set<string>()
    for (let index = 0; index < 100; index += 1) {
      const balance: Balance = {
        hosts: hosts('one', 'two'),
        live: new Map(),
        pools: new Map(),
        taken: new Map(),
        ...chanceFor(`dec_${index}`, shape(), undefined),
      }
      for (const [place, one] of balanceHosts(offers, new Set(['v/7']), balance).entries())
        if (one !== offers[place]) moved.add(one.candidate.model.id)
    }
    expect([...moved].toSorted()).toEqual(['v/0', 'v/1', 'v/2', 'v/3', 'v/4', 'v/7'])
  })
})

const said = (role: 'system' | 'user', text: string) => ({ role, content: [{ type: 'text', text }] }) as const
const talk = (system: string, ...turns: string[]) =>
  shape({ messages: [said('system', system), ...turns.map((text) => said('user', text))] })
const LONG = 'x'.repeat(5_000)
const turn = (...turns: string[]) => chanceFor(`dec_${turns.length}`, talk(LONG, ...turns), undefined)

describe('chanceFor', () => {
  it('is the same for all turns of a long conversation, and differs between conversations', () => {
    const begun = turn('Hello', 'And now?')
    expect(turn('Hello', 'And now?', 'Sure?')).toEqual(begun)
    expect(turn('Hi', 'And now?')).not.toEqual(begun)
  })

  it('is the decision alone in a short conversation, and in a session', () => {
    const short = talk('Be brief', 'Hello', 'Again')
    expect(chanceFor('dec_1', short, undefined)).not.toEqual(chanceFor('dec_2', short, undefined))
    const long = talk(LONG, 'Hello', 'Again')
    expect(chanceFor('dec_1', long, 's')).not.toEqual(chanceFor('dec_2', long, 's'))
  })

  it('keeps a long conversation where it is until another host has less than half the load', () => {
    const seed = chanceFor('dec_1', talk(LONG, 'Hello', 'Again'), undefined)
    const usual = first(order(THREE, seed))
    const busy = (inFlight: number) =>
      figures(
        Object.fromEntries(
          THREE.map(({ candidate: { offer } }) => [
            offer.host,
            {
              peakTtftMs: 100,
              inFlight: offer.host === usual ? inFlight : 0,
            },
          ]),
        ),
      )
    expect(first(order(THREE, { ...seed, live: busy(1) }))).toBe(usual)
    expect(first(order(THREE, { ...seed, live: busy(2) }))).not.toBe(usual)
  })
})
