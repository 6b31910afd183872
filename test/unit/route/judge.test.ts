import { describe, expect, it } from 'vitest'
import type { Exclusion } from '../../../src/core/routing.ts'
import type { Judged } from '../../../src/route/decision.ts'
import { counterfactualOf, eligibleOf, judge } from '../../../src/route/judge.ts'
import type { Weights } from '../../../src/route/rank.ts'
import {
  candidate,
  demand,
  eligible,
  hosts,
  hostState,
  judgeContext,
  openBreakers,
  priced,
  shape,
} from './builders.ts'

const WEIGHTS: Weights = { ordering: 'utility', costWeight: 0.1 }

function barred(excludedBy: Exclusion, sketch: Parameters<typeof eligible>[0] = {}): Judged {
  return { ...eligible(sketch), eligible: false, excludedBy }
}

const said = (length: number) =>
  ({ role: 'user', content: [{ type: 'text', text: 'x'.repeat(length) }] }) as const

describe('judge', () => {
  const one = candidate({ host: 'one' })
  const two = candidate({ host: 'two' })

  it('keeps every candidate, in the order given, with its reason or its score', () => {
    const judged = judge([one, two], judgeContext({ hosts: hosts('two') }), WEIGHTS)
    expect(judged.map(({ candidate: { offer } }) => offer.host)).toEqual(['one', 'two'])
    expect(judged).toMatchObject([
      { eligible: false, excludedBy: 'no_live_host' },
      { eligible: true, score: expect.any(Number) },
    ])
  })

  it('leaves a candidate alone whose breaker is open while another can answer', () => {
    const judged = judge([one, two], judgeContext({ live: openBreakers('one/vendor/model') }), WEIGHTS)
    expect(judged).toMatchObject([{ excludedBy: 'breaker_open' }, { eligible: true }])
  })

  it('tries them anyway when all breakers are open, and nobody who is barred otherwise', () => {
    const live = openBreakers('one/vendor/model', 'two/vendor/model')
    const judged = judge([one, two, candidate({ host: 'off' })], judgeContext({ live }), WEIGHTS)
    expect(judged).toMatchObject([{ eligible: true }, { eligible: true }, { excludedBy: 'no_live_host' }])
  })

  it('asks for effort only of hosts that take it', () => {
    const facts = { reasoning: { kind: 'effort', efforts: ['low', 'high'] } } as const
    const both = [candidate({ host: 'one', facts }), candidate({ host: 'two', facts })]
    const states = new Map([
      ['one', hostState({ takesReasoningEffort: true })],
      ['two', hostState({ takesReasoningEffort: false })],
    ])
    const context = judgeContext({ hosts: states, demand: demand({ tier: 'REASONING' }) })
    expect(judge(both, context, { ...WEIGHTS, ordering: 'price' }).map(({ effort }) => effort)).toEqual([
      'high',
      null,
    ])
  })

  it('chooses effort together with the model: as much as its quality is worth', () => {
    const facts = { reasoning: { kind: 'effort', efforts: ['none', 'low', 'medium', 'high'] } } as const
    const effortAt = (difficulty: number, costWeight: number) => {
      const context = judgeContext({ demand: demand({ tier: 'COMPLEX', difficulty }) })
      return judge([candidate({ facts })], context, { ordering: 'utility', costWeight })[0]?.effort
    }
    expect(effortAt(0.7, 0)).toBe('high')
    expect(effortAt(0.1, 1)).toBe('low')
    expect(effortAt(0.1, Infinity)).toBe('low')
  })

  it('expects who answered last in a session to read the conversation at the price of what is kept', () => {
    const price = priced(1, 4, { cachedInput: 100_000 })
    const both = ['one', 'two'].map((host) => candidate({ host, price }))
    const context = judgeContext({
      request: shape({ messages: [said(9_000), said(1_000)] }),
      demand: demand({ input: 2_000 }),
      holder: { modelId: 'vendor/model', host: 'two', answeredAt: 0 },
    })
    const [cold, warm] = judge(both, context, WEIGHTS).map(({ prediction }) => prediction.costMicroUsd)
    expect(cold).toBe(2_000 + 4 * 500)
    expect(warm).toBe(200 + 180 + 4 * 500)
  })

  it('does not let candidates that may not answer set what cost is measured by', () => {
    const strong = candidate({ host: 'off', ability: 1, price: priced(1_000, 1_000) })
    const alone = judge([one, two], judgeContext(), WEIGHTS)
    const beside = judge([one, two, strong], judgeContext(), WEIGHTS)
    expect(beside.slice(0, 2)).toEqual(alone)
  })
})

describe('eligibleOf', () => {
  it('gives those that may answer', () => {
    const fit = eligible()
    expect(eligibleOf([barred('tools'), fit], null)).toEqual([fit])
  })

  it('counts the reasons when nobody may', () => {
    const judged = [barred('tools'), barred('no_live_host'), barred('tools'), barred('price_cap')]
    expect(() => eligibleOf(judged, null)).toThrow(
      expect.objectContaining({
        code: 'no_eligible_model',
        message: 'No model can take this request: tools × 2, no_live_host × 1, price_cap × 1',
        param: 'model',
      }),
    )
  })

  it('tells only of the models asked for', () => {
    const judged = [
      barred('modality', { model: 'a' }),
      barred('tools', { model: 'b' }),
      barred('not_requested'),
    ]
    expect(() => eligibleOf(judged, new Set(['a']))).toThrow('No model can take this request: modality × 1')
  })

  it('says that no live host serves the model asked for, whatever bars the others', () => {
    const judged = [
      barred('no_live_host', { model: 'a' }),
      barred('modality', { model: 'b' }),
      barred('not_requested'),
    ]
    expect(() => eligibleOf(judged, new Set(['a']))).toThrow(
      expect.objectContaining({ code: 'no_live_host' }),
    )
    expect(() => eligibleOf([], null)).toThrow(expect.objectContaining({ code: 'no_live_host' }))
  })
})

describe('counterfactualOf', () => {
  const best = eligible({ quality: 0.9, cost: 900 })
  const cheap = eligible({ quality: 0.5, cost: 10 })

  it('tells the cost of the best and of the cheapest', () => {
    expect(counterfactualOf([cheap, best])).toEqual({
      best: best.candidate,
      alwaysBestMicroUsd: 900,
      alwaysCheapestMicroUsd: 10,
    })
  })

  it('counts models that were only not asked for, and no others', () => {
    const judged = [
      cheap,
      barred('not_requested', { quality: 0.9, cost: 900 }),
      barred('tools', { quality: 1, cost: 1 }),
    ]
    expect(counterfactualOf(judged)).toMatchObject({ alwaysBestMicroUsd: 900, alwaysCheapestMicroUsd: 10 })
  })

  it('takes the cheapest host of the best model', () => {
    expect(
      counterfactualOf([best, { ...best, prediction: { ...best.prediction, costMicroUsd: 800 } }]),
    ).toMatchObject({
      alwaysBestMicroUsd: 800,
      alwaysCheapestMicroUsd: 800,
    })
  })

  it('never counts an unknown price as free', () => {
    const unknown = eligible({ quality: 1, cost: null })
    expect(counterfactualOf([unknown, cheap])).toEqual({
      best: cheap.candidate,
      alwaysBestMicroUsd: 10,
      alwaysCheapestMicroUsd: 10,
    })
    const none = { best: null, alwaysBestMicroUsd: null, alwaysCheapestMicroUsd: null }
    expect(counterfactualOf([unknown])).toEqual(none)
    expect(counterfactualOf([])).toEqual(none)
  })
})
