/**
 * A policy that goes beyond the gateway's: what a model trained on another set, of other models, says of a prompt is
 * weighed anew for each model, as the outcomes come in.
 */
import { PUBLISHED_SPREAD } from './online-models.ts'
import { expect, type OnlinePolicy, rememberCosts, type Setting } from './online-policies.ts'
import { readOutcomeSet, type SetPrompt } from '../../src/dev/train/outcome-sets.ts'
import { learn, predictAll } from './routing-learn.ts'
import { type Demand, TASK_TYPES } from '../../src/core/demand.ts'
import { matrixOf, rowOf } from '../../src/learn/matrix.ts'
import { standardised, standardOf } from '../../src/learn/linear-head.ts'
import { pick, pickRows, type Rows } from '../../src/learn/outcomes.ts'
import { explore } from '../../src/route/explore.ts'
import { sigmoid } from '../../src/core/log-odds.ts'
import { logitOf } from '../../src/route/outlook.ts'

const OTHER_SET = 'llmrouter_ulab'

/** What a model of the other set says of prompts: how good its models are on average, and each against that. */
export function readersFrom(folder: string, replayed: readonly SetPrompt[]) {
  const { prompts, outcomes } = readOutcomeSet(folder, OTHER_SET)
  const keys = new Set(replayed.map(({ key }) => key))
  const rows = [...prompts.keys()].filter((row) => !keys.has(prompts[row]?.key ?? ''))
  const { model, unseen } = learn(pick(prompts, rows), pickRows(outcomes, rows))
  const { mean, scale } = standardOf(matrixOf(unseen.quality.map(relative)))
  return (asked: readonly SetPrompt[]): Rows => {
    const told = matrixOf(predictAll(model, asked).map(({ quality }) => relative(quality)))
    const standard = standardised(told, mean, scale)
    return asked.map((_, row) => rowOf(standard, row))
  }
}

function relative(quality: Float64Array): number[] {
  const mean = quality.reduce((sum, value) => sum + value, 0) / quality.length
  return [mean, ...quality.map((value) => value - mean)]
}

/** Prior widths, log-odds: of terms that all models share, then of each model's own. */
const WIDTHS = {
  shared: { level: 1, task: 0.3, difficulty: 0.5, feature: 0.2 },
  own: { level: 0.3, task: 0.2, difficulty: 0.1, feature: 0.1 },
}
const MIDDLING_DIFFICULTY = 0.45
const DIFFICULTY_SCALE = 4

/** Which terms a request has, and how much of each. */
type Terms = readonly (readonly [term: number, amount: number])[]

function termsOf(demand: Demand, features: Float64Array): Terms {
  const first = 2 + TASK_TYPES.length
  return [
    [0, 1],
    [1, DIFFICULTY_SCALE * (demand.difficulty - MIDDLING_DIFFICULTY)],
    [2 + TASK_TYPES.indexOf(demand.taskType), 1],
    ...Array.from(features, (value, at): [number, number] => [first + at, value]),
  ]
}

/** As the gateway's beliefs, with every model's level, task types, difficulty and features learned together. */
export function linear(setting: Setting, features: Rows, options: { rate: number }): OnlinePolicy {
  const { candidates, demands, lambda, seed } = setting
  const block = 2 + TASK_TYPES.length + (features[0]?.length ?? 0)
  const belief = createBelief(candidates.length, block)
  const costs = rememberCosts()
  const of = (row: number, column: number) => {
    const [demand, candidate, own] = [demands[row], candidates[column], features[row]]
    if (!demand || !candidate || !own) throw new Error('no such request')
    return { terms: termsOf(demand, own), ...expect(demand, candidate) }
  }
  return {
    choose(row) {
      const arms = candidates.map((_, column) => {
        const { terms, prior, listed, keys } = of(row, column)
        const mean = logitOf(prior) + belief.shiftOf(column, terms)
        const quality = sigmoid(mean)
        const utility = quality - lambda * listed * costs.factorFor(keys)
        return { column, utility, quality, belief: { mean, spread: belief.spreadOf(column, terms) } }
      })
      const bestFirst = arms.toSorted((a, b) => b.utility - a.utility)
      return explore(bestFirst, { rate: options.rate, seed: `${seed} ${row}` })?.chosen.column ?? 0
    },
    told({ row, column, score, cost }) {
      const { terms, prior, listed, keys } = of(row, column)
      costs.add(keys, cost / listed)
      belief.learn(column, terms, { offset: logitOf(prior), score })
    },
  }
}

const LEAST_CURVATURE = 0.02

/** A normal belief about all terms, renewed with every outcome (an extended Kalman filter of logistic regression). */
function createBelief(models: number, block: number) {
  const size = block * (models + 1)
  const mean = new Float64Array(size)
  const covariance = Array.from({ length: size }, (_, term) => {
    const row = new Float64Array(size)
    row[term] = widthOf(term % block, term < block ? WIDTHS.shared : WIDTHS.own) ** 2
    return row
  })
  const whole = (column: number, terms: Terms) =>
    terms.flatMap(([term, amount]): [number, number][] => [
      [term, amount],
      [(column + 1) * block + term, amount],
    ])
  const shiftOf = (column: number, terms: Terms) =>
    whole(column, terms).reduce((sum, [term, amount]) => sum + amount * (mean[term] ?? 0), 0)
  return {
    shiftOf,
    /** Of what is the model's own. */
    spreadOf(column: number, terms: Terms): number {
      const first = (column + 1) * block
      let variance = 0
      for (const [a, amount] of terms) {
        const row = covariance[first + a]
        for (const [b, other] of terms) variance += amount * other * (row?.[first + b] ?? 0)
      }
      return Math.min(PUBLISHED_SPREAD, Math.sqrt(Math.max(0, variance)))
    },
    learn(column: number, terms: Terms, { offset, score }: { offset: number; score: number }): void {
      const used = whole(column, terms)
      const good = sigmoid(offset + shiftOf(column, terms))
      const gain = covariance.map((row) =>
        used.reduce((sum, [at, amount]) => sum + amount * (row[at] ?? 0), 0),
      )
      const curvature = Math.max(LEAST_CURVATURE, good * (1 - good))
      const known = used.reduce((sum, [at, amount]) => sum + amount * (gain[at] ?? 0), 0)
      const step = 1 / (1 / curvature + known)
      const surprise = ((score - good) / curvature) * step
      for (const [at, row] of covariance.entries()) {
        const pull = gain[at] ?? 0
        mean[at] = (mean[at] ?? 0) + pull * surprise
        const share = pull * step
        for (let other = 0; other < size; other += 1)
          row[other] = (row[other] ?? 0) - share * (gain[other] ?? 0)
      }
    },
  }
}

function widthOf(term: number, widths: (typeof WIDTHS)['own']): number {
  if (term === 0) return widths.level
  if (term === 1) return widths.difficulty
  return term < 2 + TASK_TYPES.length ? widths.task : widths.feature
}
