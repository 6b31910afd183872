import type { Usage } from '../core/chat.ts'
import type { Price, TokenPrices } from './catalog/model.ts'

/**
 * What an answer costs, in whole micro-USD, rounded up: a call that used tokens of a priced model never costs zero.
 * Each token is priced once: cached, cache-write and audio tokens are parts of `inputTokens`, reasoning and audio
 * tokens of `outputTokens`. A tier's prices hold for the whole request once the input exceeds its bound.
 */
export function costMicroUsd(price: Price, usage: Usage): number {
  const rates = ratesFor(price, usage.inputTokens)
  return Math.ceil((inputPico(rates, usage) + outputPico(rates, usage)) / 1_000_000)
}

/** Hosts do not say how much of the audio was cached: it counts as not cached as far as there is room. */
function inputPico(rates: TokenPrices, usage: Usage): number {
  const { cachedInputTokens, cacheWriteTokens, longCacheWriteTokens } = usage
  const fresh = Math.max(0, usage.inputTokens - cachedInputTokens - cacheWriteTokens)
  const audio = Math.min(usage.audioInputTokens, fresh)
  const cacheWrite = rates.cacheWrite ?? rates.input
  return (
    (fresh - audio) * rates.input +
    audio * (rates.audioInput ?? rates.input) +
    cachedInputTokens * (rates.cachedInput ?? rates.input) +
    Math.max(0, cacheWriteTokens - longCacheWriteTokens) * cacheWrite +
    longCacheWriteTokens * (rates.longCacheWrite ?? cacheWrite)
  )
}

function outputPico(rates: TokenPrices, { outputTokens, reasoningTokens, audioOutputTokens }: Usage): number {
  const plain = Math.max(0, outputTokens - reasoningTokens - audioOutputTokens)
  return (
    plain * rates.output +
    reasoningTokens * (rates.reasoning ?? rates.output) +
    audioOutputTokens * (rates.audioOutput ?? rates.output)
  )
}

function ratesFor(price: Price, inputTokens: number): TokenPrices {
  let rates: TokenPrices & { aboveInputTokens?: number } = price
  for (const tier of price.tiers ?? []) {
    if (inputTokens > tier.aboveInputTokens && tier.aboveInputTokens >= (rates.aboveInputTokens ?? 0))
      rates = tier
  }
  return rates
}
