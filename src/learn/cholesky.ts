import type { Matrix } from './matrix.ts'

/** The solution of a positive definite system, by Cholesky's factorisation; several right sides at once. */
export function solve({ rows: size, values: a }: Matrix, right: Matrix): Matrix {
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
