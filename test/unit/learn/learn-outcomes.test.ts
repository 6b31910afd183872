import { describe, expect, it } from 'vitest'
import { createEvalSet, type EvalSet, isHeldOut } from '../../../src/learn/eval-prompt.ts'
import type { Parameters } from '../../../src/learn/forecast.ts'
import { learnOutcomes, TRAINING_LIMITS } from '../../../src/learn/learn-outcomes.ts'
import { unpackOutcomeModel } from '../../../src/learn/pack.ts'
import { CATALOG } from '../../../src/route/catalog/index.ts'
import { prepareCatalog } from '../../../src/route/prepared-catalog.ts'
import { EVAL_MODELS, evalRows, NOISE, type Scoring, TELLING, type UploadedRow } from '../../eval-rows.ts'

const catalog = prepareCatalog(CATALOG)
const PUBLISHED: Parameters = { id: 'base', model: null }

type Outcome = UploadedRow & { earlier?: number }

function setOf(rows: readonly Outcome[]): EvalSet {
  const set = createEvalSet()
  for (const [text, some] of Map.groupBy(rows, (row) => row.prompt)) {
    const outcomes = some.map(
      ({ model, score, earlier = null, input_tokens = null, output_tokens = null }) =>
        [
          model,
          { score, earlierScore: earlier, inputTokens: input_tokens, outputTokens: output_tokens },
        ] as const,
    )
    set.add({ prompt: { text, tools: [] }, taskType: null, outcomes: new Map(outcomes) })
  }
  return set
}

const learn = (rows: readonly Outcome[], current = PUBLISHED) =>
  learnOutcomes(setOf(rows), catalog, { current, id: 'train_new' })

/** One model is always praised, the others never. */
const praised: Scoring = (_subject, model) => Number(model === 0)

describe('learnOutcomes', { timeout: 60_000 }, () => {
  it('activates what it learned from outcomes that tell models apart, and is the same every time', () => {
    const rows = evalRows(240, TELLING)
    const learned = learn(rows)
    expect(learned.verdict).toMatchObject({ activate: true })
    expect(new Set(learned.report.models)).toEqual(new Set(EVAL_MODELS))
    const { current, candidate } = learned.report.comparison ?? {}
    expect(candidate?.quality).toBeGreaterThan((current?.quality ?? 1) + 0.1)
    expect(learn(rows).parameters).toBe(learned.parameters)
  })

  it.each<[string, Scoring]>([
    ['noise', NOISE],
    ['all good', () => 1],
    ['all bad', () => 0],
  ])('never activates what it learned from scores that are %s', (_, scoring) => {
    for (const seed of [1, 2]) expect(learn(evalRows(240, scoring, { seed })).verdict.activate).toBe(false)
  })

  it('keeps what earlier outcomes showed, whatever is uploaded later', () => {
    const rows = evalRows(240, TELLING)
    const active = { id: 'train_old', model: unpackOutcomeModel(learn(rows).parameters) }
    const later = evalRows(450, praised, { seed: 5 })
    const known = rows.map((row) => ({ ...row, earlier: row.score }))
    expect(learn([...rows, ...later], active).verdict.activate).toBe(true)
    expect(learn([...known, ...later], active).verdict).toMatchObject({
      activate: false,
      reason: expect.stringContaining('active parameters were learned from'),
    })
  })

  it('says so when too little is left to learn from', () => {
    const all = evalRows(400, TELLING)
    expect(() => learn(all.filter((row) => isHeldOut(row.prompt)))).toThrow(/Too little to learn from/)
    expect(() => learn(all.filter(({ model }) => model === EVAL_MODELS[0]))).toThrow(/1 models/)
  })

  it('leaves out models with too few prompts, and those the catalog does not know', () => {
    const rows = evalRows(240, TELLING).filter(
      ({ model }, at) => model !== EVAL_MODELS[0] || at < 3 * (TRAINING_LIMITS.minPromptsPerModel - 1),
    )
    const gone = rows.slice(0, 300).map((row) => ({ ...row, model: 'nobody/knows-it' }))
    const { models, modelsLeftOut } = learn([...rows, ...gone]).report
    expect(models).not.toContain(EVAL_MODELS[0])
    expect(modelsLeftOut).toEqual([EVAL_MODELS[0]])
  })
})

describe('isHeldOut', () => {
  it('holds out a fifth, by the words alone', () => {
    const texts = evalRows(1_500, NOISE).map((row) => row.prompt)
    const share = texts.filter(isHeldOut).length / texts.length
    expect(share).toBeGreaterThan(0.17)
    expect(share).toBeLessThan(0.23)
    for (const text of texts.slice(0, 50)) {
      expect(isHeldOut(`  ${text.toUpperCase().replaceAll(' ', '\n ')} `)).toBe(isHeldOut(text))
    }
  })
})
