import type { Prompt } from '../classify/features/prompt.ts'
import { countTerms } from '../classify/features/terms.ts'
import { componentsOf } from './components.ts'
import {
  type Matrix,
  meansOf,
  product,
  rowOf,
  selectColumns,
  selectRows,
  selectSparse,
  shifted,
  type SparseRows,
  sparseProduct,
  transposed,
  zeros,
} from './matrix.ts'
import { ridge } from './ridge.ts'

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
export function weighTerms(prompts: readonly Prompt[]): { rows: SparseRows; rarity: Float64Array } {
  const counts = prompts.map((prompt) => countTerms(prompt, BUCKETS))
  const seen = new Float64Array(BUCKETS)
  for (const row of counts) for (const bucket of row.keys()) seen[bucket] = (seen[bucket] ?? 0) + 1
  const rarity = seen.map((times) => Math.log((1 + prompts.length) / (1 + times)) + 1)
  const starts = new Int32Array(prompts.length + 1)
  for (const [row, { size }] of counts.entries()) starts[row + 1] = (starts[row] ?? 0) + size
  const indices = new Int32Array(starts.at(-1) ?? 0)
  const values = new Float32Array(indices.length)
  for (const [row, terms] of counts.entries()) {
    const weighted = weightsOf(terms, rarity)
    indices.set([...terms.keys()], starts[row])
    values.set(weighted, starts[row])
  }
  return { rows: { columns: BUCKETS, starts, indices, values }, rarity }
}

function weightsOf(terms: ReadonlyMap<number, number>, rarity: Float64Array): Float64Array {
  const weights = Float64Array.from(terms, ([bucket, count]) => (1 + Math.log(count)) * (rarity[bucket] ?? 0))
  const length = Math.sqrt(weights.reduce((sum, weight) => sum + weight * weight, 0))
  return weights.map((weight) => weight / Math.max(length, 1e-9))
}

/** What the words of one prompt say. */
export function readText({ rarity, weights, offset }: TextLayer, prompt: Prompt): Float64Array {
  const terms = countTerms(prompt, rarity.length)
  const values = weightsOf(terms, rarity)
  const result = offset.slice()
  let at = 0
  for (const bucket of terms.keys()) {
    const row = rowOf(weights, bucket)
    const value = values[at] ?? 0
    for (let column = 0; column < result.length; column += 1) {
      result[column] = (result[column] ?? 0) + value * (row[column] ?? 0)
    }
    at += 1
  }
  return result
}

/** A target that words may predict, with the ridge strengths to choose from. */
export type TextTarget = { values: Float64Array; strengths: readonly number[]; always: boolean }

/** A component is left out when words explain less than this share of it. */
const LEAST_EXPLAINED = 0.002

/**
 * Fits the text layer, each target with the strength that has the smallest error on prompts not seen.
 *
 * @returns the layer, and what it says of each prompt when it was fitted without its fold
 */
export function fitText(
  rows: SparseRows,
  rarity: Float64Array,
  targets: readonly TextTarget[],
  folds: readonly (readonly number[])[],
): { layer: TextLayer; unseen: Matrix } {
  const expanded = targets.flatMap(({ values, strengths }, target) =>
    strengths.map((strength) => ({ target, values, strength })),
  )
  const height = rows.starts.length - 1
  const wanted = zeros(height, expanded.length)
  for (const [column, { values }] of expanded.entries()) {
    for (const [row, value] of values.entries()) wanted.values[row * expanded.length + column] = value
  }
  const strengths = Float64Array.from(expanded, ({ strength }) => strength)
  const guesses = zeros(height, expanded.length)
  for (const held of folds) {
    const isHeld = new Set(held)
    const seen = Array.from({ length: height }, (_, row) => row).filter((row) => !isHeld.has(row))
    const { weights, mean } = fitRidge(selectSparse(rows, seen), selectRows(wanted, seen), strengths)
    const said = shifted(sparseProduct(selectSparse(rows, held), weights), mean, 1)
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
    rows,
    selectColumns(wanted, kept),
    Float64Array.from(kept, (column) => strengths[column] ?? 1),
  )
  return compress(whole, rarity, selectColumns(guesses, kept))
}

function fitRidge(rows: SparseRows, targets: Matrix, strengths: Float64Array) {
  const mean = meansOf(targets)
  return { weights: ridge(rows, shifted(targets, mean, -1), strengths), mean }
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
): { layer: TextLayer; unseen: Matrix } {
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
  }
}

function scaled(matrix: Matrix, by: Float64Array): Matrix {
  return { ...matrix, values: matrix.values.map((value, at) => value * (by[at % matrix.columns] ?? 0)) }
}
