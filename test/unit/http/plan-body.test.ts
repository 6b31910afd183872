import { describe, expect, it } from 'vitest'
import { decisionBody } from '../../../src/http/decision-body.ts'
import { cascadeOf, type Asked, decide, HARD } from '../route/collaboration/world.ts'

const bodyOf = (asked: Asked) => {
  const { topology, topology_advice: advice, collaboration } = decisionBody(decide(asked), new Map(), [])
  return { topology, advice, collaboration }
}

describe('decisionBody: working together', () => {
  it('shows what was weighed, and nothing else where one answers alone', () => {
    const { topology, advice, collaboration } = bodyOf({})
    expect(topology).toBe('cascade')
    expect(advice.options.map((option) => option.topology)).toEqual(['single', 'cascade', 'panel', 'dag'])
    expect(advice).toMatchObject({
      acted: 'single',
      reason:
        'cascade: +0.6 points of quality at 0.97 times the cost; the policy does not let it happen unasked',
    })
    expect(advice.options[0]).toEqual({
      topology: 'single',
      pays: false,
      expected_quality_gain: 0,
      predicted: { quality: 0.5, cost_usd: 0.05, latency_ms: 12229 },
    })
    expect(collaboration).toBeUndefined()
    expect(decisionBody(decide({ model: 'v/cheap' }), new Map(), []).topology).toBe('single')
  })

  it('shows the stages of a cascade', () => {
    const threshold = cascadeOf(decide({ model: 'switchyard/cascade' })).stages[0]?.threshold ?? 0
    expect(bodyOf({ model: 'switchyard/cascade' }).collaboration).toEqual({
      pattern: 'cascade',
      stages: [
        { model: 'v/middle', provider: 'one', threshold: Math.round(threshold * 1e4) / 1e4 },
        { model: 'v/strong', provider: 'two', threshold: null },
      ],
      samples: 3,
      verifier: null,
      verify: null,
      predicted_cost_usd: 0.048382,
    })
  })

  it('shows the members of a panel, its judge, and what all of it is expected to cost', () => {
    const wish = {
      panel: { models: ['v/cheap', 'v/middle'], judge: 'v/strong', rubric: 'of the caller alone' },
      verify: { checks: [{ kind: 'arithmetic' }], maxRetries: 2 },
    } as const
    expect(bodyOf({ model: 'switchyard/fusion', wish }).collaboration).toEqual({
      pattern: 'fusion',
      members: [
        { model: 'v/cheap', provider: 'two' },
        { model: 'v/middle', provider: 'one' },
      ],
      aggregation: 'synthesis',
      judge: { model: 'v/strong', provider: 'two' },
      report: true,
      min_successful_responses: 1,
      max_concurrent: 2,
      round_timeout_ms: 600_000,
      verify: { checks: ['arithmetic'], judge: null, max_retries: 2 },
      predicted_cost_usd: expect.any(Number),
    })
  })

  it('expects a panel that votes to cost what its members do', () => {
    const wish = { panel: { models: ['v/cheap', 'v/middle'], size: 3 } }
    expect(bodyOf({ model: 'switchyard/panel', wish, demand: HARD }).collaboration).toMatchObject({
      aggregation: 'auto',
      // 420 + 4,200 + 420 millionths.
      predicted_cost_usd: 0.005_04,
    })
  })
})
