import { type Calibration, LEAST_BELIEVED, logOddsWithin, sigmoid } from '../core/log-odds.ts'

const NEWTON_STEPS = 30
/** No step goes further: far from its goal Newton's method overshoots. */
const LONGEST_STEP = 0.5
/** How much the belief "well calibrated already" is worth: precisions of the offset, and of the slope. */
const PRIOR = [0.1, 1] as const

/** Fits the curve to outcomes (0..1) of predictions made without them (Platt 1999), by Newton's method. */
export function calibrate(
  predictions: Float64Array,
  outcomes: Float64Array,
  prior: readonly [offset: number, slope: number] = PRIOR,
): Calibration {
  const logits = predictions.map((prediction) => logOddsWithin(prediction, LEAST_BELIEVED))
  let [offset, slope] = [0, 1]
  for (let step = 0; step < NEWTON_STEPS; step += 1) {
    let [g0, g1, h00, h01, h11] = [-prior[0] * offset, -prior[1] * (slope - 1), prior[0], 0, prior[1]]
    for (const [at, x] of logits.entries()) {
      const outcome = outcomes[at] ?? Number.NaN
      if (Number.isNaN(outcome)) continue
      const p = sigmoid(offset + slope * x)
      const weight = p * (1 - p)
      g0 += outcome - p
      g1 += (outcome - p) * x
      h00 += weight
      h01 += weight * x
      h11 += weight * x * x
    }
    const determinant = h00 * h11 - h01 * h01
    offset += bounded((h11 * g0 - h01 * g1) / determinant)
    slope += bounded((h00 * g1 - h01 * g0) / determinant)
  }
  return { offset, slope }
}

function bounded(step: number): number {
  return Math.min(LONGEST_STEP, Math.max(-LONGEST_STEP, step))
}

const BINS = 10

/**
 * Expected calibration error: how far the mean prediction lies from the mean outcome, over ten bins of predictions,
 * weighted by how many fall into each (Naeini et al. 2015).
 */
export function calibrationError(predictions: Float64Array, outcomes: Float64Array): number {
  const differences = new Float64Array(BINS)
  for (const [at, prediction] of predictions.entries()) {
    const bin = Math.min(BINS - 1, Math.floor(prediction * BINS))
    differences[bin] = (differences[bin] ?? 0) + prediction - (outcomes[at] ?? 0)
  }
  return differences.reduce((sum, difference) => sum + Math.abs(difference), 0) / predictions.length
}
