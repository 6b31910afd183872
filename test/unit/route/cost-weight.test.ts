import { describe, expect, it } from 'vitest'
import { TASK_TYPES } from '../../../src/core/demand.ts'
import { CATALOG } from '../../../src/route/catalog/index.ts'
import { allowedLoss, costWeightFor } from '../../../src/route/cost-weight.ts'
import { prepareCatalog } from '../../../src/route/prepared-catalog.ts'
import { route } from '../../../src/route/route.ts'
import { demand, everyHost, hosts, preferences, routingInput } from './builders.ts'

const catalog = prepareCatalog(CATALOG)
const POOLS = [
  ['every host', everyHost()],
  ['OpenAI alone', hosts('openai')],
  ['Anthropic alone', hosts('anthropic')],
  ['Google and Mistral', hosts('google', 'mistral')],
  ['Together alone', hosts('together')],
] as const

const DEMANDS = TASK_TYPES.flatMap((taskType) =>
  (
    [
      [0.15, 'SIMPLE'],
      [0.35, 'MEDIUM'],
      [0.5, 'MEDIUM'],
    ] as const
  ).map(([difficulty, tier]) => demand({ taskType, difficulty, tier, input: 300 })),
)

/** What a trade-off gives up and saves on ordinary requests, against the best choice for each. */
function sacrifice(live: ReturnType<typeof hosts>, costQualityTradeoff: number) {
  let [loss, cost, bestCost] = [0, 0, 0]
  for (const asked of DEMANDS) {
    const choiceAt = (tradeoff: number) =>
      route({
        ...routingInput([], { demand: asked, hosts: live }),
        catalog,
        preferences: preferences({ autoRouter: { costQualityTradeoff: tradeoff } }),
      }).plan[0].prediction
    const [best, choice] = [choiceAt(0), choiceAt(costQualityTradeoff)]
    loss += (best.quality - choice.quality) / DEMANDS.length
    cost += choice.costMicroUsd ?? 0
    bestCost += best.costMicroUsd ?? 0
  }
  return { loss, saving: 1 - cost / bestCost }
}

describe('allowedLoss', () => {
  it('is nothing at 0, one point at 7, everything at 10', () => {
    expect(allowedLoss(0)).toBe(0)
    expect(allowedLoss(7)).toBeCloseTo(0.01, 12)
    expect(allowedLoss(10)).toBe(Infinity)
    for (let t = 1; t <= 10; t += 1) expect(allowedLoss(t)).toBeGreaterThan(allowedLoss(t - 1))
  })
})

describe('costWeightFor', () => {
  it.each(POOLS)('gives up about a point at 7, and saves, with %s', (_, live) => {
    const { loss, saving } = sacrifice(live, 7)
    expect(loss).toBeGreaterThan(0)
    expect(loss).toBeLessThan(0.016)
    expect(saving).toBeGreaterThan(0.3)
  })

  it('weighs cost more for a higher trade-off, from not at all to nothing else', () => {
    const weights = [0, 0.05, 1, 3, 5, 7, 9, 9.9, 10].map((t) => costWeightFor(t, catalog, everyHost()))
    expect(weights.toSorted((a, b) => a - b)).toEqual(weights)
    expect(weights[0]).toBe(0)
    expect(weights.at(-1)).toBe(Infinity)
  })

  it('knows a weight where nobody can be reached, and where there is one model', () => {
    expect(costWeightFor(7, catalog, hosts())).toBeGreaterThan(0)
    expect(costWeightFor(7, catalog, hosts('deepseek'))).toBeGreaterThan(0)
  })
})
