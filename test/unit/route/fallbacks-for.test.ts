import { describe, expect, it } from 'vitest'
import { DEFAULT_RELIABILITY } from '../../../src/core/reliability.ts'
import { BALANCED, type EligibleCandidate } from '../../../src/route/decision.ts'
import { route, type RoutingInput } from '../../../src/route/route.ts'
import { hosts, model, offer, preferences, priced, routingInput, shape } from './builders.ts'

const MODELS = [
  model('v/small', { contextWindow: 50_000, offers: [offer('one'), offer('two')] }),
  model('v/equal', { contextWindow: 50_000, offers: [offer('one')] }),
  model('v/large', {
    contextWindow: 200_000,
    offers: [
      offer('two', { price: priced(9, 9) }),
      offer('one'),
      offer('small', { contextWindow: 40_000, price: priced(2, 4) }),
    ],
  }),
  model('v/larger', { contextWindow: 400_000, offers: [offer('one')] }),
  model('v/dead', { contextWindow: 400_000, offers: [offer('gone')] }),
]

type Fields = Partial<RoutingInput['preferences']>
const decide = (fields: Fields, rest: Partial<RoutingInput> = {}) =>
  route(
    routingInput(MODELS, {
      hosts: hosts('one', 'two', 'small'),
      preferences: preferences({ model: 'small', ...fields }),
      ...rest,
    }),
  )
const named = (candidates: readonly EligibleCandidate[]) =>
  candidates.map(({ candidate }) => `${candidate.model.id}@${candidate.offer.host}`)
const longer = (...contextWindow: string[]): Fields => ({
  fallbacksFor: { contextWindow, contentPolicy: [] },
})
const freer = (...contentPolicy: string[]): Fields => ({ fallbacksFor: { contextWindow: [], contentPolicy } })

describe('the fallbacks of a decision for a special case', () => {
  it('are the best host of each model in the order asked for, then their others', () => {
    const { fallbacksFor } = decide(freer('large', 'larger'))
    expect(named(fallbacksFor.contentPolicy)).toEqual([
      'v/large@one',
      'v/larger@one',
      'v/large@small',
      'v/large@two',
    ])
    expect(fallbacksFor.contextWindow).toEqual([])
  })

  it('have a larger window than the choice where that is what is missing', () => {
    const { fallbacksFor } = decide(longer('equal', 'larger', 'large', 'dead'))
    expect(named(fallbacksFor.contextWindow)).toEqual(['v/larger@one', 'v/large@one', 'v/large@two'])
  })

  it('change nothing else of the decision', () => {
    const { fallbacksFor: _none, ...plain } = decide({})
    const { fallbacksFor: _some, ...other } = decide({
      fallbacksFor: { contextWindow: ['larger'], contentPolicy: ['large'] },
    })
    expect(other).toEqual(plain)
  })

  it('are judged as models asked for by name, which an estimate does not exclude', () => {
    const text = [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }] as const
    const request = shape({ messages: text, sampling: { maxOutputTokens: 100_000 } })
    expect(named(decide(longer('larger'), { request }).fallbacksFor.contextWindow)).toEqual(['v/larger@one'])
  })

  it('may be any model, but never the choice itself', () => {
    const { plan, fallbacksFor } = decide({ model: 'auto', ...freer('auto') })
    expect(fallbacksFor.contentPolicy).toHaveLength(5)
    expect(named(fallbacksFor.contentPolicy)).not.toContain(named(plan)[0])
  })

  it('are none where the caller wants no fallbacks', () => {
    const fields = { ...longer('larger'), provider: { allowFallbacks: false } }
    expect(decide(fields).fallbacksFor).toEqual({ contextWindow: [], contentPolicy: [] })
  })

  it.each([
    ['context_window_fallbacks[1]', longer('large', 'gpt-9')],
    ['content_policy_fallbacks[0]', freer('gpt-9')],
    ['models[0]', { models: ['gpt-9', 'large'], fallbacksFrom: 1 }],
    ['fallbacks[1]', { models: ['large', 'larger', 'gpt-9'], fallbacksFrom: 1 }],
  ])('name the field of an unknown model: %s', (param, fields) => {
    expect(() => decide(fields)).toThrow(expect.objectContaining({ code: 'model_not_found', param }))
  })
})

describe('the effort of a decision', () => {
  it("is the request's, then the tenant's, then the operator's, field by field", () => {
    const reliability = [
      { retries: 5, maxAttempts: 3 },
      { retries: 7, timeouts: { idleMs: 1 } },
    ]
    const wish = { maxAttempts: 9, timeouts: { totalMs: 2 } }
    expect(decide({ reliability: wish }, { policy: { ...BALANCED, reliability } }).reliability).toEqual({
      ...DEFAULT_RELIABILITY,
      maxAttempts: 9,
      retries: 5,
      timeouts: { ...DEFAULT_RELIABILITY.timeouts, idleMs: 1, totalMs: 2 },
    })
  })

  it('costs no more than the caller allows', () => {
    expect(decide({ autoRouter: { maxCostUsd: 0.25 } }).maxCostMicroUsd).toBe(250_000)
    expect(decide({}).maxCostMicroUsd).toBeNull()
  })
})
