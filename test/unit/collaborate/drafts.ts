import type { Answer } from '../../../src/core/answer.ts'
import type { AssistantPart, ChatRequest, FinishReason } from '../../../src/core/chat.ts'
import type { Draft } from '../../../src/collaborate/draft.ts'
import { chat, eligible } from '../route/builders.ts'

export function asking(text: string, rest: Partial<ChatRequest> = {}): ChatRequest {
  return chat({ messages: [{ role: 'user', content: [{ type: 'text', text }] }], ...rest })
}

/** A whole answer of these parts; a text alone is one part. */
export function answerOf(said: string | readonly AssistantPart[], reason: FinishReason = 'stop'): Answer {
  const parts = typeof said === 'string' ? [{ type: 'text' as const, text: said }] : said
  return { choices: [{ parts, logprobs: [] }], last: { type: 'answer-end', reason, usage: null } }
}

export function call(
  name: string,
  args: unknown,
  id = `call_${name}`,
): AssistantPart & { type: 'tool-call' } {
  const argumentsJson = typeof args === 'string' ? args : JSON.stringify(args)
  return { type: 'tool-call', id, name, argumentsJson }
}

/** Drafts numbered from 1. */
export function drafts(...said: (string | readonly AssistantPart[])[]): Draft[] {
  return said.map((each, at) => ({ number: at + 1, by: eligible(), answer: answerOf(each) }))
}
