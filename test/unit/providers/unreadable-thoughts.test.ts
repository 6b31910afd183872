import { describe, expect, it } from 'vitest'
import type { AssistantPart, ChatEvent, ChatRequest } from '../../../src/core/chat.ts'
import { refusedThoughts, withoutThoughts } from '../../../src/providers/unreadable-thoughts.ts'
import { requestWith, words } from './conversation.ts'

const THOUGHT: AssistantPart = {
  type: 'reasoning',
  text: 'Hm',
  seal: { format: 'anthropic', kind: 'signature', data: 'abc' },
}
const conversation = (...content: AssistantPart[]): ChatRequest =>
  requestWith({
    messages: [
      { role: 'assistant', content },
      { role: 'user', content: [words('And?')] },
    ],
  })
const sealed = conversation(THOUGHT, { type: 'text', text: 'Yes' })

const refused = (message: string, hostCode?: string): ChatEvent => ({
  type: 'answer-error',
  code: 'provider_rejected',
  message,
  ...(hostCode && { hostCode }),
})

describe('a refusal', () => {
  it.each([
    refused('messages.1.content.0: Invalid `signature` in `thinking` block'),
    refused('This thinking block is bound to a different conversation'),
    refused('The encrypted content gAAA… could not be verified.', 'invalid_encrypted_content'),
    refused('Corrupted thought signature.'),
    refused('Function call is missing a thought_signature in functionCall parts.'),
  ])('is for the thoughts: $message', (event) => {
    expect(refusedThoughts(event, sealed)).toBe(true)
    expect(refusedThoughts(event, conversation({ type: 'text', text: 'Yes' }))).toBe(false)
  })

  it.each([
    refused('Invalid value for temperature'),
    refused('messages: text content blocks must be non-empty'),
  ])('is for something else: $message', (event) => expect(refusedThoughts(event, sealed)).toBe(false))
})

it('leaves nothing but the thoughts out, in our words', () => {
  const native = {
    format: 'anthropic-messages',
    body: {},
    headers: {},
    droppedElsewhere: [],
    onlyHere: [],
  } as const
  expect(withoutThoughts({ ...sealed, native })).toEqual(conversation({ type: 'text', text: 'Yes' }))
})

it('cannot leave them out of what only the caller’s own words can say', () => {
  const native = {
    format: 'anthropic-messages',
    body: {},
    headers: {},
    droppedElsewhere: [],
    onlyHere: ['messages[0]'],
  } as const
  expect(withoutThoughts({ ...sealed, native })).toBeNull()
})
