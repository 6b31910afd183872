/** Predictions nearer to 0 or 1 count as this near. */
export const LEAST = 0.01

/** Chances (0..1) that a model answers well where another has answered well, and where it has answered badly. */
type Fate = { afterSuccess: number; afterFailure: number }

/**
 * How a model fares where another has been before. Requests that are hard for one are hard for others: the odds ratio of
 * both answering well is taken as the same everywhere (Plackett's distribution, 1965), so that on average each still
 * answers as well as is predicted of it.
 *
 * @param quality predicted of the model for the request
 * @param before predicted of the other
 * @param sharedFate natural logarithm of the odds ratio, above 0
 */
export function fateOf(quality: number, before: number, sharedFate: number): Fate {
  const [own, other] = [within(quality), within(before)]
  const excess = Math.expm1(sharedFate)
  const sum = 1 + (own + other) * excess
  const both = (sum - Math.sqrt(sum * sum - 4 * (excess + 1) * excess * own * other)) / (2 * excess)
  return { afterSuccess: both / other, afterFailure: (own - both) / (1 - other) }
}

function within(probability: number): number {
  return Math.min(1 - LEAST, Math.max(LEAST, probability))
}
