import * as z from 'zod'
import type { ChatEvent, ContentEvent, FinishReason, Usage } from '../../core/chat.ts'
import { readInBandFailure } from '../failure.ts'
import { type HostMessage, messageEvents, messageSchema } from './message.ts'
import { createToolCallReader } from './tool-calls.ts'
import { readUsage, usageSchema } from './usage.ts'

const choiceFields = {
  index: z.number().nullish().catch(null),
  finish_reason: z.string().nullish(),
  logprobs: z.object({ content: z.array(z.unknown()).nullish() }).nullish(),
}

const chunkSchema = z.object({
  choices: z.array(z.object({ ...choiceFields, delta: messageSchema.nullish() })).nullish(),
  usage: usageSchema,
  /** Groq's place for it. */
  x_groq: z.object({ usage: usageSchema }).nullish().catch(null),
  error: z.unknown().optional(),
})

const answerSchema = z.object({
  choices: z.array(z.object({ ...choiceFields, message: messageSchema })).min(1),
  usage: usageSchema,
})

type HostChoice = {
  index?: number | null | undefined
  finish_reason?: string | null | undefined
  logprobs?: { content?: unknown[] | null | undefined } | null | undefined
}

/** Reads the choices of one answer, each with its own reason to end and its own calls. */
function createChoiceReader() {
  const reasons: (FinishReason | null)[] = []
  const readers: ReturnType<typeof createToolCallReader>[] = []
  return {
    read(
      { index, finish_reason, logprobs }: HostChoice,
      message: HostMessage | null | undefined,
    ): ContentEvent[] {
      const choice = Math.min(Math.max(Math.trunc(index ?? 0), 0), MAX_CHOICE)
      reasons[choice] = readFinishReason(finish_reason) ?? reasons[choice] ?? null
      if (!message) return []
      const reader = (readers[choice] ??= createToolCallReader())
      const events = messageEvents(message, logprobs?.content ?? undefined, reader)
      return choice === 0 ? events : events.map((event) => ({ ...event, choice }))
    },
    calledTool: (choice: number) => readers[choice]?.called() ?? false,
    reasons: () => reasons,
  }
}

/** No host gives more choices; a larger index is nonsense. */
const MAX_CHOICE = 127

/**
 * Reads a stream of `chat.completion.chunk`. The answer ends at `[DONE]`, not at the finish reason: usage comes
 * between the two. A stream that stops with neither is the caller's to report.
 */
export function createDecoder(): (data: string) => ChatEvent[] {
  let usage: Usage | null = null
  const choices = createChoiceReader()
  return function decode(data) {
    if (data.trim() === '[DONE]') {
      const [reason, ...others] = choices.reasons()
      if (!reason || others.includes(null)) throw new Error('[DONE] without a finish reason')
      return [endOf(reason, others, usage)]
    }
    const chunk = chunkSchema.parse(JSON.parse(data))
    if (chunk.error) return [{ type: 'answer-error', ...readInBandFailure(chunk) }]
    usage = readUsage(chunk.usage) ?? readUsage(chunk.x_groq?.usage) ?? usage
    return (chunk.choices ?? []).flatMap((choice) => choices.read(choice, choice.delta))
  }
}

export function decodeAnswer(body: unknown): ChatEvent[] {
  const refused = z.object({ error: z.unknown().optional() }).safeParse(body)
  if (refused.data?.error) return [{ type: 'answer-error', ...readInBandFailure(body) }]
  const answer = answerSchema.parse(body)
  const choices = createChoiceReader()
  const events = answer.choices.flatMap((choice, index) => {
    const calls = choice.message.tool_calls?.map((call, at) => ({ ...call, index: at }))
    return choices.read({ ...choice, index }, { ...choice.message, tool_calls: calls })
  })
  // Some hosts leave the key out of whole answers.
  const reasons = answer.choices.map(
    (_, index) => choices.reasons()[index] ?? (choices.calledTool(index) ? 'tool_calls' : 'stop'),
  )
  const [reason, ...others] = reasons
  return [...events, endOf(reason ?? 'stop', others, readUsage(answer.usage))]
}

function endOf(
  reason: FinishReason,
  others: readonly (FinishReason | null)[],
  usage: Usage | null,
): ChatEvent {
  const otherReasons = others.map((other) => other ?? 'stop')
  return { type: 'answer-end', reason, usage, ...(otherReasons.length > 0 && { otherReasons }) }
}

/** @throws when the host ended the answer because of a failure of its own */
function readFinishReason(reason: string | null | undefined): FinishReason | null {
  switch (reason) {
    case 'stop':
    case 'length':
    case 'tool_calls':
    case 'content_filter':
      return reason
    case 'function_call':
      return 'tool_calls'
    case 'model_length':
      return 'length'
    case 'error':
    case 'insufficient_system_resource':
      throw new Error(`the host ended its answer with '${reason}'`)
    case null:
    case undefined:
    case '':
      return null
    default:
      return 'stop'
  }
}
