import type { Demand } from '../../core/demand.ts'
import { TEAM_PRIOR } from '../../core/team-prior.ts'
import type { EligibleCandidate } from '../decision.ts'
import type { Expected } from '../rank.ts'
import { callCostOf, sumOfCosts } from './call-cost.ts'

/** A plan of parts, tokens. */
const PLAN_TOKENS = 200

/** Work that a team would only get in its own way with: within a tool loop, or of steps that wait for each other. */
export function isSequential({ structure: { parallel, depth } }: Demand, inToolLoop: boolean): boolean {
  return inToolLoop || depth > Math.max(2, parallel)
}

/** What a team loses on sequential work. */
export function amidSequence(quality: number): number {
  return quality * (1 + TEAM_PRIOR.onSequences)
}

/** What it is expected to bring to have a request planned, its parts answered side by side and put together by one model. */
export function expectDag(single: EligibleCandidate, demand: Demand, sequential: boolean): Expected {
  const { quality, latencyMs } = single.prediction
  const { parallel } = demand.structure
  const output = demand.expectedOutputTokens
  const planned = callCostOf(single, demand, { added: 0, written: PLAN_TOKENS })
  const part = callCostOf(single, demand, { added: PLAN_TOKENS, written: Math.ceil(output / parallel) })
  const written = callCostOf(single, demand, { added: output, written: output })
  const parts = part.costMicroUsd === null ? null : parallel * part.costMicroUsd
  const wholeMs = planned.latencyMs + part.latencyMs + written.latencyMs
  return {
    quality: sequential ? amidSequence(quality) : Math.min(1, quality * (1 + changeBy(quality, demand))),
    costMicroUsd: sumOfCosts(planned.costMicroUsd, sumOfCosts(parts, written.costMicroUsd)),
    ttftMs: wholeMs,
    latencyMs: Math.max(latencyMs, wholeMs),
  }
}

/** As far as the work falls into parts, and as one agent alone would fail at it. */
function changeBy(quality: number, { structure: { parallel, depth } }: Demand): number {
  const { onParts, onAverage, measuredAt, worseFrom } = TEAM_PRIOR
  if (parallel < 2 || quality >= worseFrom) return onAverage
  const beside = (parallel - 1) / (parallel + depth - 1)
  return onParts * beside * Math.min(1, (worseFrom - quality) / (worseFrom - measuredAt))
}
