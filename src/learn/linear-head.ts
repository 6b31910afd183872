import { solve } from './cholesky.ts'
import {
  beside,
  type Matrix,
  matrixOf,
  meansOf,
  product,
  rowOf,
  selectRows,
  shifted,
  spreadOf,
  transposedProduct,
  withoutRows,
  zeros,
} from './matrix.ts'

/** Linear in standardised features, each clipped so that no odd prompt counts for many. */
export type LinearHead = {
  mean: Float64Array
  scale: Float64Array
  /** One row per feature, one column per target. */
  weights: Matrix
  offset: Float64Array
}

/** Standard deviations beyond which a feature says no more. */
const CLIP = 3
/** Ridge strengths to choose from, per target. */
const STRENGTHS = [30, 100, 300, 1_000, 3_000]

/**
 * Ridge regression of several targets on dense features, each with the strength that has the smallest error on rows
 * not seen.
 *
 * @param targets one column per target; complete
 * @returns the head, and what it says of each row when it was fitted without its fold
 */
export function fitLinear(
  features: Matrix,
  targets: Matrix,
  folds: readonly (readonly number[])[],
): { head: LinearHead; unseen: Matrix } {
  const { mean, scale } = standardOf(features)
  const standard = standardised(features, mean, scale)
  const guesses = STRENGTHS.map(() => zeros(targets.rows, targets.columns))
  for (const held of folds) {
    const seen = withoutRows(features.rows, held)
    const fits = solveAll(selectRows(standard, seen), selectRows(targets, seen))
    for (const [at, { weights, offset }] of fits.entries()) {
      const into = guesses[at]
      for (const row of held)
        into?.values.set(apply(rowOf(standard, row), weights, offset), row * targets.columns)
    }
  }
  const errors = guesses.map((guess) => meanSquares(targets, guess))
  const chosen = Array.from({ length: targets.columns }, (_, column) =>
    errors.reduce((best, error, at) => ((error[column] ?? 0) < (errors[best]?.[column] ?? 0) ? at : best), 0),
  )
  const fits = solveAll(standard, targets)
  const pickColumns = (from: readonly (Matrix | undefined)[], rows: number) => {
    const picked = zeros(rows, targets.columns)
    for (let at = 0; at < picked.values.length; at += 1) {
      picked.values[at] = from[chosen[at % targets.columns] ?? 0]?.values[at] ?? 0
    }
    return picked
  }
  const weights = pickColumns(
    fits.map((fit) => fit.weights),
    features.columns,
  )
  return {
    head: { mean, scale, weights, offset: meansOf(targets) },
    unseen: pickColumns(guesses, targets.rows),
  }
}

/**
 * What a prompt's shape says, fitted alone, and what its words say, simply added: less is learned than by one fit of
 * both, which pays where prompts are few.
 *
 * @param text numbers that words were boiled down to
 * @param back from these to each target, one row per number
 * @returns a head for `shape` and `text` side by side, and what it says of each row without its fold
 */
export function fitSum(
  shape: Matrix,
  { text, back }: { text: Matrix; back: Matrix },
  targets: Matrix,
  folds: readonly (readonly number[])[],
): { head: LinearHead; unseen: Matrix } {
  const { head, unseen } = fitLinear(shape, targets, folds)
  const { mean, scale } = standardOf(beside(shape, text))
  const weights = zeros(mean.length, targets.columns)
  weights.values.set(head.weights.values)
  for (let row = 0; row < back.rows; row += 1) {
    const spread = 1 / (scale[shape.columns + row] || Infinity)
    weights.values.set(
      rowOf(back, row).map((value) => value * spread),
      (shape.columns + row) * targets.columns,
    )
  }
  const said = product(text, back)
  return {
    head: { mean, scale, weights, offset: head.offset },
    unseen: { ...unseen, values: unseen.values.map((value, at) => value + (said.values[at] ?? 0)) },
  }
}

/** The weighted mean of two heads for the same features. */
export function meanHead(first: LinearHead, second: LinearHead, weight: number): LinearHead {
  const mix = (from: Float64Array, to: Float64Array) =>
    from.map((value, at) => (1 - weight) * value + weight * (to[at] ?? 0))
  return {
    ...first,
    weights: { ...first.weights, values: mix(first.weights.values, second.weights.values) },
    offset: mix(first.offset, second.offset),
  }
}

/** What a head says of one row. */
export function predictLinear(
  { mean, scale, weights, offset }: LinearHead,
  features: Float64Array,
): Float64Array {
  const standard = standardised(matrixOf([features]), mean, scale)
  return apply(standard.values, weights, offset)
}

function apply(features: Float64Array, weights: Matrix, offset: Float64Array): Float64Array {
  const result = offset.slice()
  for (const [feature, value] of features.entries()) {
    const row = rowOf(weights, feature)
    for (let target = 0; target < result.length; target += 1) {
      result[target] = (result[target] ?? 0) + value * (row[target] ?? 0)
    }
  }
  return result
}

/** The mean of each feature, and one over its standard deviation; 0 where it is always the same. */
export function standardOf(features: Matrix): { mean: Float64Array; scale: Float64Array } {
  const { mean, spread } = spreadOf(features)
  return { mean, scale: spread.map((value) => (value > 1e-6 ? 1 / value : 0)) }
}

/** Features in standard deviations from their means, clipped. */
export function standardised(features: Matrix, mean: Float64Array, scale: Float64Array): Matrix {
  const values = shifted(features, mean, -1).values.map((value, at) => {
    const standard = value * (scale[at % features.columns] ?? 0)
    return Math.max(-CLIP, Math.min(CLIP, standard))
  })
  return { ...features, values }
}

function meanSquares(targets: Matrix, guesses: Matrix): Float64Array {
  const values = targets.values.map((value, at) => (value - (guesses.values[at] ?? 0)) ** 2)
  return meansOf({ ...targets, values })
}

/** One fit per strength. */
function solveAll(features: Matrix, targets: Matrix): { weights: Matrix; offset: Float64Array }[] {
  const offset = meansOf(targets)
  const products = transposedProduct(features, features)
  const wanted = transposedProduct(features, shifted(targets, offset, -1))
  return STRENGTHS.map((strength) => {
    const shrunk = { ...products, values: products.values.slice() }
    for (let at = 0; at < shrunk.rows; at += 1) {
      shrunk.values[at * shrunk.columns + at] = (shrunk.values[at * shrunk.columns + at] ?? 0) + strength
    }
    return { weights: solve(shrunk, wanted), offset }
  })
}
