import type { Answer } from '../../core/answer.ts'
import type { AssistantPart, ReasoningPart, Seal } from '../../core/chat.ts'
import { present } from '../../core/present.ts'
import { type AnswerClosing, type AnswerHead, memberFields } from '../inbound.ts'
import { writeSeal } from '../../core/sealed-thoughts.ts'

/** What a caller gets of the model's thoughts: all, only what hosts want back of them, or nothing. */
export type ThinkingShown = 'shown' | 'sealed' | 'none'

/** What a request of Anthropic Messages says about the form of its answer. */
export type MessagesReplyOptions = { thinking: ThinkingShown }

/** The body of an answer that is not streamed: Anthropic's `message`. The protocol has room for one choice. */
export function encodeAnswer(
  head: AnswerHead,
  { choices: [choice] }: Answer,
  closing: AnswerClosing,
  { thinking }: MessagesReplyOptions,
): object {
  return {
    ...headFields(head),
    content: choice.parts.flatMap((part) => blocksOf(part, thinking)),
    ...endFields(
      closing,
      choice.parts.some(({ type }) => type === 'refusal'),
    ),
    usage: usageFields(closing),
    ...present({ switchyard: closing.metadata }),
  }
}

/** What a whole answer and the start of a streamed one have in common. */
export function headFields({ id, model }: AnswerHead) {
  return { id, type: 'message', role: 'assistant', model }
}

/** Why an answer ended. `declined`: it is a refusal in words, which other hosts end like any answer. */
export function endFields({ reason, stopSequence }: AnswerClosing, declined: boolean) {
  const refused = reason === 'content_filter' || (reason === 'stop' && declined)
  return {
    stop_reason: refused ? 'refusal' : stopReason(reason, stopSequence !== undefined),
    stop_sequence: (!refused && reason === 'stop' && stopSequence) || null,
    stop_details: refused ? { type: 'refusal', category: null, explanation: null } : null,
  }
}

function stopReason(reason: AnswerClosing['reason'], atSequence: boolean): string {
  switch (reason) {
    case 'stop':
      return atSequence ? 'stop_sequence' : 'end_turn'
    case 'length':
      return 'max_tokens'
    case 'tool_calls':
      return 'tool_use'
    case 'content_filter':
      return 'refusal'
  }
}

/** Anthropic counts cache reads and writes beside `input_tokens`; `cost` is in USD, as OpenRouter reports it. */
export function usageFields(closing: AnswerClosing) {
  const { usage, costUsd } = closing
  return {
    input_tokens: Math.max(usage.inputTokens - usage.cachedInputTokens - usage.cacheWriteTokens, 0),
    cache_creation_input_tokens: usage.cacheWriteTokens,
    cache_read_input_tokens: usage.cachedInputTokens,
    cache_creation: {
      ephemeral_5m_input_tokens: Math.max(usage.cacheWriteTokens - usage.longCacheWriteTokens, 0),
      ephemeral_1h_input_tokens: usage.longCacheWriteTokens,
    },
    output_tokens: usage.outputTokens,
    output_tokens_details: { thinking_tokens: usage.reasoningTokens },
    cost: costUsd,
    ...memberFields(closing),
  }
}

function blocksOf(part: AssistantPart, thinking: ThinkingShown): object[] {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return [{ type: 'text', text: part.text }]
    case 'reasoning':
      return thoughtBlocks(part, thinking)
    case 'tool-call': {
      const { id, name, argumentsJson } = part
      return [{ type: 'tool_use', id, name, input: toolInput(argumentsJson) }]
    }
  }
}

function thoughtBlocks({ text, seal }: ReasoningPart, shown: ThinkingShown): object[] {
  if (shown === 'none') return []
  const thinking = shown === 'shown' ? text : ''
  const thought = (signature: string) => ({ type: 'thinking', thinking, signature })
  const unsealed = thinking === '' ? [] : [thought('')]
  if (!seal) return unsealed
  if (isRedacted(seal, thinking !== '')) return [...unsealed, redactedBlock(seal)]
  return [thought(sealText(seal))]
}

/** Whether a seal is a block of its own: the thought itself, unless it can go along as the signature of its words. */
export function isRedacted({ kind, format }: Seal, hasWords: boolean): boolean {
  return kind === 'encrypted' && (!hasWords || format === 'anthropic')
}

/** A thought that is its seal. */
export function redactedBlock(seal: Seal) {
  return { type: 'redacted_thinking', data: sealText(seal) }
}

/** A seal as the text that this protocol's clients send back. */
export function sealText(seal: Seal): string {
  return writeSeal(seal, 'anthropic')
}

/** Anthropic promises an object; what a model wrote otherwise is kept under a name. */
function toolInput(argumentsJson: string): object {
  try {
    const value: unknown = JSON.parse(argumentsJson.trim() || '{}')
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {}
  return { invalid_json: argumentsJson }
}
