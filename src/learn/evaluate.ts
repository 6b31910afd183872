import { costOfBest } from '../route/judge.ts'
import { scoreOf } from '../route/rank.ts'
import { bootstrap, type Interval } from './bootstrap.ts'
import type { Forecast } from './forecast.ts'

/** What a model did on a held-out prompt, and what both parameters expected of it. */
type JudgedOutcome = {
  model: string
  /** 0..1. */
  score: number
  /** By what was known when the current parameters were learned. */
  earlierScore: number | null
  costMicroUsd: number
  current: Forecast
  candidate: Forecast
}

/** What one prompt tells: the outcomes of two models or more. */
export type JudgedPrompt = readonly JudgedOutcome[]

/**
 * How parameters do on held-out prompts, in the mean.
 * `utility`: quality − cost weight × cost ÷ what the best model costs, which is what decisions maximise;
 * `quality` (0..1) and `costMicroUsd` of the models they choose; `brier`: (p(good) − score)², of all models alike.
 */
export type Figures = { utility: number; quality: number; costMicroUsd: number; brier: number }

/** Two sets of parameters on the same held-out prompts. Gains are the candidate's over the current ones. */
export type Comparison = {
  prompts: number
  current: Figures
  candidate: Figures
  utilityGain: Interval
  /** Of the Brier score, which is better when lower: above 0 is better. */
  brierGain: Interval
  /** Of the candidate's Brier score over that of one guess for every model and prompt. */
  knowledge: Interval
  /** By what was known when the current parameters were learned; null where nothing was. */
  earlier: { prompts: number; utilityGain: number } | null
}

/** `costWeight`: see `scoreOf`. `guess`: the mean score of what was learned from. */
type Yardstick = { costWeight: number; guess: number }

const SEED = 20_261_123

/**
 * Lets both parameters choose a model for each held-out prompt, among those with an outcome there, as a decision with
 * nothing else to go by would; and looks what became of it. Paired bootstrap over prompts.
 */
export function compare(prompts: readonly JudgedPrompt[], yardstick: Yardstick): Comparison {
  const bestCost = costOfBestModel(prompts)
  const current = prompts.map((prompt) => figuresOf(prompt, 'current', bestCost, yardstick))
  const candidate = prompts.map((prompt) => figuresOf(prompt, 'candidate', bestCost, yardstick))
  const interval = (gain: (at: number) => number) =>
    bootstrap(prompts.length, (drawn) => meanOf(Array.from(drawn, gain)), SEED)
  const utility = gains(candidate, current, 'utility')
  const brier = gains(current, candidate, 'brier')
  const guessed = prompts.map((prompt) => meanOf(prompt.map(({ score }) => (yardstick.guess - score) ** 2)))
  const known = candidate.map((figures, at) => (guessed[at] ?? 0) - figures.brier)
  return {
    prompts: prompts.length,
    current: meanFigures(current),
    candidate: meanFigures(candidate),
    utilityGain: interval((at) => utility[at] ?? 0),
    brierGain: interval((at) => brier[at] ?? 0),
    knowledge: interval((at) => known[at] ?? 0),
    earlier: earlierGain(prompts, yardstick),
  }
}

function earlierGain(prompts: readonly JudgedPrompt[], yardstick: Yardstick): Comparison['earlier'] {
  const known = prompts
    .map((prompt) =>
      prompt.flatMap((one) => (one.earlierScore === null ? [] : [{ ...one, score: one.earlierScore }])),
    )
    .filter(({ length }) => length > 1)
  if (known.length === 0) return null
  const bestCost = costOfBestModel(known)
  const utility = (parameters: 'current' | 'candidate') =>
    meanOf(known.map((prompt) => figuresOf(prompt, parameters, bestCost, yardstick).utility))
  return { prompts: known.length, utilityGain: utility('candidate') - utility('current') }
}

/** What the model with the best mean score cost per prompt. */
function costOfBestModel(prompts: readonly JudgedPrompt[]): number {
  const means = Array.from(
    Map.groupBy(prompts.flat(), ({ model }) => model),
    ([, outcomes]) => ({
      quality: meanOf(outcomes.map(({ score }) => score)),
      costMicroUsd: meanOf(outcomes.map((outcome) => outcome.costMicroUsd)),
    }),
  )
  return costOfBest(means.map((mean) => ({ prediction: { ...mean, ...AT_ONCE } })))
}

/** Evaluations seldom tell how long an answer took: it does not count. */
const AT_ONCE = { ttftMs: 0, latencyMs: 0 }

function figuresOf(
  prompt: JudgedPrompt,
  parameters: 'current' | 'candidate',
  bestCost: number,
  { costWeight }: Yardstick,
): Figures {
  const weights = { ordering: 'utility', costWeight } as const
  const expected = prompt.map((outcome) => ({ prediction: { ...outcome[parameters], ...AT_ONCE }, outcome }))
  const expectedBest = costOfBest(expected)
  let [chosen, highest]: [JudgedOutcome | null, number] = [null, -Infinity]
  for (const { prediction, outcome } of expected) {
    const score = scoreOf(prediction, weights, expectedBest)
    if (score > highest) [chosen, highest] = [outcome, score]
  }
  const { score: quality, costMicroUsd } = chosen ?? { score: 0, costMicroUsd: 0 }
  return {
    utility: scoreOf({ quality, costMicroUsd, ...AT_ONCE }, weights, bestCost),
    quality,
    costMicroUsd,
    brier: meanOf(prompt.map((outcome) => (outcome[parameters].confidence - outcome.score) ** 2)),
  }
}

function gains(better: readonly Figures[], than: readonly Figures[], of: keyof Figures): number[] {
  return better.map((figures, at) => figures[of] - (than[at]?.[of] ?? 0))
}

function meanFigures(all: readonly Figures[]): Figures {
  const mean = (of: keyof Figures) => meanOf(all.map((figures) => figures[of]))
  return {
    utility: mean('utility'),
    quality: mean('quality'),
    costMicroUsd: mean('costMicroUsd'),
    brier: mean('brier'),
  }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
}

/** Held-out prompts without which nothing can be told. */
export const MIN_HELD_OUT = 30
/** Utilities that differ by less are as good as equal: half a point of quality. */
const EQUAL_UTILITY = 0.005
/** The share by which a Brier score must be lower, where utilities are equal. */
const CLEAR_BRIER_GAIN = 0.05

/** Whether a candidate takes the place of the current parameters, and why, in words for the tenant. */
export type Verdict = { activate: boolean; reason: string }

/**
 * The rule by which what was learned becomes active. Bounds are those of 95 % intervals; every one must hold:
 *
 * 1. At least 30 held-out prompts have outcomes of two models or more: else nothing can be told.
 * 2. The candidate knows something: its p(good) is surely nearer to what happened than one guess for every model and
 *    prompt. Scores that are noise, or all alike, teach to call the cheapest model whatever is asked; this stops it.
 * 3. By what was known when the current parameters were learned, it is not worse by more than half a point: outcomes
 *    that came later cannot undo what earlier ones showed, be they ever so many.
 * 4. Its utility is surely higher. Or it is surely not lower by more than half a point, and on average not lower at
 *    all, while its Brier score is surely lower, and by 5 % at least.
 */
export function verdictOf(comparison: Comparison): Verdict {
  const { prompts, current, candidate, utilityGain, brierGain, knowledge, earlier } = comparison
  if (prompts < MIN_HELD_OUT) {
    return refuse(`only ${prompts} of ${MIN_HELD_OUT} held-out prompts have outcomes of two models or more`)
  }
  if (knowledge[0] <= 0) {
    return refuse('its predictions on held-out prompts are not surely better than one guess for all of them')
  }
  if (earlier && earlier.utilityGain < -EQUAL_UTILITY) {
    return refuse('by the outcomes that the active parameters were learned from, it would choose worse')
  }
  if (utilityGain[0] > 0) return accept('it surely chooses better on held-out prompts')
  const asGood = utilityGain[0] >= -EQUAL_UTILITY && candidate.utility >= current.utility
  const clearer = brierGain[0] > 0 && candidate.brier <= (1 - CLEAR_BRIER_GAIN) * current.brier
  if (asGood && clearer) return accept('it chooses as well on held-out prompts, and predicts clearly better')
  return refuse('it does not surely choose better on held-out prompts')
}

function accept(why: string): Verdict {
  return { activate: true, reason: `Activated: ${why}` }
}

function refuse(why: string): Verdict {
  return { activate: false, reason: `Not activated: ${why}` }
}
