/** Who is asked, and what comes of it where somebody looks at the drafts. */
import { calibrated } from '../../src/core/log-odds.ts'
import { fitConfidence } from '../../src/learn/confidence.ts'
import { columnMeans, indexOfMax } from '../../src/learn/outcomes.ts'
import { createRandom } from '../../src/learn/random.ts'
import {
  confidenceIn,
  type Evidence,
  type EvidenceKind,
  expectEscalation,
  keepFrom,
} from '../../src/route/collaboration/evidence.ts'
import { type Side, verifyingCost } from './collab-set.ts'

/** One model, or another after it where confidence in its draft stays below `keepFrom`. */
export type Plan = { first: number; then: { column: number; keepFrom: number } | null }

/** Who looks at drafts, by the shares of bad, and of good ones that it rejects. */
export type Inspector = {
  name: string
  /** A verifier's column; null for a check of form, which costs nothing. */
  verifier: number | null
  bad: number
  good: number
  /** Where it is blind, it rejects no more bad drafts than good ones. */
  isBlind?: (side: Side, row: number) => boolean
}

/** By prompt: expected score (0..1), USD and calls. */
export type Result = { scores: Float64Array; costs: Float64Array; calls: Float64Array }

/**
 * For each prompt the plan of highest predicted utility, quality − weight × cost ÷ cost of the model predicted best: one
 * model; or, where somebody looks at drafts, one of the cheaper ones before the one predicted best or before the one that
 * would be chosen alone.
 *
 * @param known tells how long answers are on average
 */
export function plansFor(side: Side, weight: number, inspector: Inspector | null, known: Side): Plan[] {
  const kinds = inspector ? [kindOf(inspector)] : []
  const written = columnMeans(known.tokens.output)
  return side.quality.map((quality, row) => {
    const costs = side.cost[row] ?? new Float64Array()
    const best = indexOfMax(quality)
    const share = (column: number) => (costs[column] ?? 0) / (costs[best] ?? 1)
    const alone = indexOfMax(quality.map((value, column) => value - weight * share(column)))
    const single: Plan & { utility: number } = {
      first: alone,
      then: null,
      utility: (quality[alone] ?? 0) - weight * share(alone),
    }
    let chosen = single
    if (inspector === null) return chosen
    for (const column of new Set([best, alone])) {
      const next = { quality: quality[column] ?? 0, costShare: share(column) }
      for (const [first, prior] of quality.entries()) {
        if (prior === -Infinity || share(first) >= next.costShare) continue
        const keep = keepFrom(prior, next, weight)
        const expected = expectEscalation(prior, next.quality, kinds, keep)
        const judging = judgingCost(side, row, written[first] ?? 0, inspector) / (costs[best] ?? 1)
        const spent = share(first) + judging + expected.share * next.costShare
        const utility = expected.quality - weight * spent
        if (utility > chosen.utility) chosen = { first, then: { column, keepFrom: keep }, utility }
      }
    }
    return chosen
  })
}

/** The same two models for all, whatever is predicted: a draft that is rejected is answered again. */
export function fixedPlans(side: Side, first: number, then: number): Plan[] {
  return side.prompts.map(() => ({ first, then: { column: then, keepFrom: 0.5 } }))
}

/** How confident a draft leaves one, by its writer's predicted quality and whether its inspector finds it good. */
type Confidence = (prior: number, verdict: 0 | 1, kind: EvidenceKind) => number

/** By real evidence. */
export const confidenceOf: Confidence = (prior, verdict, kind) =>
  confidenceIn(evidenceOf(prior, verdict, kind))

/** Where nothing is predicted of single prompts: the inspector alone decides. */
export const unpredicted: Confidence = (_, verdict, kind) => confidenceOf(0.5, verdict, kind)

const SEED = 9

/** Corrected by what became of drafts that were kept: others are never judged. */
export function correctedBy(side: Side, plans: readonly Plan[], inspector: Inspector): Confidence {
  const random = createRandom(SEED)
  const kind = kindOf(inspector)
  const kept = plans.flatMap(({ first, then }, row) => {
    if (then === null) return []
    const score = side.outcomes.scores[row]?.[first] ?? 0
    const verdict = random() < rejectedShare(side, row, score, inspector) ? 0 : 1
    const confidence = confidenceOf(side.quality[row]?.[first] ?? 0, verdict, kind)
    return confidence >= then.keepFrom ? [{ confidence, score }] : []
  })
  const fit = fitConfidence(kept)
  return fit ? (...given) => calibrated(confidenceOf(...given), fit) : confidenceOf
}

/** Of drafts with that score, how many are rejected. */
function rejectedShare(side: Side, row: number, score: number, inspector: Inspector): number {
  const bad = inspector.isBlind?.(side, row) ? inspector.good : inspector.bad
  return score * inspector.good + (1 - score) * bad
}

/**
 * What plans really got: each draft's recorded score says how often an inspector of that sensitivity rejects it, and real
 * confidence in it decides. Exact over the inspector's chances, so that only prompts vary.
 */
export function carryOut(
  side: Side,
  plans: readonly Plan[],
  inspector: Inspector | null,
  confidence = confidenceOf,
): Result {
  const result: Result = {
    scores: new Float64Array(plans.length),
    costs: new Float64Array(plans.length),
    calls: new Float64Array(plans.length),
  }
  for (const [row, { first, then }] of plans.entries()) {
    const [scores, costs] = [side.outcomes.scores[row], side.outcomes.costs[row]]
    const [score, cost] = [scores?.[first] ?? 0, costs?.[first] ?? 0]
    if (then === null || inspector === null) {
      write(result, row, score, cost, 1)
      continue
    }
    const prior = side.quality[row]?.[first] ?? 0
    const goesOn = (verdict: 0 | 1) => Number(confidence(prior, verdict, kindOf(inspector)) < then.keepFrom)
    const [afterNo, afterYes] = [goesOn(0), goesOn(1)]
    const goesOnFrom = (rejected: number) => rejected * afterNo + (1 - rejected) * afterYes
    const good = goesOnFrom(inspector.good)
    const again = goesOnFrom(rejectedShare(side, row, score, inspector))
    const written = side.tokens.output[row]?.[first] ?? 0
    write(
      result,
      row,
      score * (1 - good) + again * (scores?.[then.column] ?? 0),
      cost + judgingCost(side, row, written, inspector) + again * (costs?.[then.column] ?? 0),
      1 + Number(inspector.verifier !== null) + again,
    )
  }
  return result
}

function write(result: Result, row: number, score: number, cost: number, calls: number): void {
  result.scores[row] = score
  result.costs[row] = cost
  result.calls[row] = calls
}

function evidenceOf(prior: number, verdict: 0 | 1, kind: EvidenceKind): Evidence {
  const isVerifier = kind === 'verifier'
  return {
    prior,
    isUnsound: false,
    meanLogprob: null,
    agreement: null,
    verdict: isVerifier ? verdict : null,
    passedChecks: isVerifier ? 0 : verdict,
    failedChecks: isVerifier ? 0 : 1 - verdict,
  }
}

function kindOf({ verifier }: Inspector): EvidenceKind {
  return verifier === null ? 'checks' : 'verifier'
}

function judgingCost(side: Side, row: number, written: number, { verifier }: Inspector): number {
  return verifier === null ? 0 : verifyingCost(side, row, written, verifier)
}
