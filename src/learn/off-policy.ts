import { bootstrap, type Interval } from './bootstrap.ts'

/**
 * What another policy would have got, from what was logged under the one that ran: Dudík, Langford & Li 2011, "Doubly
 * robust policy evaluation and learning"; weights clipped as in Ionides 2008, "Truncated importance sampling".
 */

/** One decision, as one figure (cost, quality or latency) sees it. The other policy is called the target. */
export type Trial = {
  /** Expected of the choice that was made, and of the target's. */
  predicted: { logged: number; target: number }
  /** What the choice that was made brought; null where that is not known. */
  observed: number | null
  /** Probability (above 0, up to 1) that the choice was made. */
  propensity: number
  /** Whether the target makes the same choice. */
  same: boolean
}

/** A mean per decision with its 95 % interval. */
export type Estimate = { value: number; interval: Interval }

/** How much the log tells about the target. */
type Support = {
  /** Share of the decisions that could have gone as the target wants: not those that had to go otherwise. */
  share: number
  /** Kish's effective sample size, (Σw)² ÷ Σw²: as many decisions of equal weight would tell as much. */
  effectiveSampleSize: number
  /** Mean weight where there is support: 1 when the log has what the target chooses as often as it says. */
  meanWeight: number
}

/** Why outcomes do not tell what the target would have got. */
type Shortage = 'no_outcomes' | 'low_support_share' | 'low_effective_sample_size' | 'low_mean_weight'

export type Evaluation = {
  /** Direct method: the predictions alone, of all decisions. */
  predicted: { logged: Estimate | null; target: Estimate | null }
  /** How many decisions have a known outcome. All that follows is of these. */
  outcomes: number
  observed: Estimate | null
  support: Support
  shortage: Shortage | null
  /** Null when there is a shortage. */
  estimates: WeightedEstimates | null
  /**
   * Target less logged: doubly robust less observed, of the same decisions; with a shortage the difference of the
   * predictions.
   */
  change: Estimate | null
}

/** The estimators that rest on outcomes. */
type WeightedEstimates = {
  /** Σ wy ÷ n over the decisions with support. */
  inversePropensity: Estimate | null
  /** Σ wy ÷ Σw: less variance for a little bias. */
  selfNormalized: Estimate | null
  /** Predictions of the target's choices, corrected by w × (outcome − prediction); without support they stand alone. */
  doublyRobust: Estimate | null
}

/** Limits of what is believed of weights. Below any minimum there is a shortage. */
export const SUPPORT_LIMITS = {
  /** A weight, 1 ÷ propensity, counts up to this: one lucky exploration does not decide an estimate. */
  maxWeight: 50,
  minShare: 0.9,
  minEffectiveSampleSize: 100,
  minMeanWeight: 0.75,
} as const

/** More decisions than this are drawn as blocks of neighbours, which costs less and keeps what neighbours share. */
const MAX_BLOCKS = 500
const SEED = 1

type Tried = Trial & { observed: number }

/** @param trials in the order they were decided, one per decision */
export function evaluate(trials: readonly Trial[]): Evaluation {
  const tried = trials.filter(isTried)
  const support = supportOf(tried)
  const shortage = shortageOf(tried.length, support)
  return {
    predicted: {
      logged: meanOf(trials, ({ predicted }) => predicted.logged),
      target: meanOf(trials, ({ predicted }) => predicted.target),
    },
    outcomes: tried.length,
    observed: meanOf(tried, (trial) => trial.observed),
    support,
    shortage,
    estimates: shortage ? null : estimatesOf(tried),
    change: shortage
      ? meanOf(trials, ({ predicted }) => predicted.target - predicted.logged)
      : meanOf(tried, (trial) => corrected(trial) - trial.observed),
  }
}

function isTried(trial: Trial): trial is Tried {
  return trial.observed !== null
}

function estimatesOf(tried: readonly Tried[]): WeightedEstimates {
  const weighted = (trial: Tried) => weightOf(trial) * trial.observed
  return {
    inversePropensity: ratioOf(tried, weighted, (trial) => Number(hasSupport(trial))),
    selfNormalized: ratioOf(tried, weighted, weightOf),
    doublyRobust: meanOf(tried, corrected),
  }
}

function weightOf({ same, propensity }: Trial): number {
  return same ? Math.min(SUPPORT_LIMITS.maxWeight, 1 / propensity) : 0
}

/** A choice that was sure to be made says nothing of any other. */
function hasSupport({ same, propensity }: Trial): boolean {
  return same || propensity < 1
}

function corrected(trial: Tried): number {
  return trial.predicted.target + weightOf(trial) * (trial.observed - trial.predicted.logged)
}

function supportOf(tried: readonly Tried[]): Support {
  let [supported, sum, squares] = [0, 0, 0]
  for (const trial of tried) {
    const weight = weightOf(trial)
    if (hasSupport(trial)) supported += 1
    sum += weight
    squares += weight * weight
  }
  return {
    share: supported / Math.max(1, tried.length),
    effectiveSampleSize: squares === 0 ? 0 : (sum * sum) / squares,
    meanWeight: sum / Math.max(1, supported),
  }
}

function shortageOf(outcomes: number, support: Support): Shortage | null {
  if (outcomes === 0) return 'no_outcomes'
  if (support.share < SUPPORT_LIMITS.minShare) return 'low_support_share'
  if (support.effectiveSampleSize < SUPPORT_LIMITS.minEffectiveSampleSize) return 'low_effective_sample_size'
  return support.meanWeight < SUPPORT_LIMITS.minMeanWeight ? 'low_mean_weight' : null
}

function meanOf<T>(trials: readonly T[], value: (trial: T) => number): Estimate | null {
  return ratioOf(trials, value, () => 1)
}

/** Sum of the one over sum of the other; null without trials. */
function ratioOf<T>(
  trials: readonly T[],
  over: (trial: T) => number,
  under: (trial: T) => number,
): Estimate | null {
  if (trials.length === 0) return null
  const blocks = Math.min(MAX_BLOCKS, trials.length)
  const [overs, unders] = [new Float64Array(blocks), new Float64Array(blocks)]
  for (const [at, trial] of trials.entries()) {
    const block = Math.floor((at * blocks) / trials.length)
    overs[block] = (overs[block] ?? 0) + over(trial)
    unders[block] = (unders[block] ?? 0) + under(trial)
  }
  const ratio = (drawn: Int32Array) => {
    let [top, bottom] = [0, 0]
    for (const block of drawn) {
      top += overs[block] ?? 0
      bottom += unders[block] ?? 0
    }
    return bottom === 0 ? 0 : top / bottom
  }
  const each = Int32Array.from({ length: blocks }, (_, block) => block)
  return { value: ratio(each), interval: bootstrap(blocks, ratio, SEED) }
}

/** Normal quantile of a 95 % interval. */
const Z = 1.96

/** A share of `total` (at least 1) with its 95 % interval by Wilson 1927, which holds also for shares near 0 and 1. */
export function shareOf(count: number, total: number): Estimate {
  const share = count / total
  const middle = (share + (Z * Z) / (2 * total)) / (1 + (Z * Z) / total)
  const spread = Math.sqrt((share * (1 - share)) / total + (Z * Z) / (4 * total * total))
  const half = (Z * spread) / (1 + (Z * Z) / total)
  return { value: share, interval: [Math.max(0, middle - half), Math.min(1, middle + half)] }
}
