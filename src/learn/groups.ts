import { nearestOf, withoutGaps } from './kinds.ts'
import { type Matrix, rowOf, zeros } from './matrix.ts'

/** More groups than this are merged by how alike models do on them. */
const MAX_GROUPS = 20
/** Prompts that the belief "like all others" is worth, for a group's mean. */
const SHRINKAGE = 20
const ROUNDS = 30

/**
 * Groups of prompts as numbers from 0, so few that each has enough prompts: those whose outcomes are alike are merged
 * (k-means on their shrunk mean scores, started along the first component).
 *
 * @param labels the group that each prompt is of
 * @param scores what each prompt has of each component of the outcomes
 * @returns null when all are of one group
 */
export function groupsOf(labels: readonly string[], scores: Matrix): Int32Array | null {
  const names = [...new Set(labels)].toSorted()
  if (names.length < 2) return null
  const numbers = new Map(names.map((name, at) => [name, at]))
  const own = Int32Array.from(labels, (label) => numbers.get(label) ?? 0)
  if (names.length <= MAX_GROUPS) return own
  const { means, sizes } = shrunkMeans(own, names.length, scores)
  const merged = cluster(means, sizes)
  return withoutGaps(own.map((group) => merged[group] ?? 0))
}

function shrunkMeans(groups: Int32Array, count: number, scores: Matrix) {
  const means = zeros(count, scores.columns)
  const sizes = new Float64Array(count)
  for (const [row, group] of groups.entries()) {
    sizes[group] = (sizes[group] ?? 0) + 1
    addTo(rowOf(means, group), rowOf(scores, row), 1)
  }
  for (const [group, size] of sizes.entries()) {
    const mean = rowOf(means, group)
    mean.set(mean.map((sum) => sum / (SHRINKAGE + size)))
  }
  return { means, sizes }
}

function cluster(means: Matrix, sizes: Float64Array): number[] {
  const order = Array.from(sizes.keys()).toSorted(
    (a, b) => (rowOf(means, a)[0] ?? 0) - (rowOf(means, b)[0] ?? 0),
  )
  const centres = zeros(MAX_GROUPS, means.columns)
  for (let at = 0; at < MAX_GROUPS; at += 1) {
    const chosen = order[Math.round((at * (order.length - 1)) / (MAX_GROUPS - 1))] ?? 0
    centres.values.set(rowOf(means, chosen), at * means.columns)
  }
  let nearest: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    nearest = Array.from(sizes.keys(), (group) => nearestOf(centres, rowOf(means, group)))
    for (let centre = 0; centre < MAX_GROUPS; centre += 1) {
      const mine = nearest.flatMap((of, group) => (of === centre ? [group] : []))
      const weight = mine.reduce((sum, group) => sum + (sizes[group] ?? 0), 0)
      if (weight === 0) continue
      const sum = new Float64Array(means.columns)
      for (const group of mine) addTo(sum, rowOf(means, group), (sizes[group] ?? 0) / weight)
      centres.values.set(sum, centre * means.columns)
    }
  }
  return nearest
}

function addTo(target: Float64Array, added: Float64Array, scale: number): void {
  for (const [at, value] of added.entries()) target[at] = (target[at] ?? 0) + scale * value
}
