import * as z from 'zod'
import type { ContentEvent } from '../../core/chat.ts'
import { type ToolCallReader, toolCallDelta } from './tool-calls.ts'

/** Mistral's reasoning models send their content in pieces; kinds we do not know are skipped. */
const contentPiece = z.object({
  type: z.string(),
  text: z.string().nullish(),
  thinking: z.union([z.string(), z.array(z.object({ text: z.string().nullish() }))]).nullish(),
})

export const messageSchema = z.object({
  content: z.union([z.string(), z.array(contentPiece)]).nullish(),
  refusal: z.string().nullish(),
  reasoning: z.string().nullish(),
  reasoning_content: z.string().nullish(),
  tool_calls: z.array(toolCallDelta).nullish(),
})
export type HostMessage = z.infer<typeof messageSchema>

/** What a message, or a piece of one, says. */
export function messageEvents(
  message: HostMessage,
  logprobs: readonly unknown[] | undefined,
  calls: ToolCallReader,
): ContentEvent[] {
  const reasoning = message.reasoning || message.reasoning_content
  return [
    ...(reasoning ? [{ type: 'reasoning-delta' as const, text: reasoning }] : []),
    ...contentEvents(message.content, logprobs),
    ...(message.refusal ? [{ type: 'refusal-delta' as const, text: message.refusal }] : []),
    ...(message.tool_calls ?? []).flatMap(calls.read),
  ]
}

function contentEvents(
  content: HostMessage['content'],
  logprobs: readonly unknown[] | undefined,
): ContentEvent[] {
  if (!content) return []
  if (typeof content === 'string')
    return [{ type: 'text-delta', text: content, ...(logprobs && { logprobs }) }]
  return content.flatMap(({ text, thinking }): ContentEvent[] => {
    const thought = Array.isArray(thinking) ? thinking.map((piece) => piece.text ?? '').join('') : thinking
    if (thought) return [{ type: 'reasoning-delta', text: thought }]
    return text ? [{ type: 'text-delta', text }] : []
  })
}
