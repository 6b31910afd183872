import { chatOverflow } from '../../context-overflow.ts'
import { bearerToken, type Wire } from '../../wire.ts'
import { openaiComplaint, openaiError, openaiModels } from '../openai.ts'
import { chatChunks, chatCompletion, type ChatForm } from './answer.ts'
import { chatQuestion, chatRequest } from './request.ts'
import { checkChat } from './rules.ts'

/** Hosts whose streams end with usage, asked or not. */
const ALWAYS_COUNTING = new Set(['mistral'])

/** OpenAI's Chat Completions. */
export const chatWire: Wire = {
  idHeader: 'x-request-id',
  keyOf: bearerToken,
  read(body, target) {
    const request = chatRequest.parse(body)
    checkChat(request, target.host)
    const form: ChatForm = {
      host: target.host,
      model: request.model,
      streamsUsage: ALWAYS_COUNTING.has(target.host) || (request.stream_options?.include_usage ?? false),
      topLogprobs: request.logprobs ? (request.top_logprobs ?? 0) : null,
    }
    return {
      question: chatQuestion(request, target),
      whole: (answer, issue) => chatCompletion(answer, issue, form),
      frames: (answer, issue) => chatChunks(answer, issue, form),
    }
  },
  complaint: openaiComplaint,
  overflow: chatOverflow,
  error: openaiError,
  errorFrame: (error) => ({ event: null, data: openaiError(error) }),
  models: openaiModels,
}
