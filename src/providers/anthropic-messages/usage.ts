import * as z from 'zod'
import type { Usage } from '../../core/chat.ts'
import { hostCount, toUsage } from '../usage.ts'

const usageSchema = z.object({
  input_tokens: hostCount,
  output_tokens: hostCount,
  cache_read_input_tokens: hostCount,
  cache_creation_input_tokens: hostCount,
  cache_creation: z
    .object({ ephemeral_5m_input_tokens: hostCount, ephemeral_1h_input_tokens: hostCount })
    .nullish()
    .catch(null),
  output_tokens_details: z.object({ thinking_tokens: hostCount }).nullish().catch(null),
})
export type HostUsage = z.infer<typeof usageSchema>
export const usageField = usageSchema.nullish().catch(null)

/** Later events replace what earlier ones said; a field an event leaves out stands. */
export function addUsage(known: HostUsage, usage: HostUsage | null | undefined): HostUsage {
  const told = Object.entries(usage ?? {}).filter(([, value]) => value != null)
  return { ...known, ...Object.fromEntries(told) }
}

/** Anthropic counts cache reads and writes beside `input_tokens`; ours includes them. */
export function readUsage(usage: HostUsage): Usage | null {
  if (usage.input_tokens == null && usage.output_tokens == null) return null
  const cachedInputTokens = count(usage.cache_read_input_tokens)
  const shortWrite = count(usage.cache_creation?.ephemeral_5m_input_tokens)
  const longCacheWriteTokens = count(usage.cache_creation?.ephemeral_1h_input_tokens)
  const cacheWriteTokens = count(usage.cache_creation_input_tokens ?? shortWrite + longCacheWriteTokens)
  return toUsage({
    inputTokens: (usage.input_tokens ?? 0) + cachedInputTokens + cacheWriteTokens,
    cachedInputTokens,
    cacheWriteTokens,
    longCacheWriteTokens,
    outputTokens: usage.output_tokens ?? 0,
    reasoningTokens: count(usage.output_tokens_details?.thinking_tokens),
  })
}

function count(tokens: number | null | undefined): number {
  return Math.max(tokens ?? 0, 0)
}
