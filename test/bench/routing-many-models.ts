/** M1 to M6: many models, learned and tuned on train and val, read on test. */
import { promptOf, readOutcomeSet } from '../../src/dev/train/outcome-sets.ts'
import { calibrationOf, printCalibration } from './routing-calibration.ts'
import { columnOf, costsOf, learn, predictAll } from './routing-learn.ts'
import { fromNeighbours } from './routing-neighbours.ts'
import { line, percent, points } from './routing-table.ts'
import { bootstrap } from '../../src/learn/bootstrap.ts'
import type { OutcomePrediction } from '../../src/learn/outcome-model.ts'
import { columnMeans, type Outcomes, pick, pickRows, type Rows } from '../../src/learn/outcomes.ts'
import { packOutcomeModel } from '../../src/learn/pack.ts'
import {
  always,
  amongContenders,
  bestSingle,
  cheapestMix,
  type Choices,
  choose,
  resultOf,
  sharesOf,
} from './policy.ts'
import { readPrompt } from '../../src/learn/reading.ts'
import { bestLambda, sweep } from './savings.ts'

const SLACKS = [0, 0.005, 0.01]
const SEED = 20_261_123

/** What choosing goes by, for the prompts learned from (without their fold) and for those of the test. */
type Predictions = { quality: Rows; cost: Rows }
type Case = { dev: Outcomes; test: Outcomes; reference: number }
/** What a policy saves and how its quality differs, on the test. */
export type Gain = { saving: number; difference: number }
export type ManyModels = {
  /** By slack, in the order of `SLACKS`. */
  ours: Gain[]
  /** Saving at the quality of the best model in hindsight, as a share of that one's cost. */
  againstHindsight: number
  /** Quality won at the reference's cost. */
  atEqualCost: number
  calibration: { error: number; perfect: number }
  bytes: number
  decisionMs: number
}

export function measureManyModels(folder: string, id: string, name: string): ManyModels {
  const set = readOutcomeSet(folder, name)
  const rows = [...set.prompts.keys()]
  const isTest = (row: number) => set.prompts[row]?.split === 'test'
  const [devRows, testRows] = [rows.filter((row) => !isTest(row)), rows.filter(isTest)]
  const [dev, test] = [pickRows(set.outcomes, devRows), pickRows(set.outcomes, testRows)]
  const [devPrompts, testPrompts] = [pick(set.prompts, devRows), pick(set.prompts, testRows)]
  const started = performance.now()
  const { model, unseen } = learn(devPrompts, dev)
  const trainedMs = performance.now() - started
  const told = predictAll(model, testPrompts)
  // Once more, now that the code is warm, as in an isolate that has served for a while.
  const asked = performance.now()
  predictAll(model, testPrompts)
  const decisionMs = (performance.now() - asked) / testRows.length
  const bytes = packOutcomeModel(model).length
  console.log(
    `\n${id} ${name}: ${devRows.length} prompts to learn from in ${(trainedMs / 1_000).toFixed(0)} s, ${testRows.length} to test, ${(decisionMs * 1_000).toFixed(0)} µs a prediction, ${(bytes / 1_024).toFixed(0)} KB packed`,
  )
  console.log(`  ${test.models.length} models: ${test.models.join(', ')}`)
  const own = { dev, test, reference: bestSingle(dev) }
  printConstants(own)
  const known = devPrompts.map((prompt) => readPrompt(promptOf(prompt)))
  printNeighbours(
    own,
    known,
    testPrompts.map((prompt) => readPrompt(promptOf(prompt))),
    devPrompts.map(({ key }) => key),
  )
  const quality = told.map((one) => one.quality)
  const predictions = { quality: amongContenders(quality, dev), cost: costsOf(told) }
  const tuned = { quality: amongContenders(unseen.quality, dev), cost: unseen.cost ?? [] }
  const ours = SLACKS.map((slack) => printOurs(own, tuned, predictions, told, slack))
  return { ours, ...printCurve(own, predictions), calibration: calibrationFor(told, test), bytes, decisionMs }
}

const COLUMNS = [30, 24, 32]
const print = (policy: string, saves: string, quality: string, more = '') =>
  console.log(`  ${line([policy, saves, quality, more], COLUMNS)}`)

function printConstants(own: Case): void {
  const { dev, test, reference } = own
  const { quality: good, cost: dear } = resultOf(always(reference, test), test)
  const hindsight = bestSingle(test)
  const cheapest = columnMeans(dev.costs).reduce(
    (best, cost, column, costs) => (cost < (costs[best] ?? Infinity) ? column : best),
    0,
  )
  print('policy', 'saves [95 %]', 'quality [95 %]', 'models')
  print(`always best (reference)`, '0.0 %', percent(good), test.models[reference])
  printChoices(own, 'best in hindsight', always(hindsight, test))
  printChoices(own, 'always cheapest', always(cheapest, test))
  const [anyCost, anyGood] = [meanOf(columnMeans(test.costs)), meanOf(columnMeans(test.scores))]
  print('random', percent(1 - anyCost / dear), points(anyGood - good))
  print('best static mix, in hindsight', percent(1 - cheapestMix(test, good) / dear), points(0))
  const oracle = sweep(test.scores, test.costs, test, dear).filter((point) => point.quality >= good)
  print('oracle', percent(1 - Math.min(...oracle.map(({ cost }) => cost)) / dear), '≥ 0')
}

function meanOf(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0) / values.length
}

function printNeighbours(
  own: Case,
  known: Parameters<typeof fromNeighbours>[0],
  asked: Parameters<typeof fromNeighbours>[2],
  keys: readonly string[],
): void {
  const { dev } = own
  const tables = [dev.scores, dev.costs]
  const [devQuality = [], devCost = []] = fromNeighbours(known, tables, known, (a, b) => keys[a] !== keys[b])
  const [quality = [], cost = []] = fromNeighbours(known, tables, asked, () => true)
  printChoices(
    own,
    'kNN, slack 1 %',

    chosen(
      own,
      { quality: amongContenders(devQuality, dev), cost: devCost },
      { quality: amongContenders(quality, dev), cost },
      0.01,
    ),
  )
}

function chosen(
  { dev, test, reference }: Case,
  tuned: Predictions,
  told: Predictions,
  slack: number,
): Choices {
  const lambda = bestLambda(tuned.quality, tuned.cost, dev, slack)
  return lambda === null ? always(reference, test) : choose(told.quality, told.cost, lambda)
}

function printOurs(
  own: Case,
  tuned: Predictions,
  predictions: Predictions,
  told: readonly OutcomePrediction[],
  slack: number,
): Gain {
  const name = `ours, slack ${percent(slack)}`
  const choices = chosen(own, tuned, predictions, slack)
  printChoices(
    { ...own, test: own.dev },
    `${name}, unseen dev`,
    chosen({ ...own, test: own.dev }, tuned, tuned, slack),
  )
  const guarded = choices.map((column, at) => (told[at]?.foreign ? own.reference : column))
  printChoices(own, `${name}, guarded`, guarded)
  return printChoices(own, name, choices)
}

/** Saving and difference in quality against the reference, each with its 95 % interval. */
function printChoices({ test, reference }: Case, name: string, choices: Choices): Gain {
  const mine = perPrompt(choices, test)
  const theirs = perPrompt(always(reference, test), test)
  const all = Int32Array.from(mine.costs.keys())
  const saving = (drawn: Int32Array) => 1 - sum(mine.costs, drawn) / sum(theirs.costs, drawn)
  const difference = (drawn: Int32Array) =>
    (sum(mine.scores, drawn) - sum(theirs.scores, drawn)) / drawn.length
  const savings = bootstrap(all.length, saving, SEED).map(percent)
  const differences = bootstrap(all.length, difference, SEED).map(points)
  print(
    name,
    `${percent(saving(all))} [${savings.join(', ')}]`,
    `${points(difference(all))} [${differences.join(', ')}]`,
    sharesSaid(choices, test),
  )
  return { saving: saving(all), difference: difference(all) }
}

function sum(values: Float64Array, drawn: Int32Array): number {
  return drawn.reduce((total, at) => total + (values[at] ?? 0), 0)
}

function perPrompt(choices: Choices, { scores, costs }: Outcomes) {
  const of = (rows: Rows) => Float64Array.from(choices, (column, at) => rows[at]?.[column] ?? 0)
  return { scores: of(scores), costs: of(costs) }
}

function sharesSaid(choices: Choices, { models }: Outcomes): string {
  const named = sharesOf(choices, models.length).map((share, at) => ({ share, name: models[at] ?? '' }))
  return named
    .toSorted((a, b) => b.share - a.share)
    .filter(({ share }) => share > 0.005)
    .slice(0, 5)
    .map(({ share, name }) => `${name} ${percent(share)}`)
    .join(', ')
}

/** What any λ would have got, had it been known. */
function printCurve({ test, reference }: Case, { quality, cost }: Predictions) {
  const { quality: good, cost: dear } = resultOf(always(reference, test), test)
  const top = resultOf(always(bestSingle(test), test), test)
  const curve = sweep(quality, cost, test, dear)
  const leastFor = (wanted: number) =>
    Math.min(...curve.filter((point) => point.quality >= wanted).map((point) => point.cost))
  const most = Math.max(...curve.filter((point) => point.cost <= dear).map((point) => point.quality))
  const againstHindsight = 1 - leastFor(top.quality) / top.cost
  console.log(
    `  with λ known in hindsight: saves ${percent(1 - leastFor(good) / dear)} at equal quality, ${points(most - good)} at equal cost; against the best in hindsight saves ${percent(againstHindsight)}`,
  )
  return { againstHindsight, atEqualCost: most - good }
}

function calibrationFor(told: readonly OutcomePrediction[], test: Outcomes) {
  const confidence = told.map((one) => one.confidence)
  const calibration = calibrationOf(
    test.models.map((_, column) => ({
      said: columnOf(confidence, column),
      was: columnOf(test.scores, column),
    })),
  )
  printCalibration(calibration)
  return calibration
}
