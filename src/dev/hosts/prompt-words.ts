import { lastUserText, type Question } from './question.ts'

/**
 * Words in the last user message that make a model behave in a rare way:
 * `simulate:refusal` (it refuses, as each format tells it), `simulate:redacted-thinking` (a part of what it thinks is
 * hidden; only Anthropic shows that).
 */
const WORDS = { refusal: 'simulate:refusal', redactedThinking: 'simulate:redacted-thinking' } as const

/** Whether a prompt asks for a rare behaviour. */
export function asksFor(question: Question, behaviour: keyof typeof WORDS): boolean {
  return lastUserText(question).includes(WORDS[behaviour])
}
