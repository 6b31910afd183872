import type { Wire } from '../../wire.ts'
import { contentResponse, contentStream, type GeminiForm } from './answer.ts'
import { geminiComplaint, geminiError } from './errors.ts'
import { geminiQuestion, geminiRequest } from './request.ts'
import { checkGemini, signsCalls } from './rules.ts'

/** Google's generateContent. */
export const geminiWire: Wire = {
  idHeader: 'x-request-id',
  keyOf: (headers, query) => headers.get('x-goog-api-key') ?? query.get('key'),
  read(body, target) {
    const request = geminiRequest.parse(body)
    const question = geminiQuestion(request, target)
    checkGemini(request, question.modelId)
    const config = request.generationConfig
    const form: GeminiForm = {
      model: question.modelId,
      signsCalls: signsCalls(question.modelId),
      logprobs: config?.responseLogprobs ? (config.logprobs ?? 1) : null,
    }
    return {
      question,
      whole: (answer, issue) => contentResponse(answer, issue, form),
      frames: (answer, issue) => contentStream(answer, issue, form),
    }
  },
  complaint: geminiComplaint,
  overflow: () => ({
    status: 400,
    message: 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
  }),
  error: geminiError,
  errorFrame: (error) => ({ event: null, data: geminiError(error) }),
  models(models) {
    const listed = models.map(({ hostModelId }) => ({
      name: `models/${hostModelId}`,
      displayName: hostModelId,
      supportedGenerationMethods: ['generateContent', 'streamGenerateContent'],
    }))
    return { models: listed }
  },
}
