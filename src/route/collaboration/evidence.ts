import { logOddsWithin, sigmoid } from '../../core/log-odds.ts'
import { fateOf, LEAST } from './fate.ts'
import { SHARED_FATE } from './learned-evidence.ts'

/** What is known of a draft when it is decided whether to keep it. Null or 0 where nothing is. */
export type Evidence = {
  /** Predicted quality (0..1) of who wrote it, for this request. */
  prior: number
  /** It refuses, is cut off, or is no answer of the form that was asked for. */
  isUnsound: boolean
  /** Mean natural logarithm of the probability of its tokens. */
  meanLogprob: number | null
  /** How many of how many further answers of the same model say the same. */
  agreement: { agreeing: number; of: number } | null
  /** The probability (0..1) that a verifier gives it. */
  verdict: number | null
  /** Checks that it passed, and that it did not. */
  passedChecks: number
  failedChecks: number
}

/** Kinds of evidence that a plan may count on. */
export type EvidenceKind = 'logprobs' | 'agreement' | 'verifier' | 'checks'

/**
 * What evidence is taken to tell. Recorded outcomes hold scores, no answers, so none of this is learned: it is assumed,
 * on the cautious side of what is published, until a tenant's own judged answers correct it.
 */
/** Shares of bad, and of good, answers that a verifier finds bad. Judges' AUROC 0.66..0.91: arXiv 2605.11334. */
const VERIFIER = { bad: 0.6, good: 0.1 }
/** Chance that a further answer says the same as a bad one, and as a good one (self-consistency: arXiv 2203.11171). */
const SAMPLE = { bad: 0.35, good: 0.8 }
/** Mean logprobs, as normal: how far good answers lie above bad ones in spreads (an AUROC of 0.65), and midway. */
const LOGPROBS = { separation: 0.55, middle: -0.2, spread: 0.15 }
/** No mean logprob tells more than one this many spreads from the middle. */
const FARTHEST = 2
/** Share of bad answers that a check of form finds out; a good one passes. Each further check finds half as many. */
const FORM = 0.3
/** Correlation of signs of one kind of answer being good: samples are of one model, verifiers stumble where it does. */
const CORRELATION = 0.3
/** So many samples where a plan counts on some. */
const USUAL_SAMPLES = 3

const ACCEPTED = Math.log((1 - VERIFIER.good) / (1 - VERIFIER.bad))
const REJECTED = Math.log(VERIFIER.good / VERIFIER.bad)
const AGREES = Math.log(SAMPLE.good / SAMPLE.bad)
const DIFFERS = Math.log((1 - SAMPLE.good) / (1 - SAMPLE.bad))

/**
 * Calibrated probability (0..1) that a draft is good: log-odds of the prior plus what every sign adds (naive Bayes).
 * `n` signs that are equally correlated tell less than their sum: it is divided by 1 + (n − 1) × correlation, as in a
 * linear discriminant. A draft that is unsound or fails a check is not what was asked for, whatever speaks for it.
 */
export function confidenceIn(evidence: Evidence): number {
  const { prior, isUnsound, meanLogprob, agreement, verdict, passedChecks, failedChecks } = evidence
  if (isUnsound || failedChecks > 0) return 0
  const signs: number[] = []
  if (verdict !== null)
    signs.push(verdict < 0.5 ? (1 - 2 * verdict) * REJECTED : (2 * verdict - 1) * ACCEPTED)
  if (agreement && agreement.of > 0) {
    const { agreeing, of } = agreement
    signs.push(together(agreeing * AGREES + (of - agreeing) * DIFFERS, of))
  }
  if (meanLogprob !== null) {
    const spreads = (meanLogprob - LOGPROBS.middle) / LOGPROBS.spread
    signs.push(LOGPROBS.separation * Math.max(-FARTHEST, Math.min(FARTHEST, spreads)))
  }
  const told = signs.reduce((sum, sign) => sum + sign, 0)
  return sigmoid(logOddsWithin(prior, LEAST) + together(told, signs.length) + formTold(passedChecks))
}

/** What correlated signs that add up to `sum` tell together. */
function together(sum: number, signs: number): number {
  return sum / (1 + Math.max(0, signs - 1) * CORRELATION)
}

/** Log-odds that passed checks add: the second tells half as much as the first, and so on. */
function formTold(passed: number): number {
  return -Math.log(1 - FORM) * 2 * (1 - 0.5 ** passed)
}

/** By kind: what it tells of good drafts beyond what it tells of bad ones, on average, in log-odds. */
const TOLD = {
  verifier: (VERIFIER.bad - VERIFIER.good) * (ACCEPTED - REJECTED),
  agreement: together(USUAL_SAMPLES * (SAMPLE.good - SAMPLE.bad) * (AGREES - DIFFERS), USUAL_SAMPLES),
  logprobs: LOGPROBS.separation ** 2,
} as const

/**
 * How well such evidence tells bad drafts from good ones: the shares of bad, and of good, drafts whose confidence falls
 * below the threshold. What signs tell is taken as normal about ± half of its mean difference, which is then its variance.
 *
 * @param prior predicted quality (0..1) of who writes them
 * @param threshold confidence at which a draft is kept; where both are left out, what counts is what the evidence says
 */
export function screeningBy(
  kinds: readonly EvidenceKind[],
  prior = 0.5,
  threshold = prior,
): { bad: number; good: number } {
  const signs = kinds.flatMap((kind) => (kind === 'checks' ? [] : [TOLD[kind]]))
  const variance = together(
    signs.reduce((sum, told) => sum + told, 0),
    signs.length,
  )
  const hasChecks = kinds.includes('checks')
  const gap = logOddsWithin(threshold, LEAST) - logOddsWithin(prior, LEAST) - formTold(Number(hasChecks))
  const below = (mean: number) =>
    variance > 0 ? normal((gap - mean) / Math.sqrt(variance)) : Number(gap > 0)
  const failed = hasChecks ? FORM : 0
  return { bad: failed + (1 - failed) * below(-variance / 2), good: below(variance / 2) }
}

/** Distribution function of the normal distribution, to 0.01 (Haley 1952). */
function normal(spreads: number): number {
  return sigmoid(1.702 * spreads)
}

/**
 * The probability that a model answers well what another has answered badly.
 *
 * @param quality predicted of it for the request
 * @param failed predicted of the one that failed: the better that one, the harder the request has turned out
 */
export function qualityAfterFailure(quality: number, failed: number): number {
  return fateOf(quality, failed, SHARED_FATE).afterFailure
}

/** What going on from a draft brings: predicted quality, and its cost ÷ that of the best model's answer. */
export type Next = { quality: number; costShare: number }

/**
 * The confidence c from which keeping a draft is at least as good as going on to the next model, whose answer then
 * stands. Utility as in `scoreOf`: keeping is worth c; going on c × s + (1 − c) × f − costWeight × costShare, s and f
 * being the next one's chances after a good and after a bad draft. Both are equal at
 * c = (f − costWeight × costShare) ÷ (1 − s + f).
 *
 * @param prior predicted quality of who wrote the draft
 * @returns 0..1; 0 where going on never pays
 */
export function keepFrom(prior: number, { quality, costShare }: Next, costWeight: number): number {
  const { afterSuccess, afterFailure } = fateOf(quality, prior, SHARED_FATE)
  const dear = costShare > 0 ? costWeight * costShare : 0
  return Math.max(0, Math.min(1, (afterFailure - dear) / (1 - afterSuccess + afterFailure)))
}

/**
 * What is expected of a draft whose writer is followed by the next model wherever confidence stays below a threshold:
 * the quality (0..1) of the answer that stands, and how often (0..1) the next one is asked.
 *
 * @param kinds evidence that there will be of the draft
 */
export function expectEscalation(
  prior: number,
  nextQuality: number,
  kinds: readonly EvidenceKind[],
  threshold: number,
): { quality: number; share: number } {
  const { afterSuccess, afterFailure } = fateOf(nextQuality, prior, SHARED_FATE)
  const { bad, good } = screeningBy(kinds, prior, threshold)
  const [rejectedGood, rejectedBad] = [prior * good, (1 - prior) * bad]
  return {
    quality: prior - rejectedGood + rejectedGood * afterSuccess + rejectedBad * afterFailure,
    share: rejectedGood + rejectedBad,
  }
}
