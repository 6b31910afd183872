import type { Reply } from '../inbound.ts'
import { type ChatReplyOptions, encodeAnswer } from './encode-answer.ts'
import { createChunkEncoder } from './encode-stream.ts'
import { relayBody } from './relay.ts'

/** Writes answers in OpenAI Chat. */
export function chatReply(options: ChatReplyOptions): Reply {
  return {
    idPrefix: 'chatcmpl',
    whole(head, answer, closing) {
      const { native } = closing
      return native && 'body' in native
        ? relayBody(native.body, head, closing)
        : encodeAnswer(head, answer, closing, options)
    },
    failure: (error) => ({ error }),
    stream: (head) => createChunkEncoder(head, options),
  }
}
