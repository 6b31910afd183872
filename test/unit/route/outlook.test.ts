import { describe, expect, it } from 'vitest'
import type { Beliefs, LearnedPrediction } from '../../../src/route/beliefs.ts'
import { NO_BELIEFS } from '../../../src/route/beliefs.ts'
import { outlookOf, spreadFor } from '../../../src/route/outlook.ts'
import { confidenceOf, predict } from '../../../src/route/predict.ts'
import { prepareCatalog } from '../../../src/route/prepared-catalog.ts'
import { candidate, demand, first, model, SOURCE } from './builders.ts'

const asked = demand({ taskType: 'code', difficulty: 0.4 })
const known = candidate({ model: 'v/known', ability: 0.9 })
const weaker = candidate({ model: 'v/weaker', ability: 0.6 })
const stranger = candidate({ model: 'v/stranger', ability: 0.7 })
const all = [known, weaker, stranger]

const learned = (quality: number, rest: Partial<LearnedPrediction> = {}): LearnedPrediction => ({
  quality,
  confidence: quality,
  outputTokens: null,
  ...rest,
})
const believing = (predictions: Record<string, LearnedPrediction>, rest: Partial<Beliefs> = {}) =>
  outlookOf({ ...NO_BELIEFS, predictions: new Map(Object.entries(predictions)), ...rest }, all, asked)
const published = outlookOf(NO_BELIEFS, all, asked)
const quality = (one: typeof known, outlook = published) => predict(one, asked, null, outlook).quality

describe('predict, with evaluations', () => {
  it('believes what was evaluated more than what is published', () => {
    const outlook = believing({ 'v/known': learned(0.3), 'v/weaker': learned(0.8) })
    expect(quality(known, outlook)).toBeCloseTo(0.3, 6)
    expect(quality(weaker, outlook)).toBeCloseTo(0.8, 6)
  })

  it('takes prompts that are harder than published for all to be harder for strangers, too', () => {
    const harder = believing({ 'v/known': learned(0.5), 'v/weaker': learned(0.2) })
    expect(quality(stranger, harder)).toBeLessThan(quality(stranger) - 0.2)
    expect(quality(stranger, harder)).toBeLessThan(0.5)
    expect(quality(stranger, harder)).toBeGreaterThan(0.2)
  })

  it('stays a probability for certain ones', () => {
    const outlook = believing({ 'v/known': learned(1), 'v/weaker': learned(0) })
    for (const one of all) {
      expect(quality(one, outlook)).toBeGreaterThan(0)
      expect(quality(one, outlook)).toBeLessThan(1)
    }
  })

  it('expects answers as long as they were', () => {
    const cost = (outputTokens: number | null) =>
      predict(known, asked, null, believing({ 'v/known': learned(0.9, { outputTokens }) })).costMicroUsd
    expect(cost(1_500)).toBe(1_000 + 4 * 1_500)
    expect(cost(null)).toBe(predict(known, asked, null, published).costMicroUsd)
  })

  it('still expects more of more thinking', () => {
    const thinks = { reasoning: { kind: 'effort', efforts: ['low', 'high'] } } as const
    const thinker = candidate({ model: 'v/known', facts: thinks })
    const outlook = believing({ 'v/known': learned(0.6) })
    const [low, high] = (['low', 'high'] as const).map((effort) => predict(thinker, asked, effort, outlook))
    expect(high?.quality).toBeGreaterThan(low?.quality ?? 1)
    expect(high?.quality).toBeGreaterThan(0.6)
  })
})

const shiftOf: Beliefs['shiftOf'] = (modelId, taskType) =>
  modelId === 'v/known' && taskType === 'code' ? { mean: -1, spread: 0.2 } : null

describe('predict, with judged answers', () => {
  it('moves the model and task that were judged, and says what it had expected before', () => {
    const outlook = believing({}, { shiftOf })
    const { quality: now, priorQuality } = predict(known, asked, null, outlook)
    expect(priorQuality).toBe(quality(known))
    expect(now).toBeLessThan(priorQuality)
    expect(quality(weaker, outlook)).toBe(quality(weaker))
    const chatting = demand({ taskType: 'chat', difficulty: 0.4 })
    expect(predict(known, chatting, null, outlook)).toEqual(predict(known, chatting, null, published))
  })

  it('adds up with evaluations', () => {
    const outlook = believing({ 'v/known': learned(0.9) }, { shiftOf })
    expect(quality(known, outlook)).toBeCloseTo(1 / (1 + Math.exp(1 - Math.log(9))), 6)
  })
})

describe('confidenceOf', () => {
  it('is the calibrated figure of an evaluated model', () => {
    const outlook = believing({ 'v/known': learned(0.9, { confidence: 0.7 }) })
    expect(confidenceOf(known, asked, null, outlook)).toBeCloseTo(0.7, 6)
  })
})

describe('spreadFor', () => {
  it('is wide for a model nobody measured, narrower with published scores, and as judged where it was', () => {
    const measured = model('v/m', {
      scores: (['livecodebench', 'swe_bench_verified', 'arena_elo'] as const).map((benchmark) => ({
        benchmark,
        value: 0.5,
        source: SOURCE,
      })),
    })
    const [unknownOne, measuredOne] = [model('v/u'), measured].map((one) =>
      first(prepareCatalog([one]).candidates),
    )
    if (!unknownOne || !measuredOne) throw new Error('no candidates')
    const [wide, narrow] = [unknownOne, measuredOne].map((one) => spreadFor(one, asked, published))
    expect(wide).toBeGreaterThan(1)
    expect(narrow).toBeLessThan((wide ?? 0) / 2)
    const judged = believing({}, { shiftOf: () => ({ mean: 0, spread: 0.125 }) })
    expect(spreadFor(unknownOne, asked, judged)).toBe(0.125)
  })
})
