import { blended, blendWeights } from './blend.ts'
import { calibrate } from './calibrate.ts'
import { restored } from './components.ts'
import { costTargets, fitCost } from './cost-head.ts'
import { fitGroups, sharesOf } from './group-head.ts'
import { groupsOf } from './groups.ts'
import { fitGuard } from './guard.ts'
import { kindsOf } from './kinds.ts'
import { fitLinear, fitSum, meanHead, standardised, standardOf } from './linear-head.ts'
import { beside, type Matrix, matrixOf, selectColumns } from './matrix.ts'
import type { OutcomeModel } from './outcome-model.ts'
import type { Outcomes, Rows } from './outcomes.ts'
import type { Reading } from './reading.ts'
import { columnOf, filled, rowsOf, targetsOf, withoutGaps } from './targets.ts'
import { fitText, type TextTarget, weighTerms } from './text-layer.ts'
import { type ForestOptions, growCrossFitted, growForest } from './trees.ts'

/** Prompts with what models did on them. */
export type TrainingSet = {
  /** Made by `readPrompt`, which keeps no text. */
  readings: readonly Reading[]
  /** Scores and costs, NaN where unknown. */
  outcomes: Outcomes
  /** A kind for each prompt, where somebody told it: it is learned, never read at prediction time. */
  groups: readonly string[] | null
  /** Prompts that are held out together, by index; every prompt in exactly one. */
  folds: readonly (readonly number[])[]
}

/** A model, and what it said of each training prompt when it was fitted without its fold. */
export type Trained = { model: OutcomeModel; unseen: { quality: Rows; cost: Rows | null } }

const MAX_COMPONENTS = 12
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

/** Learns to predict outcomes. Deterministic. */
export function train({ readings, outcomes, groups, folds }: TrainingSet): Trained {
  const targets = targetsOf(outcomes.scores, MAX_COMPONENTS)
  const known = withoutGaps(targets.values)
  const costs = costTargets(outcomes.costs)
  const grouped = groups && groupsOf(groups, known)
  const shares = grouped && sharesOf(grouped)
  const wanted = [
    ...(shares ? columnsOf(shares, GROUP_STRENGTHS, true) : []),
    ...columnsOf(known, OUTCOME_STRENGTHS, false),
    ...(costs ? columnsOf(withoutGaps(costs.values), COST_STRENGTHS, true) : []),
  ]
  const text = fitText(weighTerms(readings.map(({ terms }) => terms)), wanted, folds)
  const shapes = matrixOf(readings.map(({ shape }) => shape))
  const features = beside(shapes, text.unseen)
  const boosted = restored(growCrossFitted(features, targets.values, folds, TREES), targets.components)
  const linear = fitLinear(features, known, folds)
  const back = columnsFrom(text.back, shares?.columns ?? 0, known.columns)
  const sum = fitSum(shapes, { text: text.unseen, back }, known, folds)
  const group = shares && fitGroups(features, shares, filled(matrixOf(outcomes.scores), boosted), folds)
  const cost = costs && fitCost(features, costs, outcomes.costs, folds, TREES)
  const heads = [linear.unseen, sum.unseen].map((said) => restored(said, targets.components))
  const parts = [boosted, ...heads, ...(group ? [group.unseen] : [])]
  const weights = blendWeights(outcomes.scores, parts)
  const quality = blended(parts, weights)
  const [boostedWeight = 0, linearWeight = 0, sumWeight = 0, groupWeight = 0] = weights
  const linearWeights = linearWeight + sumWeight
  return {
    model: {
      models: outcomes.models,
      text: text.layer,
      quality: {
        forest: growForest(features, targets.values, TREES),
        linear: meanHead(linear.head, sum.head, shareOf(sumWeight, linearWeights)),
        linearWeight: shareOf(linearWeights, boostedWeight + linearWeights),
        components: targets.components,
        calibrations: calibrations(quality, outcomes.scores),
      },
      groups: group && groupWeight > 0 ? { ...group.model, weight: groupWeight } : null,
      cost: cost && cost.model,
      guard: fitGuard(readings, grouped ?? kindsFrom(features), folds),
    },
    unseen: { quality: rowsOf(quality), cost: cost && rowsOf(cost.unseen) },
  }
}

function shareOf(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0
}

function columnsFrom(matrix: Matrix, first: number, count: number): Matrix {
  return selectColumns(
    matrix,
    Array.from({ length: count }, (_, column) => first + column),
  )
}

function columnsOf(matrix: Matrix, strengths: readonly number[], always: boolean): TextTarget[] {
  return Array.from({ length: matrix.columns }, (_, column) => ({
    values: columnOf(matrix, column),
    strengths,
    always,
  }))
}

function calibrations(quality: Matrix, scores: Rows) {
  return Array.from({ length: quality.columns }, (_, column) =>
    calibrate(
      columnOf(quality, column),
      Float64Array.from(scores, (row) => row[column] ?? Number.NaN),
    ),
  )
}

function kindsFrom(features: Matrix): Int32Array {
  const { mean, scale } = standardOf(features)
  return kindsOf(standardised(features, mean, scale))
}
