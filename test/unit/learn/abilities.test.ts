import { describe, expect, it } from 'vitest'
import { fitAbilities, type JudgedAnswer, readAbilities, shiftOf } from '../../../src/learn/abilities.ts'
import { createRandom } from '../../../src/learn/random.ts'

const NOW = 1_800_000_000_000
const DAY_MS = 24 * 60 * 60 * 1_000

function answer(fields: Partial<JudgedAnswer> = {}): JudgedAnswer {
  return { modelId: 'a/one', taskType: 'code', predicted: 0.7, score: 1, at: NOW, ...fields }
}

function answers(count: number, fields: Partial<JudgedAnswer> = {}): JudgedAnswer[] {
  return Array.from({ length: count }, () => answer(fields))
}

/** Right or wrong answers as a model of that log-odds gives them. */
function played(count: number, logOdds: number, fields: Partial<JudgedAnswer>, seed: number): JudgedAnswer[] {
  const random = createRandom(seed)
  const good = 1 / (1 + Math.exp(-logOdds))
  return Array.from({ length: count }, () =>
    answer({ predicted: 0.5, score: Number(random() < good), ...fields }),
  )
}

function meanOf(judged: readonly JudgedAnswer[], modelId = 'a/one', task: JudgedAnswer['taskType'] = 'code') {
  return shiftOf(fitAbilities(judged, NOW), modelId, task)?.mean ?? Number.NaN
}

/** What is believed after so many answers, half of them good, all to one kind of task. */
function spreadAfter(count: number, task: JudgedAnswer['taskType'] = 'code') {
  return shiftOf(fitAbilities(played(count, 0, {}, 5), NOW), 'a/one', task)?.spread ?? Number.NaN
}

describe('fitAbilities', () => {
  it('finds which model is better than predicted, and in which task', () => {
    const judged = [
      ...played(2_000, 0.8, { modelId: 'a/one', taskType: 'code' }, 1),
      ...played(2_000, 0, { modelId: 'a/one', taskType: 'math' }, 2),
      ...played(2_000, 0, { modelId: 'b/two', taskType: 'code' }, 3),
      ...played(2_000, 0, { modelId: 'b/two', taskType: 'math' }, 4),
    ]
    const inCode = meanOf(judged) - meanOf(judged, 'b/two')
    const inMath = meanOf(judged, 'a/one', 'math') - meanOf(judged, 'b/two', 'math')
    expect(inCode).toBeGreaterThan(0.6)
    expect(inCode).toBeLessThan(1)
    expect(Math.abs(inMath)).toBeLessThan(0.2)
  })

  it('takes a judge of all models who is never pleased to be strict, not the models to be bad', () => {
    const strict = ['a/one', 'b/two', 'c/three', 'd/four'].flatMap((modelId) =>
      answers(200, { modelId, score: 0.2 }),
    )
    expect(Math.abs(meanOf(strict))).toBeLessThan(0.5)
    const onlyOne = answers(200, { score: 0.2 })
    expect(meanOf(onlyOne)).toBeLessThan(2 * meanOf(strict))
  })

  it('grows surer with more answers, and surer of tasks that were judged than of others', () => {
    expect(spreadAfter(20)).toBeLessThanOrEqual(0.5)
    expect(spreadAfter(200)).toBeLessThan(spreadAfter(20))
    expect(spreadAfter(200)).toBeLessThan(spreadAfter(200, 'writing'))
  })

  it('forgets: old answers weigh little against new ones', () => {
    const old = answers(100, { score: 0, at: NOW - 56 * DAY_MS })
    const recent = answers(40, { score: 1 })
    expect(meanOf([...old, ...recent])).toBeGreaterThan(0.1)
    expect(meanOf([...old.map((one) => ({ ...one, at: NOW })), ...recent])).toBeLessThan(-0.2)
  })

  it('says nothing of a model, or of one of its tasks, before ten answers', () => {
    expect(fitAbilities(answers(9), NOW).models).toEqual({})
    const published = fitAbilities([...answers(10), ...answers(9, { taskType: 'math' })], NOW)
    expect(Object.keys(published.models['a/one']?.tasks ?? {})).toEqual(['code'])
    expect(shiftOf(published, 'a/one', 'math')).toEqual(shiftOf(published, 'a/one', 'chat'))
    expect(shiftOf(published, 'b/two', 'code')).toBeNull()
    expect(shiftOf(published, 'toString', 'code')).toBeNull()
  })

  it.each([
    ['always 1 where 0 was expected', answers(5_000, { score: 1, predicted: 0 })],
    ['always 0 where 1 was expected', answers(5_000, { score: 0, predicted: 1 })],
    ['said 100,000 times', answers(100_000, { score: 0 })],
    ['dated in the future', answers(50, { score: 0, at: NOW + 400 * DAY_MS })],
    [
      'of 300 models',
      Array.from({ length: 3_000 }, (_, at) => answer({ modelId: `m/${at % 300}`, score: at % 2 })),
    ],
  ])('stays bounded with opinions %s', (_, judged) => {
    const published = fitAbilities(judged, NOW)
    const models = Object.values(published.models)
    expect(models.length).toBeGreaterThan(0)
    expect(models.length).toBeLessThanOrEqual(100)
    for (const model of models) {
      for (const { mean, spread } of [model, ...Object.values(model.tasks)]) {
        expect(Math.abs(mean)).toBeLessThanOrEqual(2)
        expect(spread).toBeGreaterThan(0)
        expect(spread).toBeLessThanOrEqual(0.5)
      }
    }
  })

  it.each([
    { score: Number.NaN },
    { score: -0.1 },
    { score: 1.1 },
    { predicted: Number.NaN },
    { predicted: 2 },
    { at: Number.NaN },
  ])('leaves out answers with %o', (nonsense) => {
    const judged = played(50, 0.5, {}, 6)
    expect(fitAbilities([...judged, ...answers(50, nonsense)], NOW)).toEqual(fitAbilities(judged, NOW))
  })
})

describe('readAbilities', () => {
  it('reads what was published', () => {
    const published = fitAbilities([...answers(30), ...answers(30, { modelId: 'b/two', score: 0 })], NOW)
    expect(readAbilities(JSON.parse(JSON.stringify(published)))).toEqual(published)
  })

  const shift = { mean: 0.1, spread: 0.2 }
  it.each([
    null,
    'text',
    [],
    {},
    { version: 2, models: {} },
    { version: 1, models: null },
    { version: 1, models: { 'a/one': { ...shift } } },
    { version: 1, models: { 'a/one': { tasks: {} } } },
    { version: 1, models: { 'a/one': { ...shift, mean: 3, tasks: {} } } },
    { version: 1, models: { 'a/one': { ...shift, spread: -1, tasks: {} } } },
    { version: 1, models: { 'a/one': { ...shift, tasks: { code: { mean: '1', spread: 1 } } } } },
  ])('refuses %j', (value) => {
    expect(readAbilities(value)).toBeNull()
  })
})
