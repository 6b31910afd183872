import type { Message } from '../core/chat.ts'

/**
 * A conversation with something more said by its user: at the end of their last message, or in one of its
 * own. Many hosts want the roles to alternate.
 */
export function withLastWords(messages: readonly Message[], text: string): readonly Message[] {
  const last = messages.at(-1)
  const part = { type: 'text', text } as const
  if (last?.role !== 'user') return [...messages, { role: 'user', content: [part] }]
  return [...messages.slice(0, -1), { ...last, content: [...last.content, part] }]
}
