/** Recorded outcomes with what our router predicts of them, for the benchmark of joint work. */
import { type OutcomeSet, readOutcomeSet, type SetPrompt } from '../../src/dev/train/outcome-sets.ts'
import { columnMeans, type Outcomes, pick, pickRows, type Rows } from '../../src/learn/outcomes.ts'
import { amongContenders, bestSingle } from './policy.ts'
import { costsOf, learn, predictAll } from './routing-learn.ts'

/** Prompts with what each model did, and what was predicted of it without having seen the prompt. */
export type Side = {
  prompts: readonly SetPrompt[]
  outcomes: Outcomes
  /** −Infinity for models that are out of the question. */
  quality: Rows
  /** USD. */
  cost: Rows
  tokens: OutcomeSet['tokens']
  prices: OutcomeSet['prices']
}

/** `reference`: the column of the model that is best for all prompts of `dev` alike. */
export type CollabSet = { name: string; models: readonly string[]; dev: Side; test: Side; reference: number }

/** What a verifier reads besides question and answer, and what it writes, in tokens. */
const INSTRUCTION_TOKENS = 150
const VERDICT_TOKENS = 20
const PER_MILLION = 1e6

/** Learns from train and val; predictions for these are made without the prompt's fold. */
export function prepareSet(folder: string, name: string): CollabSet {
  const set = readOutcomeSet(folder, name)
  const rows = [...set.prompts.keys()]
  const isTest = (row: number) => set.prompts[row]?.split === 'test'
  const [devRows, testRows] = [rows.filter((row) => !isTest(row)), rows.filter(isTest)]
  const dev = pickRows(set.outcomes, devRows)
  const { model, unseen } = learn(pick(set.prompts, devRows), dev)
  const told = predictAll(model, pick(set.prompts, testRows))
  const predicted = {
    cost: [],
    quality: [],
    prompts: set.prompts,
    outcomes: set.outcomes,
    tokens: set.tokens,
    prices: set.prices,
  }
  const withPredictions = (own: readonly number[], quality: Rows, cost: Rows): Side => ({
    ...sideOf(predicted, own),
    quality: amongContenders(quality, dev),
    cost,
  })
  return {
    name,
    models: set.outcomes.models,
    dev: withPredictions(devRows, unseen.quality, unseen.cost ?? []),
    test: withPredictions(
      testRows,
      told.map(({ quality }) => quality),
      costsOf(told),
    ),
    reference: bestSingle(dev),
  }
}

/** What it costs to have an answer of so many tokens verified, USD. */
export function verifyingCost(
  { tokens, prices }: Side,
  row: number,
  answer: number,
  verifier: number,
): number {
  const { input, output } = prices[verifier] ?? { input: 0, output: 0 }
  const question = tokens.input[row]?.[verifier] ?? 0
  return ((question + answer + INSTRUCTION_TOKENS) * input + VERDICT_TOKENS * output) / PER_MILLION
}

/** The cheapest of the better half of models: a weaker one could hardly tell right from wrong. */
export function usualVerifier({ dev: { outcomes } }: CollabSet): number {
  const [scores, costs] = [columnMeans(outcomes.scores), columnMeans(outcomes.costs)]
  const byScore = [...scores.keys()].toSorted((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0))
  const [cheapest = 0] = byScore
    .slice(0, Math.ceil(byScore.length / 2))
    .sort((a, b) => (costs[a] ?? 0) - (costs[b] ?? 0))
  return cheapest
}

/** A set's prompts of some benchmarks only, with the best model among these. */
export function onlyPrompts(set: CollabSet, isMeant: (prompt: SetPrompt) => boolean): CollabSet {
  const rowsOf = ({ prompts }: Side) =>
    [...prompts.keys()].filter((row) => prompts.slice(row, row + 1).some(isMeant))
  const [dev, test] = [sideOf(set.dev, rowsOf(set.dev)), sideOf(set.test, rowsOf(set.test))]
  return { ...set, dev, test, reference: bestSingle(dev.outcomes) }
}

/** Some prompts only, by index. */
export function sideOf(side: Side, rows: readonly number[]): Side {
  return {
    prompts: pick(side.prompts, rows),
    outcomes: pickRows(side.outcomes, rows),
    quality: pick(side.quality, rows),
    cost: pick(side.cost, rows),
    tokens: { input: pick(side.tokens.input, rows), output: pick(side.tokens.output, rows) },
    prices: side.prices,
  }
}
