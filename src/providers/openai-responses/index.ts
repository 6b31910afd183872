import { present } from '../../core/present.ts'
import { type Adapter, droppedNative } from '../adapter.ts'
import { createDecoder, decodeAnswer } from './decode.ts'
import { type Dialect, encodeRequest } from './encode.ts'

/** OpenAI Responses, in a compatible host's dialect; OpenAI's own unless told. */
export function openaiResponses(dialect: Dialect = { seals: 'openai' }): Adapter {
  const { seals } = dialect
  return {
    format: 'openai-responses',
    seals,
    takesChoices: false,
    relays: true,
    authorize: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
    encode: (request, target) => encodeRequest(request, target, dialect),
    takesOutput: ({ output }, { structuredOutput }) =>
      output.type === 'text' || structuredOutput === 'json_schema' || structuredOutput === output.type,
    unsupported(request) {
      const { stop, seed, presencePenalty, frequencyPenalty, topK } = request.sampling
      const dropped = present({
        stop,
        seed,
        presence_penalty: presencePenalty,
        frequency_penalty: frequencyPenalty,
        top_k: topK,
      })
      return [...Object.keys(dropped), ...droppedNative(request, 'openai-responses')]
    },
    createDecoder: () => createDecoder(seals),
    decodeAnswer: (body) => decodeAnswer(body, seals),
  }
}
