import { bestSingle, always, choose, lambdas, resultOf, type Result } from './policy.ts'
import type { Outcomes, Rows } from '../../src/learn/outcomes.ts'

/** What routing got at one exchange rate between quality and cost. */
type Point = Result & { lambda: number }

/** What routing by predictions really got, for every λ. */
export function sweep(quality: Rows, cost: Rows, outcomes: Outcomes, referenceCost: number): Point[] {
  return lambdas(referenceCost).map((lambda) => ({
    lambda,
    ...resultOf(choose(quality, cost, lambda), outcomes),
  }))
}

/** A point's neighbours on either side that it is averaged with: one lucky point does not decide. */
const NEIGHBOURS = 3

/**
 * The λ that saves most while quality on prompts not seen stays at (1 − slack) × the reference's, on a smoothed curve.
 * Where an outcome is not known, what is predicted stands for it.
 *
 * @returns null when no λ is both good enough and cheaper than the reference
 */
export function bestLambda(quality: Rows, cost: Rows, known: Outcomes, slack: number): number | null {
  const outcomes = {
    ...known,
    scores: withoutGaps(known.scores, quality),
    costs: withoutGaps(known.costs, cost),
  }
  const reference = resultOf(always(bestSingle(outcomes), outcomes), outcomes)
  const points = sweep(quality, cost, outcomes, reference.cost)
  const good = points.filter((point, at) => {
    const around = points.slice(Math.max(0, at - NEIGHBOURS), at + NEIGHBOURS + 1)
    const smooth = around.reduce((sum, near) => sum + near.quality, 0) / around.length
    return smooth >= (1 - slack) * reference.quality && point.cost < reference.cost
  })
  return good.at(-1)?.lambda ?? null
}

function withoutGaps(rows: Rows, expected: Rows): Rows {
  return rows.map((row, at) =>
    row.some(Number.isNaN)
      ? row.map((value, column) => (Number.isNaN(value) ? (expected[at]?.[column] ?? value) : value))
      : row,
  )
}
