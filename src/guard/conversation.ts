import type { ChatRequest, Message } from '../core/chat.ts'
import { mapWords } from './arguments.ts'

/** What is said in a conversation, by whom; texts only. */
export type Said = { role: Message['role']; text: string }

/** Every text of a conversation, in order. */
export function saidIn(messages: readonly Message[]): Said[] {
  return messages.flatMap(({ role, content }) =>
    content.flatMap((part) => (part.type === 'text' ? [{ role, text: part.text }] : [])),
  )
}

/** The request with every text of its conversation passed through `write`, also in the caller's own words. */
export function mapTexts(chat: ChatRequest, write: (text: string) => string): ChatRequest {
  const { native } = chat
  return {
    ...chat,
    messages: chat.messages.map((message) => mapMessage(message, write)),
    native: native && { ...native, body: mapWords(native.body, write) },
  }
}

/** A caller's items with the texts that were masked on the way from one request to the other. */
export function itemsAsPassed(
  items: readonly unknown[],
  from: ChatRequest,
  to: ChatRequest,
): readonly unknown[] {
  if (from === to) return items
  const passed = saidIn(to.messages)
  const written = new Map(saidIn(from.messages).map(({ text }, i) => [text, passed[i]?.text ?? text]))
  return mapWords(items, (text) => written.get(text) ?? text)
}

function mapMessage(message: Message, write: (text: string) => string): Message {
  const mapPart = <P extends { type: string }>(part: P): P =>
    'text' in part && part.type === 'text' && typeof part.text === 'string'
      ? { ...part, text: write(part.text) }
      : part
  return message.role === 'assistant'
    ? { ...message, content: message.content.map(mapPart) }
    : { ...message, content: message.content.map(mapPart) }
}
