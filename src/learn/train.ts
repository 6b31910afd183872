import type { Prompt } from '../classify/features/prompt.ts'
import { shapeOf } from '../classify/features/shape.ts'
import { calibrate } from './calibrate.ts'
import { type Components, componentsOf, restored, scoresOf } from './components.ts'
import { groupsOf } from './groups.ts'
import { fitLinear } from './linear-head.ts'
import {
  beside,
  type Matrix,
  matrixOf,
  meansOf,
  product,
  rowOf,
  selectRows,
  shifted,
  transposedProduct,
  zeros,
} from './matrix.ts'
import type { GroupModel, OutcomeModel } from './outcome-model.ts'
import { columnMeans, type Outcomes, type Rows } from './outcomes.ts'
import { fitText, type TextTarget, weighTerms } from './text-layer.ts'
import { type ForestOptions, growCrossFitted, growForest } from './trees.ts'

/** Prompts with what models did on them. */
export type TrainingSet = {
  prompts: readonly Prompt[]
  outcomes: Outcomes
  /** A kind for each prompt, where somebody told it: it is learned, never read at prediction time. */
  groups: readonly string[] | null
  /** Prompts that are held out together, by index; every prompt in exactly one. */
  folds: readonly (readonly number[])[]
}

/** A model, and what it said of each training prompt when it was fitted without its fold. */
export type Trained = { model: OutcomeModel; unseen: { quality: Rows; cost: Rows | null } }

const MAX_COMPONENTS = 12
const MAX_COST_COMPONENTS = 3
const OUTCOME_STRENGTHS = [3, 10, 30]
const GROUP_STRENGTHS = [1]
const COST_STRENGTHS = [2]

const TREES: ForestOptions = {
  trees: 100,
  depth: 4,
  rate: 0.06,
  shrinkage: 40,
  minLeaf: 20,
  link: 'identity',
}
const GROUP_TREES: ForestOptions = {
  trees: 80,
  depth: 4,
  rate: 0.15,
  shrinkage: 3,
  minLeaf: 8,
  link: 'softmax',
}
/** Prompts that the belief "as on all prompts" is worth, for a model's mean quality in a group. */
const GROUP_SHRINKAGE = 5
/** How much the linear head may count beside the trees, and groups' means beside both. */
const LINEAR_WEIGHTS = [0, 0.5, 1]
const GROUP_WEIGHTS = [0, 0.25, 0.5, 0.75, 1]

/** Learns to predict outcomes. Deterministic. */
export function train(set: TrainingSet): Trained {
  const { outcomes, folds } = set
  const { components, targets } = outcomeTargets(outcomes.scores)
  const known = { ...targets, values: targets.values.map((value) => (Number.isNaN(value) ? 0 : value)) }
  const costs = costTargets(outcomes.costs)
  const groups = set.groups && groupsOf(set.groups, known)
  const shares = groups && oneHot(groups)
  const { rows, rarity } = weighTerms(set.prompts)
  const wanted = [
    ...(shares ? columnsOf(shares, GROUP_STRENGTHS, true) : []),
    ...columnsOf(known, OUTCOME_STRENGTHS, false),
    ...(costs ? columnsOf(costs.targets, COST_STRENGTHS, true) : []),
  ]
  const text = fitText(rows, rarity, wanted, folds)
  const features = beside(matrixOf(set.prompts.map(shapeOf)), text.unseen)
  const boosted = restored(growCrossFitted(features, targets, folds, TREES), components)
  const linear = fitLinear(features, filled(rowsOf(targets), zeros(targets.rows, targets.columns)), folds)
  const cost = costs && fitCost(features, costs, outcomes.costs, folds)
  const grouped = shares && fitGroups(features, shares, filled(outcomes.scores, boosted), folds)
  const parts = { boosted, linear: restored(linear.unseen, components), grouped: grouped?.unseen ?? null }
  const { weights, quality } = bestBlend(outcomes.scores, parts)
  const calibrations = outcomes.models.map((_, column) =>
    calibrate(
      columnOf(quality, column),
      Float64Array.from(outcomes.scores, (row) => row[column] ?? Number.NaN),
    ),
  )
  return {
    model: {
      models: outcomes.models,
      text: text.layer,
      quality: {
        forest: growForest(features, targets, TREES),
        linear: linear.head,
        linearWeight: weights.linear,
        components,
        calibrations,
      },
      groups: grouped && weights.groups > 0 ? { ...grouped.model, weight: weights.groups } : null,
      cost: cost && cost.model,
    },
    unseen: {
      quality: rowsOf(quality),
      cost: cost && rowsOf(cost.unseen),
    },
  }
}

/** What the trees learn: components of the scores, or each model's own where not all are known; NaN where unknown. */
function outcomeTargets(scores: Rows): { components: Components; targets: Matrix } {
  const matrix = matrixOf(scores)
  if (!hasGaps(scores)) {
    const components = componentsOf(matrix, MAX_COMPONENTS)
    return { components, targets: scoresOf(matrix, components) }
  }
  const components = { mean: columnMeans(scores), directions: identity(matrix.columns) }
  return { components, targets: shifted(matrix, components.mean, -1) }
}

function hasGaps(scores: Rows): boolean {
  return scores.some((row) => row.some(Number.isNaN))
}

function identity(size: number): Matrix {
  const matrix = zeros(size, size)
  for (let at = 0; at < size; at += 1) matrix.values[at * size + at] = 1
  return matrix
}

/** Scores with every gap filled by what is expected there. */
function filled(scores: Rows, expected: Matrix): Matrix {
  const matrix = matrixOf(scores)
  return {
    ...matrix,
    values: matrix.values.map((score, at) => (Number.isNaN(score) ? (expected.values[at] ?? 0) : score)),
  }
}

function columnsOf(matrix: Matrix, strengths: readonly number[], always: boolean): TextTarget[] {
  return Array.from({ length: matrix.columns }, (_, column) => ({
    values: columnOf(matrix, column),
    strengths,
    always,
  }))
}

function columnOf({ rows, columns, values }: Matrix, column: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => values[row * columns + column] ?? 0)
}

function rowsOf(matrix: Matrix): Float64Array[] {
  return Array.from({ length: matrix.rows }, (_, row) => rowOf(matrix, row).slice())
}

function oneHot(groups: Int32Array): Matrix {
  const shares = zeros(groups.length, groups.reduce((most, group) => Math.max(most, group), 0) + 1)
  for (const [row, group] of groups.entries()) shares.values[row * shares.columns + group] = 1
  return shares
}

type CostTargets = { targets: Matrix; components: Components }
/** Cheaper than any call, in USD: where its logarithm begins. */
const LEAST_COST = 1e-9

function costTargets(costs: Rows): CostTargets | null {
  if (hasGaps(costs)) return null
  const logarithms = matrixOf(costs.map((row) => row.map((cost) => Math.log(Math.max(LEAST_COST, cost)))))
  const components = componentsOf(logarithms, MAX_COST_COMPONENTS)
  return { targets: scoresOf(logarithms, components), components }
}

function fitCost(
  features: Matrix,
  { targets, components }: CostTargets,
  costs: Rows,
  folds: TrainingSet['folds'],
) {
  const logarithms = restored(growCrossFitted(features, targets, folds, TREES), components)
  const guesses = { ...logarithms, values: logarithms.values.map(Math.exp) }
  const said = meansOf(guesses)
  const scale = columnMeans(costs).map((mean, column) => mean / (said[column] ?? 1))
  const unseen = {
    ...guesses,
    values: guesses.values.map((value, at) => value * (scale[at % guesses.columns] ?? 1)),
  }
  return { model: { forest: growForest(features, targets, TREES), components, scale }, unseen }
}

function fitGroups(features: Matrix, shares: Matrix, scores: Matrix, folds: TrainingSet['folds']) {
  const likely = growCrossFitted(features, shares, folds, GROUP_TREES)
  const { mean, differences } = groupMeans(shares, scores)
  const unseen = zeros(scores.rows, scores.columns)
  for (const held of folds) {
    const isHeld = new Set(held)
    const seen = Array.from({ length: scores.rows }, (_, row) => row).filter((row) => !isHeld.has(row))
    const own = groupMeans(selectRows(shares, seen), selectRows(scores, seen))
    const said = product(selectRows(likely, held), own.differences)
    for (const [at, row] of held.entries()) {
      const values = rowOf(said, at).map((value, column) => value + (own.mean[column] ?? 0))
      unseen.values.set(values, row * unseen.columns)
    }
  }
  const model: GroupModel = { forest: growForest(features, shares, GROUP_TREES), mean, differences }
  return { model, unseen }
}

/** How much better or worse than its mean each model is in each group, shrunk where a group is small. */
function groupMeans(shares: Matrix, scores: Matrix): { mean: Float64Array; differences: Matrix } {
  const mean = meansOf(scores)
  const columns = scores.columns
  const sums = transposedProduct(shares, shifted(scores, mean, -1))
  const sizes = meansOf(shares).map((share) => share * shares.rows)
  const values = sums.values.map(
    (sum, at) => sum / (GROUP_SHRINKAGE + (sizes[Math.floor(at / columns)] ?? 0)),
  )
  return { mean, differences: { ...sums, values } }
}

function blend(own: Matrix, grouped: Matrix, weight: number): Matrix {
  return {
    ...own,
    values: own.values.map((value, at) => weight * (grouped.values[at] ?? 0) + (1 - weight) * value),
  }
}

type Parts = { boosted: Matrix; linear: Matrix; grouped: Matrix | null }
type Blend = { weights: { linear: number; groups: number }; quality: Matrix }

/** The blend that errs least on prompts not seen. */
function bestBlend(scores: Rows, { boosted, linear, grouped }: Parts): Blend {
  const own = LINEAR_WEIGHTS.map((weight) => ({ linear: weight, quality: blend(boosted, linear, weight) }))
  const blends = own.flatMap(({ linear: weight, quality }): Blend[] =>
    (grouped ? GROUP_WEIGHTS : [0]).map((groups) => ({
      weights: { linear: weight, groups },
      quality: grouped ? blend(quality, grouped, groups) : quality,
    })),
  )
  const errors = blends.map(({ quality }) => squaredError(rowsOf(quality), scores))
  const least = blends[errors.indexOf(Math.min(...errors))]
  return least ?? { weights: { linear: 0, groups: 0 }, quality: boosted }
}

/** Of the differences between models, which is all that choosing depends on. */
function squaredError(quality: Rows, scores: Rows): number {
  let total = 0
  for (const [row, predicted] of quality.entries()) {
    const known = scores[row] ?? predicted
    const errors = known
      .map((score, at) => score - (predicted[at] ?? 0))
      .filter((error) => !Number.isNaN(error))
    const mean = errors.reduce((sum, error) => sum + error, 0) / Math.max(1, errors.length)
    total += errors.reduce((sum, error) => sum + (error - mean) ** 2, 0)
  }
  return total
}
