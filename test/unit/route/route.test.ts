import { describe, expect, it } from 'vitest'
import { BALANCED } from '../../../src/route/decision.ts'
import { route, type RoutingInput } from '../../../src/route/route.ts'
import {
  demand,
  everyHost,
  hosts,
  hostState,
  model,
  offer,
  openBreakers,
  preferences,
  priced,
  routingInput,
  shape,
  SOURCE,
} from './builders.ts'
import { CATALOG } from '../../../src/route/catalog/index.ts'

const elo = (value: number) => ({ scores: [{ benchmark: 'arena_elo', value, source: SOURCE } as const] })

const STRONG = model('v/strong', { ...elo(1_480), offers: [offer('one', { price: priced(10, 50) })] })
const CHEAP = model('v/cheap', { ...elo(1_300), offers: [offer('two', { price: priced(0.1, 0.4) })] })
const UNPRICED = model('v/unpriced', { ...elo(1_500), offers: [offer('local', { price: null })] })
const MODELS = [STRONG, CHEAP, UNPRICED]

const decide = (rest: Partial<RoutingInput> = {}) => route(routingInput(MODELS, rest))
const named = (name: string, ...models: string[]) => ({ preferences: preferences({ model: name, models }) })
const auto = (autoRouter: RoutingInput['preferences']['autoRouter']) => ({
  preferences: preferences({ autoRouter }),
})
const asked = (provider: RoutingInput['preferences']['provider'], name = 'spread') => ({
  preferences: preferences({ model: name, provider }),
})
const chosen = (rest: Partial<RoutingInput> = {}) => decide(rest).plan[0].candidate.model.id

const speed = (tokensPerSecond: number) => ({ speed: { ttftMs: 100, tokensPerSecond, source: SOURCE } })

describe('route', () => {
  it('explains itself: whole plan, every candidate, policy, counterfactual', () => {
    const decision = decide(named('auto:best'))
    expect(decision).toMatchObject({
      id: 'dec_1',
      createdAt: 1_700_000_000_000,
      requestedModel: 'auto:best',
      reason: 'quality_optimal',
      policy: { name: 'balanced', version: 1, propensity: 1 },
      demand: demand(),
      counterfactual: { alwaysBestMicroUsd: 35_000, alwaysCheapestMicroUsd: 300 },
    })
    expect(decision.plan.map(({ candidate }) => candidate.model.id)).toEqual(['v/strong', 'v/cheap'])
    expect(decision.judged).toHaveLength(MODELS.length)
    expect(decision.confidence).toBeGreaterThan(0)
    expect(decision.confidence).toBeLessThan(1)
  })

  it('weighs by the policy unless the request says otherwise', () => {
    const costQualityTradeoff = 0
    expect(chosen({ policy: { ...BALANCED, costQualityTradeoff } })).toBe('v/strong')
    expect(chosen(auto({ costQualityTradeoff }))).toBe('v/strong')
    expect(
      chosen({ ...auto({ costQualityTradeoff: 10 }), policy: { ...BALANCED, costQualityTradeoff } }),
    ).toBe('v/cheap')
    expect(decide(auto({ costQualityTradeoff })).reason).toBe('quality_optimal')
    expect(decide(auto({ costQualityTradeoff: 10 })).reason).toBe('cost_optimal')
  })

  it('takes the cheapest that is good enough for auto:floor', () => {
    const hard = demand({ difficulty: 0.6 })
    expect(chosen({ ...named('auto:floor'), demand: demand({ difficulty: 0.1 }) })).toBe('v/cheap')
    expect(chosen({ ...named('auto:floor'), demand: hard })).toBe('v/strong')
    expect(chosen({ preferences: preferences({ provider: { sort: 'price' } }), demand: hard })).toBe(
      'v/cheap',
    )
  })

  it('lets a named sort win over a suffix', () => {
    const sorted = preferences({ model: 'auto:best', provider: { sort: 'price' } })
    expect(chosen({ preferences: sorted })).toBe('v/cheap')
  })

  it('keeps to the models that policy and request allow', () => {
    expect(
      chosen({ ...auto({ costQualityTradeoff: 0 }), policy: { ...BALANCED, allowedModels: [['v/c*']] } }),
    ).toBe('v/cheap')
    expect(chosen(auto({ costQualityTradeoff: 0, allowedModels: ['v/cheap'] }))).toBe('v/cheap')
    const both = { ...auto({ allowedModels: ['v/s*'] }), policy: { ...BALANCED, allowedModels: [['v/c*']] } }
    expect(() => decide(both)).toThrow('tenant_allow_list × 3')
    expect(() => decide({ ...named('strong'), policy: { ...BALANCED, allowedModels: [['v/c*']] } })).toThrow(
      'No model can take this request: tenant_allow_list × 1',
    )
  })

  it('keeps to the models that the key may use', () => {
    const policy = { ...BALANCED, keyModels: ['v/c*'] }
    expect(chosen({ ...auto({ costQualityTradeoff: 0 }), policy })).toBe('v/cheap')
    expect(() => decide({ ...auto({ allowedModels: ['v/s*'] }), policy })).toThrow('key_allow_list')
    expect(() => decide({ ...named('strong'), policy })).toThrow(
      expect.objectContaining({
        code: 'model_not_found',
        message: "This key may not use the model 'strong'",
      }),
    )
  })

  it('never routes by itself to a model of unknown price, by whatever ordering', () => {
    for (const name of ['auto', 'auto:floor', 'auto:nitro', 'auto:best']) {
      expect(decide(named(name)).plan.map(({ candidate }) => candidate.model.id)).not.toContain('v/unpriced')
    }
    expect(() => route(routingInput([UNPRICED]))).toThrow('no_price × 1')
  })

  it('takes a model of unknown price when it is asked for, and tells no cost', () => {
    const { plan, reason } = decide(named('v/unpriced'))
    expect(plan).toMatchObject([
      { candidate: { model: { id: 'v/unpriced' } }, prediction: { costMicroUsd: null } },
    ])
    expect(reason).toBe('pinned_by_request')
  })

  it('sends a model asked for what may be too long for it, and chooses itself what fits', () => {
    const long = demand({ input: 120_000 })
    expect(decide({ ...named('strong'), demand: long }).plan).toHaveLength(1)
    expect(() => decide({ demand: long })).toThrow('context_window × 3')
    expect(decide({ ...named('cheap'), demand: long }).judged).toMatchObject([
      { excludedBy: 'context_window' },
      { eligible: true },
      { excludedBy: 'context_window' },
    ])
  })

  it('compares with the models not asked for', () => {
    expect(decide(named('cheap')).counterfactual).toMatchObject({
      alwaysBestMicroUsd: 35_000,
      alwaysCheapestMicroUsd: 300,
    })
  })

  it('falls to a named fallback when the model asked for cannot answer', () => {
    const off = { ...named('strong', 'cheap'), hosts: hosts('two') }
    expect(decide(off)).toMatchObject({
      reason: 'fallback_error',
      plan: [{ candidate: { model: { id: 'v/cheap' } } }],
    })
  })

  it('says whether no host is live or nobody fits', () => {
    const image = demand({ modalities: ['text', 'image'] })
    const textOnly = model('v/text', { inputModalities: ['text'], offers: [offer('two')] })
    const input = routingInput([STRONG, textOnly], { ...named('strong'), hosts: hosts('two'), demand: image })
    expect(() => route(input)).toThrow(expect.objectContaining({ code: 'no_live_host' }))
    expect(() => decide({ hosts: new Map() })).toThrow(expect.objectContaining({ code: 'no_live_host' }))
    expect(() => route({ ...input, preferences: preferences() })).toThrow(
      expect.objectContaining({ code: 'no_eligible_model' }),
    )
  })

  it('refuses an unknown model, and names the field it stood in', () => {
    expect(() => decide(named('gpt-9'))).toThrow(
      expect.objectContaining({ code: 'model_not_found', param: 'model' }),
    )
    expect(() => decide(named('strong', 'cheap', 'gpt-9'))).toThrow(
      expect.objectContaining({ param: 'models[1]' }),
    )
  })

  it('stays with the candidate of the session', () => {
    const session = { modelId: 'v/strong', host: 'one', answeredAt: 1_700_000_000_000 }
    expect(decide({ ...auto({ costQualityTradeoff: 10 }), session })).toMatchObject({
      reason: 'pinned_by_session',
      plan: [{ candidate: { model: { id: 'v/strong' } } }, {}],
    })
  })

  it('keeps a session that paused with its model, and lets any of its hosts answer', () => {
    const spread = model('v/spread', { ...elo(1_480), offers: ['one', 'two'].map((host) => offer(host)) })
    const hostsAfter = (minutes: number) =>
      Array.from({ length: 20 }, (_, index) => {
        const session = { modelId: 'v/spread', host: 'two', answeredAt: 1_700_000_000_000 - minutes * 60_000 }
        const { reason, plan } = route(
          routingInput([...MODELS, spread], {
            ...auto({ costQualityTradeoff: 10 }),
            id: `dec_${index}`,
            session,
          }),
        )
        expect(reason).toBe('pinned_by_session')
        expect(plan[0].candidate.model.id).toBe('v/spread')
        return plan[0].candidate.offer.host
      })
    expect(new Set(hostsAfter(4))).toEqual(new Set(['two']))
    expect(new Set(hostsAfter(6))).toEqual(new Set(['one', 'two']))
  })

  it('shares the calls of a model among equal hosts, unless the caller says how to order them', () => {
    const spread = [model('v/spread', { offers: ['one', 'two', 'three'].map((host) => offer(host)) })]
    const hostsOf = (rest: Partial<RoutingInput>) =>
      new Set(
        Array.from(
          { length: 50 },
          (_, index) =>
            route(routingInput(spread, { ...rest, id: `dec_${index}` })).plan[0].candidate.offer.host,
        ),
      )
    expect(hostsOf({}).size).toBe(3)
    expect(hostsOf(asked({})).size).toBe(3)
    expect(hostsOf(asked({ order: ['two'] }))).toEqual(new Set(['two']))
    expect(hostsOf(asked({ sort: 'price' })).size).toBe(1)
    expect(hostsOf(asked({}, 'spread:nitro')).size).toBe(1)
  })

  it('explores between models as often as it is told to, and says how likely its choice was', () => {
    const decisions = Array.from({ length: 400 }, (_, index) =>
      decide({ ...auto({ explorationRate: 0.5 }), id: `dec_${index}` }),
    )
    const usual = decisions.find(({ reason }) => reason !== 'explore')
    const others = decisions.filter(({ reason }) => reason === 'explore')
    const [other] = others
    if (!usual || !other) throw new Error('always or never explored')
    expect(other.plan[0].candidate.model.id).not.toBe(usual.plan[0].candidate.model.id)
    expect(other.plan.map(({ candidate }) => candidate.model.id).toSorted()).toEqual(
      usual.plan.map(({ candidate }) => candidate.model.id).toSorted(),
    )
    expect(usual.policy.propensity + other.policy.propensity).toBeCloseTo(1, 12)
    expect(others.length / decisions.length).toBeCloseTo(other.policy.propensity, 1)
    expect(decide({ ...auto({ explorationRate: 0.5 }), id: other.id })).toEqual(other)
  })

  it.each<[string, Partial<RoutingInput>]>([
    ['for a model asked for by name', named('strong', 'cheap')],
    ['where the cheapest is wanted', named('auto:floor')],
    ['in a session', { session: { modelId: 'v/strong', host: 'one', answeredAt: 0 } }],
    ['beyond a price cap', auto({ maxCostUsd: 0.001 })],
    ['below the quality wanted', { ...auto({ minQuality: 0.75 }), demand: demand({ difficulty: 0.5 }) }],
    [
      'in a tool loop',
      {
        request: shape({
          messages: [
            { role: 'user', content: [{ type: 'text', text: 'Weather?' }] },
            {
              role: 'assistant',
              content: [{ type: 'tool-call', id: 'call_1', name: 'weather', argumentsJson: '{}' }],
            },
            { role: 'tool', toolCallId: 'call_1', content: [{ type: 'text', text: 'Sunny' }] },
          ],
        }),
      },
    ],
  ])('never explores %s', (_, rest) => {
    const policy = { ...BALANCED, explorationRate: 1 }
    for (let index = 0; index < 100; index += 1) {
      const decision = decide({ ...rest, policy, id: `dec_${index}` })
      expect(decision.reason).not.toBe('explore')
      expect(decision.policy.propensity).toBe(1)
    }
  })

  it('avoids an open breaker, and tries it when there is nothing else', () => {
    const live = openBreakers('one/v/strong')
    const plan = decide({ ...auto({}), live }).plan.map(({ candidate }) => candidate.model.id)
    expect(plan).toEqual(['v/cheap', 'v/strong'])
    expect(chosen({ ...named('auto:best'), live })).toBe('v/cheap')
    expect(chosen({ ...named('strong'), live })).toBe('v/strong')
    expect(decide({ ...named('strong', 'cheap'), live })).toMatchObject({ reason: 'fallback_error' })
  })

  it('decides alike on equal input, in any order of hosts', () => {
    const live = everyHost()
    const input = routingInput(CATALOG, { hosts: live })
    const turned = { ...input, hosts: new Map([...live].toReversed()) }
    expect(route(turned)).toEqual(route(input))
  })

  it('does not choose a host that keeps inputs when the policy denies it', () => {
    const live = hosts('one', 'two', 'local').set('one', hostState({ keepsInputs: true }))
    const policy = { ...BALANCED, dataCollection: 'deny' } as const
    expect(chosen({ ...named('auto:best'), hosts: live, policy })).toBe('v/cheap')
  })

  it('asks a model with a suffix at its fastest host', () => {
    const two = model('v/two', {
      offers: [offer('slow', speed(10)), offer('quick', { ...speed(900), price: priced(9, 9) })],
    })
    const host = (name: string) =>
      route(routingInput([two], { ...named(name), request: shape() })).plan[0].candidate.offer.host
    expect(host('two')).toBe('slow')
    expect(host('two:nitro')).toBe('quick')
  })
})
