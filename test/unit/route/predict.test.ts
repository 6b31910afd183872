import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { REASONING_EFFORTS, type ReasoningEffort } from '../../../src/core/chat.ts'
import { TASK_TYPES, TIERS } from '../../../src/core/demand.ts'
import { abilitiesOf } from '../../../src/route/ability.ts'
import { CATALOG } from '../../../src/route/catalog/index.ts'
import { BENCHMARKS } from '../../../src/route/catalog/model.ts'
import type { Demand } from '../../../src/core/demand.ts'
import { PUBLISHED_ONLY } from '../../../src/route/outlook.ts'
import * as prediction from '../../../src/route/predict.ts'
import { effortsFor, type EffortWish } from '../../../src/route/effort.ts'
import { type Candidate, prepareCatalog } from '../../../src/route/prepared-catalog.ts'
import { abilitiesAt, candidate, demand, first, model, offer, SOURCE } from './builders.ts'

const predict = (one: Candidate, wanted: Demand, effort: ReasoningEffort | null) =>
  prediction.predict(one, wanted, effort, PUBLISHED_ONLY)
const confidenceOf = (one: Candidate, wanted: Demand, effort: ReasoningEffort | null) =>
  prediction.confidenceOf(one, wanted, effort, PUBLISHED_ONLY)
const effortFor = (...wish: Parameters<typeof effortsFor>) => effortsFor(...wish)[0]

const share = fc.double({ min: 0, max: 1, noNaN: true })

function thinking(...efforts: ReasoningEffort[]): Candidate {
  return candidate({ facts: { reasoning: { kind: 'effort', efforts } } })
}

const abilitiesOfReal = new Map(CATALOG.map((one) => [one.id, abilitiesOf(one)]))

function real(id: string) {
  const abilities = abilitiesOfReal.get(id)
  if (!abilities) throw new Error(`${id} is not in the catalog`)
  return abilities
}

const aime = (value: number) => ({ benchmark: 'aime', value, source: SOURCE }) as const
const wishing = (effort?: ReasoningEffort): EffortWish => ({ effort, free: true })
const nearest = (wish: ReasoningEffort, ...efforts: ReasoningEffort[]) =>
  effortFor(thinking(...efforts), demand(), wishing(wish), true)
const qualityAt = (ability: number, hard: number) =>
  predict(candidate({ ability }), demand({ difficulty: hard }), null).quality
const latencyAt = (tokensPerSecond: number) =>
  predict(candidate({ limits: { ttftMs: 200, tokensPerSecond } }), demand(), null).latencyMs
const confidenceAt = (taskConfidence: number) =>
  confidenceOf(candidate({ ability: 0.9 }), demand({ taskConfidence }), null)

describe('abilitiesOf', () => {
  it('gives a model nobody measured the same modest ability in everything', () => {
    const unknown = Object.values(abilitiesOf({ scores: [] }))
    expect(new Set(unknown).size).toBe(1)
    expect(first(unknown)).toBeGreaterThan(0)
    expect(first(unknown)).toBeLessThan(0.5)
  })

  it('gives more ability for a higher score, in every task', () => {
    fc.assert(
      fc.property(share, share, (a, b) => {
        const [low, high] = [abilitiesAt(Math.min(a, b)), abilitiesAt(Math.max(a, b))]
        for (const task of TASK_TYPES) expect(high[task]).toBeGreaterThanOrEqual(low[task])
      }),
    )
  })

  it('believes a benchmark most for the tasks it speaks for', () => {
    const coder = abilitiesOf({ scores: [{ benchmark: 'swe_bench_verified', value: 0.82, source: SOURCE }] })
    expect(coder.code).toBeGreaterThan(coder.writing)
    expect(coder.code).toBeGreaterThan(abilitiesOf({ scores: [] }).code)
  })

  it('averages several scores of one benchmark instead of counting them as more evidence', () => {
    const averaged = abilitiesOf({ scores: [aime(0.2), aime(0.6)] })
    const once = abilitiesOf({ scores: [aime(0.4)] })
    for (const task of TASK_TYPES) expect(averaged[task]).toBeCloseTo(once[task], 12)
  })

  it('stays near 0..1 whatever is published', () => {
    const scores = fc.array(
      fc.record({
        benchmark: fc.constantFrom(...BENCHMARKS),
        value: fc.double({ min: 0, max: 2_000, noNaN: true }),
      }),
    )
    fc.assert(
      fc.property(scores, (published) => {
        const abilities = abilitiesOf({ scores: published.map((score) => ({ ...score, source: SOURCE })) })
        for (const ability of Object.values(abilities)) {
          expect(ability).toBeGreaterThanOrEqual(-0.1)
          expect(ability).toBeLessThanOrEqual(1.05)
        }
      }),
    )
  })
})

describe('abilities of the real catalog', () => {
  it.each([
    ['openai/gpt-5.1', 'openai/gpt-5-nano'],
    ['openai/gpt-5.1', 'openai/gpt-4o-mini'],
    ['anthropic/claude-opus-5', 'anthropic/claude-haiku-4.5'],
    ['anthropic/claude-sonnet-4.5', 'meta/llama-3.3-70b'],
    ['google/gemini-2.5-pro', 'google/gemini-2.5-flash-lite'],
    ['moonshot/kimi-k3', 'mistral/ministral-3-8b'],
    ['meta/llama-3.3-70b', 'meta/llama-3.1-8b'],
  ])('has %s above %s in code, math, reasoning and chat', (strong, weak) => {
    for (const task of ['code', 'math', 'reasoning', 'chat'] as const) {
      expect(real(strong)[task]).toBeGreaterThan(real(weak)[task])
    }
  })

  it('has none of the small models among the ten best at code or math', () => {
    const small = /nano|lite|mini$|-8b|-14b|flash-lite|micro|phi-4/
    for (const task of ['code', 'math'] as const) {
      const best = [...abilitiesOfReal].sort(([, a], [, b]) => b[task] - a[task]).slice(0, 10)
      expect(best.filter(([id]) => small.test(id)).map(([id]) => id)).toEqual([])
    }
  })
})

describe('effortsFor', () => {
  it('is null where the model or its host has no control', () => {
    expect(effortFor(candidate(), demand(), wishing('high'), true)).toBeNull()
    expect(
      effortFor(candidate({ facts: { reasoning: { kind: 'always' } } }), demand(), wishing('high'), true),
    ).toBeNull()
    expect(effortFor(thinking('low', 'high'), demand(), wishing('high'), false)).toBeNull()
    expect(effortFor(thinking(), demand(), wishing('high'), true)).toBeNull()
  })

  it.each(REASONING_EFFORTS)('follows the wish for %s where the model offers it', (wish) => {
    for (const tier of TIERS) {
      expect(effortFor(thinking(...REASONING_EFFORTS), demand({ tier }), wishing(wish), true)).toBe(wish)
      const named = { effort: wish, free: false }
      expect(effortFor(thinking(...REASONING_EFFORTS), demand({ tier }), named, true)).toBe(wish)
    }
  })

  it('takes the nearest effort the model offers', () => {
    expect(nearest('xhigh', 'low', 'medium', 'high')).toBe('high')
    expect(nearest('none', 'low', 'high')).toBe('low')
    expect(nearest('minimal', 'none', 'medium')).toBe('medium')
    expect(nearest('minimal', 'none')).toBe('none')
    expect(nearest('medium', 'none', 'high')).toBe('high')
  })

  it('lets the tier decide without a wish, and never less for a higher one', () => {
    const efforts = TIERS.map((tier) =>
      effortFor(thinking(...REASONING_EFFORTS), demand({ tier }), wishing(), true),
    )
    expect(efforts).toEqual(['minimal', 'low', 'medium', 'high'])
  })

  it('leaves a model asked for by name to its host, without a wish', () => {
    const unsaid = { effort: undefined, free: false }
    const efforts = effortsFor(thinking(...REASONING_EFFORTS), demand({ tier: 'REASONING' }), unsaid, true)
    expect(efforts).toEqual([null])
  })

  it('offers the next less and the next more beside what the tier wants, and nothing beside a wish', () => {
    const offered = thinking('none', 'low', 'medium', 'high')
    expect(effortsFor(offered, demand({ tier: 'MEDIUM' }), wishing(), true)).toEqual([
      'low',
      'none',
      'medium',
    ])
    expect(effortsFor(offered, demand({ tier: 'REASONING' }), wishing(), true)).toEqual(['high', 'medium'])
    expect(effortsFor(offered, demand(), wishing('low'), true)).toEqual(['low'])
  })
})

describe('predict', () => {
  it('expects a better answer from an abler model, and a worse one to a harder request', () => {
    fc.assert(
      fc.property(share, share, share, (a, b, difficulty) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)]
        expect(qualityAt(high, difficulty)).toBeGreaterThanOrEqual(qualityAt(low, difficulty))
        expect(qualityAt(difficulty, low)).toBeGreaterThanOrEqual(qualityAt(difficulty, high))
      }),
    )
    expect(qualityAt(0.9, 0.4) - qualityAt(0.1, 0.4)).toBeGreaterThan(0.5)
  })

  it('gives the quality its own documentation gives as an example', () => {
    const { quality } = predict(candidate({ ability: 0.9 }), demand({ difficulty: 0.8 }), null)
    expect(quality).toBeCloseTo(0.8, 1)
  })

  it('judges by the ability in the task at hand', () => {
    const coder = candidate({ ability: 0.2 })
    const able = { ...coder, abilities: { ...coder.abilities, code: 0.9 } }
    const quality = (taskType: 'code' | 'chat') => predict(able, demand({ taskType }), null).quality
    expect(quality('code')).toBeGreaterThan(quality('chat'))
  })

  it('expects more thinking to answer better, cost more and take longer', () => {
    const one = thinking(...REASONING_EFFORTS)
    const steps = REASONING_EFFORTS.map((effort) => predict(one, demand(), effort))
    for (const [index, more] of steps.entries()) {
      const less = steps[index - 1]
      if (!less) continue
      expect(more.quality).toBeGreaterThan(less.quality)
      expect(more.costMicroUsd).toBeGreaterThan(less.costMicroUsd ?? Infinity)
      expect(more.latencyMs).toBeGreaterThan(less.latencyMs)
    }
  })

  it('lets cost and latency grow with the tokens expected', () => {
    const grown = predict(candidate(), demand({ input: 2_000, expectedOutputTokens: 1_000 }), null)
    const base = predict(candidate(), demand(), null)
    expect(base.costMicroUsd).toBe(1_000 + 4 * 500)
    expect(grown.costMicroUsd).toBe(2_000 + 4 * 1_000)
    expect(grown.latencyMs).toBeGreaterThan(base.latencyMs)
    expect(grown.ttftMs).toBe(base.ttftMs)
  })

  it('expects no more to be written than the caller lets it, thoughts included', () => {
    const thinker = candidate({ facts: { reasoning: { kind: 'effort', efforts: ['high'] } } })
    const bounds = { speed: thinker, maxOutputTokens: 24 }
    const bounded = prediction.predict(thinker, demand(), 'high', PUBLISHED_ONLY, bounds)
    expect(bounded.costMicroUsd).toBe(1_000 + 4 * 24)
  })

  it('counts input as the tokenizer of the model does', () => {
    const { inputTokens } = demand()
    const counted = demand({ inputTokens: { ...inputTokens, anthropic: 3_000 } })
    const cost = (tokenFamily: 'anthropic' | 'openai') =>
      predict(candidate({ facts: { tokenFamily } }), counted, null).costMicroUsd
    expect(cost('anthropic')).toBe(5_000)
    expect(cost('openai')).toBe(3_000)
  })

  it('knows no cost without a price', () => {
    expect(predict(candidate({ price: null }), demand(), null).costMicroUsd).toBeNull()
  })

  it('takes the speed of the host for its latency', () => {
    expect(latencyAt(100)).toBe(5_200)
    expect(latencyAt(50)).toBe(10_200)
  })
})

describe('confidenceOf', () => {
  it('is the predicted quality when the task type is certain', () => {
    const sure = demand({ taskConfidence: 1 })
    expect(confidenceOf(candidate(), sure, null)).toBe(predict(candidate(), sure, null).quality)
  })

  it('moves towards a coin toss the less sure the task type is', () => {
    expect(confidenceAt(0.2)).toBeLessThan(confidenceAt(0.9))
    expect(confidenceAt(0.2)).toBeGreaterThan(0.5)
  })
})

describe('prepareCatalog', () => {
  it('makes one candidate of each offer, within the limits of both model and host', () => {
    const tight = offer('tight', { contextWindow: 10_000, maxOutputTokens: 99_999 })
    const fast = offer('fast', { speed: { ttftMs: 90, tokensPerSecond: 900, source: SOURCE } })
    const { candidates } = prepareCatalog([model('a/x', { offers: [tight, fast] })])
    expect(candidates).toMatchObject([
      { offer: { host: 'tight' }, contextWindow: 10_000, maxOutputTokens: 8_000 },
      { offer: { host: 'fast' }, contextWindow: 100_000, ttftMs: 90, tokensPerSecond: 900 },
    ])
  })
})
