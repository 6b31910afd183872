import { fnv1a, scattered } from '../core/hash.ts'
import { sigmoid } from '../core/log-odds.ts'

/** One model, represented by its best-ranked offer. */
export type Arm = {
  /** What orders models: quality less what cost and time are worth. */
  utility: number
  /** The quality (0..1) that counts in `utility`. */
  quality: number
  /** What is believed of that quality: a normal distribution on the scale of log-odds. */
  belief: { mean: number; spread: number }
}

/** A choice among models. `propensity`: probability (0..1, never 0) that this very model was chosen. */
export type Exploration<T> = { chosen: T; explored: boolean; propensity: number }

/** Draws from the beliefs that a decision takes one of. Few enough to play all of them: propensities are exact. */
const DRAWS = 64
/** Models beyond so many share the deviates of earlier ones. */
const COLUMNS = 64

/**
 * Thompson sampling (Thompson 1933) at a rate: with probability `rate` each model's quality is drawn from what is
 * believed of it and the highest utility wins, else the best-ranked does. A draw is one of 64 fixed ones, picked by
 * the seed; each model's deviates are spread evenly over the normal distribution (a Latin hypercube), so playing all
 * draws tells the propensity exactly.
 *
 * @param arms best-ranked first, one per model, none of which is forbidden
 * @param rate 0..1; outside of it, or NaN, as the nearest of both, or 0
 * @param seed equal seeds give equal choices
 * @returns `explored`: whether another than the best-ranked was chosen; null without arms
 */
export function explore<T extends Arm>(
  arms: readonly T[],
  { rate, seed }: { rate: number; seed: string },
): Exploration<T> | null {
  const [best] = arms
  if (!best) return null
  const share = rate > 0 ? Math.min(1, rate) : 0
  if (share === 0 || arms.length === 1) return { chosen: best, explored: false, propensity: 1 }
  const winners = playAll(arms)
  const hash = fnv1a(seed)
  const isDrawn = scattered(hash) / 2 ** 32 < share
  const winner = isDrawn ? (winners[scattered(hash ^ 0x5bd1e995) % DRAWS] ?? 0) : 0
  const wins = winners.filter((other) => other === winner).length
  const propensity = (winner === 0 ? 1 - share : 0) + (share * wins) / DRAWS
  return { chosen: arms[winner] ?? best, explored: winner !== 0, propensity }
}

/** Who wins each draw, by index; the first of equals. */
function playAll(arms: readonly Arm[]): Int32Array {
  const winners = new Int32Array(DRAWS)
  const highest = new Float64Array(DRAWS).fill(-Infinity)
  const utilities = new Float64Array(DRAWS)
  const { quantiles, parts } = drawsOf()
  for (const index of contenders(arms, quantiles.at(-1) ?? 0)) {
    const arm = arms[index]
    if (!arm) continue
    fillUtilities(utilities, arm, quantiles)
    const first = (index % COLUMNS) * DRAWS
    for (let draw = 0; draw < DRAWS; draw += 1) {
      const utility = utilities[parts[first + draw] ?? 0] ?? 0
      if (utility > (highest[draw] ?? 0)) {
        highest[draw] = utility
        winners[draw] = index
      }
    }
  }
  return winners
}

/** One for each of the quantiles, which lie evenly about 0: half of the exponentials will do. */
function fillUtilities(
  utilities: Float64Array,
  { utility, quality, belief }: Arm,
  quantiles: Float64Array,
): void {
  const odds = Math.exp(-belief.mean)
  const spread = Math.max(0, belief.spread)
  const others = utility - quality
  for (let part = 0; part < DRAWS / 2; part += 1) {
    const factor = Math.exp(-spread * (quantiles[part] ?? 0))
    utilities[part] = others + 1 / (1 + odds * factor)
    utilities[DRAWS - 1 - part] = others + factor / (factor + odds)
  }
}

/** The models that win some draw if all goes well for them and ill for the others. */
function contenders(arms: readonly Arm[], furthest: number): number[] {
  const least = arms.reduce((most, arm) => Math.max(most, utilityAt(arm, -furthest)), -Infinity)
  return [...arms.keys()].filter((index) => {
    const arm = arms[index]
    return arm !== undefined && utilityAt(arm, furthest) >= least
  })
}

function utilityAt({ utility, quality, belief }: Arm, deviate: number): number {
  const logOdds = belief.mean + Math.max(0, belief.spread) * deviate
  return utility - quality + sigmoid(logOdds)
}

/**
 * `quantiles`: the middle of each of the parts, all equally likely, that the standard normal distribution falls into.
 * `parts`, at `column * DRAWS + draw`: in each column every quantile once, by its index, in an order of its own.
 */
type Draws = { quantiles: Float64Array; parts: Uint8Array }

let draws: Draws | null = null

/** Made when somebody explores: most never do. */
function drawsOf(): Draws {
  draws ??= {
    quantiles: Float64Array.from({ length: DRAWS }, (_, part) => normalQuantile((part + 0.5) / DRAWS)),
    parts: latinHypercube(),
  }
  return draws
}

function latinHypercube(): Uint8Array {
  const parts = new Uint8Array(DRAWS * COLUMNS)
  for (let column = 0; column < COLUMNS; column += 1) {
    const keys = Array.from({ length: DRAWS }, (_, part) => ({
      part,
      key: scattered(column * DRAWS + part + 1),
    }))
    parts.set(
      keys.toSorted((a, b) => a.key - b.key).map(({ part }) => part),
      column * DRAWS,
    )
  }
  return parts
}

/** Where the standard normal distribution reaches a probability, by bisection. */
function normalQuantile(probability: number): number {
  let [low, high] = [-8, 8]
  for (let step = 0; step < 50; step += 1) {
    const middle = (low + high) / 2
    if (normalShare(middle) < probability) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** The standard normal distribution function: Abramowitz and Stegun 1964, 26.2.17, error below 1e-7. */
function normalShare(x: number): number {
  if (x < 0) return 1 - normalShare(-x)
  const t = 1 / (1 + 0.2316419 * x)
  const terms = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429]
  const tail = terms.reduceRight((sum, term) => (sum + term) * t, 0)
  return 1 - (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * tail
}
