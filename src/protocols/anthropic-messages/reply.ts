import type { Reply } from '../inbound.ts'
import { encodeAnswer, type MessagesReplyOptions } from './encode-answer.ts'
import { createEventEncoder } from './encode-stream.ts'
import { encodeError } from './error.ts'
import { relayBody } from './relay.ts'

/** Writes answers in Anthropic Messages. */
export function messagesReply(options: MessagesReplyOptions): Reply {
  return {
    idPrefix: 'msg',
    whole(head, answer, closing) {
      const { native } = closing
      return native && 'body' in native
        ? relayBody(native.body, head, closing, options)
        : encodeAnswer(head, answer, closing, options)
    },
    failure: encodeError,
    stream: (head) => createEventEncoder(head, options),
  }
}
