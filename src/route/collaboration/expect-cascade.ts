import type { Demand } from '../../core/demand.ts'
import type { EligibleCandidate } from '../decision.ts'
import { type Expected, scoreOf, type Weights } from '../rank.ts'
import { type CallCost, callCostOf, sumOfCosts } from './call-cost.ts'
import { type EvidenceKind, expectEscalation, keepFrom } from './evidence.ts'

/** What quality and cost are weighed by; the cost is that of the best model's answer. */
export type Scale = { weights: Weights; bestCostMicroUsd: number }

/** How drafts of a cascade are judged. */
export type Judgement = {
  samples: number
  verifier: EligibleCandidate | null
  /** By stage, the confidence at which a draft is kept; null: where going on does not pay. */
  thresholds: readonly number[] | null
}

/** What a cascade is expected to do. `thresholds`: by stage; the last stage's is 0. */
export type CascadeExpectation = Expected & { thresholds: readonly number[] }

/** A short sample, and a verdict, in tokens. */
const SAMPLE_TOKENS = 64
export const VERDICT_TOKENS = 20

/** What a cascade of candidates is expected to do with a request. @param stages in the order they are asked; not empty */
export function expectCascade(
  stages: readonly EligibleCandidate[],
  demand: Demand,
  judgement: Judgement,
  scale: Scale,
): CascadeExpectation | null {
  const kinds = kindsOf(demand, judgement)
  let ahead: CascadeExpectation | null = null
  for (let index = stages.length - 1; index >= 0; index -= 1) {
    const stage = stages[index]
    if (!stage) continue
    const threshold = judgement.thresholds?.[index] ?? null
    ahead = ahead ? before(ahead, { stage, threshold, demand, judgement, scale, kinds }) : atLast(stage)
  }
  return ahead
}

function atLast({ prediction: { quality, costMicroUsd, ttftMs, latencyMs } }: EligibleCandidate) {
  return { quality, costMicroUsd, ttftMs, latencyMs, thresholds: [0] }
}

type Stage = {
  stage: EligibleCandidate
  threshold: number | null
  demand: Demand
  judgement: Judgement
  scale: Scale
  kinds: readonly EvidenceKind[]
}

function before(
  ahead: CascadeExpectation,
  { stage, threshold: wanted, demand, judgement, scale, kinds }: Stage,
): CascadeExpectation {
  const { quality: prior, costMicroUsd, latencyMs } = stage.prediction
  // A price that nobody knows counts as the best model's.
  const costShare = ahead.costMicroUsd === null ? 1 : ahead.costMicroUsd / Math.max(1, scale.bestCostMicroUsd)
  const { costWeight } = scale.weights
  const threshold = wanted ?? keepFrom(prior, { quality: ahead.quality, costShare }, costWeight)
  const { quality, share } = expectEscalation(prior, ahead.quality, kinds, threshold)
  const judged = judgingCostOf(stage, demand, judgement)
  const costAhead = ahead.costMicroUsd === null ? null : Math.round(share * ahead.costMicroUsd)
  return {
    quality,
    costMicroUsd: sumOfCosts(costMicroUsd, sumOfCosts(judged.costMicroUsd, costAhead)),
    ttftMs: latencyMs + judged.latencyMs + share * ahead.ttftMs,
    latencyMs: latencyMs + judged.latencyMs + share * ahead.latencyMs,
    thresholds: [threshold, ...ahead.thresholds],
  }
}

/** Samples are taken while the draft is written, and are shorter. */
function judgingCostOf(stage: EligibleCandidate, demand: Demand, { samples, verifier }: Judgement): CallCost {
  const verdict = { added: demand.expectedOutputTokens, written: VERDICT_TOKENS }
  const judged = verifier ? callCostOf(verifier, demand, verdict) : { costMicroUsd: 0, latencyMs: 0 }
  if (samples === 0) return judged
  const written = Math.min(SAMPLE_TOKENS, demand.expectedOutputTokens)
  const sample = callCostOf(stage, demand, { added: 0, written }).costMicroUsd
  const all = sample === null ? null : samples * sample
  return { costMicroUsd: sumOfCosts(all, judged.costMicroUsd), latencyMs: judged.latencyMs }
}

/** What a draft will be judged by: also whether it has the form that the request itself asks for. */
function kindsOf({ needs }: Demand, { samples, verifier }: Judgement): EvidenceKind[] {
  const kinds: EvidenceKind[] = []
  if (needs.includes('json_schema') || needs.includes('tools')) kinds.push('checks')
  if (samples > 0) kinds.push('agreement')
  if (verifier) kinds.push('verifier')
  return kinds
}

/** What an expectation is worth, higher is better: as candidates are scored. */
export function utilityOf(expected: Expected, { weights, bestCostMicroUsd }: Scale): number {
  return scoreOf(expected, weights, bestCostMicroUsd)
}
