import { describe, expect, it } from 'vitest'
import {
  chooseUnder,
  type LoggedCandidate,
  type LoggedDecision,
  startReplay,
  type TargetPolicy,
} from '../../../src/learn/replay.ts'

type Sketch = { model?: string; host?: string; quality?: number; cost?: number | null; latencyMs?: number }

function candidate(sketch: Sketch = {}): LoggedCandidate {
  const { model = 'v/a', host = 'one', quality = 0.8, cost = 1_000, latencyMs = 1_000 } = sketch
  return {
    candidate: { model: { id: model }, offer: { host } },
    prediction: { quality, costMicroUsd: cost, ttftMs: 100, latencyMs },
  }
}

const STRONG = candidate({ model: 'v/strong', quality: 0.95, cost: 9_000, latencyMs: 4_000 })
const FAIR = candidate({ model: 'v/fair', quality: 0.8, cost: 900, latencyMs: 2_000 })
const WEAK = candidate({ model: 'v/weak', quality: 0.4, cost: 30, latencyMs: 500 })

function logged(fields: Partial<LoggedDecision> = {}): LoggedDecision {
  return {
    id: 'dec_1',
    ordering: null,
    candidates: [STRONG, FAIR, WEAK],
    choice: STRONG,
    propensity: 1,
    outcome: { costMicroUsd: 8_000, quality: null, latencyMs: 3_000 },
    ...fields,
  }
}

function policy(fields: Partial<TargetPolicy> = {}): TargetPolicy {
  return { costWeight: 0, floorQuality: 0.7, isAllowed: () => true, ...fields }
}

describe('chooseUnder', () => {
  it.each<[string, Partial<TargetPolicy>, LoggedCandidate | null]>([
    ['quality alone', {}, STRONG],
    ['cost alone', { costWeight: Infinity }, WEAK],
    ['both', { costWeight: 0.2 }, FAIR],
    ['a floor of quality', { costWeight: Infinity, minQuality: 0.7 }, FAIR],
    ['a cap of cost', { maxCostMicroUsd: 900 }, FAIR],
    ['the models that are allowed', { isAllowed: (id) => id !== 'v/strong' }, FAIR],
    ['a latency that is preferred', { preferredMaxLatencyMs: 500, costWeight: 0.2 }, FAIR],
    ['an ordering', { ordering: 'latency' }, WEAK],
    ['no model at all', { isAllowed: () => false }, null],
    ['no cost that is known', { maxCostMicroUsd: 29 }, null],
  ])('chooses by %s', (_, fields, chosen) => {
    expect(chooseUnder(policy(fields), logged())).toBe(chosen)
  })

  it('keeps what the name asked for, with the floor of the cheapest, unless the policy orders otherwise', () => {
    const floor = logged({ ordering: 'price' })
    expect(chooseUnder(policy(), floor)).toBe(FAIR)
    expect(chooseUnder(policy({ minQuality: 0 }), floor)).toBe(WEAK)
    expect(chooseUnder(policy({ ordering: 'quality' }), floor)).toBe(STRONG)
  })

  it('keeps the choice that was made where recorded predictions cannot tell it from the best', () => {
    const made = candidate({ model: 'v/made', quality: 0.9 })
    const best = candidate({ model: 'v/best', quality: 0.9001 })
    const better = candidate({ model: 'v/best', quality: 0.9002 })
    expect(chooseUnder(policy(), logged({ candidates: [made, best], choice: made }))).toBe(made)
    expect(chooseUnder(policy(), logged({ candidates: [made, better], choice: made }))).toBe(better)
  })

  it('keeps the host that was taken for its protocol, unless it is dearer or hosts are put in an order', () => {
    const made = candidate({ host: 'own', latencyMs: 1_500 })
    const best = candidate({ host: 'fast', latencyMs: 900 })
    const dearer = candidate({ host: 'own', latencyMs: 1_500, cost: 1_001 })
    const nitro = (choice: LoggedCandidate) =>
      logged({ candidates: [choice, best], choice, ordering: 'latency' })
    expect(chooseUnder(policy(), nitro(made))).toBe(made)
    expect(chooseUnder(policy(), nitro(dearer))).toBe(best)
    expect(chooseUnder(policy({ ordering: 'latency' }), nitro(made))).toBe(best)
  })
})

describe('startReplay', () => {
  it('counts decisions, changes, refusals and models, and weighs what is known of each', () => {
    const replay = startReplay(policy({ isAllowed: (id) => id !== 'v/strong' }), { maxExamples: 1 })
    replay.add(logged())
    replay.add(logged({ id: 'dec_2', choice: FAIR }))
    replay.add(logged({ id: 'dec_3' }))
    replay.add(logged({ candidates: [STRONG] }))
    const { models, cost, quality, latency, ...counts } = replay.conclude()
    expect(counts).toEqual({
      replayed: 3,
      refused: 1,
      changed: 2,
      examples: [{ id: 'dec_1', logged: 'v/strong', target: 'v/fair' }],
    })
    expect(models).toEqual(
      new Map([
        ['v/strong', { logged: 2, target: 0 }],
        ['v/fair', { logged: 1, target: 3 }],
      ]),
    )
    expect(cost).toMatchObject({ outcomes: 3, observed: { value: 8_000 }, shortage: 'low_support_share' })
    expect(cost.predicted.logged?.value).toBe(6_300)
    expect(cost.predicted.target?.value).toBe(900)
    expect(quality).toMatchObject({ outcomes: 0, observed: null, shortage: 'no_outcomes' })
    expect(quality.predicted.target?.value).toBeCloseTo(0.8, 9)
    expect(latency.change?.value).toBeCloseTo((-2_000 * 2) / 3, 9)
  })
})
