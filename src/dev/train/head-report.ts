import { correctTokens } from '../../classify/answer-length.ts'
import { correctDifficulty } from '../../classify/difficulty.ts'
import { readHead, unpackHead } from '../../classify/learned/head.ts'
import { DIFFICULTY_HEAD, LENGTH_HEAD } from '../../classify/learned/head-weights.ts'
import { unpackTaskModel } from '../../classify/learned/task-model.ts'
import { TASK_WEIGHTS } from '../../classify/learned/task-weights.ts'
import { MEASURED_SET, readAnswered, TRAINING_SETS } from './answered-prompts.ts'
import { type HeadExample, headExamplesOf, ruledExamplesOf } from './head-examples.ts'
import { applyHead, fitDifficulty, fitLength } from './head-fit.ts'
import { readSamples } from './samples.ts'

type Row = Record<string, string | number>
type Guess = (example: HeadExample) => number

/** Categories with fewer prompts say nothing of the order inside them. */
const FEWEST = 15

/**
 * How well the committed heads foretell outcomes of prompts in the split `test`, and how well heads of the same make do on
 * all prompts of a set that they were not trained on: rows for `console.table`. Answers of one set are measured by
 * benchmark.
 */
export function measureHeads(folder: string): { difficulty: Row[]; length: Row[] } {
  const model = unpackTaskModel(TASK_WEIGHTS)
  const answered = TRAINING_SETS.flatMap((set) => headExamplesOf(readAnswered(folder, set), model))
  const samples = readSamples(folder).filter(({ role, split }) => role !== 'fresh' && split === 'train')
  const train = [
    ...answered.filter(({ prompt }) => prompt.split !== 'test'),
    ...ruledExamplesOf(samples, model),
  ]
  const chat = headExamplesOf(readAnswered(folder, MEASURED_SET), model)
  return { difficulty: difficultyRows(answered, train, chat), length: lengthRows(answered, train, chat) }
}

function difficultyRows(
  answered: readonly HeadExample[],
  train: readonly HeadExample[],
  chat: readonly HeadExample[],
): Row[] {
  const head = unpackHead(DIFFICULTY_HEAD)
  const committed: Guess = (example) =>
    correctDifficulty(example.ruledDifficulty, readHead(head, example.dense, example.grams), example)
  const bySet = Map.groupBy(answered, ({ prompt }) => prompt.set)
  const rows = Array.from(bySet, ([set, all]) => {
    const other = fitDifficulty(without(train, all))
    const leftOut: Guess = (example) =>
      correctDifficulty(example.ruledDifficulty, applyHead(other, example), example)
    const test = all.filter(({ prompt }) => prompt.split === 'test')
    return { set, ...correlations('test', test, committed), ...correlations('left', all, leftOut) }
  })
  return [...rows, { set: chat[0]?.prompt.set ?? '', ...correlations('test', chat, committed) }]
}

const ruled: Guess = ({ ruledDifficulty }) => ruledDifficulty

/** Of the difficulty found in outcomes with the guessed one: over a set, and inside its categories. */
function correlations(name: string, examples: readonly HeadExample[], guess: Guess): Row {
  return {
    [name]: examples.length,
    [`${name} rules`]: rounded(correlation(examples, ruled)),
    [`${name} now`]: rounded(correlation(examples, guess)),
    [`${name} inside rules`]: rounded(correlationInside(examples, ruled)),
    [`${name} inside now`]: rounded(correlationInside(examples, guess)),
  }
}

function correlationInside(examples: readonly HeadExample[], guess: Guess): number {
  const groups = [...Map.groupBy(examples, ({ prompt }) => prompt.category).values()]
  const large = groups.filter(({ length }) => length >= FEWEST)
  const total = large.reduce((sum, { length }) => sum + length, 0)
  return large.reduce((sum, group) => sum + (group.length * correlation(group, guess)) / total, 0)
}

function correlation(examples: readonly HeadExample[], guess: Guess): number {
  const guesses = centred(examples.map(guess))
  const wanted = centred(examples.map(({ difficulty }) => difficulty))
  const size = Math.sqrt(dot(guesses, guesses) * dot(wanted, wanted))
  return size > 0 ? dot(guesses, wanted) / size : 0
}

function lengthRows(
  answered: readonly HeadExample[],
  train: readonly HeadExample[],
  chat: readonly HeadExample[],
): Row[] {
  const head = unpackHead(LENGTH_HEAD)
  const committed: Guess = ({ dense, grams, ruledTokens }) =>
    correctTokens(ruledTokens, readHead(head, dense, grams))
  const counted = answered.filter(({ tokens }) => tokens !== null)
  const byBench = Map.groupBy(counted, benchOf)
  const rows = Array.from(byBench, ([bench, all]) => {
    const other = fitLength(without(train, all))
    const leftOut: Guess = (example) => correctTokens(example.ruledTokens, applyHead(other, example))
    const test = all.filter(({ prompt }) => prompt.split === 'test')
    return { bench, ...errors('test', test, committed), ...errors('left', all, leftOut) }
  })
  return [...rows, { bench: MEASURED_SET, ...errors('test', chat, committed) }]
}

/** Mean absolute error in ln units of the median answer, and the mean error in brackets. */
function errors(name: string, examples: readonly HeadExample[], guess: Guess): Row {
  const shown = (of: Guess) => {
    const misses = examples.flatMap((example) =>
      example.tokens === null ? [] : [Math.log(of(example) / example.tokens)],
    )
    return `${meanOf(misses.map(Math.abs)).toFixed(2)} (${meanOf(misses).toFixed(2)})`
  }
  return {
    [name]: examples.length,
    [`${name} rules`]: shown(({ ruledTokens }) => ruledTokens),
    [`${name} now`]: shown(guess),
  }
}

/** Examples of other benchmarks whose question is none of `left`. */
function without(train: readonly HeadExample[], left: readonly HeadExample[]): HeadExample[] {
  const benches = new Set(left.map(benchOf))
  const keys = new Set(left.map(({ prompt }) => prompt.key))
  return train.filter((example) => !benches.has(benchOf(example)) && !keys.has(example.prompt.key))
}

function benchOf({ prompt }: HeadExample): string {
  return prompt.category.split('/')[0] ?? prompt.set
}

function centred(values: readonly number[]): number[] {
  const mean = meanOf(values)
  return values.map((value) => value - mean)
}

function dot(left: readonly number[], right: readonly number[]): number {
  return left.reduce((sum, value, at) => sum + value * (right[at] ?? 0), 0)
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
}

function rounded(value: number): number {
  return Number(value.toFixed(3))
}
