/**
 * How values are distributed, in little room: a t-digest (Dunning and Ertl 2019, "Computing extremely accurate
 * quantiles using t-digests", arXiv:1902.04023) with the scale function k1. A list of means and weights in turn; those
 * that were added last stand unsorted at its end. Digests of parts, put together, are a digest of the whole.
 */
export type Sketch = number[]

/** At most so many centroids after compression; one at the median then holds 1.6 % of all values, less in the tails. */
const COMPRESSION = 200
/** Numbers in a list before it is compressed. */
const MAX_LENGTH = 480

type Centroid = { mean: number; weight: number }

export function addValue(sketch: Sketch, value: number): void {
  sketch.push(value, 1)
  if (sketch.length > MAX_LENGTH) compress(sketch)
}

export function addSketch(into: Sketch, from: readonly number[]): void {
  for (const number of from) into.push(number)
  if (into.length > MAX_LENGTH) compress(into)
}

/** How many values were added. */
export function countOf(sketch: readonly number[]): number {
  let count = 0
  for (let at = 1; at < sketch.length; at += 2) count += sketch[at] ?? 0
  return count
}

/** Where half of all values lie, and where nearly all do. */
export type Spread = { count: number; p50: number; p95: number }

/** Null without values. */
export function spreadOf(sketch: readonly number[]): Spread | null {
  const [p50, p95] = quantilesOf(sketch, [0.5, 0.95])
  return p50 === undefined || p95 === undefined ? null : { count: countOf(sketch), p50, p95 }
}

/**
 * Values below which these shares (0..1) of all values lie, each within 2 % of its rank; empty without values.
 * Between the middles of two centroids it is interpolated.
 */
export function quantilesOf(sketch: readonly number[], shares: readonly number[]): number[] {
  const centroids = sorted(sketch)
  const count = countOf(sketch)
  return centroids.length === 0 ? [] : shares.map((share) => valueAt(centroids, share * count))
}

function valueAt(centroids: readonly Centroid[], rank: number): number {
  let before = 0
  let left: { mean: number; middle: number } | null = null
  for (const { mean, weight } of centroids) {
    const middle = before + weight / 2
    if (rank <= middle) {
      return left ? left.mean + ((mean - left.mean) * (rank - left.middle)) / (middle - left.middle) : mean
    }
    left = { mean, middle }
    before += weight
  }
  return left?.mean ?? 0
}

function sorted(sketch: readonly number[]): Centroid[] {
  const centroids: Centroid[] = []
  for (let at = 0; at < sketch.length; at += 2) {
    centroids.push({ mean: sketch[at] ?? 0, weight: sketch[at + 1] ?? 0 })
  }
  return centroids.sort((a, b) => a.mean - b.mean)
}

/** Joins neighbours as long as they span no more than one unit of k1. */
function compress(sketch: Sketch): void {
  const count = countOf(sketch)
  const [first, ...rest] = sorted(sketch)
  sketch.length = 0
  if (!first) return
  let joined = first
  let before = 0
  let limit = count * shareAfterOneUnit(0)
  for (const next of rest) {
    const weight = joined.weight + next.weight
    if (before + weight <= limit) {
      joined = { mean: joined.mean + ((next.mean - joined.mean) * next.weight) / weight, weight }
    } else {
      sketch.push(joined.mean, joined.weight)
      before += joined.weight
      limit = count * shareAfterOneUnit(before / count)
      joined = next
    }
  }
  sketch.push(joined.mean, joined.weight)
}

/** k1(q) = δ / 2π · asin(2q − 1): the share at which it is one more than at `share`. */
function shareAfterOneUnit(share: number): number {
  const angle = Math.asin(2 * share - 1) + (2 * Math.PI) / COMPRESSION
  return angle >= Math.PI / 2 ? 1 : (Math.sin(angle) + 1) / 2
}
