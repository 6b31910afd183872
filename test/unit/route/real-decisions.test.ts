import { describe, expect, it } from 'vitest'
import type { ChatRequest } from '../../../src/core/chat.ts'
import type { Demand } from '../../../src/core/demand.ts'
import type { RoutingPreferences } from '../../../src/core/routing.ts'
import { CATALOG } from '../../../src/route/catalog/index.ts'
import { prepareCatalog } from '../../../src/route/prepared-catalog.ts'
import { shapeOf } from '../../../src/route/request-shape.ts'
import { route } from '../../../src/route/route.ts'
import { chat, demand, everyHost, preferences, routingInput } from './builders.ts'

const catalog = prepareCatalog(CATALOG)
const hosts = everyHost()
const tool = { name: 'lookup', parameters: { type: 'object' } }

type Asked = { demand: Demand; request?: ChatRequest }

const ASKED: Record<string, Asked> = {
  'hard code': {
    demand: demand({
      kind: 'code',
      taskType: 'code',
      tier: 'COMPLEX',
      difficulty: 0.75,
      expectedOutputTokens: 1_500,
    }),
  },
  'simple chat': {
    demand: demand({ tier: 'SIMPLE', difficulty: 0.05, input: 20, expectedOutputTokens: 60 }),
  },
  'long context': {
    demand: demand({ taskType: 'summarization', input: 500_000, needs: ['long_context'], difficulty: 0.5 }),
  },
  image: { demand: demand({ kind: 'image', modalities: ['text', 'image'], needs: ['vision'] }) },
  audio: { demand: demand({ kind: 'multimodal', modalities: ['text', 'audio'], needs: ['audio'] }) },
  tools: { demand: demand({ taskType: 'tool_use', needs: ['tools'] }), request: chat({ tools: [tool] }) },
  json_schema: {
    demand: demand({ taskType: 'extraction', needs: ['json_schema'] }),
    request: chat({ output: { type: 'json_schema', name: 'answer', schema: { type: 'object' } } }),
  },
}
const NAMES = Object.keys(ASKED)

function decide(name: string, rest: Partial<RoutingPreferences> = {}) {
  const { demand: asked = demand(), request = chat() } = ASKED[name] ?? {}
  return route(
    routingInput([], {
      catalog,
      hosts,
      demand: asked,
      request: shapeOf(request),
      preferences: preferences(rest),
    }),
  )
}

/** What is expected of hard code under a virtual model. */
const choice = (model: string) => decide('hard code', { model }).plan[0].prediction

const at = (name: string, costQualityTradeoff: number) =>
  decide(name, { autoRouter: { costQualityTradeoff } }).plan[0].prediction

describe.each(NAMES)('%s', (name) => {
  it('is planned for candidates that can do it, the first at two hosts at least', () => {
    const { plan, judged, reason } = decide(name)
    const { demand: asked, request } = ASKED[name] ?? {}
    expect(plan).toHaveLength(5)
    expect(judged).toHaveLength(catalog.candidates.length)
    expect(reason).toBe('cost_optimal')
    expect(new Set(plan.slice(0, 2).map(({ candidate }) => candidate.offer.host)).size).toBe(2)
    for (const { candidate, prediction } of plan) {
      expect(candidate.model.inputModalities).toEqual(expect.arrayContaining([...(asked?.modalities ?? [])]))
      expect(candidate.contextWindow).toBeGreaterThan(asked?.inputTokens.other ?? 0)
      expect(candidate.model.tools || !request?.tools.length).toBe(true)
      expect(prediction.costMicroUsd).toBeGreaterThan(0)
    }
  })

  it('gets the best at a trade-off of 0, the cheapest at 10, and never a dearer one in between', () => {
    const judgedAt = (costQualityTradeoff: number) =>
      decide(name, { autoRouter: { costQualityTradeoff } }).judged.filter((one) => one.eligible)
    const qualities = judgedAt(0).map(({ prediction }) => prediction.quality)
    const costs = judgedAt(10).map(({ prediction }) => prediction.costMicroUsd ?? Infinity)
    expect(at(name, 0).quality).toBe(Math.max(...qualities))
    expect(at(name, 10).costMicroUsd).toBe(Math.min(...costs))
    const swept = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(
      (tradeoff) => at(name, tradeoff).costMicroUsd ?? Infinity,
    )
    expect(swept.toSorted((a, b) => b - a)).toEqual(swept)
  })

  it('costs no less than always taking the cheapest', () => {
    const { counterfactual, plan } = decide(name)
    const { alwaysBestMicroUsd, alwaysCheapestMicroUsd } = counterfactual
    expect(alwaysCheapestMicroUsd).toBeGreaterThan(0)
    expect(alwaysBestMicroUsd).toBeGreaterThanOrEqual(alwaysCheapestMicroUsd ?? Infinity)
    expect(plan[0].prediction.costMicroUsd).toBeGreaterThanOrEqual(alwaysCheapestMicroUsd ?? Infinity)
  })

  it('is decided alike again, and survives JSON', () => {
    const decision = decide(name)
    expect(decide(name)).toEqual(decision)
    expect(JSON.parse(JSON.stringify(decision))).toStrictEqual(decision)
  })
})

describe('the balance', () => {
  it('spends much less on a simple chat than always taking the best', () => {
    const { plan, counterfactual } = decide('simple chat')
    expect(plan[0].prediction.costMicroUsd).toBeLessThan((counterfactual.alwaysBestMicroUsd ?? 0) / 4)
    expect(plan[0].prediction.quality).toBeGreaterThan(0.95)
  })

  it('gives hard code an abler model than simple chat', () => {
    const ability = (name: string) => decide(name).plan[0].candidate.abilities.code
    expect(ability('hard code')).toBeGreaterThan(0.7)
    expect(decide('hard code', { model: 'auto:floor' }).plan[0].candidate.abilities.code).toBeGreaterThan(
      decide('simple chat', { model: 'auto:floor' }).plan[0].candidate.abilities.code,
    )
  })

  it('answers sooner for auto:nitro and better for auto:best than for auto', () => {
    expect(choice('auto:nitro').latencyMs).toBeLessThanOrEqual(choice('auto').latencyMs)
    expect(choice('auto:best').quality).toBeGreaterThanOrEqual(choice('auto').quality)
    expect(choice('auto:floor').costMicroUsd).toBeLessThanOrEqual(choice('auto').costMicroUsd ?? 0)
  })
})
