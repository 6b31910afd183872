import { restored } from './components.ts'
import { type Matrix, matrixOf } from './matrix.ts'
import type { CostModel } from './outcome-model.ts'
import { columnMeans, type Rows } from './outcomes.ts'
import { rowsOf, type Targets, targetsOf } from './targets.ts'
import { type ForestOptions, growCrossFitted, growForest } from './trees.ts'

const MAX_COMPONENTS = 3
/** Cheaper than any call, in USD: where its logarithm begins. */
const LEAST_COST = 1e-9

/** What is learned of costs: their logarithms. Null where none is known. */
export function costTargets(costs: Rows): Targets | null {
  if (costs.every((row) => row.every(Number.isNaN))) return null
  return targetsOf(
    costs.map((row) => row.map((cost) => Math.log(Math.max(LEAST_COST, cost)))),
    MAX_COMPONENTS,
  )
}

/** Fits costs; `unseen` is what is said of each prompt without its fold. */
export function fitCost(
  features: Matrix,
  { values, components }: Targets,
  costs: Rows,
  folds: readonly (readonly number[])[],
  options: ForestOptions,
): { model: CostModel; unseen: Matrix } {
  const logarithms = restored(growCrossFitted(features, values, folds, options), components)
  const guesses = { ...logarithms, values: logarithms.values.map(Math.exp) }
  const scale = scaleOf(guesses, matrixOf(costs))
  const unseen = {
    ...guesses,
    values: guesses.values.map((value, at) => value * (scale[at % guesses.columns] || Number.NaN)),
  }
  return { model: { forest: growForest(features, values, options), components, scale }, unseen }
}

/** Per model the mean cost over the mean guess, of the prompts where it is known; 0 where it never is. */
function scaleOf(guesses: Matrix, costs: Matrix): Float64Array {
  const known = {
    ...guesses,
    values: guesses.values.map((guess, at) => (Number.isNaN(costs.values[at]) ? Number.NaN : guess)),
  }
  const said = columnMeans(rowsOf(known))
  return columnMeans(rowsOf(costs)).map((mean, column) =>
    Number.isNaN(mean) ? 0 : mean / (said[column] ?? 1),
  )
}
