import * as z from 'zod'
import type { Usage } from '../../core/chat.ts'
import { hostCount, toUsage } from '../usage.ts'

const byModality = z
  .array(z.object({ modality: z.string().nullish(), tokenCount: hostCount }))
  .nullish()
  .catch(null)

export const usageMetadata = z
  .object({
    promptTokenCount: hostCount,
    toolUsePromptTokenCount: hostCount,
    candidatesTokenCount: hostCount,
    thoughtsTokenCount: hostCount,
    cachedContentTokenCount: hostCount,
    promptTokensDetails: byModality,
    candidatesTokensDetails: byModality,
  })
  .nullish()
  .catch(null)

/** Google counts thoughts beside the candidates' tokens, and tools' prompts beside the prompt; ours include them. */
export function readUsage(usage: z.infer<typeof usageMetadata>): Usage | null {
  if (usage?.promptTokenCount == null && usage?.candidatesTokenCount == null) return null
  const reasoningTokens = usage.thoughtsTokenCount ?? 0
  return toUsage({
    inputTokens: (usage.promptTokenCount ?? 0) + (usage.toolUsePromptTokenCount ?? 0),
    cachedInputTokens: usage.cachedContentTokenCount ?? 0,
    audioInputTokens: tokensOf('AUDIO', usage.promptTokensDetails),
    imageInputTokens: tokensOf('IMAGE', usage.promptTokensDetails),
    outputTokens: (usage.candidatesTokenCount ?? 0) + reasoningTokens,
    reasoningTokens,
    audioOutputTokens: tokensOf('AUDIO', usage.candidatesTokensDetails),
  })
}

function tokensOf(wanted: string, details: z.infer<typeof byModality>): number {
  const counts = (details ?? []).map(({ modality, tokenCount }) =>
    modality === wanted ? (tokenCount ?? 0) : 0,
  )
  return counts.reduce((sum, count) => sum + count, 0)
}
