import type { ChatRequest } from '../../core/chat.ts'
import { present } from '../../core/present.ts'
import { type Adapter, droppedNative } from '../adapter.ts'
import { createDecoder, decodeAnswer } from './decode.ts'
import { type Dialect, encodeRequest, lackingFields } from './encode.ts'

/** OpenAI Chat Completions, in a compatible host's dialect. */
export function openaiChat(dialect: Dialect): Adapter {
  return {
    format: 'openai-chat',
    seals: null,
    takesChoices: dialect.choices,
    ...(dialect.relays && { relays: true }),
    authorize: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
    encode: (request, target) => encodeRequest(request, target, dialect),
    takesOutput: ({ output }, { structuredOutput }) =>
      output.type === 'text' || structuredOutput === 'json_schema' || structuredOutput === output.type,
    ...(dialect.thinksInResponses && { refuses: thinksWithTools }),
    unsupported(request) {
      const { reasoning, sampling } = request
      const dropped = present({
        reasoning_effort: dialect.reasoningEffort ? undefined : reasoning.effort,
        top_k: dialect.topK ? undefined : sampling.topK,
      })
      return [
        ...Object.keys(dropped),
        ...lackingFields(request, dialect),
        ...droppedNative(request, 'openai-chat'),
      ]
    },
    createDecoder,
    decodeAnswer,
  }
}

/** OpenAI's deployment checklist, 2026-11: from GPT-5.4 on, tools in Chat Completions want reasoning switched off. */
const THINKING_MODEL = /^gpt-(?:5\.[4-9]|[6-9])/

function thinksWithTools({ tools, reasoning }: ChatRequest, hostModelId: string): boolean {
  return tools.length > 0 && reasoning.effort !== 'none' && THINKING_MODEL.test(hostModelId)
}
