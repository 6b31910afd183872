import { type Answer, type Choice, textsOf } from '../../core/answer.ts'
import type { FinishReason } from '../../core/chat.ts'
import { present } from '../../core/present.ts'
import { type AnswerClosing, type AnswerHead, memberFields } from '../inbound.ts'
import { detailOf, type ReasoningDetail } from './reasoning-details.ts'

/** What a request of OpenAI Chat says about the form of its answer. */
export type ChatReplyOptions = {
  /** Streaming: send a usage chunk before the end, and a null usage before that, as OpenAI does. */
  includeUsage: boolean
  showReasoning: boolean
}

/** The body of an answer that is not streamed: OpenAI's `chat.completion`. */
export function encodeAnswer(
  head: AnswerHead,
  { choices }: Answer,
  closing: AnswerClosing,
  options: ChatReplyOptions,
): object {
  const reasons = [closing.reason, ...closing.otherReasons]
  return {
    ...headFields(head, 'chat.completion'),
    choices: choices.map((choice, index) => encodeChoice(choice, index, reasons[index] ?? 'stop', options)),
    usage: usageFields(closing),
    ...present({ switchyard: closing.metadata }),
  }
}

function encodeChoice(
  choice: Choice,
  index: number,
  reason: FinishReason,
  options: ChatReplyOptions,
): object {
  const { text, reasoning, refusal, toolCalls } = textsOf(choice)
  const details = options.showReasoning ? reasoningDetails(choice) : []
  const message = {
    role: 'assistant',
    content: text === '' && (toolCalls.length > 0 || refusal) ? null : text,
    refusal: refusal || null,
    ...(options.showReasoning && reasoning !== '' && { reasoning }),
    ...(details.length > 0 && { reasoning_details: details }),
    ...(toolCalls.length > 0 && {
      tool_calls: toolCalls.map(({ id, name, argumentsJson, custom }) =>
        custom
          ? { id, type: 'custom', custom: { name, input: argumentsJson } }
          : { id, type: 'function', function: { name, arguments: argumentsJson } },
      ),
    }),
  }
  const logprobs = choice.logprobs.length > 0 ? { content: choice.logprobs, refusal: null } : null
  return { index, message, logprobs, finish_reason: reason }
}

function reasoningDetails({ parts }: Choice): ReasoningDetail[] {
  const details: ReasoningDetail[] = []
  for (const [at, part] of parts.entries()) {
    if (part.type !== 'reasoning' || !part.seal) continue
    const next = parts[at + 1]
    const callId = part.seal.format === 'google' && next?.type === 'tool-call' ? next.id : undefined
    details.push(detailOf(part.text, part.seal, details.length, callId))
  }
  return details
}

/** What every chunk and body of one answer repeats. */
export function headFields({ id, createdAt, model, simulated }: AnswerHead, object: string) {
  const created = Math.floor(createdAt / 1_000)
  return { id, object, created, model, ...(simulated && { system_fingerprint: 'simulated' }) }
}

/** OpenAI's usage object, with the cost in USD as OpenRouter reports it. */
export function usageFields(closing: AnswerClosing) {
  const { usage, costUsd } = closing
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: {
      cached_tokens: usage.cachedInputTokens,
      cache_write_tokens: usage.cacheWriteTokens,
      audio_tokens: usage.audioInputTokens,
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoningTokens,
      audio_tokens: usage.audioOutputTokens,
    },
    cost: costUsd,
    ...memberFields(closing),
  }
}
