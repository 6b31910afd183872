import { describe, expect, it } from 'vitest'
import { type LiveOffer, UNKNOWN_OFFER } from '../../../src/core/live.ts'
import { EVEN_SHARE, type Share } from '../../../src/core/routing.ts'
import { type LimitContext, takenByHost, usedShare } from '../../../src/route/limits.ts'
import { route, type RoutingInput } from '../../../src/route/route.ts'
import { BALANCED } from '../../../src/route/decision.ts'
import {
  candidate,
  demand,
  hosts,
  hostState,
  model,
  offer,
  openBreakers,
  preferences,
  routingInput,
} from './builders.ts'

const limited = (share: Partial<Share>, id = 'one') =>
  hosts('two').set(id, hostState({ baseHost: 'one', share: { ...EVEN_SHARE, ...share } }))
const live = (all: Record<string, Partial<LiveOffer>>) =>
  new Map(Object.entries(all).map(([key, figures]) => [key, { ...UNKNOWN_OFFER, ...figures }]))

const BUSY = live({
  'one/v/a': { requestsPerMinute: 6, tokensPerMinute: 600 },
  'one/v/b': { requestsPerMinute: 3, tokensPerMinute: 100 },
  'two/v/a': { requestsPerMinute: 50, tokensPerMinute: 5_000 },
})

function used(states: RoutingInput['hosts'], rest: Partial<LimitContext> = {}, more = 0): number {
  const taken = takenByHost(states, rest.live ?? BUSY)
  const context = { hosts: states, live: BUSY, pools: new Map(), taken, ...rest }
  return usedShare(candidate({ model: 'v/a', host: 'one' }), context, more)
}

const pool = (shares: Record<string, Partial<Share>>) =>
  new Map([['v/a', { strategy: null, shares: new Map(Object.entries(shares)) }]])

describe('usedShare', () => {
  it('is nothing without a limit', () => {
    expect(used(hosts('one', 'two'))).toBe(0)
  })

  it('counts all models of an account, and no other account', () => {
    expect(used(limited({ requestsPerMinute: 10 }))).toBeCloseTo(0.9, 12)
    expect(used(limited({ requestsPerMinute: 10, tokensPerMinute: 700 }))).toBe(1)
  })

  it('counts the tokens of the call itself, but not against a host that is idle', () => {
    expect(used(limited({ tokensPerMinute: 1_000 }), {}, 300)).toBe(1)
    expect(used(limited({ tokensPerMinute: 1_000 }), { live: new Map() }, 5_000)).toBe(0)
  })

  it("counts the calls of a pool's own model, beside what the operator allows", () => {
    expect(used(hosts('one', 'two'), { pools: pool({ one: { requestsPerMinute: 12 } }) })).toBe(0.5)
    const loose = pool({ one: { requestsPerMinute: 1_000 } })
    expect(used(limited({ requestsPerMinute: 10 }), { pools: loose })).toBeCloseTo(0.9, 12)
  })
})

const MODELS = [model('v/a', { offers: [offer('one'), offer('two')] })]
const decide = (rest: Partial<RoutingInput>) => route(routingInput(MODELS, { live: BUSY, ...rest }))
const hostsIn = (rest: Partial<RoutingInput>) =>
  decide(rest).plan.map(({ candidate: { offer: at } }) => at.host)
const both = (requestsPerMinute: number) =>
  new Map(['one', 'two'].map((id) => [id, limited({ requestsPerMinute }, id).get(id) ?? hostState()]))

describe('limits', () => {
  it('bar a host, also where the model is asked for by name', () => {
    for (const name of ['auto', 'v/a']) {
      const preference = { preferences: preferences({ model: name }) }
      expect(hostsIn({ hosts: limited({ requestsPerMinute: 9 }), ...preference })).toEqual(['two'])
    }
    expect(hostsIn({ hosts: limited({ requestsPerMinute: 10 }) })).toHaveLength(2)
    expect(hostsIn({ hosts: limited({ tokensPerMinute: 2_200 }), demand: demand() })).toHaveLength(1)
  })

  it('of a pool bar a host of its model', () => {
    const policy = { ...BALANCED, pools: pool({ two: { requestsPerMinute: 50 } }) }
    expect(hostsIn({ hosts: hosts('one', 'two'), policy })).toEqual(['one'])
  })

  it('are kept when nobody else is left: the caller is told to come again', () => {
    expect(() => decide({ hosts: both(9) })).toThrow(
      expect.objectContaining({ code: 'rate_limited', retryAfterMs: 10_000 }),
    )
  })

  it('are kept where breakers are not', () => {
    const ill = new Map([...BUSY, ...openBreakers('two/v/a')])
    expect(hostsIn({ hosts: limited({ requestsPerMinute: 9 }), live: ill })).toEqual(['two'])
  })

  it('make way for a fallback, which says why', () => {
    const models = [model('v/a', { offers: [offer('one')] }), model('v/b', { offers: [offer('two')] })]
    const decision = route(
      routingInput(models, {
        live: BUSY,
        hosts: limited({ requestsPerMinute: 9 }),
        preferences: preferences({ model: 'v/a', models: ['v/b'] }),
      }),
    )
    expect(decision).toMatchObject({
      reason: 'fallback_rate_limit',
      plan: [{ candidate: { model: { id: 'v/b' } } }],
    })
  })
})
