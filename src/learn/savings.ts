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

/** A point's neighbours on either side that it is averaged with: one lucky point does not decide. */
const NEIGHBOURS = 3

/**
 * The λ that saves most while quality on prompts not seen stays at (1 − slack) × the reference's, on a smoothed curve.
 *
 * @returns null when no λ is both good enough and cheaper than the reference
 */
export function bestLambda(quality: Rows, cost: Rows, outcomes: Outcomes, slack: number): number | null {
  const reference = resultOf(always(bestSingle(outcomes), outcomes), outcomes)
  const points = sweep(quality, cost, outcomes, reference.cost)
  const good = points.filter((point, at) => {
    const around = points.slice(Math.max(0, at - NEIGHBOURS), at + NEIGHBOURS + 1)
    const smooth = around.reduce((sum, near) => sum + near.quality, 0) / around.length
    return smooth >= (1 - slack) * reference.quality && point.cost < reference.cost
  })
  return good.at(-1)?.lambda ?? null
}
