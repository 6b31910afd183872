import {
  type Matrix,
  matrixOf,
  meansOf,
  rowOf,
  selectRows,
  shifted,
  transposedProduct,
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
    const isHeld = new Set(held)
    const seen = Array.from({ length: features.rows }, (_, row) => row).filter((row) => !isHeld.has(row))
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

function standardOf(features: Matrix): { mean: Float64Array; scale: Float64Array } {
  const mean = meansOf(features)
  const variance = meansOf({ ...features, values: shifted(features, mean, -1).values.map((x) => x * x) })
  return { mean, scale: variance.map((value) => (value > 1e-12 ? 1 / Math.sqrt(value) : 0)) }
}

function standardised(features: Matrix, mean: Float64Array, scale: Float64Array): Matrix {
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

/** The solution of a positive definite system, by Cholesky's factorisation; several right sides at once. */
function solve({ rows: size, values: a }: Matrix, right: Matrix): Matrix {
  const lower = new Float64Array(size * size)
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let sum = a[row * size + column] ?? 0
      for (let at = 0; at < column; at += 1) {
        sum -= (lower[row * size + at] ?? 0) * (lower[column * size + at] ?? 0)
      }
      lower[row * size + column] =
        row === column ? Math.sqrt(sum) : sum / (lower[column * size + column] ?? 1)
    }
  }
  const solution = { ...right, values: right.values.slice() }
  for (let row = 0; row < size; row += 1) eliminate(lower, size, solution, row, row, (at) => row * size + at)
  for (let row = size - 1; row >= 0; row -= 1) {
    eliminate(lower, size, solution, row, size, (at) => at * size + row, row + 1)
  }
  return solution
}

/** Takes what is known of other rows out of one row of the right side, and divides by its pivot. */
function eliminate(
  lower: Float64Array,
  size: number,
  { columns, values }: Matrix,
  row: number,
  end: number,
  entry: (at: number) => number,
  start = 0,
): void {
  const pivot = lower[row * size + row] ?? 1
  for (let column = 0; column < columns; column += 1) {
    let sum = values[row * columns + column] ?? 0
    for (let at = start; at < end; at += 1)
      sum -= (lower[entry(at)] ?? 0) * (values[at * columns + column] ?? 0)
    values[row * columns + column] = sum / pivot
  }
}
