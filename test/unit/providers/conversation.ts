import type { ChatRequest, ContentPart, Message } from '../../../src/core/chat.ts'
import type { Target } from '../../../src/providers/adapter.ts'
import type { Dialect } from '../../../src/providers/openai-chat/dialect.ts'

/** A request that asks one thing, with these fields changed. */
export function requestWith(fields: Partial<ChatRequest>): ChatRequest {
  return {
    messages: [{ role: 'user', content: [words('Hello')] }],
    tools: [],
    output: { type: 'text' },
    sampling: {},
    reasoning: {},
    native: null,
    ...fields,
  }
}

export const words = (text: string) => ({ type: 'text' as const, text })

/** OpenAI Chat as OpenAI speaks it, and as most others do. */
export const OPENAI: Dialect = {
  maxTokensField: 'max_completion_tokens',
  developerRole: true,
  reasoningEffort: true,
  choices: true,
  topK: false,
  isOpenai: true,
}
export const COMPATIBLE: Dialect = {
  maxTokensField: 'max_tokens',
  developerRole: false,
  reasoningEffort: false,
  choices: false,
  topK: true,
}

export const TARGET: Target = {
  hostModelId: 'model-1',
  stream: false,
  maxOutputTokens: 4_096,
  structuredOutput: 'json_schema',
}

export const WEATHER = {
  name: 'get_weather',
  description: 'Weather of a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
  strict: true,
}

export const SCHEMA = { type: 'object', properties: { name: { type: 'string' } } }

export const IMAGE_URL: ContentPart = {
  type: 'image',
  source: { url: 'https://example.test/cat.png' },
  detail: 'low',
}
export const IMAGE: ContentPart = { type: 'image', source: { mediaType: 'image/png', base64: 'aWk=' } }
export const AUDIO: ContentPart = { type: 'audio', source: { mediaType: 'audio/mpeg', base64: 'bXAz' } }
export const FILE: ContentPart = {
  type: 'file',
  source: { mediaType: 'application/pdf', base64: 'cGRm' },
  filename: 'a.pdf',
}

/** Two parallel calls, their results, and thanks. */
export const TOOL_ROUND: readonly Message[] = [
  { role: 'user', content: [words('Weather and time?')] },
  {
    role: 'assistant',
    content: [
      words(''),
      { type: 'tool-call', id: 'call_1', name: 'get_weather', argumentsJson: '{"city":"Oslo"}' },
      { type: 'tool-call', id: 'call_2', name: 'get_time', argumentsJson: '' },
    ],
  },
  { role: 'tool', toolCallId: 'call_1', content: [words('{"sky":"clear"}')] },
  { role: 'tool', toolCallId: 'call_2', content: [words('12:00')] },
  { role: 'user', content: [words('Thanks')] },
]

export const SAMPLING = {
  temperature: 1.5,
  topP: 0.9,
  presencePenalty: 0.1,
  frequencyPenalty: 0.2,
  seed: 7,
  stop: ['END'],
  maxOutputTokens: 99,
  logprobs: true,
  topLogprobs: 2,
}
