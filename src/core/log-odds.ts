/** The probability that log-odds stand for. */
export function sigmoid(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds))
}

/** Log-odds of a probability, which is believed no nearer to 0 or to 1 than `least`. */
export function logOddsWithin(probability: number, least: number): number {
  const bounded = Math.min(1 - least, Math.max(least, probability))
  return Math.log(bounded / (1 - bounded))
}

/** Probabilities for unnormalised log-probabilities, whatever their size. */
export function softmax(logits: Float64Array): Float64Array {
  const highest = logits.reduce((most, logit) => Math.max(most, logit), -Infinity)
  const odds = logits.map((logit) => Math.exp(logit - highest))
  const total = odds.reduce((sum, each) => sum + each, 0)
  return odds.map((each) => each / total)
}

/** Platt scaling: p = σ(offset + slope × logit(q)). */
export type Calibration = { offset: number; slope: number }

/** Nearer to 0 or 1 a prediction is not believed. */
export const LEAST_BELIEVED = 0.01

/** The probability that a prediction stands for. */
export function calibrated(prediction: number, { offset, slope }: Calibration): number {
  return sigmoid(offset + slope * logOddsWithin(prediction, LEAST_BELIEVED))
}

/** The prediction that stands for a probability: `calibrated` undone. 0 and 1 stay what they are. */
export function uncalibrated(probability: number, { offset, slope }: Calibration): number {
  if (probability <= 0 || probability >= 1) return probability
  return sigmoid((Math.log(probability / (1 - probability)) - offset) / slope)
}
