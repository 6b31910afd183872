import { NO_USAGE } from '../../core/chat.ts'
import type { Demand } from '../../core/demand.ts'
import { costMicroUsd } from '../cost.ts'
import type { EligibleCandidate } from '../decision.ts'
import { THINKING_TOKENS, UNCONTROLLED_EFFORT } from '../effort.ts'
import type { Expected } from '../rank.ts'

/** What one more call about a request reads besides its conversation, and writes besides its thoughts, in tokens. */
export type Reading = { added: number; written: number }

/** What such a call is expected to cost, micro-USD, null where no price is known, and to take, ms. */
export type CallCost = Pick<Expected, 'costMicroUsd' | 'latencyMs'>

export function callCostOf(
  { candidate, effort }: EligibleCandidate,
  demand: Demand,
  { added, written }: Reading,
): CallCost {
  const { model, offer, ttftMs, tokensPerSecond } = candidate
  const thought = model.reasoning.kind === 'none' ? 0 : THINKING_TOKENS[effort ?? UNCONTROLLED_EFFORT]
  const inputTokens = demand.inputTokens[model.tokenFamily] + added
  const outputTokens = written + thought
  return {
    costMicroUsd:
      offer.price &&
      costMicroUsd(offer.price, { ...NO_USAGE, inputTokens, outputTokens, reasoningTokens: thought }),
    latencyMs: ttftMs + (outputTokens / tokensPerSecond) * 1_000,
  }
}

/** Unknown where either is. */
export function sumOfCosts(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : one + other
}
