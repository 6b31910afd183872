import * as z from 'zod'
import type { Usage } from '../../core/chat.ts'
import { hostCount, toUsage } from '../usage.ts'

/** Only what we use of a host's usage, and every field may be missing: compatible hosts differ. */
export const usageSchema = z
  .object({
    input_tokens: hostCount,
    output_tokens: hostCount,
    input_tokens_details: z
      .object({
        cached_tokens: hostCount,
        cache_write_tokens: hostCount,
        audio_tokens: hostCount,
        image_tokens: hostCount,
      })
      .nullish()
      .catch(null),
    output_tokens_details: z
      .object({ reasoning_tokens: hostCount, audio_tokens: hostCount })
      .nullish()
      .catch(null),
  })
  .nullish()
  .catch(null)

/** Null where the host sent none. */
export function readUsage(usage: z.infer<typeof usageSchema>): Usage | null {
  if (usage?.input_tokens == null && usage?.output_tokens == null) return null
  const input = usage.input_tokens_details
  const output = usage.output_tokens_details
  return toUsage({
    inputTokens: usage.input_tokens ?? 0,
    cachedInputTokens: input?.cached_tokens ?? 0,
    cacheWriteTokens: input?.cache_write_tokens ?? 0,
    audioInputTokens: input?.audio_tokens ?? 0,
    imageInputTokens: input?.image_tokens ?? 0,
    outputTokens: usage.output_tokens ?? 0,
    reasoningTokens: output?.reasoning_tokens ?? 0,
    audioOutputTokens: output?.audio_tokens ?? 0,
  })
}
