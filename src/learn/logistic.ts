import { sigmoid } from '../core/log-odds.ts'
import { solve } from './cholesky.ts'
import { zeros } from './matrix.ts'

const NEWTON_STEPS = 20
/** How much the belief "this input says nothing" is worth, in observations. */
const PRIOR = 1

/**
 * Logistic regression on a few inputs, by Newton's method, each input scaled to a spread of 1 for the prior.
 *
 * @param outcomes 0 or 1
 * @returns the offset, then one weight per input
 */
export function fitLogistic(
  inputs: readonly (readonly number[])[],
  outcomes: readonly number[],
): Float64Array {
  const width = (inputs[0]?.length ?? 0) + 1
  const { mean, spread } = standardOf(inputs)
  const rows = inputs.map((row) =>
    Float64Array.of(1, ...row.map((value, at) => (value - (mean[at] ?? 0)) / (spread[at] ?? 1))),
  )
  let weights = new Float64Array(width)
  for (let step = 0; step < NEWTON_STEPS; step += 1) {
    const gradient = zeros(width, 1)
    const curvature = zeros(width, width)
    for (let at = 0; at < width; at += 1) {
      gradient.values[at] = -PRIOR * (weights[at] ?? 0)
      curvature.values[at * width + at] = PRIOR
    }
    for (const [row, input] of rows.entries()) {
      const p = sigmoid(input.reduce((sum, value, at) => sum + value * (weights[at] ?? 0), 0))
      for (const [at, value] of input.entries()) {
        gradient.values[at] = (gradient.values[at] ?? 0) + ((outcomes[row] ?? 0) - p) * value
        for (const [other, factor] of input.entries()) {
          const to = at * width + other
          curvature.values[to] = (curvature.values[to] ?? 0) + p * (1 - p) * value * factor
        }
      }
    }
    const change = solve(curvature, gradient).values
    weights = weights.map((weight, at) => weight + (change[at] ?? 0))
  }
  const scaled = weights.map((weight, at) => (at === 0 ? weight : weight / (spread[at - 1] ?? 1)))
  scaled[0] = mean.reduce((sum, value, at) => sum - value * (scaled[at + 1] ?? 0), weights[0] ?? 0)
  return scaled
}

function standardOf(inputs: readonly (readonly number[])[]): { mean: number[]; spread: number[] } {
  const columns = (inputs[0] ?? []).map((_, at) => inputs.map((row) => row[at] ?? 0))
  const mean = columns.map((values) => values.reduce((sum, value) => sum + value, 0) / values.length)
  const spread = columns.map((values, at) =>
    Math.sqrt(values.reduce((sum, value) => sum + (value - (mean[at] ?? 0)) ** 2, 0) / values.length + 1e-12),
  )
  return { mean, spread }
}
