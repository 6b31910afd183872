/** Dense numbers, row by row: `values[row * columns + column]`. */
export type Matrix = { rows: number; columns: number; values: Float64Array }

/** A matrix of zeros. */
export function zeros(rows: number, columns: number): Matrix {
  return { rows, columns, values: new Float64Array(rows * columns) }
}

/** Ones on the diagonal. */
export function identity(size: number): Matrix {
  const matrix = zeros(size, size)
  for (let at = 0; at < size; at += 1) matrix.values[at * size + at] = 1
  return matrix
}

/** Rows of equal length as one matrix. */
export function matrixOf(rows: readonly ArrayLike<number>[]): Matrix {
  const matrix = zeros(rows.length, rows[0]?.length ?? 0)
  for (const [at, row] of rows.entries()) matrix.values.set(Array.from(row), at * matrix.columns)
  return matrix
}

/** One row, not copied. */
export function rowOf({ columns, values }: Matrix, row: number): Float64Array {
  return values.subarray(row * columns, (row + 1) * columns)
}

/** Some rows, copied, in the order named. */
export function selectRows(matrix: Matrix, rows: ArrayLike<number>): Matrix {
  const selected = zeros(rows.length, matrix.columns)
  for (let at = 0; at < rows.length; at += 1) {
    selected.values.set(rowOf(matrix, rows[at] ?? 0), at * matrix.columns)
  }
  return selected
}

/** The numbers of all rows but some. */
export function withoutRows(rows: number, left: readonly number[]): Int32Array {
  const isLeft = new Set(left)
  return Int32Array.from({ length: rows }, (_, row) => row).filter((row) => !isLeft.has(row))
}

/** Some columns, copied, in the order named. */
export function selectColumns(matrix: Matrix, columns: readonly number[]): Matrix {
  const selected = zeros(matrix.rows, columns.length)
  for (let row = 0; row < matrix.rows; row += 1) {
    for (const [at, column] of columns.entries()) {
      selected.values[row * columns.length + at] = matrix.values[row * matrix.columns + column] ?? 0
    }
  }
  return selected
}

/** Matrices of as many rows side by side. */
export function beside(...matrices: readonly Matrix[]): Matrix {
  const rows = matrices[0]?.rows ?? 0
  const joined = zeros(
    rows,
    matrices.reduce((sum, { columns }) => sum + columns, 0),
  )
  for (let row = 0; row < rows; row += 1) {
    let at = row * joined.columns
    for (const matrix of matrices) {
      joined.values.set(rowOf(matrix, row), at)
      at += matrix.columns
    }
  }
  return joined
}

/** The mean of each column. */
export function meansOf({ rows, columns, values }: Matrix): Float64Array {
  const means = new Float64Array(columns)
  for (let at = 0; at < values.length; at += 1) {
    const column = at % columns
    means[column] = (means[column] ?? 0) + (values[at] ?? 0) / rows
  }
  return means
}

/** The mean of each column, and its standard deviation. */
export function spreadOf(matrix: Matrix): { mean: Float64Array; spread: Float64Array } {
  const mean = meansOf(matrix)
  const values = shifted(matrix, mean, -1).values.map((value) => value ** 2)
  return { mean, spread: meansOf({ ...matrix, values }).map(Math.sqrt) }
}

/** Every row shifted by the same amounts. */
export function shifted(matrix: Matrix, by: Float64Array, sign: 1 | -1): Matrix {
  const { columns } = matrix
  return { ...matrix, values: matrix.values.map((value, at) => value + sign * (by[at % columns] ?? 0)) }
}

/** Rows as columns. */
export function transposed({ rows, columns, values }: Matrix): Matrix {
  const turned = zeros(columns, rows)
  for (let at = 0; at < values.length; at += 1) {
    turned.values[(at % columns) * rows + Math.floor(at / columns)] = values[at] ?? 0
  }
  return turned
}

/** `left × right`. */
export function product(left: Matrix, right: Matrix): Matrix {
  const result = zeros(left.rows, right.columns)
  for (let row = 0; row < left.rows; row += 1) {
    for (let inner = 0; inner < left.columns; inner += 1) {
      addScaled(
        result.values,
        row * right.columns,
        right,
        inner,
        left.values[row * left.columns + inner] ?? 0,
      )
    }
  }
  return result
}

/** `leftᵀ × right`. */
export function transposedProduct(left: Matrix, right: Matrix): Matrix {
  const result = zeros(left.columns, right.columns)
  for (let row = 0; row < left.rows; row += 1) {
    for (let column = 0; column < left.columns; column += 1) {
      addScaled(
        result.values,
        column * right.columns,
        right,
        row,
        left.values[row * left.columns + column] ?? 0,
      )
    }
  }
  return result
}

/** Adds `scale ×` a row of `dense` to the numbers from `to` on. */
function addScaled(target: Float64Array, to: number, dense: Matrix, row: number, scale: number): void {
  if (scale === 0) return
  const { columns, values } = dense
  const from = row * columns
  for (let column = 0; column < columns; column += 1) {
    target[to + column] = (target[to + column] ?? 0) + scale * (values[from + column] ?? 0)
  }
}
