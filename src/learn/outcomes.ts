/** One number per model, in rows of one prompt each. NaN stands for what is not known. */
export type Rows = readonly Float64Array[]

/** What several models did on several prompts. */
export type Outcomes = {
  models: readonly string[]
  /** How good each answer was, 0..1. */
  scores: Rows
  /** What each answer cost, in USD. */
  costs: Rows
}

/** The outcomes of some prompts only, in the order named. */
export function pickRows({ models, scores, costs }: Outcomes, rows: readonly number[]): Outcomes {
  return { models, scores: pick(scores, rows), costs: pick(costs, rows) }
}

/** Some of a list, by index, in the order named. */
export function pick<T>(list: readonly T[], indices: readonly number[]): T[] {
  return indices.flatMap((index) => list.slice(index, index + 1))
}

/** The mean of each column over the rows where it is known; NaN where it never is. */
export function columnMeans(rows: Rows): Float64Array {
  const sums = new Float64Array(rows[0]?.length ?? 0)
  const counts = new Float64Array(sums.length)
  for (const row of rows) {
    for (const [column, value] of row.entries()) {
      if (Number.isNaN(value)) continue
      sums[column] = (sums[column] ?? 0) + value
      counts[column] = (counts[column] ?? 0) + 1
    }
  }
  return sums.map((sum, column) => sum / (counts[column] ?? 0))
}

/** Where the largest number stands; the first of equals. NaN never wins. */
export function indexOfMax(values: ArrayLike<number>): number {
  let best = 0
  for (let index = 1; index < values.length; index += 1) {
    const value = values[index] ?? Number.NaN
    if (value > (values[best] ?? 0) || Number.isNaN(values[best])) best = index
  }
  return best
}

/** Linear between the two nearest values. */
export function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1)
  const low = sorted[Math.floor(at)] ?? 0
  const high = sorted[Math.ceil(at)] ?? 0
  return low + (high - low) * (at - Math.floor(at))
}
