import { inputTokensOf } from '../../answer.ts'
import type { JsonObject } from '../../json.ts'
import { bearerToken, type Wire } from '../../wire.ts'
import { messageEvents, messageOf, type MessagesForm } from './answer.ts'
import { messagesComplaint, messagesError } from './errors.ts'
import { countRequest, messagesQuestion, messagesRequest } from './request.ts'
import { checkMessages } from './rules.ts'

/** Anthropic's Messages. Prompts are cached only when a request marks them with `cache_control`, as at Anthropic. */
export const messagesWire: Wire = {
  idHeader: 'request-id',
  /** Anthropic's own client has moved from the first to the second. */
  keyOf: (headers) => headers.get('x-api-key') ?? bearerToken(headers),
  read(body) {
    const request = messagesRequest.parse(body)
    checkMessages(request, body)
    const question = messagesQuestion(request, body)
    const { thinking } = request
    const form: MessagesForm = {
      model: request.model,
      hidesThinking: thinking?.type !== 'disabled' && thinking?.display === 'omitted',
      caching: question.caching,
    }
    return {
      question,
      whole: (answer, issue) => messageOf(answer, issue, form),
      frames: (answer, issue) => messageEvents(answer, issue, form),
    }
  },
  complaint: messagesComplaint,
  overflow: () => ({ status: 400, message: 'prompt is too long: 208310 tokens > 200000 maximum' }),
  error: messagesError,
  errorFrame: (error) => ({ event: 'error', data: messagesError(error) }),
  models(models) {
    const data = models.map(({ hostModelId: id }) => {
      return { type: 'model', id, display_name: id, created_at: '2026-01-01T00:00:00Z' }
    })
    return { data, has_more: false, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null }
  },
}

/**
 * Anthropic's answer to `count_tokens`, and the model it counts for.
 *
 * @throws what reading a request throws
 */
export function countMessages(body: unknown): { modelId: string; count: JsonObject } {
  const request = countRequest.parse(body)
  checkMessages(request, body)
  const count = { input_tokens: inputTokensOf(messagesQuestion(request, body)) }
  return { modelId: request.model, count }
}
