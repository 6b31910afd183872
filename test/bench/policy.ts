import { columnMeans, indexOfMax, type Outcomes, type Rows } from '../../src/learn/outcomes.ts'

/** What a policy got: mean quality (0..1) and mean cost (USD) per prompt. */
export type Result = { quality: number; cost: number }

/** Which model each prompt is sent to, as its column. */
export type Choices = Int32Array

/**
 * For each prompt the model with the highest predicted quality − λ × predicted cost; the first of equals. A model whose
 * cost is not known (NaN) is chosen only where λ is 0.
 *
 * @param lambda what one USD is worth in quality
 */
export function choose(quality: Rows, cost: Rows, lambda: number): Choices {
  return Int32Array.from(quality, (row, index) => {
    const costs = cost[index]
    return indexOfMax(
      row.map((value, column) => (lambda === 0 ? value : value - lambda * (costs?.[column] ?? 0))),
    )
  })
}

/** So much better at no more cost, and a model leaves no prompt to the other. */
const DOMINANCE = 0.06

/**
 * Predictions in which models that are out of the question cannot win: those that another one beats clearly for no more
 * cost on average. An uncertain prediction would choose them by mistake more often than to good purpose.
 *
 * @param known what models did on the prompts learned from
 */
export function amongContenders(quality: Rows, known: Outcomes): Rows {
  const scores = columnMeans(known.scores)
  const costs = columnMeans(known.costs)
  const beats = (other: number, column: number) =>
    (scores[other] ?? 0) >= (scores[column] ?? 0) + DOMINANCE && (costs[other] ?? 0) <= (costs[column] ?? 0)
  const isBeaten = scores.map((_, column) => Number(scores.some((__, other) => beats(other, column))))
  return quality.map((row) => row.map((value, column) => (isBeaten[column] ? -Infinity : value)))
}

/** Every prompt to the same model. */
export function always(column: number, { scores }: Outcomes): Choices {
  return new Int32Array(scores.length).fill(column)
}

/** What choices really got. */
export function resultOf(choices: Choices, { scores, costs }: Outcomes): Result {
  let quality = 0
  let cost = 0
  for (const [row, column] of choices.entries()) {
    quality += scores[row]?.[column] ?? 0
    cost += costs[row]?.[column] ?? 0
  }
  return { quality: quality / choices.length, cost: cost / choices.length }
}

/** The model that is best for all prompts alike: the reference that routing is held against. */
export function bestSingle({ scores }: Outcomes): number {
  return indexOfMax(columnMeans(scores))
}

/** The share of prompts per model, in the order of the models. */
export function sharesOf(choices: Choices, models: number): number[] {
  const shares = Array.from({ length: models }, () => 0)
  for (const column of choices) shares[column] = (shares[column] ?? 0) + 1 / choices.length
  return shares
}

const STEPS = 240
/** Of λ × the reference's mean cost: below it cost hardly counts, above it hardly anything else does. */
const LEAST = 1e-4
const MOST = 1e3

/** Values of λ from "quality only" to "cheapest only", on the scale of a reference's mean cost. */
export function lambdas(referenceCost: number): number[] {
  const ratio = (MOST / LEAST) ** (1 / (STEPS - 1))
  const scaled = Array.from({ length: STEPS }, (_, step) => (LEAST * ratio ** step) / referenceCost)
  return [0, ...scaled]
}

/**
 * The cheapest mixture of two constant policies that reaches a quality: "send a share p here, the rest there" is what
 * anybody can do without looking at a prompt.
 *
 * @returns its cost, infinite when no model is that good
 */
export function cheapestMix({ scores, costs }: Outcomes, quality: number): number {
  const qualities = columnMeans(scores)
  const points = Array.from(columnMeans(costs), (cost, column) => ({ cost, quality: qualities[column] ?? 0 }))
  const good = points.filter((point) => point.quality >= quality)
  const mixes = good.flatMap((better) =>
    points
      .filter((worse) => worse.quality < quality)
      .map((worse) => {
        const share = (quality - worse.quality) / (better.quality - worse.quality)
        return share * better.cost + (1 - share) * worse.cost
      }),
  )
  return Math.min(Infinity, ...good.map(({ cost }) => cost), ...mixes)
}
