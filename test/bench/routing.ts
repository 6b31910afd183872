/**
 * `npm run bench:routing [folder] [benchmark,…]`: routing by predicted outcomes on sets of real ones, against constants,
 * mixes, and the oracle. Fitted and tuned on train and val, read on test.
 */
import { foldsOf, promptOf, readOutcomeSet } from './outcome-sets.ts'
import { bootstrap } from '../../src/learn/bootstrap.ts'
import { calibrationError } from '../../src/learn/calibrate.ts'
import { predictOutcome } from '../../src/learn/outcome-model.ts'
import { type Outcomes, pick, pickRows, type Rows } from '../../src/learn/outcomes.ts'
import {
  always,
  bestSingle,
  cheapestMix,
  type Choices,
  choose,
  resultOf,
  sharesOf,
} from '../../src/learn/policy.ts'
import { bestLambda, sweep } from '../../src/learn/savings.ts'
import { train } from '../../src/learn/train.ts'
import { twoModelFigures } from '../../src/learn/two-models.ts'

const MANY_MODELS = { M1: 'mix7', M3: 'mmlu_pro', M4: 'llmrouter_ulab', M5: 'zeroeval', M6: 'bfcl' }
const SLACKS = [0, 0.005, 0.01]
const SEED = 20_261_123

const [, , folder = new URL('../../../shared/data', import.meta.url).pathname, only] = process.argv
const wanted = new Set(only?.split(',') ?? ['R1', 'R2', ...Object.keys(MANY_MODELS)])

const percent = (share: number) => `${(100 * share).toFixed(1)} %`
const points = (difference: number) => `${difference >= 0 ? '+' : ''}${(100 * difference).toFixed(2)}`

/** RouteLLM's own benchmarks, by its protocol: every prompt is judged by what was learned without its fold. */
const TWO_MODELS = { R1: 'mmlu', R2: 'gsm8k' }

for (const [id, bench] of Object.entries(TWO_MODELS)) {
  if (!wanted.has(id)) continue
  const set = readOutcomeSet(folder, 'routellm')
  const rows = [...set.prompts.keys()].filter((row) => set.prompts[row]?.bench === bench)
  const prompts = pick(set.prompts, rows)
  const outcomes = pickRows(set.outcomes, rows)
  const { unseen } = train({
    prompts: prompts.map(promptOf),
    outcomes,
    groups: prompts.map(({ cat }) => cat),
    folds: foldsOf(prompts),
  })
  const scored = rows.flatMap((_, at) => (prompts[at]?.decontam ? [] : [at]))
  const gain = Float64Array.from(pick(unseen.quality, scored), ([weak = 0, strong = 0]) => strong - weak)
  const { scores } = pickRows(outcomes, scored)
  const { apgr, cpt50, cpt80 } = twoModelFigures(gain, columnOf(scores, 0), columnOf(scores, 1))
  console.log(
    `\n${id} RouteLLM ${bench}: ${scored.length} prompts out of fold, APGR ${apgr.toFixed(3)}, CPT50 ${cpt50.toFixed(1)}, CPT80 ${cpt80.toFixed(1)}`,
  )
}

for (const [id, name] of Object.entries(MANY_MODELS)) {
  if (!wanted.has(id)) continue
  const set = readOutcomeSet(folder, name)
  const rows = [...set.prompts.keys()]
  const isTest = (row: number) => set.prompts[row]?.split === 'test'
  const [dev, test] = [rows.filter((row) => !isTest(row)), rows.filter(isTest)]
  const outcomes = pickRows(set.outcomes, dev)
  const prompts = pick(set.prompts, dev)
  const started = performance.now()
  const { model, unseen } = train({
    prompts: prompts.map(promptOf),
    outcomes,
    groups: prompts.map(({ cat }) => cat),
    folds: foldsOf(prompts),
  })
  const seconds = (performance.now() - started) / 1_000
  const told = pick(set.prompts, test).map((prompt) => predictOutcome(model, promptOf(prompt)))
  const quality = told.map((one) => one.quality)
  const cost = told.map((one) => one.cost ?? new Float64Array(one.quality.length))
  console.log(
    `\n${id} ${name}: ${dev.length} prompts to learn from, ${test.length} to test, ${outcomes.models.length} models, ${seconds.toFixed(0)} s, groups weigh ${model.groups?.weight ?? 0}`,
  )
  const confidence = told.map((one) => one.confidence)
  report(outcomes, unseen.quality, unseen.cost ?? [], pickRows(set.outcomes, test), {
    quality,
    cost,
    confidence,
  })
}

type Predicted = { quality: Rows; cost: Rows; confidence: Rows }

function report(dev: Outcomes, devQuality: Rows, devCost: Rows, test: Outcomes, predicted: Predicted) {
  const { quality, cost, confidence } = predicted
  const reference = bestSingle(dev)
  const constant = always(reference, test)
  const { quality: good, cost: dear } = resultOf(constant, test)
  const hindsight = bestSingle(test)
  console.log(
    `  reference ${test.models[reference]} ${percent(good)}; best in hindsight ${test.models[hindsight]} ${percent(resultOf(always(hindsight, test), test).quality)}; best static mix saves ${percent(1 - cheapestMix(test, good) / dear)}; oracle saves ${percent(oracleSaving(test, good, dear))}`,
  )
  for (const slack of SLACKS) {
    const lambda = bestLambda(devQuality, devCost, dev, slack)
    const choices = lambda === null ? constant : choose(quality, cost, lambda)
    const devChoices = lambda === null ? always(reference, dev) : choose(devQuality, devCost, lambda)
    const [saving, difference] = paired(choices, constant, test)
    const [devSaving, devDifference] = paired(devChoices, always(reference, dev), dev)
    console.log(
      `  slack ${percent(slack)}: saves ${saving}, quality ${difference} | unseen dev ${devSaving} ${devDifference} | ${shares(choices, test)}`,
    )
  }
  const curve = sweep(quality, cost, test, dear)
  const least = Math.min(...curve.filter((point) => point.quality >= good).map((point) => point.cost))
  const best = Math.max(...curve.filter((point) => point.cost <= dear).map((point) => point.quality))
  const top = resultOf(always(hindsight, test), test)
  const leastTop = Math.min(...curve.filter((p) => p.quality >= top.quality).map((point) => point.cost))
  const errors = test.models.map((_, column) =>
    calibrationError(columnOf(confidence, column), columnOf(test.scores, column)),
  )
  console.log(
    `  on the curve: ${percent(1 - least / dear)} at equal quality, ${points(best - good)} at equal cost; against hindsight ${percent(1 - leastTop / top.cost)} | calibration error mean ${(errors.reduce((a, b) => a + b, 0) / errors.length).toFixed(3)}, worst ${Math.max(...errors).toFixed(3)}`,
  )
}

/** Saving and difference in quality against a reference, each with its 95 % interval. */
function paired(choices: Choices, reference: Choices, outcomes: Outcomes): [string, string] {
  const mine = perPrompt(choices, outcomes)
  const theirs = perPrompt(reference, outcomes)
  const all = Int32Array.from(mine.costs.keys())
  const saving = (drawn: Int32Array) => 1 - sum(mine.costs, drawn) / sum(theirs.costs, drawn)
  const difference = (drawn: Int32Array) =>
    (sum(mine.scores, drawn) - sum(theirs.scores, drawn)) / drawn.length
  const savings = bootstrap(all.length, saving, SEED).map(percent)
  const differences = bootstrap(all.length, difference, SEED).map(points)
  return [
    `${percent(saving(all))} [${savings.join(', ')}]`,
    `${points(difference(all))} pp [${differences.join(', ')}]`,
  ]
}

function sum(values: Float64Array, drawn: Int32Array): number {
  return drawn.reduce((total, row) => total + (values[row] ?? 0), 0)
}

function perPrompt(choices: Choices, { scores, costs }: Outcomes) {
  const of = (rows: Rows) => Float64Array.from(choices, (column, row) => rows[row]?.[column] ?? 0)
  return { scores: of(scores), costs: of(costs) }
}

function oracleSaving(test: Outcomes, good: number, dear: number): number {
  const curve = sweep(test.scores, test.costs, test, dear)
  return 1 - Math.min(...curve.filter((point) => point.quality >= good).map((point) => point.cost)) / dear
}

function shares(choices: Choices, { models }: Outcomes): string {
  const named = sharesOf(choices, models.length).map((share, at) => ({ share, name: models[at] ?? '' }))
  const top = named.toSorted((a, b) => b.share - a.share).filter(({ share }) => share > 0.005)
  return top
    .slice(0, 5)
    .map(({ share, name }) => `${name} ${percent(share)}`)
    .join(', ')
}

function columnOf(rows: Rows, column: number): Float64Array {
  return Float64Array.from(rows, (row) => row[column] ?? 0)
}
