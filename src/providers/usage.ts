import * as z from 'zod'
import { NO_USAGE, type Usage } from '../core/chat.ts'

/** One count in a host's usage; a value that is not a number counts as not sent. */
export const hostCount = z.number().nullish().catch(null)

/** What a host counted; what it did not tell counts as nothing. */
type HostCounts = Pick<Usage, 'inputTokens' | 'outputTokens'> & Partial<Usage>

/** A host's counts as ours: whole numbers, none negative, no part larger than what it is a part of. */
export function toUsage(counts: HostCounts): Usage {
  const inputTokens = wholeCount(counts.inputTokens)
  const outputTokens = wholeCount(counts.outputTokens)
  const part = (count: number | undefined, whole: number) => Math.min(wholeCount(count ?? 0), whole)
  const cachedInputTokens = part(counts.cachedInputTokens, inputTokens)
  const cacheWriteTokens = part(counts.cacheWriteTokens, inputTokens - cachedInputTokens)
  const audioInputTokens = part(counts.audioInputTokens, inputTokens)
  const reasoningTokens = part(counts.reasoningTokens, outputTokens)
  return {
    inputTokens,
    cachedInputTokens,
    cacheWriteTokens,
    longCacheWriteTokens: part(counts.longCacheWriteTokens, cacheWriteTokens),
    audioInputTokens,
    imageInputTokens: part(counts.imageInputTokens, inputTokens - audioInputTokens),
    outputTokens,
    reasoningTokens,
    audioOutputTokens: part(counts.audioOutputTokens, outputTokens - reasoningTokens),
  }
}

/** Tokens of several answers together; null when none of them is known. */
export function sumUsage(usages: readonly (Usage | null)[]): Usage | null {
  let total: Usage | null = null
  for (const usage of usages) {
    if (!usage) continue
    const { longCacheWriteTokens, audioInputTokens, imageInputTokens, audioOutputTokens } = usage
    const sum: Usage = total ?? NO_USAGE
    total = {
      inputTokens: sum.inputTokens + usage.inputTokens,
      cachedInputTokens: sum.cachedInputTokens + usage.cachedInputTokens,
      cacheWriteTokens: sum.cacheWriteTokens + usage.cacheWriteTokens,
      longCacheWriteTokens: sum.longCacheWriteTokens + longCacheWriteTokens,
      audioInputTokens: sum.audioInputTokens + audioInputTokens,
      imageInputTokens: sum.imageInputTokens + imageInputTokens,
      outputTokens: sum.outputTokens + usage.outputTokens,
      reasoningTokens: sum.reasoningTokens + usage.reasoningTokens,
      audioOutputTokens: sum.audioOutputTokens + audioOutputTokens,
    }
  }
  return total
}

function wholeCount(count: number): number {
  return Math.min(Math.max(Math.round(count), 0), Number.MAX_SAFE_INTEGER)
}
