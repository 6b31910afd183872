import type { Demand, TaskType } from '../../core/demand.ts'
import type { EligibleCandidate } from '../decision.ts'
import type { Expected } from '../rank.ts'
import { type CallCost, callCostOf, sumOfCosts } from './call-cost.ts'

/** Tasks whose answers can be told equal or not. */
const CLOSED: ReadonlySet<TaskType> = new Set(['math', 'classification', 'tool_use'])
/** What is known is told in a word or two, tokens: else it is prose. */
const WORD_OR_TWO = 60

/** Whether several answers are likely to say literally the same, so that they can vote. */
export function isComparable({ needs, taskType, expectedOutputTokens }: Demand): boolean {
  if (needs.includes('json_schema') || CLOSED.has(taskType)) return true
  return (taskType === 'knowledge' || taskType === 'reasoning') && expectedOutputTokens <= WORD_OR_TWO
}

/**
 * Correlation of several answers to one request being good: of the same model, and of different ones. Assumed. Models that
 * both err give the same wrong answer three times in five (Kim et al. 2025, arXiv 2506.07962); one that is asked again
 * mostly knows, or does not know, as before.
 */
const CORRELATION = { same: 0.6, mixed: 0.45 }

/**
 * The probability that most of `size` answers are good, a tie counting half, where each is with probability `quality` and
 * any two are correlated: how many are good is beta-binomial, with α = quality × (1 − ρ) ÷ ρ and α + β = (1 − ρ) ÷ ρ.
 */
export function majorityQuality(quality: number, size: number, correlation: number): number {
  if (quality <= 0 || quality >= 1) return quality
  const total = (1 - correlation) / correlation
  const [alpha, beta] = [quality * total, (1 - quality) * total]
  let all = 1
  let won = 0
  // The probability that `good` of them are good, each from the one before.
  for (let i = 0; i < size; i += 1) all *= (beta + i) / (total + i)
  for (let good = 0; good <= size; good += 1) {
    won += 2 * good > size ? all : 2 * good === size ? all / 2 : 0
    all *= ((size - good) / (good + 1)) * ((alpha + good) / (beta + size - good - 1))
  }
  return Math.min(1, won)
}

/**
 * The share of bad prose that a judge, or a writer, makes good who has several answers to choose from. A cautious reading
 * of what is published: a model fused with itself 58.8 → 65.5 of 100 (OpenRouter Fusion 2026, by its vendor: 16 %);
 * 3.8 points on average for answers of the best model over those of several (Self-MoA, arXiv 2502.00674).
 */
const MENDED = 0.1
/** A judge's scores, and an analyst's report, in tokens. */
const SCORES_TOKENS = 120
const REPORT_TOKENS = 500

/** What a panel costs and brings. `aggregation`: as planned; null: by vote where answers can be compared, else by a judge. */
export type PanelShape = {
  members: readonly EligibleCandidate[]
  judge: EligibleCandidate
  aggregation: 'vote' | 'judge' | 'synthesis' | null
  report: boolean
}

export function expectPanel(shape: PanelShape, demand: Demand): Expected {
  const { members, aggregation } = shape
  const how = aggregation ?? (isComparable(demand) ? 'vote' : 'judge')
  const after = aggregatingCost(how, shape, demand)
  let slowest = 0
  let costMicroUsd = after.costMicroUsd
  for (const { prediction } of members) {
    slowest = Math.max(slowest, prediction.latencyMs)
    costMicroUsd = sumOfCosts(costMicroUsd, prediction.costMicroUsd)
  }
  const latencyMs = slowest + after.latencyMs
  return { quality: qualityOf(members, how, demand), costMicroUsd, ttftMs: latencyMs, latencyMs }
}

/** What it takes to make one of several answers, which have to be read for it. */
function aggregatingCost(
  how: NonNullable<PanelShape['aggregation']>,
  { members, judge, report }: PanelShape,
  demand: Demand,
): CallCost {
  const added = members.length * demand.expectedOutputTokens
  const last = lastCost(how, judge, demand, added + (report && how === 'synthesis' ? REPORT_TOKENS : 0))
  if (!report) return last
  const analyst = callCostOf(judge, demand, { added, written: REPORT_TOKENS })
  return {
    costMicroUsd: sumOfCosts(analyst.costMicroUsd, last.costMicroUsd),
    latencyMs: analyst.latencyMs + last.latencyMs,
  }
}

/** What it takes to choose one of the answers, or to write it. @param added what is read besides, in tokens */
function lastCost(
  how: NonNullable<PanelShape['aggregation']>,
  judge: EligibleCandidate,
  demand: Demand,
  added: number,
): CallCost {
  if (how === 'vote') return { costMicroUsd: 0, latencyMs: 0 }
  if (how === 'synthesis') return callCostOf(judge, demand, { added, written: demand.expectedOutputTokens })
  // They are judged in both orders at once.
  const { costMicroUsd, latencyMs } = callCostOf(judge, demand, { added, written: SCORES_TOKENS })
  return { costMicroUsd: sumOfCosts(costMicroUsd, costMicroUsd), latencyMs }
}

function qualityOf(members: readonly EligibleCandidate[], how: string, demand: Demand): number {
  let best = 0
  let sum = 0
  for (const { prediction } of members) {
    best = Math.max(best, prediction.quality)
    sum += prediction.quality
  }
  if (how !== 'vote' && !isComparable(demand)) return best + MENDED * (1 - best)
  const isMixed = members.some(({ candidate }) => candidate.model !== members[0]?.candidate.model)
  const correlation = isMixed ? CORRELATION.mixed : CORRELATION.same
  return majorityQuality(sum / members.length, members.length, correlation)
}
