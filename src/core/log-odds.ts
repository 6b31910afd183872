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
