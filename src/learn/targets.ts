import { type Components, componentsOf, scoresOf } from './components.ts'
import { identity, type Matrix, matrixOf, rowOf, shifted, zeros } from './matrix.ts'
import { columnMeans, type Rows } from './outcomes.ts'

/** What trees learn of some numbers per prompt and model, and how to get back from there; NaN where unknown. */
export type Targets = { values: Matrix; components: Components }

/**
 * Components of the numbers; or each model's own, where not all are known.
 *
 * @param limit how many components at most
 */
export function targetsOf(rows: Rows, limit: number): Targets {
  const matrix = matrixOf(rows)
  if (!rows.some((row) => row.some(Number.isNaN))) {
    const components = componentsOf(matrix, limit)
    return { components, values: scoresOf(matrix, components) }
  }
  const mean = columnMeans(rows).map((value) => (Number.isNaN(value) ? 0 : value))
  const components = { mean, directions: identity(matrix.columns) }
  return { components, values: shifted(matrix, mean, -1) }
}

/** Every gap filled by what is expected there. */
export function filled(matrix: Matrix, expected: Matrix): Matrix {
  return {
    ...matrix,
    values: matrix.values.map((value, at) => (Number.isNaN(value) ? (expected.values[at] ?? 0) : value)),
  }
}

/** Every gap filled by 0: of targets, which are centred, "as usual". */
export function withoutGaps(matrix: Matrix): Matrix {
  return filled(matrix, zeros(matrix.rows, matrix.columns))
}

/** One column, copied. */
export function columnOf({ rows, columns, values }: Matrix, column: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => values[row * columns + column] ?? 0)
}

/** Every row, not copied. */
export function rowsOf(matrix: Matrix): Float64Array[] {
  return Array.from({ length: matrix.rows }, (_, row) => rowOf(matrix, row))
}
