import { NO_USAGE, type ReasoningEffort, type Usage } from '../core/chat.ts'
import type { Demand, Tier } from '../core/demand.ts'
import { costMicroUsd } from './cost.ts'
import type { Candidate } from './prepared-catalog.ts'

/** What one candidate is expected to do with one request. `costMicroUsd` is null when its price is unknown. */
export type Prediction = {
  /** Probability (0..1) that the answer is good. */
  quality: number
  costMicroUsd: number | null
  ttftMs: number
  /** To the whole answer. */
  latencyMs: number
}

/** Slope and offset of the item-response curve: an able model (0.9) solves a hard request (0.8) with p = 0.8. */
const SLOPE = 6
const OFFSET = 0.8

/** Tokens thought before answering a middling request, per effort. Our estimate until outcomes are learned from. */
const THINKING_TOKENS: Readonly<Record<ReasoningEffort, number>> = {
  none: 0,
  minimal: 50,
  low: 300,
  medium: 1_200,
  high: 4_000,
  xhigh: 10_000,
}

/** Ability given up by thinking less than `high`, which published scores are measured at. */
const LOST_ABILITY: Readonly<Record<ReasoningEffort, number>> = {
  none: 0.2,
  minimal: 0.15,
  low: 0.08,
  medium: 0.03,
  high: 0,
  xhigh: -0.01,
}

const EFFORT_OF_TIER: Readonly<Record<Tier, ReasoningEffort>> = {
  SIMPLE: 'minimal',
  MEDIUM: 'low',
  COMPLEX: 'medium',
  REASONING: 'high',
}

/**
 * What decides a candidate's effort: the caller's wish, and whether we are free to choose without one, since the caller
 * named no model or wants to see thoughts.
 */
export type EffortWish = { effort: ReasoningEffort | undefined; free: boolean }

/**
 * The effort a candidate would be run with: the caller's wish, else what the tier wants, as near as the model offers.
 * Null where the model or its host has no such control, or we are not free to choose: then the model thinks as its
 * host lets it.
 */
export function effortFor(
  candidate: Candidate,
  demand: Demand,
  { effort: wish, free }: EffortWish,
  hostTakesEffort: boolean,
): ReasoningEffort | null {
  const { reasoning } = candidate.model
  if (reasoning.kind !== 'effort' || !hostTakesEffort || (!free && wish === undefined)) return null
  const wanted = THINKING_TOKENS[wish ?? EFFORT_OF_TIER[demand.tier]]
  // Who asks for any thinking does not get none, however little it is.
  const thinking = reasoning.efforts.filter((effort) => effort !== 'none')
  const offered =
    wish === undefined || wish === 'none' || thinking.length === 0 ? reasoning.efforts : thinking
  let nearest: ReasoningEffort | null = null
  for (const effort of offered) {
    const distance = Math.abs(THINKING_TOKENS[effort] - wanted)
    if (nearest === null || distance < Math.abs(THINKING_TOKENS[nearest] - wanted)) nearest = effort
  }
  return nearest
}

/** Effort that a thinking model is taken to use when nobody controls it. */
const UNCONTROLLED_EFFORT: ReasoningEffort = 'medium'

/**
 * Item-response model: p(good) = σ(slope × (ability − difficulty) + offset). Cost and latency follow from the
 * expected tokens, thinking included; harder requests are thought about longer.
 */
export function predict(candidate: Candidate, demand: Demand, effort: ReasoningEffort | null): Prediction {
  const usage = expectedUsage(candidate, demand, effort)
  return {
    quality: qualityAt(candidate, demand, effort, demand.difficulty),
    costMicroUsd: candidate.offer.price && costMicroUsd(candidate.offer.price, usage),
    ttftMs: candidate.ttftMs + (usage.reasoningTokens / candidate.tokensPerSecond) * 1_000,
    latencyMs: candidate.ttftMs + (usage.outputTokens / candidate.tokensPerSecond) * 1_000,
  }
}

/**
 * Calibrated probability that the answer is good, allowing for a wrong classification: the less sure the task type,
 * the wider the band of difficulties that is averaged over.
 */
export function confidenceOf(candidate: Candidate, demand: Demand, effort: ReasoningEffort | null): number {
  const band = 0.3 * (1 - demand.taskConfidence)
  const easier = qualityAt(candidate, demand, effort, demand.difficulty - band)
  const harder = qualityAt(candidate, demand, effort, demand.difficulty + band)
  return (easier + harder) / 2
}

function qualityAt(
  { model, abilities }: Candidate,
  demand: Demand,
  effort: ReasoningEffort | null,
  difficulty: number,
): number {
  const lost = model.reasoning.kind === 'effort' ? LOST_ABILITY[effort ?? UNCONTROLLED_EFFORT] : 0
  return 1 / (1 + Math.exp(-SLOPE * (abilities[demand.taskType] - lost - difficulty) - OFFSET))
}

function expectedUsage(candidate: Candidate, demand: Demand, effort: ReasoningEffort | null): Usage {
  const thinks = candidate.model.reasoning.kind !== 'none'
  const thinking = thinks ? THINKING_TOKENS[effort ?? UNCONTROLLED_EFFORT] : 0
  const reasoningTokens = Math.round(thinking * (0.5 + demand.difficulty))
  return {
    ...NO_USAGE,
    inputTokens: demand.inputTokens[candidate.model.tokenFamily],
    outputTokens: demand.expectedOutputTokens + reasoningTokens,
    reasoningTokens,
  }
}
