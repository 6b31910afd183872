/** C1: how far the probabilities told lie from what happened. */
import { calibrationError } from '../../src/learn/calibrate.ts'
import { createRandom } from '../../src/learn/random.ts'

type Told = { said: Float64Array; was: Float64Array }

const DRAWS = 20
const SEED = 5

/**
 * The mean over models; `perfect` is what luck alone gives when every probability is right, with as few prompts.
 */
export function calibrationOf(models: readonly Told[]): { error: number; perfect: number; worst: number } {
  const random = createRandom(SEED)
  const errors = models.map(({ said, was }) => calibrationError(said, was))
  const perfect = models.map(({ said }) =>
    meanOf(
      Array.from({ length: DRAWS }, () =>
        calibrationError(
          said,
          said.map((p) => Number(random() < p)),
        ),
      ),
    ),
  )
  return { error: meanOf(errors), perfect: meanOf(perfect), worst: Math.max(...errors) }
}

export function printCalibration({ error, perfect, worst }: ReturnType<typeof calibrationOf>): void {
  console.log(
    `  calibration error per model: mean ${error.toFixed(3)}, worst ${worst.toFixed(3)}; ${perfect.toFixed(3)} by luck alone, were all probabilities right`,
  )
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
