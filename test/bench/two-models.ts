import { quantile } from '../../src/learn/outcomes.ts'

/**
 * RouteLLM's figures for a strong and a weak model (Ong et al. 2024, arXiv 2406.18665, section 4): how much of the gap
 * between them a router recovers for how many calls of the strong one.
 */
export type TwoModelFigures = {
  /** Area under "gap recovered" over "share of strong calls"; 0.5 is chance. */
  apgr: number
  /** Share of strong calls (0..100) that recovers half of the gap, and four fifths. */
  cpt50: number
  cpt80: number
}

type Point = { share: number; recovered: number }

const BINS = 10

/**
 * @param strongWins per prompt, higher where the strong model is needed more
 * @param weak what the weak model scored
 * @param strong what the strong model scored
 */
export function twoModelFigures(
  strongWins: Float64Array,
  weak: Float64Array,
  strong: Float64Array,
): TwoModelFigures {
  const sorted = strongWins.toSorted()
  const thresholds = Array.from({ length: BINS + 1 }, (_, bin) => quantile(sorted, bin / BINS))
  thresholds[BINS] = Infinity
  const floor = mean(weak)
  const gap = mean(strong) - floor
  const points = thresholds
    .map((threshold): Point => {
      const calls = strongWins.map((win) => (win >= threshold ? 1 : 0))
      const got = calls.map((call, at) => (call ? (strong[at] ?? 0) : (weak[at] ?? 0)))
      return { share: mean(calls), recovered: (mean(got) - floor) / gap }
    })
    .toReversed()
  return { apgr: area(points), cpt50: 100 * shareFor(points, 0.5), cpt80: 100 * shareFor(points, 0.8) }
}

function area(points: readonly Point[]): number {
  let total = 0
  let previous: Point | null = null
  for (const point of points) {
    if (previous) total += ((point.recovered + previous.recovered) / 2) * (point.share - previous.share)
    previous = point
  }
  return total
}

/** The share where the curve first reaches a recovery, linear between points. */
function shareFor(points: readonly Point[], recovery: number): number {
  let previous: Point = { share: 0, recovered: 0 }
  for (const point of points) {
    if (point.recovered >= recovery) {
      const step = point.recovered - previous.recovered
      return step > 0
        ? previous.share + ((point.share - previous.share) * (recovery - previous.recovered)) / step
        : point.share
    }
    previous = point
  }
  return 1
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
