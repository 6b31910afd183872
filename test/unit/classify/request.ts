import type { ChatRequest, ContentPart, Message } from '../../../src/core/chat.ts'

export function user(text: string): Message {
  return { role: 'user', content: [{ type: 'text', text }] }
}

export function system(text: string): Message {
  return { role: 'system', content: [{ type: 'text', text }] }
}

export function assistant(text: string): Message {
  return { role: 'assistant', content: [{ type: 'text', text }] }
}

export function parts(...content: ContentPart[]): Message {
  return { role: 'user', content }
}

export function talk(messages: readonly Message[], rest: Partial<ChatRequest> = {}): ChatRequest {
  return {
    messages,
    tools: [],
    output: { type: 'text' },
    sampling: {},
    reasoning: {},
    native: null,
    ...rest,
  }
}

export function ask(text: string, rest: Partial<ChatRequest> = {}): ChatRequest {
  return talk([user(text)], rest)
}
