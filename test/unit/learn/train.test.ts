import { describe, expect, it } from 'vitest'
import type { Prompt } from '../../../src/classify/features/prompt.ts'
import { predictOutcome } from '../../../src/learn/outcome-model.ts'
import { type Outcomes, pick, pickRows } from '../../../src/learn/outcomes.ts'
import { always, bestSingle, choose, resultOf } from '../../bench/policy.ts'
import { createRandom } from '../../../src/learn/random.ts'
import { readPrompt } from '../../../src/learn/reading.ts'
import { bestLambda } from '../../bench/savings.ts'
import { train } from '../../../src/learn/train.ts'

const ROWS = 900
const SUBJECTS = ['poems about the sea', 'dates of history', 'integrals of functions'] as const
const random = createRandom(11)

/** What the small, the mathematical and the large model get right of each subject. */
const ABILITY = [
  [0.9, 0.5, 0.92],
  [0.3, 0.3, 0.9],
  [0.1, 0.9, 0.85],
] as const
const COST = [1, 3, 20] as const

const rows = Array.from({ length: ROWS }, (_, at) => {
  const subject = at % 3
  const words = Array.from({ length: 8 }, () => `word${Math.floor(random() * 50)}`).join(' ')
  const scores = Float64Array.from(ABILITY[subject] ?? [], (ability) => Number(random() < ability))
  const prompt: Prompt = { text: `Tell me of ${SUBJECTS[subject]}: ${words}`, tools: [] }
  return { prompt, subject: String(subject), scores }
})
const outcomes: Outcomes = {
  models: ['small', 'mathematical', 'large'],
  scores: rows.map(({ scores }) => scores),
  costs: rows.map(() => Float64Array.from(COST, (cost) => cost / 1_000)),
}
const dev = Array.from({ length: 600 }, (_, at) => at)
const test = Array.from({ length: 300 }, (_, at) => 600 + at)
const folds = [0, 1, 2, 3, 4].map((fold) => dev.filter((row) => row % 5 === fold))
const prompts = rows.map(({ prompt }) => prompt)

function trained(changes: { groups?: readonly string[]; outcomes?: Outcomes } = {}) {
  const set = {
    readings: pick(prompts, dev).map(readPrompt),
    outcomes: pickRows(changes.outcomes ?? outcomes, dev),
    folds,
  }
  return train({ ...set, groups: changes.groups ? pick(changes.groups, dev) : null })
}

const WORDS = 'word1 word22 word13 word4 word35 word26 word7 word18'

describe('training', () => {
  it.each([
    ['from prompts alone', {}],
    ['with their kinds', { groups: rows.map(({ subject }) => subject) }],
  ])('%s keeps the quality of the best model for less than half its cost', (_, changes) => {
    const { model, unseen } = trained(changes)
    const [known, held] = [pickRows(outcomes, dev), pickRows(outcomes, test)]
    const lambda = bestLambda(unseen.quality, unseen.cost ?? [], known, 0.01)
    const told = pick(prompts, test).map((prompt) => predictOutcome(model, prompt))
    const choices = choose(
      told.map(({ quality }) => quality),
      told.map(({ cost }) => cost ?? new Float64Array(3)),
      lambda ?? 0,
    )
    const reference = resultOf(always(bestSingle(known), held), held)
    const got = resultOf(choices, held)
    expect(got.quality).toBeGreaterThan(reference.quality - 0.03)
    expect(got.cost).toBeLessThan(0.55 * reference.cost)
  })

  it('predicts what happens, and what it costs', () => {
    const { model } = trained()
    for (const [subject, about] of SUBJECTS.entries()) {
      const { confidence, cost } = predictOutcome(model, {
        text: `Tell me of ${about}: ${WORDS}`,
        tools: [],
      })
      for (const [at, ability] of (ABILITY[subject] ?? []).entries()) {
        expect(Math.abs((confidence[at] ?? 0) - ability)).toBeLessThan(0.22)
        expect(cost?.[at]).toBeCloseTo((COST[at] ?? 0) / 1_000, 5)
      }
    }
  })

  it('does with gaps in what is known', () => {
    const gaps = outcomes.scores.map((scores) => scores.map((score) => (random() < 0.3 ? Number.NaN : score)))
    const { model } = trained({ outcomes: { ...outcomes, scores: gaps } })
    const { quality } = predictOutcome(model, { text: `Tell me of ${SUBJECTS[2]}: ${WORDS}`, tools: [] })
    expect(quality[1]).toBeGreaterThan((quality[0] ?? 1) + 0.3)
  })

  it('does with gaps in what is known of costs, and with models whose cost nobody knows', () => {
    const costs = outcomes.costs.map((row, at) =>
      row.map((cost, column) => (column === 1 || (at + column) % 3 === 0 ? Number.NaN : cost)),
    )
    const { model, unseen } = trained({ outcomes: { ...outcomes, costs } })
    const { cost } = predictOutcome(model, { text: `Tell me of ${SUBJECTS[2]}: ${WORDS}`, tools: [] })
    expect(cost?.[0]).toBeCloseTo(COST[0] / 1_000, 5)
    expect(cost?.[1]).toBeNaN()
    expect(cost?.[2]).toBeCloseTo(COST[2] / 1_000, 5)
    const lambda = bestLambda(unseen.quality, unseen.cost ?? [], pickRows({ ...outcomes, costs }, dev), 0.01)
    expect(lambda).toBeGreaterThan(0)
  })

  it('predicts no costs where none is known', () => {
    const costs = outcomes.costs.map((row) => row.map(() => Number.NaN))
    const { model, unseen } = trained({ outcomes: { ...outcomes, costs } })
    expect(unseen.cost).toBeNull()
    expect(predictOutcome(model, { text: 'Hello', tools: [] }).cost).toBeNull()
  })

  it('warns of prompts unlike all that it has seen', () => {
    const { model } = trained()
    const about = (text: string) => predictOutcome(model, { text, tools: [] }).foreign
    expect(about(`Tell me of ${SUBJECTS[1]}: ${WORDS}`)).toBe(false)
    expect(about('SELECT region, SUM(total) FROM orders\n  GROUP BY region HAVING SUM(total) > 1000;')).toBe(
      true,
    )
  })

  it('is the same every time', () => {
    expect(trained().model).toEqual(trained().model)
  })
})
