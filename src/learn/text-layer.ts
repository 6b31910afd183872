import { componentsOf } from './components.ts'
import {
  type Matrix,
  meansOf,
  product,
  rowOf,
  selectColumns,
  selectRows,
  shifted,
  transposed,
  withoutRows,
  zeros,
} from './matrix.ts'
import { termOf, weightOf } from './reading.ts'
import { ridge } from './ridge.ts'
import { type SparseRows, sparseProduct } from './sparse.ts'

/** Buckets that words are hashed into. */
const BUCKETS = 1 << 14
/** Numbers that the words of a prompt are boiled down to. */
const RANK = 8

/** What words say of a prompt: a few numbers, linear in its weighted, hashed terms. */
export type TextLayer = {
  /** How telling each bucket is: the logarithm of how rare it is. */
  rarity: Float64Array
  /** One row per bucket. */
  weights: Matrix
  offset: Float64Array
}

/** Terms of prompts, weighted by rarity (tf-idf), each row of length 1. */
export function weighTerms(terms: readonly Uint32Array[]): SparseRows {
  const seen = new Float64Array(BUCKETS)
  for (const row of terms) for (const bucket of bucketsOf(row)) seen[bucket] = (seen[bucket] ?? 0) + 1
  const bucketScales = seen.map((times) => Math.log((1 + terms.length) / (1 + times)) + 1)
  return { terms, rowScales: Float64Array.from(terms, (row) => scaleOf(row, bucketScales)), bucketScales }
}

function bucketsOf(terms: Uint32Array): Set<number> {
  return new Set(terms.map((term) => termOf(term) & (BUCKETS - 1)))
}

/** What brings a row to length 1. */
function scaleOf(terms: Uint32Array, rarity: Float64Array): number {
  let squares = 0
  for (const term of terms) {
    squares += (weightOf(term) * (rarity[termOf(term) & (rarity.length - 1)] ?? 0)) ** 2
  }
  return 1 / Math.max(Math.sqrt(squares), 1e-9)
}

/** What the words of one prompt say. */
export function readText({ rarity, weights, offset }: TextLayer, terms: Uint32Array): Float64Array {
  const rows = { terms: [terms], rowScales: Float64Array.of(scaleOf(terms, rarity)), bucketScales: rarity }
  const { values } = sparseProduct(rows, Int32Array.of(0), weights)
  return values.map((value, column) => value + (offset[column] ?? 0))
}

/** A target that words may predict, with the ridge strengths to choose from. */
export type TextTarget = { values: Float64Array; strengths: readonly number[]; always: boolean }

/** A component is left out when words explain less than this share of it. */
const LEAST_EXPLAINED = 0.002

/**
 * Fits the text layer, each target with the strength that has the smallest error on prompts not seen.
 *
 * @returns the layer; what it says of each prompt when it was fitted without its fold; and how to get from there back to
 *   each target, less its mean: one row per number, one column per target, zeros where words do not predict it
 */
export function fitText(
  sparse: SparseRows,
  targets: readonly TextTarget[],
  folds: readonly (readonly number[])[],
): { layer: TextLayer; unseen: Matrix; back: Matrix } {
  const expanded = targets.flatMap(({ values, strengths }, target) =>
    strengths.map((strength) => ({ target, values, strength })),
  )
  const height = sparse.terms.length
  const wanted = zeros(height, expanded.length)
  for (const [column, { values }] of expanded.entries()) {
    for (const [row, value] of values.entries()) wanted.values[row * expanded.length + column] = value
  }
  const strengths = Float64Array.from(expanded, ({ strength }) => strength)
  const guesses = zeros(height, expanded.length)
  for (const held of folds) {
    const { weights, mean } = fitRidge(sparse, withoutRows(height, held), wanted, strengths)
    const said = shifted(sparseProduct(sparse, Int32Array.from(held), weights), mean, 1)
    for (const [at, row] of held.entries()) guesses.values.set(rowOf(said, at), row * expanded.length)
  }
  const errors = columnErrors(wanted, guesses)
  const kept = targets.flatMap(({ always }, target) => {
    const columns = [...expanded.keys()].filter((column) => expanded[column]?.target === target)
    const best = columns.reduce((a, b) => ((errors.of[b] ?? 0) < (errors.of[a] ?? 0) ? b : a))
    const explains = (errors.of[best] ?? 0) < (1 - LEAST_EXPLAINED) * (errors.without[best] ?? 0)
    return always || explains ? [best] : []
  })
  const whole = fitRidge(
    sparse,
    withoutRows(height, []),
    selectColumns(wanted, kept),
    Float64Array.from(kept, (column) => strengths[column] ?? 1),
  )
  const { layer, unseen, restoring } = compress(whole, sparse.bucketScales, selectColumns(guesses, kept))
  const back = zeros(unseen.columns, targets.length)
  for (const [at, column] of kept.entries()) {
    const target = expanded[column]?.target ?? 0
    for (let row = 0; row < back.rows; row += 1) {
      back.values[row * back.columns + target] = restoring.values[row * restoring.columns + at] ?? 0
    }
  }
  return { layer, unseen, back }
}

function fitRidge(sparse: SparseRows, rows: Int32Array, targets: Matrix, strengths: Float64Array) {
  const own = selectRows(targets, rows)
  const mean = meansOf(own)
  return { weights: ridge(sparse, rows, shifted(own, mean, -1), strengths), mean }
}

/** Mean squared errors of guesses, and those of always guessing the mean. */
function columnErrors(wanted: Matrix, guesses: Matrix): { of: Float64Array; without: Float64Array } {
  const mean = meansOf(wanted)
  const differences = {
    ...wanted,
    values: wanted.values.map((value, at) => value - (guesses.values[at] ?? 0)),
  }
  return { of: meanSquares(differences), without: meanSquares(shifted(wanted, mean, -1)) }
}

function meanSquares(matrix: Matrix): Float64Array {
  return meansOf({ ...matrix, values: matrix.values.map((value) => value ** 2) })
}

/** The few directions in which what words say varies most, each target scaled alike. */
function compress(
  { weights, mean }: { weights: Matrix; mean: Float64Array },
  rarity: Float64Array,
  unseen: Matrix,
): { layer: TextLayer; unseen: Matrix; restoring: Matrix } {
  const centre = meansOf(unseen)
  const variances = meanSquares(shifted(unseen, centre, -1))
  const scale = variances.map((variance) => 1 / (Math.sqrt(variance) + 1e-9))
  const standard = scaled(shifted(unseen, centre, -1), scale)
  const { directions } = componentsOf(standard, RANK)
  const turn = (matrix: Matrix) => product(matrix, transposed(directions))
  const shift = { rows: 1, columns: mean.length, values: mean.map((value, at) => value - (centre[at] ?? 0)) }
  return {
    layer: { rarity, weights: turn(scaled(weights, scale)), offset: turn(scaled(shift, scale)).values },
    unseen: turn(standard),
    restoring: scaled(
      directions,
      scale.map((factor) => 1 / factor),
    ),
  }
}

function scaled(matrix: Matrix, by: Float64Array): Matrix {
  return { ...matrix, values: matrix.values.map((value, at) => value * (by[at % matrix.columns] ?? 0)) }
}
