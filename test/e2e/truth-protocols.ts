import * as z from 'zod'
import type { Mode } from './truth-faults.ts'

/** An error as a caller is told it. `type` is null where the protocol has none. */
type ToldError = {
  type: string | null
  code: string
  message: string
  provider: Provider
}

/** What a caller was told. */
export type Told = {
  text: string
  /** Pieces of content, of tool calls' arguments among them. */
  pieces: number
  /** How each event ends the answer; null where it does not. */
  ends: readonly ('success' | 'error' | null)[]
  error: ToldError | null
  /** As OpenAI Chat names it. */
  finish: string | null
  usage: { input: number; output: number } | null
}

/** A protocol as its clients speak it. */
export type Protocol = {
  name: 'chat' | 'responses' | 'messages'
  path: string
  /** `tool`: whether one may, or must, be called. */
  body(prompt: string, mode: Mode, tool: 'none' | 'offered' | 'wanted'): object
  /** @throws when an event is not of the protocol */
  readStream(events: readonly string[]): Told
  readWhole(body: unknown): Told
  /** @throws when the body is not an error in the protocol's own shape */
  readError(body: unknown): ToldError
  /** The protocol's type of an error, by our code. */
  errorType(code: string): string
}

const provider = z
  .object({ status: z.int().optional(), code: z.string().optional(), request_id: z.string().optional() })
  .optional()
type Provider = z.infer<typeof provider>
const words = { message: z.string().min(1), code: z.string(), provider }
const openaiError = z.object({
  error: z.object({ ...words, type: z.string(), param: z.string().nullable() }),
})

const OPENAI_TYPES: Readonly<Record<string, string>> = {
  provider_rejected: 'invalid_request_error',
  context_window: 'invalid_request_error',
  content_policy: 'invalid_request_error',
  rate_limited: 'rate_limit_error',
}

function readOpenaiError(body: unknown): ToldError {
  const { type, code, message, provider: host } = openaiError.parse(body).error
  return { type, code, message, provider: host }
}

function openaiType(code: string): string {
  return OPENAI_TYPES[code] ?? 'api_error'
}

const text = { type: 'string' }
const TOOL = {
  name: 'get_weather',
  description: 'The current weather of a city',
  parameters: {
    type: 'object',
    properties: { city: text, country: text, language: text },
    required: ['city', 'country', 'language'],
  },
}

const chatUsage = z
  .object({ prompt_tokens: z.int(), completion_tokens: z.int() })
  .transform((usage) => ({ input: usage.prompt_tokens, output: usage.completion_tokens }))
  .nullish()
const chatSaid = z.object({
  content: z.string().nullish(),
  reasoning: z.string().nullish(),
  tool_calls: z.array(z.unknown()).nullish(),
})
const chatChunk = z.object({
  choices: z.array(z.object({ delta: chatSaid, finish_reason: z.string().nullish() })).default([]),
  usage: chatUsage,
  error: z.unknown().optional(),
})
const chatWhole = z.object({
  choices: z.tuple([z.object({ message: chatSaid, finish_reason: z.string() })]),
  usage: chatUsage,
})

const chat: Protocol = {
  name: 'chat',
  path: '/v1/chat/completions',
  body: (prompt, mode, tool) => ({
    messages: [{ role: 'user', content: prompt }],
    ...(mode === 'stream' && { stream: true, stream_options: { include_usage: true } }),
    ...(tool !== 'none' && {
      tools: [{ type: 'function', function: TOOL }],
      tool_choice: tool === 'wanted' ? 'required' : 'none',
    }),
  }),
  readStream(events) {
    const chunks = events.filter((data) => data !== '[DONE]').map((data) => chatChunk.parse(JSON.parse(data)))
    const choices = chunks.flatMap((chunk) => chunk.choices)
    const error = chunks.find((chunk) => chunk.error !== undefined)
    return {
      text: choices.map(({ delta }) => delta.content ?? '').join(''),
      pieces: choices.filter(({ delta }) => delta.content || delta.reasoning || delta.tool_calls?.length)
        .length,
      ends: events.map((data) =>
        data === '[DONE]' ? 'success' : data.startsWith('{"error":') ? 'error' : null,
      ),
      error: error ? readOpenaiError(error) : null,
      finish: choices.findLast(({ finish_reason }) => finish_reason)?.finish_reason ?? null,
      usage: chunks.findLast(({ usage }) => usage)?.usage ?? null,
    }
  },
  readWhole(body) {
    const { choices, usage } = chatWhole.parse(body)
    const [{ message, finish_reason: finish }] = choices
    return { ...WHOLE, text: message.content ?? '', finish, usage: usage ?? null }
  },
  readError: readOpenaiError,
  errorType: openaiType,
}

const WHOLE = { pieces: 1, ends: ['success'], error: null } satisfies Partial<Told>

const twoCounts = z.object({ input_tokens: z.int(), output_tokens: z.int() })
const bothCounts = twoCounts.transform((usage) => ({
  input: usage.input_tokens,
  output: usage.output_tokens,
}))
const response = z.object({
  status: z.enum(['completed', 'incomplete', 'failed', 'in_progress']),
  incomplete_details: z.object({ reason: z.string() }).nullable(),
  error: z.object(words).nullable(),
  output: z.array(z.object({ content: z.array(z.object({ text: z.string().optional() })).optional() })),
  usage: bothCounts.nullish(),
})
const responsesEvent = z.object({
  type: z.string(),
  sequence_number: z.int(),
  delta: z.string().optional(),
  response: response.optional(),
})
const RESPONSE_ENDS: Readonly<Record<string, 'success' | 'error'>> = {
  'response.completed': 'success',
  'response.incomplete': 'success',
  'response.failed': 'error',
  error: 'error',
}

function toldResponse({ status, incomplete_details, error, output, usage }: z.infer<typeof response>): Told {
  const finishes = {
    completed: 'stop',
    failed: null,
    in_progress: null,
    incomplete: incomplete_details?.reason ?? null,
  }
  return {
    ...WHOLE,
    text: output.flatMap(({ content }) => (content ?? []).map((part) => part.text ?? '')).join(''),
    error: error && { ...error, type: null, provider: error.provider },
    finish: finishes[status],
    usage: usage ?? null,
  }
}

const responses: Protocol = {
  name: 'responses',
  path: '/v1/responses',
  body: (prompt, mode, tool) => ({
    input: prompt,
    ...(mode === 'stream' && { stream: true }),
    ...(tool !== 'none' && {
      tools: [{ type: 'function', ...TOOL }],
      tool_choice: tool === 'wanted' ? 'required' : 'none',
    }),
  }),
  readStream(events) {
    const told = events.map((data) => responsesEvent.parse(JSON.parse(data)))
    const numbers = told.map(({ sequence_number }) => sequence_number)
    if (numbers.some((number, index) => number !== index)) throw new Error(`Numbered ${numbers.join(' ')}`)
    const deltas = told.flatMap(({ type, delta }) =>
      type === 'response.output_text.delta' || type === 'response.function_call_arguments.delta'
        ? (delta ?? '')
        : [],
    )
    const last = told.findLast((event) => event.response)?.response
    if (!last) throw new Error('A stream without a response')
    return {
      ...toldResponse(last),
      text: deltas.join(''),
      pieces: deltas.length,
      ends: told.map(({ type }) => RESPONSE_ENDS[type] ?? null),
    }
  },
  readWhole: (body) => toldResponse(response.parse(body)),
  readError: readOpenaiError,
  errorType: openaiType,
}

const ANTHROPIC_TYPES: Readonly<Record<string, string>> = { ...OPENAI_TYPES, timeout: 'timeout_error' }
const FINISHES: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  refusal: 'content_filter',
  tool_use: 'tool_calls',
}
const anthropicError = z.object({ type: z.literal('error'), error: z.object({ ...words, type: z.string() }) })
const messagesEvent = z.object({
  type: z.string(),
  delta: z
    .object({
      text: z.string().optional(),
      partial_json: z.string().optional(),
      stop_reason: z.string().nullish(),
    })
    .optional(),
  usage: bothCounts.optional(),
})
const message = z.object({
  type: z.literal('message'),
  content: z.array(z.object({ text: z.string().optional() })),
  stop_reason: z.string(),
  usage: bothCounts,
})

function readAnthropicError(body: unknown): ToldError {
  const { type, code, message: said, provider: host } = anthropicError.parse(body).error
  return { type, code, message: said, provider: host }
}

const messages: Protocol = {
  name: 'messages',
  path: '/v1/messages',
  body: (prompt, mode, tool) => ({
    max_tokens: 2_000,
    messages: [{ role: 'user', content: prompt }],
    ...(mode === 'stream' && { stream: true }),
    ...(tool !== 'none' && {
      tools: [{ name: TOOL.name, description: TOOL.description, input_schema: TOOL.parameters }],
      tool_choice: { type: tool === 'wanted' ? 'any' : 'none' },
    }),
  }),
  readStream(events) {
    const told = events.map((data) => messagesEvent.parse(JSON.parse(data)))
    const deltas = told.flatMap(({ delta }) => delta?.text ?? delta?.partial_json ?? [])
    const ends = told.map(({ type }) =>
      type === 'message_stop' ? 'success' : type === 'error' ? 'error' : null,
    )
    const end = told.find(({ type }) => type === 'message_delta')
    const failure = events[ends.indexOf('error')]
    return {
      text: deltas.join(''),
      pieces: deltas.length,
      ends,
      error: failure === undefined ? null : readAnthropicError(JSON.parse(failure)),
      finish: FINISHES[end?.delta?.stop_reason ?? ''] ?? null,
      usage: end?.usage ?? null,
    }
  },
  readWhole(body) {
    const { content, stop_reason, usage } = message.parse(body)
    const said = content.map((block) => block.text ?? '').join('')
    return { ...WHOLE, text: said, finish: FINISHES[stop_reason] ?? null, usage }
  },
  readError: readAnthropicError,
  errorType: (code) => ANTHROPIC_TYPES[code] ?? 'api_error',
}

export const PROTOCOLS: readonly Protocol[] = [chat, responses, messages]
