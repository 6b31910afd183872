import { type Matrix, rowOf, zeros } from './matrix.ts'
import { indexOfMax } from './outcomes.ts'
import { createRandom } from './random.ts'

const MAX_KINDS = 8
/** Prompts that a kind should have at least. */
const WORTH_A_KIND = 40
const ROUNDS = 20
const SEED = 3

/**
 * Kinds of prompts where nobody told them: k-means (Lloyd 1982) on standardised features, started by k-means++ (Arthur
 * and Vassilvitskii 2007). Deterministic.
 *
 * @returns the kind of each row, numbers from 0 without gaps
 */
export function kindsOf(features: Matrix): Int32Array {
  const wanted = Math.max(2, Math.min(MAX_KINDS, Math.floor(features.rows / WORTH_A_KIND)))
  let centres = startOf(features, wanted)
  let kinds = nearestTo(features, centres)
  for (let round = 0; round < ROUNDS; round += 1) {
    centres = centresOf(features, kinds, centres.rows)
    const next = nearestTo(features, centres)
    if (next.every((kind, row) => kind === kinds[row])) break
    kinds = next
  }
  return withoutGaps(kinds)
}

/** Rows far from each other: each next one drawn by its squared distance to the nearest so far. */
function startOf(features: Matrix, wanted: number): Matrix {
  const random = createRandom(SEED)
  const centres = zeros(wanted, features.columns)
  const distances = new Float64Array(features.rows).fill(1)
  for (let centre = 0; centre < wanted; centre += 1) {
    let left = random() * distances.reduce((sum, distance) => sum + distance, 0)
    const drawn = distances.findIndex((distance) => (left -= distance) < 0)
    const chosen = rowOf(features, Math.max(0, drawn))
    centres.values.set(chosen, centre * features.columns)
    for (let row = 0; row < features.rows; row += 1) {
      const distance = squaredDistance(rowOf(features, row), chosen)
      distances[row] = centre === 0 ? distance : Math.min(distances[row] ?? 0, distance)
    }
  }
  return centres
}

function nearestTo(features: Matrix, centres: Matrix): Int32Array {
  return Int32Array.from({ length: features.rows }, (_, row) => nearestOf(centres, rowOf(features, row)))
}

/** The centre that a point lies nearest to; the first of equals. */
export function nearestOf(centres: Matrix, point: Float64Array): number {
  const closeness = Float64Array.from(
    { length: centres.rows },
    (_, centre) => -squaredDistance(point, rowOf(centres, centre)),
  )
  return indexOfMax(closeness)
}

/** The same kinds, in the same order, numbered from 0 on. */
export function withoutGaps(kinds: Int32Array): Int32Array {
  const used = [...new Set(kinds)].toSorted((a, b) => a - b)
  return kinds.map((kind) => used.indexOf(kind))
}

function centresOf(features: Matrix, kinds: Int32Array, count: number): Matrix {
  const centres = zeros(count, features.columns)
  const sizes = new Float64Array(count)
  for (const kind of kinds) sizes[kind] = (sizes[kind] ?? 0) + 1
  for (const [row, kind] of kinds.entries()) {
    const centre = rowOf(centres, kind)
    for (const [at, value] of rowOf(features, row).entries()) {
      centre[at] = (centre[at] ?? 0) + value / (sizes[kind] ?? 1)
    }
  }
  return centres
}

function squaredDistance(left: Float64Array, right: Float64Array): number {
  return left.reduce((sum, value, at) => sum + (value - (right[at] ?? 0)) ** 2, 0)
}
