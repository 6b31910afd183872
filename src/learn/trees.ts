import { softmax } from '../core/log-odds.ts'
import { type Matrix, rowOf, selectRows, withoutRows, zeros } from './matrix.ts'
import { columnMeans } from './outcomes.ts'
import { createRandom } from './random.ts'

/** A question about one feature: at most `threshold` goes to `left`, more to `left + 1`. A leaf has values instead. */
type Node = { feature: number; threshold: number; left: number } | { values: Float64Array }
/** The first node is the root. */
type Tree = readonly Node[]

/** Boosted trees: predictions start at `base` and every tree adds what its leaf says, one number per target. */
export type Forest = { base: Float64Array; trees: readonly Tree[]; link: 'identity' | 'softmax' }

export type ForestOptions = {
  trees: number
  depth: number
  /** Share of a leaf's best values that is added. */
  rate: number
  /** Rows that the belief "nothing changes" is worth, at every leaf. */
  shrinkage: number
  minLeaf: number
  link: Forest['link']
}

const BINS = 24
/** Shares of rows and features that each tree sees. */
const ROW_SHARE = 0.7
const FEATURE_SHARE = 0.5
const SEED = 1

/**
 * Gradient boosting on histograms (Friedman 2001; Ke et al. 2017) with one tree for all targets per round, so that
 * they share their splits: squared loss, or for `softmax` the log loss of class shares.
 *
 * @param features one row per example
 * @param targets numbers to predict, NaN where unknown; or for `softmax` the share of each class
 */
export function growForest(features: Matrix, targets: Matrix, options: ForestOptions): Forest {
  const random = createRandom(SEED)
  const binned = binsOf(features)
  const base = baseOf(targets, options.link)
  const state = zeros(targets.rows, targets.columns)
  for (let row = 0; row < state.rows; row += 1) state.values.set(base, row * state.columns)
  const trees = Array.from({ length: options.trees }, () => {
    const rows = Int32Array.from(
      Array.from({ length: features.rows }, (_, row) => row).filter(() => random() < ROW_SHARE),
    )
    const used = Array.from({ length: features.columns }, (_, feature) => feature).filter(
      () => random() < FEATURE_SHARE,
    )
    const tree = growTree({ binned, used, ...gradientsOf(targets, state, options.link), options }, rows)
    for (let row = 0; row < state.rows; row += 1) {
      addLeaf(tree, rowOf(features, row), rowOf(state, row))
    }
    return tree
  })
  return { base, trees, link: options.link }
}

/** What a forest says of each row. */
export function predictForest(forest: Forest, features: Matrix): Matrix {
  const result = zeros(features.rows, forest.base.length)
  for (let row = 0; row < features.rows; row += 1) {
    result.values.set(predictRow(forest, rowOf(features, row)), row * result.columns)
  }
  return result
}

/** What a forest says of one row. */
export function predictRow({ base, trees, link }: Forest, features: Float64Array): Float64Array {
  const sums = base.slice()
  for (const tree of trees) addLeaf(tree, features, sums)
  return link === 'softmax' ? softmax(sums) : sums
}

function addLeaf(tree: Tree, features: Float64Array, sums: Float64Array): void {
  let node = tree[0]
  while (node && 'feature' in node) {
    node = tree[node.left + ((features[node.feature] ?? 0) <= node.threshold ? 0 : 1)]
  }
  if (!node) return
  for (const [target, value] of node.values.entries()) sums[target] = (sums[target] ?? 0) + value
}

/** Features as bins, feature by feature, with the upper edge of each bin but the last. */
type Binned = { bins: Uint8Array; edges: readonly Float64Array[]; rows: number }

function binsOf({ rows, columns, values }: Matrix): Binned {
  const bins = new Uint8Array(rows * columns)
  const edges = Array.from({ length: columns }, (_, feature) => {
    const column = Float64Array.from({ length: rows }, (__, row) => values[row * columns + feature] ?? 0)
    const cuts = edgesOf(column.toSorted())
    for (const [row, value] of column.entries()) {
      let bin = 0
      while (bin < cuts.length && value > (cuts[bin] ?? Infinity)) bin += 1
      bins[feature * rows + row] = bin
    }
    return cuts
  })
  return { bins, edges, rows }
}

function edgesOf(sorted: Float64Array): Float64Array {
  const cuts = new Set<number>()
  for (let bin = 1; bin < BINS; bin += 1) cuts.add(sorted[Math.floor((bin / BINS) * sorted.length)] ?? 0)
  return Float64Array.from(cuts)
}

function baseOf(targets: Matrix, link: Forest['link']): Float64Array {
  const rows = Array.from({ length: targets.rows }, (_, row) => rowOf(targets, row))
  const means = columnMeans(rows).map((mean) => (Number.isNaN(mean) ? 0 : mean))
  return link === 'softmax' ? means.map((mean) => Math.log(mean + 1e-4)) : means
}

/** What is left to explain of each target, and how much one step explains; null where that is 1 everywhere. */
function gradientsOf(targets: Matrix, state: Matrix, link: Forest['link']) {
  const gradients = zeros(targets.rows, targets.columns)
  const weighted = link === 'softmax' || targets.values.some(Number.isNaN)
  const weights = weighted ? zeros(targets.rows, targets.columns) : null
  for (let row = 0; row < targets.rows; row += 1) {
    const said = link === 'softmax' ? softmax(rowOf(state, row)) : rowOf(state, row)
    for (const [column, value] of said.entries()) {
      const at = row * targets.columns + column
      const target = targets.values[at] ?? Number.NaN
      if (Number.isNaN(target)) continue
      gradients.values[at] = target - value
      if (weights) weights.values[at] = link === 'softmax' ? value * (1 - value) : 1
    }
  }
  return { gradients, weights }
}

type Growth = {
  binned: Binned
  used: readonly number[]
  gradients: Matrix
  weights: Matrix | null
  options: ForestOptions
}

function growTree(growth: Growth, rows: Int32Array): Tree {
  const nodes: Node[] = [{ values: new Float64Array() }]
  const open: Open[] = [{ at: 0, rows, depth: 0, counted: null }]
  for (let next = open.pop(); next; next = open.pop()) {
    const { at, depth } = next
    const splittable = depth < growth.options.depth && next.rows.length >= 2 * growth.options.minLeaf
    const counted = splittable ? (next.counted ?? count(growth, next.rows)) : null
    const split = counted && bestSplit(growth, next.rows, counted)
    if (!split || !counted) {
      nodes[at] = { values: leafOf(growth, next.rows) }
      continue
    }
    const { feature, bin } = split
    const { bins, edges, rows: height } = growth.binned
    const goesLeft = (row: number) => (bins[feature * height + row] ?? 0) <= bin
    const left = nodes.length
    nodes[at] = { feature, threshold: edges[feature]?.[bin] ?? 0, left }
    nodes.push({ values: new Float64Array() }, { values: new Float64Array() })
    const sides = [next.rows.filter(goesLeft), next.rows.filter((row) => !goesLeft(row))] as const
    const histograms = depth + 1 < growth.options.depth ? countSides(growth, sides, counted) : [null, null]
    for (const [side, own] of sides.entries()) {
      open.push({ at: left + side, rows: own, depth: depth + 1, counted: histograms[side] ?? null })
    }
  }
  return nodes
}

/** A node that may still be split. `counted` is null where its histograms are not known yet. */
type Open = { at: number; rows: Int32Array; depth: number; counted: Float64Array | null }

/** Histograms of both sides: the smaller is counted, the larger is what is left. Takes the whole's numbers over. */
function countSides(
  growth: Growth,
  [left, right]: readonly [Int32Array, Int32Array],
  whole: Float64Array,
): [Float64Array, Float64Array] {
  const smaller = count(growth, left.length < right.length ? left : right)
  for (let at = 0; at < whole.length; at += 1) whole[at] = (whole[at] ?? 0) - (smaller[at] ?? 0)
  return left.length < right.length ? [smaller, whole] : [whole, smaller]
}

function leafOf({ gradients, weights, options }: Growth, rows: Int32Array): Float64Array {
  const sums = columnSums(gradients, rows)
  const denominators = weights ? columnSums(weights, rows) : sums.map(() => rows.length)
  return sums.map((sum, target) => (options.rate * sum) / ((denominators[target] ?? 0) + options.shrinkage))
}

function columnSums(matrix: Matrix, rows: Int32Array): Float64Array {
  const sums = new Float64Array(matrix.columns)
  for (const row of rows) {
    const from = row * matrix.columns
    for (let column = 0; column < sums.length; column += 1) {
      sums[column] = (sums[column] ?? 0) + (matrix.values[from + column] ?? 0)
    }
  }
  return sums
}

type Split = { feature: number; bin: number; gain: number }

/** The split that explains most of the gradients, or null when none helps. */
function bestSplit(growth: Growth, rows: Int32Array, counted: Float64Array): Split | null {
  const totals = columnSums(growth.gradients, rows)
  const whole = explained(totals, rows.length, growth.options.shrinkage)
  const size = BINS * (totals.length + 1)
  let best: Split | null = null
  for (const [at, feature] of growth.used.entries()) {
    const histogram = counted.subarray(at * size, (at + 1) * size)
    const split = splitOf(growth, feature, histogram, { totals, whole, rows: rows.length })
    if (split && split.gain > Math.max(best?.gain ?? 0, 1e-9)) best = split
  }
  return best
}

function splitOf(
  { binned, options: { minLeaf, shrinkage } }: Growth,
  feature: number,
  histogram: Float64Array,
  { totals, whole, rows }: { totals: Float64Array; whole: number; rows: number },
): Split | null {
  const targets = totals.length
  const left = new Float64Array(targets)
  const right = new Float64Array(targets)
  let before = 0
  let best: Split | null = null
  for (let bin = 0; bin < (binned.edges[feature]?.length ?? 0); bin += 1) {
    const from = bin * (targets + 1)
    before += histogram[from + targets] ?? 0
    for (let target = 0; target < targets; target += 1) {
      left[target] = (left[target] ?? 0) + (histogram[from + target] ?? 0)
      right[target] = (totals[target] ?? 0) - (left[target] ?? 0)
    }
    const after = rows - before
    if (before < minLeaf || after < minLeaf) continue
    const gain = explained(left, before, shrinkage) + explained(right, after, shrinkage) - whole
    if (gain > (best?.gain ?? 0)) best = { feature, bin, gain }
  }
  return best
}

/** Per used feature and bin: the sum of each target's gradients, then how many rows. */
function count({ binned, used, gradients }: Growth, rows: Int32Array): Float64Array {
  const { columns, values } = gradients
  const size = columns + 1
  const counted = new Float64Array(used.length * BINS * size)
  for (const [at, feature] of used.entries()) {
    const bins = binned.bins.subarray(feature * binned.rows, (feature + 1) * binned.rows)
    for (const row of rows) {
      const to = (at * BINS + (bins[row] ?? 0)) * size
      const from = row * columns
      for (let column = 0; column < columns; column += 1) {
        counted[to + column] = (counted[to + column] ?? 0) + (values[from + column] ?? 0)
      }
      counted[to + columns] = (counted[to + columns] ?? 0) + 1
    }
  }
  return counted
}

function explained(sums: Float64Array, rows: number, shrinkage: number): number {
  let squares = 0
  for (const sum of sums) squares += sum * sum
  return squares / (rows + shrinkage)
}

/** Forests grown without each fold, and what each says of the rows it has not seen. */
export function growCrossFitted(
  features: Matrix,
  targets: Matrix,
  folds: readonly (readonly number[])[],
  options: ForestOptions,
): Matrix {
  const result = zeros(features.rows, targets.columns)
  for (const held of folds) {
    const seen = withoutRows(features.rows, held)
    const forest = growForest(selectRows(features, seen), selectRows(targets, seen), options)
    for (const row of held) {
      result.values.set(predictRow(forest, rowOf(features, row)), row * result.columns)
    }
  }
  return result
}
