import { describe, expect, it } from 'vitest'
import { UNKNOWN_OFFER } from '../../../src/core/live.ts'
import type { Exclusion } from '../../../src/core/routing.ts'
import { BALANCED, type Policy } from '../../../src/route/decision.ts'
import { exclusionOf, type FilterContext, modelTest, regionTest } from '../../../src/route/filter.ts'
import { candidate, type CandidateSketch, filterContext } from './builders.ts'

const PREDICTION = { quality: 0.8, priorQuality: 0.8, ttftMs: 1, latencyMs: 1 }

/** Why a call that would cost half a cent is barred. */
function exclusion(
  policy: Partial<Policy>,
  context: Partial<FilterContext> = {},
  sketch: CandidateSketch = {},
): Exclusion | null {
  const one = candidate(sketch)
  const prediction = { ...PREDICTION, costMicroUsd: one.offer.price && 5_000 }
  return exclusionOf(one, prediction, filterContext({ ...context, policy: { ...BALANCED, ...policy } }))
}

const NAMED = { requested: new Set(['vendor/model']) }

function failing(requests: number, failures: number): Partial<FilterContext> {
  return { live: new Map([['one/vendor/model', { ...UNKNOWN_OFFER, requests, failures }]]) }
}

describe('what a tenant forbids', () => {
  it('are hosts beside those on every list', () => {
    expect(exclusion({ onlyHosts: [['one', 'two'], ['one']] })).toBeNull()
    expect(exclusion({ onlyHosts: [['one', 'two'], ['two']] })).toBe('provider_preferences')
  })

  it('are costs, also of a model asked for by name', () => {
    expect(exclusion({ maxCostUsd: 0.005 }, NAMED)).toBeNull()
    expect(exclusion({ maxCostUsd: 0.0049 }, NAMED)).toBe('cost_cap')
    expect(exclusion({ maxCostUsd: 1 }, NAMED, { price: null })).toBe('no_price')
  })

  it('are hosts of which too many calls failed', () => {
    const breakers = [{ failureShare: 0.2, minimumRequests: 10 }]
    expect(exclusion({ breakers }, failing(10, 2))).toBeNull()
    expect(exclusion({ breakers }, failing(10, 3))).toBe('breaker_open')
    expect(exclusion({ breakers }, failing(9, 9))).toBeNull()
  })
})

describe('modelTest', () => {
  it('allows what is on every list and not denied', () => {
    const policy = { allowedModels: [['v/*'], ['*/a', '*/b']], deniedModels: ['V/B'] }
    const isAllowed = modelTest(policy, { allowedModels: ['v/a', 'v/b', 'w/a'] })
    expect(['v/a', 'v/b', 'w/a', 'v/c'].filter(isAllowed)).toEqual(['v/a'])
  })
})

describe('regionTest', () => {
  it.each<[regions: string[][], region: string | null, isIn: boolean]>([
    [[], null, true],
    [[['eu']], null, false],
    [[['eu']], 'eu', true],
    [[['EU']], 'eu-west-1', true],
    [[['eu']], 'europe-west4', false],
    [[['europe*', 'eu']], 'europe-west4', true],
    [[['eu'], ['eu-west-1']], 'eu-central-1', false],
    [[['eu'], ['eu-west-1']], 'eu-west-1', true],
  ])('of %j: %s', (regions, region, isIn) => {
    expect(regionTest({ regions })(region)).toBe(isIn)
  })
})
