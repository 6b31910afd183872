import { type Matrix, zeros } from './matrix.ts'
import { type SparseRows, sparseProduct, sparseTransposedProduct } from './sparse.ts'

const MAX_STEPS = 15
/** Relative residual that is near enough: what is left is far below the noise of outcomes. */
const TOLERANCE = 1e-2

/**
 * Ridge regression of several targets on the same sparse rows, each with its own strength: the weights w that minimise
 * |y − Xw|² + λ|w|², found in the dual, w = Xᵀ(XXᵀ + λ)⁻¹y, by conjugate gradients (Hestenes and Stiefel 1952), all
 * targets at once.
 *
 * @param rows those to learn from
 * @param targets one row per row to learn from, one column per target, centred
 * @param strengths λ per target
 * @returns weights, one row per bucket, one column per target
 */
export function ridge(
  sparse: SparseRows,
  rows: Int32Array,
  targets: Matrix,
  strengths: Float64Array,
): Matrix {
  const { columns } = targets
  const solution = zeros(targets.rows, columns)
  const residual = targets.values.slice()
  const direction = { ...targets, values: targets.values.slice() }
  const first = columnDots(residual, residual, columns)
  const spread = zeros(sparse.bucketScales.length, columns)
  let before = first
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const applied = sparseProduct(
      sparse,
      rows,
      sparseTransposedProduct(sparse, rows, direction, spread),
    ).values
    addScaledColumns(applied, direction.values, strengths)
    const curvature = columnDots(direction.values, applied, columns)
    const rate = before.map((dot, column) => dot / Math.max(curvature[column] ?? 0, Number.MIN_VALUE))
    addScaledColumns(solution.values, direction.values, rate)
    addScaledColumns(
      residual,
      applied,
      rate.map((value) => -value),
    )
    const after = columnDots(residual, residual, columns)
    if (after.every((dot, column) => dot <= TOLERANCE ** 2 * (first[column] ?? 0))) break
    for (let at = 0; at < residual.length; at += 1) {
      const column = at % columns
      const kept = (after[column] ?? 0) / Math.max(before[column] ?? 0, Number.MIN_VALUE)
      direction.values[at] = (residual[at] ?? 0) + kept * (direction.values[at] ?? 0)
    }
    before = after
  }
  return sparseTransposedProduct(sparse, rows, solution, spread)
}

/** The dot product of each column with its counterpart. */
function columnDots(left: Float64Array, right: Float64Array, columns: number): Float64Array {
  const dots = new Float64Array(columns)
  for (let at = 0; at < left.length; at += 1) {
    const column = at % columns
    dots[column] = (dots[column] ?? 0) + (left[at] ?? 0) * (right[at] ?? 0)
  }
  return dots
}

function addScaledColumns(target: Float64Array, added: Float64Array, scales: Float64Array): void {
  const columns = scales.length
  for (let at = 0; at < target.length; at += 1) {
    target[at] = (target[at] ?? 0) + (scales[at % columns] ?? 0) * (added[at] ?? 0)
  }
}
