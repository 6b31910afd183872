/**
 * `npm run train:evidence -- [folder of data sets]`: learns how much models fail together, from recorded outcomes of the
 * train split and what a router predicts of them without having seen them, and writes it to
 * `src/route/collaboration/learned-evidence.ts`; equal data give equal bytes. Prints how well it fits each set.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { calibrate } from '../../learn/calibrate.ts'
import { pick, pickRows, type Rows } from '../../learn/outcomes.ts'
import { train } from '../../learn/train.ts'
import { fateOf } from '../../route/collaboration/fate.ts'
import { readOutcomeSet, trainingSetOf } from './outcome-sets.ts'

const DATA = join(import.meta.dirname, '../../../../shared/data')
const LEARNED = join(import.meta.dirname, '../../route/collaboration/learned-evidence.ts')

/** Sets whose licences let what is learned from them be passed on, but for the problems named below. */
const SETS = ['mix7', 'zeroeval', 'mmlu_pro', 'bfcl']
/** The texts of LiveCodeBench's problems are for research only. */
const LEFT_OUT = 'lcb_repair'
/** Scores from here on are good answers. */
const GOOD = 0.5
/** Rows of a set that are looked at: more hardly move the result. */
const MAX_ROWS = 2_000

/** Two models on one request: what is predicted of each, and whether it answered well. */
type Pair = { first: number; second: number; firstIsGood: boolean; secondIsGood: boolean }

const folder = process.argv[2] ?? DATA
const sets = SETS.map((name) => ({ name, ...unseenOf(name) }))
const all = sets.map(({ quality, scores }) => pairsOf(quality, scores))
const sharedFate = rounded(mostLikely((logRatio) => sum(all.map((pairs) => meanLogOf(pairs, logRatio)))))
console.table(
  sets.map(({ name, quality, scores }, at) => ({ set: name, ...fitOf(all[at] ?? [], quality, scores) })),
)
console.log(`all sets alike: ${sharedFate}`)
writeFileSync(
  LEARNED,
  `// Written by \`npm run train:evidence\`.

/**
 * By how much the odds that a model answers well are higher where another has answered the same request well than where
 * it has answered badly, as a natural logarithm. Learned from recorded outcomes of ${SETS.join(', ')}.
 */
export const SHARED_FATE = ${sharedFate}
`,
)

/** Predictions made without the prompt's fold, as a router has them. */
function unseenOf(name: string): { quality: Rows; scores: Rows } {
  const { prompts, outcomes } = readOutcomeSet(folder, name)
  const rows = [...prompts.keys()].filter(
    (row) => prompts[row]?.split === 'train' && prompts[row]?.bench !== LEFT_OUT,
  )
  const known = pickRows(outcomes, rows)
  const { unseen } = train(trainingSetOf(pick(prompts, rows), known))
  return { quality: unseen.quality, scores: known.scores }
}

function pairsOf(quality: Rows, scores: Rows): Pair[] {
  return quality.slice(0, MAX_ROWS).flatMap((row, at) => {
    const isGood = Array.from(scores[at] ?? [], (score) => score >= GOOD)
    return Array.from(row).flatMap((first, one) =>
      Array.from(row.subarray(one + 1), (second, gap) => ({
        first,
        second,
        firstIsGood: isGood[one] ?? false,
        secondIsGood: isGood[one + 1 + gap] ?? false,
      })),
    )
  })
}

/** Mean log-likelihood of the second model's outcome, given the first one's. */
function meanLogOf(pairs: readonly Pair[], logRatio: number): number {
  const logs = pairs.map(({ first, second, firstIsGood, secondIsGood }) => {
    const { afterSuccess, afterFailure } = fateOf(second, first, logRatio)
    const good = firstIsGood ? afterSuccess : afterFailure
    return Math.log(secondIsGood ? good : 1 - good)
  })
  return sum(logs) / Math.max(1, logs.length)
}

function flat(rows: Rows): Float64Array {
  return Float64Array.from(rows.flatMap((row) => [...row]))
}

/** How one set alone would have it; how often models really answer well what another failed at, and what is told. */
function fitOf(pairs: readonly Pair[], quality: Rows, scores: Rows) {
  const failed = pairs.flatMap((pair) => [
    ...(pair.firstIsGood ? [] : [{ own: pair.second, other: pair.first, isGood: pair.secondIsGood }]),
    ...(pair.secondIsGood ? [] : [{ own: pair.first, other: pair.second, isGood: pair.firstIsGood }]),
  ])
  const mean = (of: (one: (typeof failed)[number]) => number) => rounded(sum(failed.map(of)) / failed.length)
  const { offset, slope } = calibrate(flat(quality), flat(scores))
  return {
    alone: rounded(mostLikely((logRatio) => meanLogOf(pairs, logRatio))),
    'good after failure': mean(({ isGood }) => Number(isGood)),
    told: mean(({ own, other }) => fateOf(own, other, sharedFate).afterFailure),
    'told without': mean(({ own }) => own),
    'prior slope': rounded(slope),
    'prior offset': rounded(offset),
  }
}

/** By golden section; the likelihood has one peak. */
function mostLikely(likelihood: (logRatio: number) => number): number {
  const share = (Math.sqrt(5) - 1) / 2
  let [low, high] = [0.01, 5]
  while (high - low > 0.01) {
    const [left, right] = [high - share * (high - low), low + share * (high - low)]
    if (likelihood(left) < likelihood(right)) low = left
    else high = right
  }
  return (low + high) / 2
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
