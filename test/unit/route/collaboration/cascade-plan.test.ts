import { describe, expect, it } from 'vitest'
import { AppError } from '../../../../src/core/errors.ts'
import { calibrated } from '../../../../src/core/log-odds.ts'
import { NO_BELIEFS } from '../../../../src/route/beliefs.ts'
import { keepFrom } from '../../../../src/route/collaboration/evidence.ts'
import { openBreakers } from '../builders.ts'
import { type Asked, cascadeOf, decide, leadOf, namesOf, PROSE } from './world.ts'

const cascade = (asked: Asked = {}) => cascadeOf(decide({ model: 'switchyard/cascade', ...asked }))
const leadsOf = (asked: Asked) => cascade(asked).stages.map(({ team }) => leadOf(team))

const failing = (models: string[], rest: Asked = {}) => {
  try {
    return cascade({ wish: { cascade: { models } }, ...rest })
  } catch (error) {
    return error instanceof AppError ? [error.code, error.param] : error
  }
}

describe('cascade plan', () => {
  it('puts a cheaper model before the best, and the models that follow behind each stage', () => {
    const { stages } = cascade()
    expect(stages.map(({ team }) => leadOf(team))).toEqual(['v/middle', 'v/strong'])
    expect(stages.map(({ team }) => namesOf(team).slice(0, 3))).toEqual([
      ['v/middle@one', 'v/strong@two', 'v/strong@one'],
      ['v/strong@two', 'v/strong@one', 'v/strong@dear'],
    ])
    expect(stages.every(({ team }) => team.length <= 5)).toBe(true)
  })

  it('keeps a draft from where going on does not pay, and the last one always', () => {
    const { plan, counterfactual } = decide()
    const [{ prediction: strong }] = plan
    const middle = plan.find(({ candidate }) => candidate.model.id === 'v/middle')?.prediction.quality ?? 0
    const costShare = (strong.costMicroUsd ?? 0) / (counterfactual.alwaysBestMicroUsd ?? 1)
    const qualityOnly = cascade({ autoRouter: { costQualityTradeoff: 0 } }).stages
    expect(qualityOnly[0]?.threshold).toBeCloseTo(keepFrom(middle, { quality: strong.quality, costShare }, 0))
    expect(cascade().stages[0]?.threshold).toBeLessThan(qualityOnly[0]?.threshold ?? 0)
    expect(cascade({ autoRouter: { costQualityTradeoff: 10 } }).stages[0]?.threshold).toBe(0)
    expect(qualityOnly.at(-1)?.threshold).toBe(0)
  })

  it('asks for more where confidence has proved too high, unless a threshold is wished', () => {
    const asked = { autoRouter: { costQualityTradeoff: 0 } }
    const thresholdOf = (rest: Asked) => cascade({ ...asked, ...rest }).stages[0]?.threshold ?? 0
    const beliefs = { ...NO_BELIEFS, confidence: { offset: -0.8, slope: 1 } }
    expect(calibrated(thresholdOf({ beliefs }), beliefs.confidence)).toBeCloseTo(thresholdOf({}))
    expect(thresholdOf({ beliefs })).toBeGreaterThan(thresholdOf({}))
    expect(thresholdOf({ beliefs, wish: { cascade: { threshold: 0.7 } } })).toBe(0.7)
  })

  it('takes models, threshold, samples and verifier as they are wished', () => {
    const models = ['v/cheap', 'middle', 'v/strong']
    const { stages, samples, verifier } = cascade({
      wish: { cascade: { models, threshold: 0.8, samples: 2, verifier: 'v/middle' } },
    })
    expect(stages.map(({ team, threshold }) => [leadOf(team), threshold])).toEqual([
      ['v/cheap', 0.8],
      ['v/middle', 0.8],
      ['v/strong', 0],
    ])
    expect(samples).toBe(2)
    expect(verifier && leadOf(verifier)).toBe('v/middle')
  })

  it('has drafts compared with samples where answers are alike, else judged by another model', () => {
    expect(cascade()).toMatchObject({ samples: 3, verifier: null })
    const { samples, verifier, stages } = cascade({ demand: PROSE })
    expect(samples).toBe(0)
    expect(verifier && leadOf(verifier)).toBeTruthy()
    expect(verifier && leadOf(verifier)).not.toBe(stages[0] && leadOf(stages[0].team))
  })

  it('asks nobody in place of another where that is forbidden', () => {
    const { stages } = cascade({ provider: { allowFallbacks: false } })
    expect(stages.map(({ team }) => team.length)).toEqual([1, 1])
  })

  it('refuses a model that may not be asked, naming where it stands', () => {
    expect(failing(['v/cheap', 'v/nobody'])).toEqual(['model_not_found', 'cascade.models[1]'])
    expect(failing(['v/cheap', 'v/strong'], { autoRouter: { allowedModels: ['v/cheap'] } })).toEqual([
      'no_eligible_model',
      'cascade.models[1]',
    ])
  })

  it('asks a model whose breakers are all open rather than leave its place empty', () => {
    const live = openBreakers('two/v/cheap')
    expect(leadsOf({ wish: { cascade: { models: ['v/cheap', 'v/strong'] } }, live })).toEqual([
      'v/cheap',
      'v/strong',
    ])
  })

  it('is one model alone where nobody can come before another', () => {
    const { collaboration, topology } = decide({
      model: 'switchyard/cascade',
      autoRouter: { allowedModels: ['v/strong'] },
    })
    expect(collaboration.pattern).toEqual({ kind: 'single' })
    expect(topology).toMatchObject({ acted: 'single' })
    expect(topology.reason).toContain('nobody can come before another')
  })
})
