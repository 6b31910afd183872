import { NO_USAGE, type ReasoningEffort, type Usage } from '../core/chat.ts'
import type { Demand } from '../core/demand.ts'
import { sigmoid } from '../core/log-odds.ts'
import { costMicroUsd } from './cost.ts'
import { THINKING_TOKENS, UNCONTROLLED_EFFORT } from './effort.ts'
import { logitOf, type Outlook, priorLogit, shiftFor } from './outlook.ts'
import type { Speed } from './live-figures.ts'
import type { Candidate } from './prepared-catalog.ts'

/** What one candidate is expected to do with one request. `costMicroUsd` is null when its price is unknown. */
export type Prediction = {
  /** Probability (0..1) that the answer is good. */
  quality: number
  /** The same before anything that judges said of the tenant's earlier answers. */
  priorQuality: number
  costMicroUsd: number | null
  ttftMs: number
  /** To the whole answer. */
  latencyMs: number
}

/** `cachedInput`: the share (0..1) of the input that its host still holds. */
type Circumstances = { speed: Speed; cachedInput?: number; maxOutputTokens?: number | undefined }

/**
 * What a candidate is expected to do. Cost and latency follow from the expected tokens, thinking included; harder
 * requests are thought about longer.
 *
 * @param now what is known of its host at this moment, and the most tokens that the caller lets it write
 */
export function predict(
  candidate: Candidate,
  demand: Demand,
  effort: ReasoningEffort | null,
  outlook: Outlook,
  { speed, ...bounds }: Circumstances = { speed: candidate },
): Prediction {
  const usage = expectedUsage(candidate, demand, effort, outlook, bounds)
  const prior = priorLogit(candidate, demand, effort, outlook)
  const priorQuality = sigmoid(prior)
  const shift = shiftFor(candidate, demand, outlook)
  return {
    quality: shift === null ? priorQuality : sigmoid(prior + shift.mean),
    priorQuality,
    costMicroUsd: candidate.offer.price && costMicroUsd(candidate.offer.price, usage),
    ttftMs: speed.ttftMs + (usage.reasoningTokens / speed.tokensPerSecond) * 1_000,
    latencyMs: speed.ttftMs + (usage.outputTokens / speed.tokensPerSecond) * 1_000,
  }
}

/** How much harder, or easier, a request may be whose task type is anybody's guess. */
const WIDEST_BAND = 0.3

/**
 * Calibrated probability that the answer is good. Where the tenant evaluated the model, as calibrated then; else it
 * allows for a wrong classification: the less sure the task type, the wider the band of difficulties averaged over.
 */
export function confidenceOf(
  candidate: Candidate,
  demand: Demand,
  effort: ReasoningEffort | null,
  outlook: Outlook,
): number {
  const shift = shiftFor(candidate, demand, outlook)?.mean ?? 0
  const learned = outlook.beliefs.predictions.get(candidate.model.id)
  if (learned) return sigmoid(logitOf(learned.confidence) + shift)
  const band = WIDEST_BAND * (1 - demand.taskConfidence)
  const at = (harder: number) => sigmoid(priorLogit(candidate, demand, effort, outlook, harder) + shift)
  return (at(-band) + at(band)) / 2
}

function expectedUsage(
  candidate: Candidate,
  demand: Demand,
  effort: ReasoningEffort | null,
  { beliefs }: Outlook,
  { cachedInput = 0, maxOutputTokens = Infinity }: Omit<Circumstances, 'speed'>,
): Usage {
  const { model } = candidate
  const thinking = model.reasoning.kind === 'none' ? 0 : THINKING_TOKENS[effort ?? UNCONTROLLED_EFFORT]
  const usual = model.reasoning.kind === 'none' ? 0 : THINKING_TOKENS[UNCONTROLLED_EFFORT]
  const stretch = 0.5 + demand.difficulty
  const learned = beliefs.predictions.get(model.id)?.outputTokens ?? null
  const answer = learned === null ? demand.expectedOutputTokens : Math.max(1, learned - usual * stretch)
  const reasoningTokens = Math.min(maxOutputTokens, Math.round(thinking * stretch))
  const inputTokens = demand.inputTokens[model.tokenFamily]
  return {
    ...NO_USAGE,
    inputTokens,
    cachedInputTokens: Math.round(inputTokens * cachedInput),
    outputTokens: Math.min(maxOutputTokens, Math.round(answer) + reasoningTokens),
    reasoningTokens,
  }
}
