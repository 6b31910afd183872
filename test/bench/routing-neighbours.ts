/** The plainest router there is, for comparison: what models did on the nearest prompts (k nearest neighbours). */
import type { Rows } from '../../src/learn/outcomes.ts'
import { type Reading, termOf, weightOf } from '../../src/learn/reading.ts'
import { weighTerms } from '../../src/learn/text-layer.ts'

const NEIGHBOURS = 40
/** Buckets that a larger share of prompts have say nothing. */
const TOO_COMMON = 0.1
/** The mean over all prompts counts as this much likeness. */
const PRIOR = 0.5

/** Means of rows over the prompts whose terms are most alike (cosine of tf-idf), one list per table. */
export function fromNeighbours(
  known: readonly Reading[],
  tables: readonly Rows[],
  asked: readonly Reading[],
  /** Which known prompts each of the asked may be told of. */
  mayUse: (known: number, asked: number) => boolean,
): Rows[] {
  const sparse = weighTerms(known.map(({ terms }) => terms))
  const { rowScales, bucketScales } = sparse
  const postings = postingsOf(known, bucketScales)
  const means = tables.map((rows) => meanRow(rows))
  const found = asked.map((reading, query) => {
    const likeness = new Float64Array(known.length)
    for (const term of reading.terms) {
      const bucket = termOf(term) & (bucketScales.length - 1)
      for (const { row, weight } of postings[bucket] ?? []) {
        likeness[row] =
          (likeness[row] ?? 0) +
          weightOf(term) * weight * (bucketScales[bucket] ?? 0) ** 2 * (rowScales[row] ?? 0)
      }
    }
    const near = [...likeness.keys()]
      .filter((row) => (likeness[row] ?? 0) > 0 && mayUse(row, query))
      .toSorted((a, b) => (likeness[b] ?? 0) - (likeness[a] ?? 0))
      .slice(0, NEIGHBOURS)
    const most = likeness[near[0] ?? 0] ?? 1
    return near.map((row) => ({ row, weight: (likeness[row] ?? 0) / most }))
  })
  return tables.map((rows, table) =>
    found.map((near) => {
      const sum = (means[table] ?? new Float64Array()).map((mean) => PRIOR * mean)
      let weights = PRIOR
      for (const { row, weight } of near) {
        weights += weight
        for (const [at, value] of (rows[row] ?? []).entries()) sum[at] = (sum[at] ?? 0) + weight * value
      }
      return sum.map((value) => value / weights)
    }),
  )
}

function postingsOf(known: readonly Reading[], bucketScales: Float64Array) {
  const postings = Array.from(bucketScales, (): { row: number; weight: number }[] => [])
  for (const [row, { terms }] of known.entries()) {
    for (const term of terms) {
      postings[termOf(term) & (bucketScales.length - 1)]?.push({ row, weight: weightOf(term) })
    }
  }
  return postings.map((entries) => (entries.length > TOO_COMMON * known.length ? [] : entries))
}

function meanRow(rows: Rows): Float64Array {
  const sum = new Float64Array(rows[0]?.length ?? 0)
  for (const row of rows)
    for (const [at, value] of row.entries()) sum[at] = (sum[at] ?? 0) + value / rows.length
  return sum
}
