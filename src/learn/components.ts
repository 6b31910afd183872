import { type Matrix, meansOf, product, shifted, transposed, transposedProduct, zeros } from './matrix.ts'

/**
 * Principal components: `x ≈ mean + scores × directions`. Outcomes of many models are mostly one number per prompt, how
 * hard it is; the first components say it, the others where models differ.
 */
export type Components = {
  mean: Float64Array
  /** One row per component, of unit length, the most telling first. */
  directions: Matrix
}

/** @param limit how many components at most; fewer where the data has fewer */
export function componentsOf(matrix: Matrix, limit: number): Components {
  const mean = meansOf(matrix)
  const centred = shifted(matrix, mean, -1)
  const { values, vectors } = eigenOf(transposedProduct(centred, centred))
  const order = Array.from(values.keys()).toSorted((a, b) => (values[b] ?? 0) - (values[a] ?? 0))
  const largest = values[order[0] ?? 0] ?? 0
  const kept = order.filter((index) => (values[index] ?? 0) > 1e-9 * largest).slice(0, limit)
  const directions = zeros(kept.length, matrix.columns)
  for (const [row, index] of kept.entries()) {
    for (let column = 0; column < matrix.columns; column += 1) {
      directions.values[row * matrix.columns + column] = vectors.values[column * matrix.columns + index] ?? 0
    }
  }
  return { mean, directions }
}

/** What each row has of each component. */
export function scoresOf(matrix: Matrix, { mean, directions }: Components): Matrix {
  return product(shifted(matrix, mean, -1), transposed(directions))
}

/** Rows from what they have of each component. */
export function restored(scores: Matrix, { mean, directions }: Components): Matrix {
  return shifted(product(scores, directions), mean, 1)
}

const MAX_SWEEPS = 60

/**
 * Eigenvalues and eigenvectors (as columns) of a symmetric matrix, by cyclic Jacobi rotations (Golub and Van Loan,
 * Matrix Computations, 8.5).
 */
function eigenOf({ rows: size, values: given }: Matrix): { values: Float64Array; vectors: Matrix } {
  const a = given.slice()
  const vectors = zeros(size, size)
  for (let at = 0; at < size; at += 1) vectors.values[at * size + at] = 1
  const total = a.reduce((sum, value) => sum + value * value, 0)
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep += 1) {
    let off = 0
    for (let p = 0; p < size; p += 1) {
      for (let q = p + 1; q < size; q += 1) {
        off += (a[p * size + q] ?? 0) ** 2
        rotate(a, vectors.values, size, p, q)
      }
    }
    if (off <= 1e-22 * total) break
  }
  return { values: Float64Array.from({ length: size }, (_, at) => a[at * size + at] ?? 0), vectors }
}

/** The rotation in the plane of `p` and `q` that makes their entry zero, applied to both sides. */
function rotate(a: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const entry = a[p * size + q] ?? 0
  if (entry === 0) return
  const theta = ((a[q * size + q] ?? 0) - (a[p * size + p] ?? 0)) / (2 * entry)
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1))
  const cosine = 1 / Math.hypot(tangent, 1)
  const sine = tangent * cosine
  for (let at = 0; at < size; at += 1) turn(a, at * size + p, at * size + q, cosine, sine)
  for (let at = 0; at < size; at += 1) turn(a, p * size + at, q * size + at, cosine, sine)
  for (let at = 0; at < size; at += 1) turn(vectors, at * size + p, at * size + q, cosine, sine)
}

function turn(values: Float64Array, first: number, second: number, cosine: number, sine: number): void {
  const [x, y] = [values[first] ?? 0, values[second] ?? 0]
  values[first] = cosine * x - sine * y
  values[second] = sine * x + cosine * y
}
