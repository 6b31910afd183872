import type { HostError } from './wire.ts'

const OPENAI =
  "This model's maximum context length is 128000 tokens. However, your messages resulted in 200000 tokens. Please reduce the length of the messages."

/** What hosts of OpenAI's Chat format say when a prompt is too long; the others say what OpenAI says. */
const WORDS: Readonly<Record<string, Omit<HostError, 'status'>>> = {
  groq: {
    message: 'Please reduce the length of the messages or completion.',
    code: 'context_length_exceeded',
    param: 'messages',
  },
  mistral: {
    message:
      'Prompt contains 200000 tokens and 0 draft tokens, too large for model with 128000 maximum context length',
    code: '3051',
  },
  xai: {
    message: "This model's maximum prompt length is 131072 but the request contains 200000 tokens.",
    code: 'Client specified an invalid argument',
  },
  deepseek: {
    message:
      "This model's maximum context length is 131072 tokens. However, you requested 200000 tokens (199000 in the messages, 1000 in the completion). Please reduce the length of the messages or completion.",
    code: 'invalid_request_error',
  },
  fireworks: { message: 'The prompt is too long: 200000, model maximum context length: 131071' },
  moonshot: { message: 'Invalid request: Your request exceeded model token limit: 131072' },
  openrouter: {
    message:
      "This endpoint's maximum context length is 131072 tokens. However, you requested about 200000 tokens (200000 of text input). Please reduce the length of either one, or use the context-compression plugin to compress your prompt automatically.",
  },
  qwen: { message: 'Range of input length should be [1, 129024]', code: 'invalid_parameter_error' },
  zai: { message: 'Prompt exceeds max length', code: '1261' },
}

/** A host's words for a prompt that is longer than its model can read. */
export function chatOverflow(host: string): HostError {
  const words = WORDS[host] ?? { message: OPENAI, code: 'context_length_exceeded', param: 'messages' }
  return { status: 400, ...words }
}
