import {
  type Matrix,
  meansOf,
  product,
  rowOf,
  selectRows,
  shifted,
  transposedProduct,
  withoutRows,
  zeros,
} from './matrix.ts'
import type { GroupModel } from './outcome-model.ts'
import { type ForestOptions, growCrossFitted, growForest } from './trees.ts'

const TREES: ForestOptions = {
  trees: 80,
  depth: 4,
  rate: 0.15,
  shrinkage: 3,
  minLeaf: 8,
  link: 'softmax',
}
/** Prompts that the belief "as on all prompts" is worth, for a model's mean quality in a group. */
const SHRINKAGE = 5

/** Each prompt's group as shares: 1 for its own. */
export function sharesOf(groups: Int32Array): Matrix {
  const shares = zeros(groups.length, groups.reduce((most, group) => Math.max(most, group), 0) + 1)
  for (const [row, group] of groups.entries()) shares.values[row * shares.columns + group] = 1
  return shares
}

/** Fits which group a prompt is of; `unseen` is the quality that follows, said of each prompt without its fold. */
export function fitGroups(
  features: Matrix,
  shares: Matrix,
  scores: Matrix,
  folds: readonly (readonly number[])[],
) {
  const likely = growCrossFitted(features, shares, folds, TREES)
  const { mean, differences } = groupMeans(shares, scores)
  const unseen = zeros(scores.rows, scores.columns)
  for (const held of folds) {
    const seen = withoutRows(scores.rows, held)
    const own = groupMeans(selectRows(shares, seen), selectRows(scores, seen))
    const said = product(selectRows(likely, held), own.differences)
    for (const [at, row] of held.entries()) {
      const values = rowOf(said, at).map((value, column) => value + (own.mean[column] ?? 0))
      unseen.values.set(values, row * unseen.columns)
    }
  }
  const model: GroupModel = { forest: growForest(features, shares, TREES), mean, differences }
  return { model, unseen }
}

/** How much better or worse than its mean each model is in each group, shrunk where a group is small. */
function groupMeans(shares: Matrix, scores: Matrix): { mean: Float64Array; differences: Matrix } {
  const mean = meansOf(scores)
  const columns = scores.columns
  const sums = transposedProduct(shares, shifted(scores, mean, -1))
  const sizes = meansOf(shares).map((share) => share * shares.rows)
  const values = sums.values.map((sum, at) => sum / (SHRINKAGE + (sizes[Math.floor(at / columns)] ?? 0)))
  return { mean, differences: { ...sums, values } }
}
