import type { Calibration } from '../core/log-odds.ts'
import { thousandths } from '../core/thousandths.ts'
import { calibrate } from './calibrate.ts'

/** A draft that stood as the answer, with the confidence (0..1) in it, and how good somebody found it (0..1). */
export type JudgedDraft = { confidence: number; score: number }

/** How a tenant's confidence in drafts is to be corrected, in plain JSON: `calibrated(confidence, it)`. */
export type PublishedConfidence = Calibration & {
  version: 1
  /** How many judged drafts it was learned from. */
  drafts: number
}

/** Below so many judged drafts nothing is published. */
const MIN_DRAFTS = 30
/**
 * Precisions of the offset and of the slope: spreads of 0.25 and 0.125 about what is assumed of evidence. Drafts that were
 * not kept are never judged, so what is seen is the upper end of confidence, from which a slope is hard to tell.
 */
const PRIOR = [16, 64] as const
/** However many opinions there are, confidence is bent no further: it keeps rising with evidence. */
const SLOPES = [0.25, 3] as const
const MAX_OFFSET = 2

/**
 * Learns from judged drafts how far a tenant's confidence is off: logit p(good) = offset + slope × logit(confidence)
 * (Platt 1999), drawn strongly towards leaving it as it is. Deterministic; drafts with numbers that make no sense are left
 * out; null where too few are left.
 */
export function fitConfidence(drafts: readonly JudgedDraft[]): PublishedConfidence | null {
  const sensible = drafts.filter(({ confidence, score }) => isShare(confidence) && isShare(score))
  if (sensible.length < MIN_DRAFTS) return null
  const column = (of: (draft: JudgedDraft) => number) => Float64Array.from(sensible, of)
  const { offset, slope } = calibrate(
    column(({ confidence }) => confidence),
    column(({ score }) => score),
    PRIOR,
  )
  return {
    version: 1,
    drafts: sensible.length,
    offset: thousandths(Math.min(MAX_OFFSET, Math.max(-MAX_OFFSET, offset))),
    slope: thousandths(Math.min(SLOPES[1], Math.max(SLOPES[0], slope))),
  }
}

/** What was published, out of its JSON; null for anything that `fitConfidence` would not have published. */
export function readConfidence(value: unknown): PublishedConfidence | null {
  if (typeof value !== 'object' || value === null) return null
  const { version, drafts, offset, slope }: Record<string, unknown> = { ...value }
  if (
    version !== 1 ||
    typeof drafts !== 'number' ||
    typeof offset !== 'number' ||
    typeof slope !== 'number'
  ) {
    return null
  }
  const isPublished =
    Number.isInteger(drafts) &&
    drafts >= MIN_DRAFTS &&
    Math.abs(offset) <= MAX_OFFSET &&
    slope >= SLOPES[0] &&
    slope <= SLOPES[1]
  return isPublished ? { version, drafts, offset, slope } : null
}

function isShare(value: number): boolean {
  return value >= 0 && value <= 1
}
