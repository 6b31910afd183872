import type { ChatRequest, Message } from '../../core/chat.ts'
import { AppError } from '../../core/errors.ts'
import { PLAN_LIMITS } from '../../core/plan.ts'

/** Around what was said before, in any language. */
const OPENING = '\n\n<conversation>\n'
const CLOSING = '\n</conversation>'

const invalid = (param: string, fault: string) =>
  new AppError('invalid_request', `Invalid '${param}': ${fault}`, { param })

/**
 * What a run is to reach for who asks in a conversation: what the user said last, and what was said before it, the latest
 * of it where it is too long.
 *
 * @throws AppError where the conversation asks for what agents do not give
 */
export function goalOf({ messages, output, sampling }: ChatRequest): string {
  if (output.type !== 'text') throw invalid('response_format', 'agents answer in text')
  if ((sampling.choices ?? 1) > 1) throw invalid('n', 'agents give one answer')
  const last = messages.findLastIndex(({ role }) => role === 'user')
  const message = messages[last]
  const asked = message ? textOf(message).trim() : ''
  if (asked === '') throw invalid('messages', 'expected a user’s words')
  if (asked.length > PLAN_LIMITS.goalChars) {
    throw invalid('messages', `the last one has more than ${PLAN_LIMITS.goalChars} characters`)
  }
  const before = messages.slice(0, last).flatMap(lineOf).join('\n')
  const room = PLAN_LIMITS.goalChars - asked.length - OPENING.length - CLOSING.length
  if (before === '' || room <= 0) return asked
  return `${asked}${OPENING}${before.slice(-room).toWellFormed()}${CLOSING}`
}

function lineOf(message: Message): string[] {
  const text = textOf(message).trim()
  return text === '' ? [] : [`${message.role}: ${text}`]
}

/** Of what models say, their words alone. */
function textOf({ role, content }: Message): string {
  return content
    .map((part) => {
      if (part.type === 'text') return part.text
      if (role === 'assistant') return ''
      throw invalid('messages', `agents read text, not parts of type '${part.type}'`)
    })
    .join('\n')
}
