import { createRandom } from './random.ts'

const RESAMPLES = 2_000

/** A 95 % interval. */
export type Interval = readonly [low: number, high: number]

/**
 * Percentile bootstrap over prompts: how far a figure would move with other prompts of the same kind. Paired, since
 * `figure` sees whole prompts.
 *
 * @param figure computed from the indices of the prompts drawn
 * @param seed equal seeds give equal intervals
 */
export function bootstrap(prompts: number, figure: (drawn: Int32Array) => number, seed: number): Interval {
  const random = createRandom(seed)
  const drawn = new Int32Array(prompts)
  const figures = Array.from({ length: RESAMPLES }, () => {
    for (let at = 0; at < prompts; at += 1) drawn[at] = Math.floor(random() * prompts)
    return figure(drawn)
  }).toSorted((a, b) => a - b)
  const at = (share: number) => figures[Math.floor(share * (RESAMPLES - 1))] ?? Number.NaN
  return [at(0.025), at(0.975)]
}
