import { createAnswerBuilder, textsOf } from '../../core/answer.ts'
import type { AnswerNote, ContextNote, SessionMessage } from '../../agents/session.ts'
import type { AnswerClosing, AnswerHead, Reply } from '../../protocols/inbound.ts'
import { messageJson } from './session-json.ts'

/** An answer as a session keeps it. */
export type TurnAnswer = Omit<SessionMessage, 'seq'> & { answer: AnswerNote }

/**
 * Answers of a session: whole ones as a message, streamed ones as Chat writes them.
 *
 * @param over told of each answer once it is there, or null where it broke off
 */
export function turnReply(
  chat: Reply,
  context: ContextNote,
  over: (answer: TurnAnswer | null) => void,
): Reply {
  return {
    ...chat,
    whole(head, { choices: [first] }, closing) {
      const answer = answerOf(head, textsOf(first).text, closing, context)
      over(answer)
      return messageJson(answer)
    },
    stream(head) {
      const encoder = chat.stream(head)
      const builder = createAnswerBuilder()
      let ended = false
      return {
        delta(event) {
          builder.add(event)
          return encoder.delta(event)
        },
        end(closing) {
          ended = true
          over(answerOf(head, textsOf(builder.answer().choices[0]).text, closing, context))
          return encoder.end(closing)
        },
        error(body) {
          over(null)
          return encoder.error(body)
        },
        kept: () => (ended ? {} : null),
      }
    },
  }
}

function answerOf(
  head: AnswerHead,
  content: string,
  { reason, usage, costUsd }: AnswerClosing,
  context: ContextNote,
): TurnAnswer {
  const answer = { model: head.model, usage, costUsd, finish: reason, context }
  return { id: head.id, role: 'assistant', content, at: Date.now(), answer }
}
