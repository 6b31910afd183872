import { type Matrix, zeros } from './matrix.ts'
import { termOf, weightOf } from './reading.ts'

/**
 * Prompts as rows of weighted, hashed terms, without a copy of either: what stands at a row and a bucket is the sum of
 * the weights of the row's terms in that bucket × the row's scale × the bucket's scale.
 */
export type SparseRows = {
  terms: readonly Uint32Array[]
  rowScales: Float64Array
  /** One per bucket; as many as a power of two. */
  bucketScales: Float64Array
}

/** Some rows of `sparse`, in the order named, `× dense`. */
export function sparseProduct(
  { terms, rowScales, bucketScales }: SparseRows,
  rows: Int32Array,
  dense: Matrix,
) {
  const { columns, values } = dense
  const mask = bucketScales.length - 1
  const result = zeros(rows.length, columns)
  for (const [at, row] of rows.entries()) {
    const sums = result.values.subarray(at * columns, (at + 1) * columns)
    for (const term of terms[row] ?? []) {
      const bucket = termOf(term) & mask
      const scale = weightOf(term) * (bucketScales[bucket] ?? 0) * (rowScales[row] ?? 0)
      const from = bucket * columns
      for (let column = 0; column < columns; column += 1) {
        sums[column] = (sums[column] ?? 0) + scale * (values[from + column] ?? 0)
      }
    }
  }
  return result
}

/**
 * Some rows of `sparse`, in the order of those of `dense`, as columns `× dense`.
 *
 * @param into where the result goes: it is large, and wanted again and again
 */
export function sparseTransposedProduct(
  { terms, rowScales, bucketScales }: SparseRows,
  rows: Int32Array,
  dense: Matrix,
  into: Matrix,
): Matrix {
  const { columns } = dense
  const mask = bucketScales.length - 1
  const values = into.values.fill(0)
  for (const [at, row] of rows.entries()) {
    const added = dense.values.subarray(at * columns, (at + 1) * columns)
    for (const term of terms[row] ?? []) {
      const bucket = termOf(term) & mask
      const scale = weightOf(term) * (bucketScales[bucket] ?? 0) * (rowScales[row] ?? 0)
      const to = bucket * columns
      for (let column = 0; column < columns; column += 1) {
        values[to + column] = (values[to + column] ?? 0) + scale * (added[column] ?? 0)
      }
    }
  }
  return into
}
