import { type Calibration, calibrated } from '../core/log-odds.ts'
import type { Prompt } from '../classify/features/prompt.ts'
import { type Components, restored } from './components.ts'
import { type Guard, isForeign } from './guard.ts'
import { type LinearHead, predictLinear } from './linear-head.ts'
import { type Matrix, product } from './matrix.ts'
import { type Reading, readPrompt } from './reading.ts'
import { readText, type TextLayer } from './text-layer.ts'
import { type Forest, predictRow } from './trees.ts'

/** What models do on a kind of prompts: the share of each kind, and each model's mean quality on it. */
export type GroupModel = { forest: Forest; mean: Float64Array; differences: Matrix }

/** `components` of the logarithm of USD; `scale` makes each model's mean right, 0 where its cost was never known. */
export type CostModel = { forest: Forest; components: Components; scale: Float64Array }

/**
 * Predicts what each of some models does on a prompt. Words are boiled down to a few numbers; boosted trees over these
 * and the prompt's shape say how hard it is and where models differ, and which kind of prompt it is.
 */
export type OutcomeModel = {
  models: readonly string[]
  text: TextLayer
  quality: {
    forest: Forest
    linear: LinearHead
    /** How much the linear head counts beside the trees. */
    linearWeight: number
    components: Components
    calibrations: readonly Calibration[]
  }
  /** Null where prompts had no groups. `weight`: how much the groups' means count beside the trees. */
  groups: (GroupModel & { weight: number }) | null
  /** Null where no costs were known. */
  cost: CostModel | null
  /** Null where all prompts were of one kind. */
  guard: Guard | null
}

/**
 * Per model: `quality` to choose by, the probability (calibrated, 0..1) that the answer is good, and the cost in USD,
 * null where none is known and NaN for a model whose own never was. `foreign`: the prompt is unlike all that was learned
 * from, so that none of it should be relied on. Choosing goes by what is not calibrated model by model, since that adds its own noise.
 */
export type OutcomePrediction = {
  quality: Float64Array
  confidence: Float64Array
  cost: Float64Array | null
  foreign: boolean
}

/** What each model is expected to do on one prompt. */
export function predictOutcome(model: OutcomeModel, prompt: Prompt): OutcomePrediction {
  const reading = readPrompt(prompt)
  const features = featuresOf(model.text, reading)
  const quality = blendedQuality(model, features)
  return {
    quality,
    confidence: calibrateAll(quality, model.quality.calibrations),
    cost: model.cost && costsFrom(model.cost, features),
    foreign: model.guard !== null && isForeign(model.guard, reading),
  }
}

/** Each model's prediction on its own curve. */
function calibrateAll(quality: Float64Array, calibrations: readonly Calibration[]): Float64Array {
  return quality.map((value, at) => {
    const calibration = calibrations[at]
    return calibration ? calibrated(value, calibration) : value
  })
}

/** The numbers that the trees look at. */
function featuresOf(text: TextLayer, { shape, terms }: Reading): Float64Array {
  return Float64Array.from([...shape, ...readText(text, terms)])
}

function blendedQuality({ quality, groups }: OutcomeModel, features: Float64Array): Float64Array {
  const boosted = predictRow(quality.forest, features)
  const linear = predictLinear(quality.linear, features)
  const { linearWeight } = quality
  const scores = boosted.map((value, at) => (1 - linearWeight) * value + linearWeight * (linear[at] ?? 0))
  const own = fromComponents(scores, quality.components)
  if (!groups) return own
  const shares = predictRow(groups.forest, features)
  const { values } = product({ rows: 1, columns: shares.length, values: shares }, groups.differences)
  return own.map((value, at) => {
    const mean = (groups.mean[at] ?? 0) + (values[at] ?? 0)
    return groups.weight * mean + (1 - groups.weight) * value
  })
}

function costsFrom({ forest, components, scale }: CostModel, features: Float64Array) {
  const logarithms = fromComponents(predictRow(forest, features), components)
  return logarithms.map((value, at) => Math.exp(value) * (scale[at] || Number.NaN))
}

function fromComponents(scores: Float64Array, components: Components): Float64Array {
  return restored({ rows: 1, columns: scores.length, values: scores }, components).values
}
