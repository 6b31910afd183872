import { DENSE_COUNT } from '../../classify/learned/dense-features.ts'
import { gramValue } from '../../classify/learned/task-model.ts'
import { createRandom } from '../../learn/random.ts'
import type { HeadExample } from './head-examples.ts'
import { shuffle } from './linear-fit.ts'

/** A head before it is rounded. */
export type HeadWeights = { dense: Float64Array; grams: Float64Array }

/** What one fit is like. `buckets` of n-grams are a power of two, or 0; `pull` is what draws dense weights to 0. */
type HeadSettings = { buckets: number; rate: number; pull: number }
const DIFFICULTY: HeadSettings = { buckets: 4096, rate: 0.05, pull: 0.001 }
const LENGTH: HeadSettings = { buckets: 0, rate: 0.1, pull: 0.02 }
const EPOCHS = 4
const PULL_GRAMS = 1e-4
const FIRST_SUM = 0.1
const SEED = 5

/** Learns `difficulty`. */
export function fitDifficulty(examples: readonly HeadExample[]): HeadWeights {
  return fitHead(examples, ({ difficulty }) => difficulty, DIFFICULTY)
}

/** Learns the ln ratio of the median answer to what the rules expect. */
export function fitLength(examples: readonly HeadExample[]): HeadWeights {
  const known = examples.flatMap((example) => (example.tokens === null ? [] : [example]))
  return fitHead(known, ({ tokens, ruledTokens }) => Math.log((tokens ?? 1) / ruledTokens), LENGTH)
}

/**
 * Least squares by Adagrad (Duchi et al. 2011); sets count by the root of their weight, so that none drowns the others.
 * Equal examples give equal weights.
 */
function fitHead(
  examples: readonly HeadExample[],
  targetOf: (example: HeadExample) => number,
  { buckets, rate, pull }: HeadSettings,
): HeadWeights {
  const dense = new Float64Array(DENSE_COUNT)
  const grams = new Float64Array(buckets)
  const denseSums = new Float64Array(DENSE_COUNT).fill(FIRST_SUM)
  const gramSums = new Float64Array(buckets).fill(FIRST_SUM)
  const weights = weigh(examples)
  const random = createRandom(SEED)
  const order = examples.map((_, index) => index)
  for (let epoch = 0; epoch < EPOCHS; epoch += 1) {
    shuffle(order, random)
    for (const index of order) {
      const example = examples[index]
      if (example === undefined) continue
      const error = (applyHead({ dense, grams }, example) - targetOf(example)) * (weights[index] ?? 0)
      for (const [feature, amount] of example.dense.entries()) {
        if (amount !== 0) improve(dense, denseSums, feature, error * amount, pull, rate)
      }
      if (buckets === 0) continue
      const value = gramValue(example.grams.length)
      for (const gram of example.grams) {
        improve(grams, gramSums, gram & (buckets - 1), error * value, PULL_GRAMS, rate)
      }
    }
  }
  return { dense, grams }
}

function improve(
  weights: Float64Array,
  sums: Float64Array,
  at: number,
  slope: number,
  pull: number,
  rate: number,
): void {
  const weight = weights[at] ?? 0
  const step = slope + pull * weight
  const sum = (sums[at] ?? 0) + step * step
  sums[at] = sum
  weights[at] = weight - (rate * step) / Math.sqrt(sum)
}

function weigh(examples: readonly HeadExample[]): Float64Array {
  const bySet = new Map<string, number>()
  let total = 0
  for (const { prompt, weight } of examples) {
    bySet.set(prompt.set, (bySet.get(prompt.set) ?? 0) + weight)
    total += weight
  }
  return Float64Array.from(
    examples,
    ({ prompt, weight }) => weight * Math.sqrt(total / bySet.size / (bySet.get(prompt.set) ?? 1)),
  )
}

/** What the head says of an example, as `readHead` does of a message. */
export function applyHead({ dense, grams }: HeadWeights, example: HeadExample): number {
  let sum = 0
  for (const [feature, amount] of example.dense.entries()) sum += amount * (dense[feature] ?? 0)
  if (grams.length === 0) return sum
  const value = gramValue(example.grams.length)
  for (const gram of example.grams) sum += value * (grams[gram & (grams.length - 1)] ?? 0)
  return sum
}
