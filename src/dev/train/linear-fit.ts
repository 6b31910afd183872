import { DENSE_COUNT, SCORE_UNIT, TOOL_FEATURE } from '../../classify/learned/dense-features.ts'
import { gramValue } from '../../classify/learned/task-model.ts'
import { TASK_TYPES } from '../../core/demand.ts'
import { softmax } from '../../core/log-odds.ts'
import { createRandom } from '../../learn/random.ts'
import type { Example } from './examples.ts'

/** Weights before they are rounded: a row per feature or n-gram, a column per task type. */
export type Weights = { dense: Float32Array; grams: Float32Array }

const TYPES = TASK_TYPES.length
/** Logits per unit of the rules' scores, where the dense weights start and where they are pulled back to. */
export const LOGITS_PER_SCORE = 0.8
const RATE = 0.1
const LEAST_RATE = 0.01
/** N-grams are rare: they learn faster. */
const GRAM_HASTE = 2.5
const PULL_DENSE = 0.005
const PULL_GRAMS = 1e-4
/** Shares of all n-grams of a text, and of single ones, that are left out while learning. */
const DROP_ALL = 0.1
const DROP_EACH = 0.2
/** Share of prompts for no tool that are given one, keeping their type. */
const IDLE_TOOLS = 0.03
/** Prompts of one source and type count fully up to this many, then by the root of their number. */
const FULL_GROUP = 250
const FIRST_SUM = 1e-2
/** More than any text has. */
const MOST_GRAMS = 2000

type Fit = Weights & {
  start: Float32Array
  denseSums: Float32Array
  gramSums: Float32Array
  /** N-grams of the example at hand that are not left out. */
  kept: Int32Array
}

/** One visit of an example. */
type Visit = { example: Example; tool: number; kept: number; value: number; weight: number; rate: number }

/**
 * Softmax regression by Adagrad (Duchi et al. 2011) with inverted dropout. N-grams are numbered below `gramCount`.
 * Equal seeds give equal weights.
 */
export function fitLinear(
  examples: readonly Example[],
  gramCount: number,
  { epochs, seed }: { epochs: number; seed: number },
): Weights {
  const random = createRandom(seed)
  const weights = weigh(examples)
  const fit = startFit(gramCount)
  const order = examples.map((_, index) => index)
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    shuffle(order, random)
    const rate = RATE * (1 - epoch / epochs) + LEAST_RATE
    for (const index of order) {
      const example = examples[index]
      if (example === undefined) continue
      const withGrams = random() >= DROP_ALL
      const tool = example.sample.tool || random() < IDLE_TOOLS ? 1 : 0
      const kept = withGrams ? keepSome(fit.kept, example.grams, random) : 0
      const value = gramValue(example.gramTotal * (1 - DROP_EACH))
      learn(fit, { example, tool, kept, value, weight: weights[index] ?? 1, rate })
    }
  }
  return { dense: fit.dense, grams: fit.grams }
}

function startFit(gramCount: number): Fit {
  const start = new Float32Array(DENSE_COUNT * TYPES)
  for (let type = 0; type < TYPES; type += 1) start[type * TYPES + type] = LOGITS_PER_SCORE * SCORE_UNIT
  return {
    dense: start.slice(),
    grams: new Float32Array(gramCount * TYPES),
    start,
    denseSums: new Float32Array(start.length).fill(FIRST_SUM),
    gramSums: new Float32Array(gramCount).fill(FIRST_SUM),
    kept: new Int32Array(MOST_GRAMS),
  }
}

const groupOf = ({ sample }: Example) => `${sample.source}|${sample.label}`

/** So that no large source drowns the others. */
function weigh(examples: readonly Example[]): Float64Array {
  const sizes = new Map(Array.from(Map.groupBy(examples, groupOf), ([group, some]) => [group, some.length]))
  return Float64Array.from(examples, (example) =>
    Math.min(1, Math.sqrt(FULL_GROUP / (sizes.get(groupOf(example)) ?? 1))),
  )
}

/** Fisher and Yates, in place. */
export function shuffle(order: number[], random: () => number): void {
  for (let i = order.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1))
    const other = order[j] ?? 0
    order[j] = order[i] ?? 0
    order[i] = other
  }
}

function keepSome(kept: Int32Array, grams: Int32Array, random: () => number): number {
  let count = 0
  for (const gram of grams) {
    if (random() < DROP_EACH) continue
    kept[count] = gram
    count += 1
  }
  return count
}

function learn(fit: Fit, visit: Visit): void {
  const { example, tool, kept, value } = visit
  const logits = new Float64Array(TYPES)
  for (let at = 0; at < kept; at += 1) addRow(logits, fit.grams, fit.kept[at] ?? 0, value)
  for (let feature = 0; feature < DENSE_COUNT; feature += 1) {
    const amount = feature === TOOL_FEATURE ? tool : (example.dense[feature] ?? 0)
    if (amount !== 0) addRow(logits, fit.dense, feature, amount)
  }
  const errors = softmax(logits)
  subtractTarget(errors, example.targets, visit.weight)
  improveDense(fit, errors, visit)
  improveGrams(fit, errors, visit)
}

function addRow(sums: Float64Array, weights: Float32Array, row: number, amount: number): void {
  const from = row * TYPES
  for (let type = 0; type < TYPES; type += 1)
    sums[type] = (sums[type] ?? 0) + amount * (weights[from + type] ?? 0)
}

/** Of several right types each is wanted in proportion to what it has. */
function subtractTarget(errors: Float64Array, targets: readonly number[], weight: number): void {
  const mass = targets.reduce((sum, type) => sum + (errors[type] ?? 0), 0)
  for (const type of targets) {
    const share = errors[type] ?? 0
    errors[type] = share - (mass > 1e-9 ? share / mass : 1 / targets.length)
  }
  for (let type = 0; type < TYPES; type += 1) errors[type] = (errors[type] ?? 0) * weight
}

function improveDense(
  { dense, denseSums, start }: Fit,
  errors: Float64Array,
  { example, tool, rate }: Visit,
): void {
  for (let feature = 0; feature < DENSE_COUNT; feature += 1) {
    const amount = feature === TOOL_FEATURE ? tool : (example.dense[feature] ?? 0)
    if (amount === 0) continue
    for (let type = 0; type < TYPES; type += 1) {
      const at = feature * TYPES + type
      const weight = dense[at] ?? 0
      const slope = (errors[type] ?? 0) * amount + PULL_DENSE * (weight - (start[at] ?? 0))
      const sum = (denseSums[at] ?? 0) + slope * slope
      denseSums[at] = sum
      dense[at] = weight - (rate * slope) / Math.sqrt(sum)
    }
  }
}

/** One sum of squares serves all types of an n-gram. */
function improveGrams({ grams, gramSums, kept }: Fit, errors: Float64Array, visit: Visit): void {
  const { value, rate } = visit
  const square = (value * value * errors.reduce((sum, error) => sum + error * error, 0)) / TYPES
  for (let at = 0; at < visit.kept; at += 1) {
    const gram = kept[at] ?? 0
    const sum = (gramSums[gram] ?? 0) + square
    gramSums[gram] = sum
    const step = (rate * GRAM_HASTE) / Math.sqrt(sum)
    for (let type = 0; type < TYPES; type += 1) {
      const weight = grams[gram * TYPES + type] ?? 0
      grams[gram * TYPES + type] = weight - step * ((errors[type] ?? 0) * value + PULL_GRAMS * weight)
    }
  }
}

/** Unnormalised log-probabilities of an example, as `taskLogits` gives them for packed weights. */
export function logitsOf({ dense, grams }: Weights, example: Example): Float64Array {
  const logits = new Float64Array(TYPES)
  const value = gramValue(example.gramTotal)
  for (const gram of example.grams) addRow(logits, grams, gram, value)
  for (const [feature, amount] of example.dense.entries()) {
    if (amount !== 0) addRow(logits, dense, feature, amount)
  }
  return logits
}
