import type { ChatRequest } from '../../core/chat.ts'
import { present } from '../../core/present.ts'
import { type Adapter, droppedNative } from '../adapter.ts'
import { createDecoder, decodeAnswer } from './decode.ts'
import type { Dialect } from './dialect.ts'
import { encodeRequest, lackingFields, MAX_STOPS } from './encode.ts'

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
    ...(dialect.isOpenai && { refuses: belongsInResponses }),
    unsupported(request) {
      const { reasoning, sampling } = request
      const dropped = present({
        reasoning_effort: dialect.reasoningEffort ? undefined : reasoning.effort,
        top_k: dialect.topK ? undefined : sampling.topK,
        stop: (sampling.stop?.length ?? 0) > MAX_STOPS || undefined,
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

/** Thinking with tools, for newer models, and files by URL, for all. */
function belongsInResponses({ tools, reasoning, messages }: ChatRequest, hostModelId: string): boolean {
  if (tools.length > 0 && reasoning.effort !== 'none' && THINKING_MODEL.test(hostModelId)) return true
  return messages.some(({ content }) => content.some((part) => part.type === 'file' && 'url' in part.source))
}
