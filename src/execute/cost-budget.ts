import { NO_USAGE, type Usage } from '../core/chat.ts'
import type { Demand } from '../core/demand.ts'
import { costMicroUsd } from '../route/cost.ts'
import type { EligibleCandidate } from '../route/decision.ts'

/** Input is estimated, and writing it to a cache is dearer: it is taken to cost this much more than it seems. */
const INPUT_MARGIN = 1.25
/** What hosts put around messages, which short ones hardly outweigh, in tokens. */
const TEMPLATE_TOKENS = 32
/** An answer cut shorter than this, in tokens, is not worth its money. */
const LEAST_OUTPUT_TOKENS = 64

/** What one call may write, and the most it may cost with that. Money in micro-USD. */
export type Allowance = {
  /** Tokens, of all choices together; null where the budget allows all that the caller or the model does. */
  outputCap: number | null
  mostMicroUsd: number
}

/** What an allowance depends on besides the candidate. */
export type Asking = {
  /** Tokens of the input, by token family. */
  inputTokens: Demand['inputTokens']
  /** How much longer the input is than those. */
  addedTokens: number
  /** The caller's own bound. */
  maxOutputTokens: number | undefined
  /** How many answers are asked for. */
  choices: number
}

/**
 * What a candidate may write for what is left of the budget; null where that is too little for an answer, or its price
 * is unknown.
 *
 * @param leftMicroUsd Infinity without a budget
 */
export function allowanceOf(
  { candidate }: EligibleCandidate,
  { inputTokens, addedTokens, maxOutputTokens, choices }: Asking,
  leftMicroUsd: number,
): Allowance | null {
  const { price } = candidate.offer
  if (leftMicroUsd === Infinity) return { outputCap: null, mostMicroUsd: 0 }
  if (!price) return null
  const input =
    Math.ceil((inputTokens[candidate.model.tokenFamily] + addedTokens) * INPUT_MARGIN) + TEMPLATE_TOKENS
  const thinksDearer = (price.reasoning ?? 0) > price.output
  const usageOf = (outputTokens: number): Usage => ({
    ...NO_USAGE,
    inputTokens: input,
    outputTokens,
    reasoningTokens: thinksDearer ? outputTokens : 0,
  })
  const costOf = (outputTokens: number) => choices * costMicroUsd(price, usageOf(outputTokens))
  const wanted = Math.min(maxOutputTokens ?? Infinity, candidate.maxOutputTokens)
  if (costOf(wanted) <= leftMicroUsd) return { outputCap: null, mostMicroUsd: costOf(wanted) }
  const outputCap = mostTokens(wanted, (tokens) => costOf(tokens) <= leftMicroUsd)
  if (outputCap < Math.min(wanted, LEAST_OUTPUT_TOKENS)) return null
  return { outputCap: outputCap * choices, mostMicroUsd: costOf(outputCap) }
}

/** The largest number up to `most` that a test, true for small ones only, lets pass; 0 where none does. */
function mostTokens(most: number, passes: (tokens: number) => boolean): number {
  let [low, high] = [0, most]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (passes(middle)) low = middle
    else high = middle - 1
  }
  return low
}
