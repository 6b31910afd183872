import type { Answer } from '../../core/answer.ts'
import type { ErrorBody } from '../../core/errors.ts'
import type { AnswerClosing, AnswerHead, Reply } from '../inbound.ts'
import {
  encodeFailure,
  encodePending,
  encodeResponse,
  type PendingStatus,
  type ResponseForm,
} from './encode-response.ts'
import { createEventEncoder } from './encode-stream.ts'
import { ALL_THOUGHTS } from './output-items.ts'
import { relayBody } from './relay.ts'
import type { ResponsesBody } from './schema.ts'

/** Writes answers in OpenAI Responses, also those that nobody waits for. */
export type ResponsesReply = Reply & {
  /** The response while there is no answer, or none is wanted any more. */
  pending(head: AnswerHead, status: PendingStatus): object
  /** The response when no answer came. */
  failed(head: AnswerHead, error: ErrorBody): object
  /** Holds the thoughts, too, that its caller did not ask to see: their hosts want them back. */
  kept: NonNullable<Reply['kept']>
}

/** The reply that a request asks for. */
export function responsesReply(body: ResponsesBody): ResponsesReply {
  const summary = (body.reasoning?.summary ?? body.reasoning?.generate_summary) != null
  const sealed = body.include?.includes('reasoning.encrypted_content') ?? false
  const form = { body, thoughts: { summary, sealed } }
  return {
    idPrefix: 'resp',
    whole: (head, answer, closing) => wholeResponse(head, answer, closing, form),
    failure: (error) => ({ error }),
    stream: (head) => createEventEncoder(head, form),
    pending: (head, status) => encodePending(head, status, form),
    failed: (head, error) => encodeFailure(head, error, form),
    kept: (head, answer, closing) => wholeResponse(head, answer, closing, { body, thoughts: ALL_THOUGHTS }),
  }
}

function wholeResponse(head: AnswerHead, answer: Answer, closing: AnswerClosing, form: ResponseForm): object {
  const { native } = closing
  return native && 'body' in native
    ? relayBody(native.body, head, closing, form)
    : encodeResponse(head, answer, closing, form)
}
