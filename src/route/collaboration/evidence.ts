import { logOddsWithin, sigmoid } from '../../core/log-odds.ts'

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

/** Predictions nearer to 0 or 1 count as this near. */
const LEAST = 0.01

/** Calibrated probability (0..1) that a draft is good. */
export function confidenceIn(evidence: Evidence): number {
  if (evidence.isUnsound || evidence.failedChecks > 0) return 0
  return sigmoid(logOddsWithin(evidence.prior, LEAST))
}

/** How well such evidence tells bad drafts from good ones: the shares of bad, and of good, drafts that it rejects. */
export function screeningBy(_kinds: readonly EvidenceKind[]): { bad: number; good: number } {
  return { bad: 0.5, good: 0.05 }
}

/** The probability that a model answers well what another has answered badly. @param quality its own, for the request */
export function qualityAfterFailure(quality: number): number {
  return quality
}
