/** Training and predicting, as every part of the routing benchmark does it. */
import { foldsOf, promptOf, type SetPrompt } from './outcome-sets.ts'
import { type OutcomeModel, type OutcomePrediction, predictOutcome } from '../../src/learn/outcome-model.ts'
import type { Outcomes, Rows } from '../../src/learn/outcomes.ts'
import { readPrompt } from '../../src/learn/reading.ts'
import { train, type Trained } from '../../src/learn/train.ts'

/** With the kind that each set tells. */
export function learn(prompts: readonly SetPrompt[], outcomes: Outcomes): Trained {
  return train({
    readings: readingsOf(prompts),
    outcomes,
    groups: prompts.map(({ cat }) => cat),
    folds: foldsOf(prompts),
  })
}

/** For prompts of other sets: each set is held against the others, so that what counts is what carries over. */
export function learnAcross(
  prompts: readonly SetPrompt[],
  outcomes: Outcomes,
  sets: readonly string[],
): Trained {
  const folds = [...new Set(sets)].map((set) => [...sets.keys()].filter((row) => sets[row] === set))
  return train({ readings: readingsOf(prompts), outcomes, groups: null, folds })
}

function readingsOf(prompts: readonly SetPrompt[]) {
  return prompts.map((prompt) => readPrompt(promptOf(prompt)))
}

export function predictAll(model: OutcomeModel, prompts: readonly SetPrompt[]): OutcomePrediction[] {
  return prompts.map((prompt) => predictOutcome(model, promptOf(prompt)))
}

export function costsOf(told: readonly OutcomePrediction[]): Rows {
  return told.map(({ cost, quality }) => cost ?? new Float64Array(quality.length))
}

export function columnOf(rows: Rows, column: number): Float64Array {
  return Float64Array.from(rows, (row) => row[column] ?? 0)
}
