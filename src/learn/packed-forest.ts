import { rowOf, zeros } from './matrix.ts'
import {
  countStatistics,
  readColumns,
  readCount,
  readFloats,
  writeColumns,
  writeCount,
  writeFloats,
} from './packed-numbers.ts'
import { type BitReader, type BitWriter, createStatistics } from './range-coder.ts'
import type { Forest } from './trees.ts'

/** Per feature what forests compare it with, ascending. */
export type Thresholds = readonly Float64Array[]

type Tree = Forest['trees'][number]
type Node = Tree[number]
type Leaf = Extract<Node, { values: Float64Array }>

const MAX_THRESHOLDS = 1_000
const MAX_TREES = 1_000
/** Of one tree. */
const MAX_NODES = 255
/** Numbers of leaves are sums of many small ones: their steps may be coarse. As a share of the root mean square. */
const LEAF_STEP = 0.4

/**
 * Everything that forests compare features with. Features that only take few values lie on thresholds, not between
 * them, so single precision is rounded up.
 */
export function thresholdsOf(forests: readonly Forest[], features: number): Thresholds {
  const sets = Array.from({ length: features }, () => new Set<number>())
  for (const node of forests.flatMap(({ trees }) => trees).flat()) {
    if ('feature' in node) sets[node.feature]?.add(roundedUp(node.threshold))
  }
  return sets.map((set) => Float64Array.from(set).toSorted())
}

const single = new DataView(new ArrayBuffer(4))

/** The smallest number of single precision that is not smaller. */
function roundedUp(value: number): number {
  const near = Math.fround(value)
  if (near >= value) return near
  single.setFloat32(0, near)
  single.setInt32(0, single.getInt32(0) + (near < 0 ? -1 : 1))
  return single.getFloat32(0)
}

export function writeThresholds(writer: BitWriter, thresholds: Thresholds): void {
  const counts = countStatistics()
  for (const values of thresholds) {
    writeCount(writer, values.length, counts)
    writeFloats(writer, values, values.length)
  }
}

export function readThresholds(reader: BitReader, features: number): Thresholds {
  const counts = countStatistics()
  return Array.from({ length: features }, () => readFloats(reader, readCount(reader, counts, MAX_THRESHOLDS)))
}

/** @param targets how many numbers it has to predict */
export function writeForest(
  writer: BitWriter,
  { base, trees, link }: Forest,
  thresholds: Thresholds,
  targets: number,
): void {
  writer.plain(link === 'softmax' ? 1 : 0, 1)
  writeFloats(writer, base, targets)
  if (trees.length > MAX_TREES) throw new RangeError('Too many trees')
  writeCount(writer, trees.length, countStatistics())
  const statistics = splitStatistics(thresholds)
  const leaves = trees.flatMap((tree) => writeSplits(writer, tree, thresholds, statistics))
  const values = zeros(leaves.length, targets)
  for (const [at, leaf] of leaves.entries()) {
    if (leaf.values.length !== targets) throw new RangeError('Sizes do not fit')
    values.values.set(leaf.values, at * targets)
  }
  writeColumns(writer, values, { rows: leaves.length, columns: targets }, { step: LEAF_STEP, bands: null })
}

type SplitStatistics = ReturnType<typeof splitStatistics>

function splitStatistics(thresholds: Thresholds) {
  return { kind: createStatistics(1), feature: countStatistics(), at: thresholds.map(countStatistics) }
}

/** What a tree asks, in the order in which trees are grown; returns its leaves. */
function writeSplits(
  writer: BitWriter,
  tree: Tree,
  thresholds: Thresholds,
  statistics: SplitStatistics,
): Leaf[] {
  const leaves: Leaf[] = []
  const open = [0]
  let written = 0
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const node = tree[at]
    written += 1
    if (!node || written > MAX_NODES) throw new RangeError('A tree does not end')
    writer.learned('feature' in node ? 1 : 0, statistics.kind, 0)
    if (!('feature' in node)) {
      leaves.push(node)
      continue
    }
    const of = statistics.at[node.feature]
    if (!of) throw new RangeError('A tree asks for a feature that is not there')
    writeCount(writer, node.feature, statistics.feature)
    writeCount(writer, thresholds[node.feature]?.indexOf(roundedUp(node.threshold)) ?? -1, of)
    open.push(node.left, node.left + 1)
  }
  return leaves
}

export function readForest(reader: BitReader, thresholds: Thresholds, targets: number): Forest {
  const link = reader.plain(1) === 1 ? 'softmax' : 'identity'
  const base = readFloats(reader, targets)
  const count = readCount(reader, countStatistics(), MAX_TREES)
  const statistics = splitStatistics(thresholds)
  const shapes = Array.from({ length: count }, () => readSplits(reader, thresholds, statistics))
  const rows = shapes.reduce((sum, { leaves }) => sum + leaves.length, 0)
  const values = readColumns(reader, { rows, columns: targets }, null)
  let row = 0
  for (const { nodes, leaves } of shapes) {
    for (const at of leaves) {
      nodes[at] = { values: rowOf(values, row) }
      row += 1
    }
  }
  return { base, trees: shapes.map(({ nodes }) => nodes), link }
}

/** A tree whose leaves have no values yet, and where they stand. */
function readSplits(reader: BitReader, thresholds: Thresholds, statistics: SplitStatistics) {
  const nodes: Node[] = [{ values: new Float64Array() }]
  const leaves: number[] = []
  const open = [0]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (reader.learned(statistics.kind, 0) === 0) {
      leaves.push(at)
      continue
    }
    if (nodes.length + 2 > MAX_NODES) throw new RangeError('A tree does not end')
    const feature = readCount(reader, statistics.feature, thresholds.length - 1)
    const [of, values] = [statistics.at[feature], thresholds[feature]]
    if (!of || !values) throw new RangeError('A tree asks for a feature that is not there')
    const threshold = values[readCount(reader, of, values.length - 1)] ?? 0
    const left = nodes.length
    nodes[at] = { feature, threshold, left }
    nodes.push({ values: new Float64Array() }, { values: new Float64Array() })
    open.push(left, left + 1)
  }
  return { nodes, leaves }
}
