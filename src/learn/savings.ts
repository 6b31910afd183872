import { bestSingle, always, choose, lambdas, resultOf, type Result } from './policy.ts'
import type { Outcomes, Rows } from './outcomes.ts'

/** What routing got at one exchange rate between quality and cost. */
export type Point = Result & { lambda: number }

/** What routing by predictions really got, for every λ. */
export function sweep(quality: Rows, cost: Rows, outcomes: Outcomes, referenceCost: number): Point[] {
  return lambdas(referenceCost).map((lambda) => ({
    lambda,
    ...resultOf(choose(quality, cost, lambda), outcomes),
  }))
}

/** Shares of the reference's cost that may be saved. */
const BUDGETS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]

/** Mean over budgets of the best quality within each: one figure for a whole curve. */
export function areaUnderSavings(quality: Rows, cost: Rows, outcomes: Outcomes): number {
  const reference = resultOf(always(bestSingle(outcomes), outcomes), outcomes)
  const points = sweep(quality, cost, outcomes, reference.cost)
  const least = Math.min(...points.map((point) => point.quality))
  const best = BUDGETS.map((saved) =>
    points
      .filter((point) => point.cost <= (1 - saved) * reference.cost)
      .reduce((most, point) => Math.max(most, point.quality), least),
  )
  return best.reduce((sum, value) => sum + value, 0) / BUDGETS.length
}

/**
 * The λ that saves most while quality on prompts not seen stays at (1 − slack) × the reference's. The curve is
 * smoothed first (pool adjacent violators: saving more never makes better), so that one lucky point does not decide.
 *
 * @returns null when no λ is both good enough and cheaper than the reference
 */
export function bestLambda(quality: Rows, cost: Rows, outcomes: Outcomes, slack: number): number | null {
  const reference = resultOf(always(bestSingle(outcomes), outcomes), outcomes)
  const points = sweep(quality, cost, outcomes, reference.cost).toSorted((a, b) => b.cost - a.cost)
  const smooth = nonIncreasing(points.map((point) => point.quality))
  const good = points.filter(
    (point, at) =>
      (smooth[at] ?? 0) >= (1 - slack) * reference.quality - 1e-12 && point.cost < reference.cost,
  )
  return good.at(-1)?.lambda ?? null
}

/** The nearest sequence (least squares) that never rises. */
function nonIncreasing(values: readonly number[]): number[] {
  const blocks: { mean: number; size: number }[] = []
  for (const value of values) {
    let block = { mean: value, size: 1 }
    for (let last = blocks.at(-1); last && last.mean < block.mean; last = blocks.at(-1)) {
      blocks.pop()
      const size = last.size + block.size
      block = { mean: (last.mean * last.size + block.mean * block.size) / size, size }
    }
    blocks.push(block)
  }
  return blocks.flatMap(({ mean, size }) => Array.from({ length: size }, () => mean))
}
