/** Policies that see one request after the other, choose a model, and are told only what came of that one. */
import { PUBLISHED_SPREAD } from './online-models.ts'
import type { Demand } from '../../src/core/demand.ts'
import { fitAbilities, type JudgedAnswer, shiftOf } from '../../src/learn/abilities.ts'
import { columnMeans, indexOfMax, type Outcomes } from '../../src/learn/outcomes.ts'
import { createRandom } from '../../src/learn/random.ts'
import { explore } from '../../src/route/explore.ts'
import { sigmoid } from '../../src/core/log-odds.ts'
import { logitOf, PUBLISHED_ONLY } from '../../src/route/outlook.ts'
import { predict } from '../../src/route/predict.ts'
import type { Candidate } from '../../src/route/prepared-catalog.ts'

/** What came of a choice; costs in USD. */
type Told = { row: number; column: number; score: number; cost: number }
export type OnlinePolicy = { choose(row: number): number; told(outcome: Told): void }

/** What a policy knows before the first request. `lambda`: what one USD is worth in quality. */
export type Setting = {
  candidates: readonly Candidate[]
  demands: readonly Demand[]
  outcomes: Outcomes
  lambda: number
  seed: number
}

const EPSILON = 0.1

/** Every model's mean score so far, less its mean cost, which is known; one request in ten goes anywhere. */
export function epsilonGreedy({ outcomes, lambda, seed }: Setting): OnlinePolicy {
  const random = createRandom(seed)
  const price = columnMeans(outcomes.costs)
  const sums = new Float64Array(price.length)
  const counts = new Float64Array(price.length)
  return {
    choose: () =>
      random() < EPSILON
        ? Math.floor(random() * price.length)
        : indexOfMax(
            sums.map((sum, at) => {
              const count = counts[at] ?? 0
              return (count > 0 ? sum / count : 1) - lambda * (price[at] ?? 0)
            }),
          ),
    told({ column, score }) {
      sums[column] = (sums[column] ?? 0) + score
      counts[column] = (counts[column] ?? 0) + 1
    },
  }
}

/** The stream comes within an hour: nothing fades. */
const NOW = 1_800_000_000_000
/** Answers between two runs of the job that learns. */
const BATCH = 50

/**
 * The gateway's own parts: what is published of models, shifted by what was learned of answers, a little exploration.
 * Costs are list prices of the expected tokens, corrected by what answers were seen to cost, which the gateway does not
 * do by itself.
 */
export function published(setting: Setting, options: { rate: number; learnsCosts: boolean }): OnlinePolicy {
  const { candidates, demands, lambda, seed } = setting
  const judged: JudgedAnswer[] = []
  const costs = options.learnsCosts ? rememberCosts() : null
  let abilities = fitAbilities([], NOW)
  const of = (row: number, column: number) => {
    const [demand, candidate] = [demands[row], candidates[column]]
    if (!demand || !candidate) throw new Error('no such request')
    return { demand, candidate, ...expect(demand, candidate) }
  }
  return {
    choose(row) {
      const arms = candidates.map((_, column) => {
        const { demand, candidate, prior, listed, keys } = of(row, column)
        const shift = shiftOf(abilities, candidate.model.id, demand.taskType)
        const mean = logitOf(prior) + (shift?.mean ?? 0)
        const quality = sigmoid(mean)
        const utility = quality - lambda * listed * (costs?.factorFor(keys) ?? 1)
        return { column, utility, quality, belief: { mean, spread: shift?.spread ?? PUBLISHED_SPREAD } }
      })
      const bestFirst = arms.toSorted((a, b) => b.utility - a.utility)
      return explore(bestFirst, { rate: options.rate, seed: `${seed} ${row}` })?.chosen.column ?? 0
    },
    told({ row, column, score, cost }) {
      const { demand, candidate, prior, listed, keys } = of(row, column)
      costs?.add(keys, cost / listed)
      judged.push({
        modelId: candidate.model.id,
        taskType: demand.taskType,
        predicted: prior,
        score,
        at: NOW,
      })
      if (judged.length % BATCH === 0) abilities = fitAbilities(judged, NOW)
    },
  }
}

/** What is known without any outcome: quality, cost in USD, and what the cost may be off by. */
export function expect(demand: Demand, candidate: Candidate) {
  const { priorQuality, costMicroUsd } = predict(candidate, demand, null, PUBLISHED_ONLY)
  const keys = [candidate.model.id, `${demand.taskType} ${demand.tier}`]
  return { prior: priorQuality, listed: (costMicroUsd ?? 0) / 1e6, keys }
}

/** Answers that the belief "as listed" is worth. */
const COST_PRIOR = 5

/** By how much answers cost more than listed: a factor for all, one per key, each the mean of what the others leave. */
export function rememberCosts() {
  const sums = new Map<string, { sum: number; count: number }>()
  const factorOf = (key: string) => {
    const { sum, count } = sums.get(key) ?? { sum: 0, count: 0 }
    return (sum + COST_PRIOR) / (count + COST_PRIOR)
  }
  const productOf = (keys: readonly string[]) => keys.reduce((factor, key) => factor * factorOf(key), 1)
  return {
    factorFor: (keys: readonly string[]) => productOf(['', ...keys]),
    add(keys: readonly string[], ratio: number): void {
      const all = ['', ...keys]
      const whole = productOf(all)
      for (const [key, factor] of all.map((one) => [one, factorOf(one)] as const)) {
        const { sum, count } = sums.get(key) ?? { sum: 0, count: 0 }
        sums.set(key, { sum: sum + (ratio * factor) / whole, count: count + 1 })
      }
    },
  }
}
