import { type Matrix, rowOf } from './matrix.ts'
import type { Rows } from './outcomes.ts'

/** Weights are tried in steps of one over this. */
const STEPS = 8

/**
 * How much each part should count in their mean, so that it errs least. Only the differences between models are
 * weighed, which is all that choosing depends on; weights chosen by quality and cost themselves would be those of luck.
 *
 * @param parts what each says of each prompt without its fold; the first counts where nothing tells them apart
 * @returns weights that add up to 1
 */
export function blendWeights(scores: Rows, parts: readonly Matrix[]): number[] {
  const products = errorProducts(scores, parts)
  let best: { weights: number[]; error: number } | null = null
  for (const steps of sharesOf(STEPS, parts.length)) {
    const weights = steps.map((step) => step / STEPS)
    const error = products.reduce(
      (sum, row, left) =>
        sum +
        row.reduce((all, value, right) => all + value * (weights[left] ?? 0) * (weights[right] ?? 0), 0),
      0,
    )
    if (!best || error < best.error - 1e-12) best = { weights, error }
  }
  return best?.weights ?? []
}

/** The weighted mean of some parts. */
export function blended(parts: readonly Matrix[], weights: readonly number[]): Matrix {
  const [first] = parts
  if (!first) throw new Error('Nothing to blend')
  const values = first.values.map((_, at) =>
    parts.reduce((sum, part, index) => sum + (weights[index] ?? 0) * (part.values[at] ?? 0), 0),
  )
  return { ...first, values }
}

/** All ways to share some steps among some parts; the first part has most at first. */
function sharesOf(steps: number, parts: number): number[][] {
  if (parts <= 1) return parts === 1 ? [[steps]] : [[]]
  return Array.from({ length: steps + 1 }, (_, taken) => taken).flatMap((taken) =>
    sharesOf(taken, parts - 1).map((rest) => [steps - taken, ...rest]),
  )
}

/** The error of a blend is quadratic in its weights: these are the coefficients. */
function errorProducts(scores: Rows, parts: readonly Matrix[]): number[][] {
  const products = parts.map(() => parts.map(() => 0))
  for (const [row, known] of scores.entries()) {
    const errors = parts.map((part) => centredErrors(known, rowOf(part, row)))
    for (const [left, mine] of errors.entries()) {
      const of = products[left]
      for (const [right, theirs] of errors.entries()) {
        if (of)
          of[right] = (of[right] ?? 0) + mine.reduce((sum, error, at) => sum + error * (theirs[at] ?? 0), 0)
      }
    }
  }
  return products
}

/** Of the known scores, less their mean. */
function centredErrors(known: Float64Array, predicted: Float64Array): Float64Array {
  const errors = known
    .map((score, at) => score - (predicted[at] ?? 0))
    .filter((error) => !Number.isNaN(error))
  const mean = errors.reduce((sum, error) => sum + error, 0) / Math.max(1, errors.length)
  return errors.map((error) => error - mean)
}
