import type { TaskType } from '../core/demand.ts'
import type { Calibration } from '../core/log-odds.ts'

/** What a tenant's own evaluations say of one model on one request. */
export type LearnedPrediction = {
  /** 0..1, to compare models by. */
  quality: number
  /** Calibrated probability (0..1) that the answer is good. */
  confidence: number
  /** Null where the evaluations did not tell. */
  outputTokens: number | null
}

/** A belief about ability as a normal distribution, on the scale of log-odds of a good answer. */
export type AbilityShift = { mean: number; spread: number }

/** What a tenant's own outcomes add, for one request, to what is published about models. */
export type Beliefs = {
  /** The parameters that predicted: `base`, or the id of a training. */
  parameters: string
  /** By model id. Empty where nothing was learned, or where the request is unlike everything that was learned from. */
  predictions: ReadonlyMap<string, LearnedPrediction>
  /** How much better or worse than predicted answers to such tasks turned out; null where too few were judged. */
  shiftOf(modelId: string, taskType: TaskType): AbilityShift | null
  /** How confidence in drafts is to be corrected; null where too few were judged. */
  confidence: Calibration | null
}

/** Nothing learned: what is published is all there is. */
export const NO_BELIEFS: Beliefs = {
  parameters: 'base',
  predictions: new Map(),
  shiftOf: () => null,
  confidence: null,
}
