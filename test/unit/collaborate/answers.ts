import type { Answer } from '../../../src/core/answer.ts'
import type { AssistantPart } from '../../../src/core/chat.ts'

/** A whole answer of one choice. */
export function answering(parts: readonly AssistantPart[], logprobs: readonly unknown[] = []): Answer {
  return { choices: [{ parts, logprobs }], last: { type: 'answer-end', reason: 'stop', usage: null } }
}

export const saying = (text: string): Answer => answering([{ type: 'text', text }])

export const calling = (name: string, argumentsJson: string, custom?: true): AssistantPart => ({
  type: 'tool-call',
  id: 'call_1',
  name,
  argumentsJson,
  ...(custom && { custom }),
})
