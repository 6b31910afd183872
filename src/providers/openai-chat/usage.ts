import * as z from 'zod'
import type { Usage } from '../../core/chat.ts'
import { hostCount, toUsage } from '../usage.ts'

/** Only what we use of a host's usage, and every field may be missing: compatible hosts differ. */
export const usageSchema = z
  .object({
    prompt_tokens: hostCount,
    completion_tokens: hostCount,
    total_tokens: hostCount,
    prompt_tokens_details: z
      .object({
        cached_tokens: hostCount,
        cache_write_tokens: hostCount,
        audio_tokens: hostCount,
        image_tokens: hostCount,
      })
      .nullish()
      .catch(null),
    completion_tokens_details: z
      .object({ reasoning_tokens: hostCount, audio_tokens: hostCount })
      .nullish()
      .catch(null),
    /** Moonshot's place for it, and DeepSeek's. */
    cached_tokens: hostCount,
    prompt_cache_hit_tokens: hostCount,
  })
  .nullish()
  .catch(null)

/** Null where the host sent none. */
export function readUsage(usage: z.infer<typeof usageSchema>): Usage | null {
  if (usage?.prompt_tokens == null && usage?.completion_tokens == null) return null
  const inputTokens = usage.prompt_tokens ?? 0
  const written = usage.completion_tokens ?? 0
  const input = usage.prompt_tokens_details
  const output = usage.completion_tokens_details
  const reasoningTokens = output?.reasoning_tokens ?? 0
  // xAI counts reasoning beside the completion; its total shows it.
  const beside = (usage.total_tokens ?? 0) >= inputTokens + written + reasoningTokens
  return toUsage({
    inputTokens,
    cachedInputTokens: input?.cached_tokens ?? usage.cached_tokens ?? usage.prompt_cache_hit_tokens ?? 0,
    cacheWriteTokens: input?.cache_write_tokens ?? 0,
    audioInputTokens: input?.audio_tokens ?? 0,
    imageInputTokens: input?.image_tokens ?? 0,
    outputTokens: beside ? written + reasoningTokens : written,
    reasoningTokens,
    audioOutputTokens: output?.audio_tokens ?? 0,
  })
}
