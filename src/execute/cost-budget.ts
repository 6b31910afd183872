import { NO_USAGE } from '../core/chat.ts'
import type { Demand } from '../core/demand.ts'
import type { Price, TokenPrices } from '../route/catalog/model.ts'
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
  asking: Asking,
  leftMicroUsd: number,
): Allowance | null {
  const { price } = candidate.offer
  if (leftMicroUsd === Infinity) return { outputCap: null, mostMicroUsd: 0 }
  if (!price) return null
  const costOf = costsOf(price, likelyInput(candidate, asking), asking)
  const wanted = mostWanted(candidate, asking)
  if (costOf(wanted) <= leftMicroUsd) return { outputCap: null, mostMicroUsd: costOf(wanted) }
  const outputCap = mostTokens(wanted, (tokens) => costOf(tokens) <= leftMicroUsd)
  if (outputCap < Math.min(wanted, LEAST_OUTPUT_TOKENS)) return null
  return { outputCap: outputCap * asking.choices, mostMicroUsd: costOf(outputCap) }
}

/** What one call may cost, in micro-USD. */
export type CostBounds = {
  /** For the shortest answer that is worth its money. */
  leastMicroUsd: number
  /** For the longest answer, as far as the input is estimated right. */
  worstMicroUsd: number
  /** By how much that may be wrong: with so much input as it can at most be, at its dearest price. */
  marginMicroUsd: number
}

/**
 * What a call of a candidate may cost; null where its price is unknown. What `allowanceOf` lets it write for an amount
 * costs at most that amount and the margin.
 *
 * @param sureInputTokens more than the input can be, see `sureInputTokens`
 */
export function costBoundsOf(
  { candidate }: EligibleCandidate,
  asking: Asking,
  sureInputTokens: number,
): CostBounds | null {
  const { price } = candidate.offer
  if (!price) return null
  const likely = likelyInput(candidate, asking)
  const wanted = mostWanted(candidate, asking)
  const costOf = costsOf(price, likely, asking)
  const sure = Math.max(likely, sureInputTokens)
  const sureCostOf = costsOf(dearest(price, sure), sure, asking)
  return {
    leastMicroUsd: costOf(Math.min(wanted, LEAST_OUTPUT_TOKENS)),
    worstMicroUsd: costOf(wanted),
    marginMicroUsd: sureCostOf(wanted) - costOf(wanted),
  }
}

type Candidate = EligibleCandidate['candidate']

function likelyInput({ model }: Candidate, { inputTokens, addedTokens }: Asking): number {
  return Math.ceil((inputTokens[model.tokenFamily] + addedTokens) * INPUT_MARGIN) + TEMPLATE_TOKENS
}

function mostWanted(candidate: Candidate, { maxOutputTokens }: Asking): number {
  return Math.min(maxOutputTokens ?? Infinity, candidate.maxOutputTokens)
}

/** What answers of so many tokens cost. */
function costsOf(price: Price, inputTokens: number, { choices }: Asking): (outputTokens: number) => number {
  const thinksDearer = (price.reasoning ?? 0) > price.output
  return (outputTokens) => {
    const reasoningTokens = thinksDearer ? outputTokens : 0
    return choices * costMicroUsd(price, { ...NO_USAGE, inputTokens, outputTokens, reasoningTokens })
  }
}

/** Everything at the price of the dearest kind, in whatever tier an input of up to so many tokens may be. */
function dearest(price: Price, inputTokens: number): Price {
  const tiers = (price.tiers ?? []).filter(({ aboveInputTokens }) => aboveInputTokens < inputTokens)
  const all: TokenPrices[] = [price, ...tiers]
  return {
    input: Math.max(...all.map(dearestInput)),
    output: Math.max(...all.map(({ output, reasoning = 0 }) => Math.max(output, reasoning))),
    source: price.source,
  }
}

function dearestInput({ input, cacheWrite = 0, longCacheWrite = 0, audioInput = 0 }: TokenPrices): number {
  return Math.max(input, cacheWrite, longCacheWrite, audioInput)
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
