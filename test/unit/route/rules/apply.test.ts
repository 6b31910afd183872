import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type {
  AutoRouterPreferences,
  ProviderPreferences,
  RoutingPreferences,
} from '../../../../src/core/routing.ts'
import { BALANCED } from '../../../../src/route/decision.ts'
import { directedPolicy, directedPreferences, directedShape } from '../../../../src/route/rules/apply.ts'
import { directionsFor } from '../../../../src/route/rules/directions-for.ts'
import { prepareCatalog } from '../../../../src/route/prepared-catalog.ts'
import { shape, model, preferences } from '../builders.ts'
import { configOf, signals } from './signals.ts'

const CATALOG = prepareCatalog(['v/a', 'v/b', 'v/c'].map((id) => model(id)))
const ALWAYS = { signal: 'input_tokens', gte: 0 }

/** What becomes of a request under a policy, a route and a rule. */
function directed(document: object, asked: Partial<RoutingPreferences> = {}) {
  const config = configOf(document)
  const own = preferences(asked)
  const found = directionsFor(config, signals({ model: own.model }))
  return {
    preferences: directedPreferences(own, found, { config, catalog: CATALOG }),
    policy: directedPolicy(BALANCED, found, CATALOG),
    found,
  }
}

const layers = (policy: object, then: object) => ({ policy, rules: [{ id: 'it', when: ALWAYS, then }] })

describe('directedPreferences', () => {
  it('leaves a request as it is where nobody directs it', () => {
    const asked = preferences({ model: 'v/a', models: ['v/b'], fallbacksFrom: 0, sessionId: 's' })
    expect(directed({}, asked).preferences).toEqual(asked)
    expect(directed({}).policy).toEqual(BALANCED)
  })

  it('prefers what the request says, then the rule, then the policy', () => {
    const document = layers(
      {
        provider: { sort: 'price', order: ['one'] },
        cost_quality_tradeoff: 1,
        min_quality: 0.1,
        models: ['c'],
      },
      { provider: { sort: 'latency' }, cost_quality_tradeoff: 2, models: ['b'] },
    )
    const said = (provider: ProviderPreferences, autoRouter: AutoRouterPreferences) =>
      directed(document, { provider, autoRouter }).preferences
    expect(said({}, {})).toMatchObject({
      models: ['b'],
      provider: { sort: 'latency', order: ['one'] },
      autoRouter: { costQualityTradeoff: 2, minQuality: 0.1 },
    })
    expect(said({ sort: 'throughput' }, { costQualityTradeoff: 3 })).toMatchObject({
      provider: { sort: 'throughput', order: ['one'] },
      autoRouter: { costQualityTradeoff: 3, minQuality: 0.1 },
    })
    expect(directed(document, { models: ['v/a'] }).preferences.models).toEqual(['v/a'])
  })

  it('takes the order that the name asked for stands for as something the request says', () => {
    const document = { policy: { provider: { sort: 'latency' } } }
    expect(directed(document, { model: 'auto:floor' }).preferences.provider.sort).toBeUndefined()
    expect(directed(document, { model: 'v/a' }).preferences.provider.sort).toBe('latency')
  })

  it('caps at the least that anybody says', () => {
    const cap = fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined })
    fc.assert(
      fc.property(cap, cap, cap, (own, ofRule, ofPolicy) => {
        const document = layers(
          { max_cost_usd: ofPolicy, provider: { max_price: { prompt: ofPolicy } } },
          { max_cost_usd: ofRule, provider: { max_price: { prompt: ofRule } } },
        )
        const { preferences: caps, policy } = directed(document, {
          provider: own === undefined ? {} : { maxPrice: { prompt: own } },
          autoRouter: own === undefined ? {} : { maxCostUsd: own },
        })
        const said = [own, ofRule, ofPolicy].filter((each) => each !== undefined)
        const least = said.length > 0 ? Math.min(...said) : undefined
        expect(caps.provider.maxPrice?.prompt).toBe(least)
        expect(caps.autoRouter.maxCostUsd).toBe(least)
        const ofTenant = said.slice(own === undefined ? 0 : 1)
        expect(policy.maxCostUsd).toBe(ofTenant.length > 0 ? Math.min(...ofTenant) : null)
      }),
    )
  })

  it('leaves out models that are there no longer', () => {
    const document = { policy: { model: 'gone', models: ['gone', 'a'], content_policy_fallbacks: ['gone'] } }
    const { preferences: left, policy } = directed(document)
    expect(left).toMatchObject({ models: ['a'], fallbacksFor: { contentPolicy: [] } })
    expect(policy.model).toBeNull()
  })

  it('reads the tenant’s own names where the request names models', () => {
    const document = { aliases: { mine: 'v/b', other: 'auto' } }
    expect(directed(document, { model: 'mine', models: ['OTHER', 'v/a'] }).preferences).toMatchObject({
      model: 'v/b',
      models: ['auto', 'v/a'],
    })
  })
})

describe('directedPolicy', () => {
  it('forbids what any direction forbids, whatever the request says', () => {
    const document = layers(
      {
        allowed_models: ['v/*'],
        denied_models: ['v/c'],
        provider: { only: ['one', 'two'], ignore: ['three'] },
      },
      { allowed_models: ['v/a'], regions: ['eu'], provider: { only: ['one'], data_collection: 'deny' } },
    )
    const asked = { provider: { only: ['two'], ignore: ['four'], dataCollection: 'allow' as const } }
    const { policy, preferences: left } = directed(document, asked)
    expect(policy).toMatchObject({
      allowedModels: [['v/a'], ['v/*']],
      deniedModels: ['v/c'],
      onlyHosts: [['one'], ['one', 'two']],
      regions: [['eu']],
      dataCollection: 'deny',
      rule: 'it',
    })
    expect(left.provider).toMatchObject({ only: ['two'], ignore: ['four', 'three'] })
  })

  it.each([
    ['auto', { model: 'v/a' }, 'v/a'],
    ['switchyard/auto', { model: 'v/a' }, 'v/a'],
    ['auto:best', { model: 'v/a' }, null],
    ['v/b', { model: 'v/a' }, null],
    ['v/b', { model: 'v/a', override: true }, 'v/a'],
    ['auto:floor', { model: 'auto:best', override: true }, 'auto:best'],
    ['auto', {}, null],
  ])('takes a model in place of %s as %j says', (asked, then, taken) => {
    expect(directed(layers({}, then), { model: asked }).policy.model).toBe(taken)
  })

  it('takes the model of a route', () => {
    const { policy } = directed({ routes: { desk: { model: 'v/b' } } }, { model: 'route/desk' })
    expect(policy).toMatchObject({ model: 'v/b', route: 'desk', rule: null })
  })

  it('tries as hard as the rule says, then the policy, and may leave hosts alone sooner', () => {
    const document = layers(
      { num_retries: 1, breaker: { failure_threshold_percentage: 20, minimum_requests: 5 } },
      { num_retries: 3, breaker: { failure_threshold_percentage: 50 } },
    )
    expect(directed(document).policy).toMatchObject({
      reliability: [{ retries: 3 }, { retries: 1 }],
      breakers: [
        { failureShare: 0.5, minimumRequests: 20 },
        { failureShare: 0.2, minimumRequests: 5 },
      ],
    })
  })
})

describe('directedShape', () => {
  const { found } = directed({ policy: { reasoning_effort: 'high' } })

  it('thinks as the tenant says where the request does not', () => {
    expect(directedShape(shape(), found).reasoning).toEqual({ effort: 'high' })
    const low = shape({ reasoning: { effort: 'low' } })
    expect(directedShape(low, found)).toBe(low)
    const counted = shape({ reasoning: { budgetTokens: 100 } })
    expect(directedShape(counted, found)).toBe(counted)
  })
})
