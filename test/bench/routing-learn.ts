/** Training and predicting, as every part of the routing benchmark does it. */
import { promptOf, type SetPrompt, trainingSetOf } from '../../src/dev/train/outcome-sets.ts'
import { type OutcomeModel, type OutcomePrediction, predictOutcome } from '../../src/learn/outcome-model.ts'
import type { Outcomes, Rows } from '../../src/learn/outcomes.ts'
import { readPrompt } from '../../src/learn/reading.ts'
import { train, type Trained } from '../../src/learn/train.ts'

export function learn(prompts: readonly SetPrompt[], outcomes: Outcomes): Trained {
  return train(trainingSetOf(prompts, outcomes))
}

/** For prompts of other sets: each set is held against the others, so that what counts is what carries over. */
export function learnAcross(
  prompts: readonly SetPrompt[],
  outcomes: Outcomes,
  sets: readonly string[],
): Trained {
  const folds = [...new Set(sets)].map((set) => [...sets.keys()].filter((row) => sets[row] === set))
  const readings = prompts.map((prompt) => readPrompt(promptOf(prompt)))
  return train({ readings, outcomes, groups: null, folds })
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
