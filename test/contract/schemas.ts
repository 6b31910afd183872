import type {
  ChatCompletion,
  ChatCompletionChunk,
  ChatCompletionTokenLogprob,
} from 'openai/resources/chat/completions'
import type { CompletionUsage } from 'openai/resources/completions'
import type {
  Response,
  ResponseError,
  ResponseOutputItem,
  ResponseStreamEvent,
  ResponseUsage,
} from 'openai/resources/responses/responses'
import * as z from 'zod'

/**
 * What our answers must look like for the official clients. Objects are strict, so that every field is either the
 * protocol's or named here as ours; `satisfies` holds each schema against the client's own types, so that no field they
 * promise is left out unless it is named here as well.
 */

const count = z.int().min(0)
/** USD; beside every usage, as at OpenRouter. */
const cost = z.number().nullable()

const logprob = z.strictObject({
  token: z.string(),
  logprob: z.number(),
  bytes: z.array(z.int()).nullable(),
  top_logprobs: z.array(
    z.strictObject({ token: z.string(), logprob: z.number(), bytes: z.array(z.int()).nullable() }),
  ),
}) satisfies z.ZodType<ChatCompletionTokenLogprob>
const logprobs = z
  .strictObject({ content: z.array(logprob).nullable(), refusal: z.array(logprob).nullable() })
  .nullable()

const chatUsage = z.strictObject({
  prompt_tokens: count,
  completion_tokens: count,
  total_tokens: count,
  prompt_tokens_details: z.strictObject({
    cached_tokens: count,
    cache_write_tokens: count,
    audio_tokens: count,
  }),
  completion_tokens_details: z.strictObject({ reasoning_tokens: count, audio_tokens: count }),
  cost,
}) satisfies z.ZodType<CompletionUsage>

/** OpenRouter's account of thoughts, which OpenAI's messages have no field for. */
const thoughts = {
  reasoning: z.string().nullable().exactOptional(),
  reasoning_details: z.array(z.looseObject({ type: z.string() })).exactOptional(),
}
const functionCall = z.strictObject({
  id: z.string().min(1),
  type: z.literal('function'),
  function: z.strictObject({ name: z.string(), arguments: z.string() }),
})
const customCall = z.strictObject({
  id: z.string().min(1),
  type: z.literal('custom'),
  custom: z.strictObject({ name: z.string(), input: z.string() }),
})
const finishReason = z.enum(['stop', 'length', 'tool_calls', 'content_filter'])
const chatHead = { id: z.string().min(1), created: z.int(), model: z.string() }

export const chatCompletion = z.strictObject({
  ...chatHead,
  object: z.literal('chat.completion'),
  choices: z.array(
    z.strictObject({
      index: z.int(),
      message: z.strictObject({
        role: z.literal('assistant'),
        content: z.string().nullable(),
        refusal: z.string().nullable(),
        tool_calls: z.array(z.discriminatedUnion('type', [functionCall, customCall])).exactOptional(),
        annotations: z.array(z.never()).exactOptional(),
        ...thoughts,
      }),
      logprobs,
      finish_reason: finishReason,
    }),
  ),
  usage: chatUsage,
}) satisfies z.ZodType<ChatCompletion>

/** A chunk's calls are pieces. */
const callPiece = z.strictObject({
  index: z.int(),
  id: z.string().exactOptional(),
  type: z.literal('function').exactOptional(),
  function: z
    .strictObject({ name: z.string().exactOptional(), arguments: z.string().exactOptional() })
    .exactOptional(),
})

export const chatChunk = z.strictObject({
  ...chatHead,
  object: z.literal('chat.completion.chunk'),
  choices: z.array(
    z.strictObject({
      index: z.int(),
      delta: z.strictObject({
        role: z.literal('assistant').exactOptional(),
        content: z.string().nullable().exactOptional(),
        refusal: z.string().nullable().exactOptional(),
        tool_calls: z.array(callPiece).exactOptional(),
        ...thoughts,
      }),
      logprobs,
      finish_reason: finishReason.nullable(),
    }),
  ),
  usage: chatUsage.nullable().exactOptional(),
}) satisfies z.ZodType<ChatCompletionChunk>

const responseUsage = z.strictObject({
  input_tokens: count,
  input_tokens_details: z.strictObject({ cached_tokens: count, cache_write_tokens: count }),
  output_tokens: count,
  output_tokens_details: z.strictObject({ reasoning_tokens: count }),
  total_tokens: count,
  cost,
}) satisfies z.ZodType<ResponseUsage>

/** In this protocol a token's bytes are always there. */
const chance = z.strictObject({ token: z.string(), logprob: z.number(), bytes: z.array(z.int()) })
const tokenChance = chance.extend({ top_logprobs: z.array(chance) })

const outputText = z.strictObject({
  type: z.literal('output_text'),
  text: z.string(),
  annotations: z.array(z.never()),
  logprobs: z.array(tokenChance),
})
const outputRefusal = z.strictObject({ type: z.literal('refusal'), refusal: z.string() })
const contentPart = z.discriminatedUnion('type', [outputText, outputRefusal])
const itemStatus = z.enum(['in_progress', 'completed', 'incomplete'])
const summary = z.strictObject({ type: z.literal('summary_text'), text: z.string() })
const call = { id: z.string().min(1), call_id: z.string().min(1), name: z.string(), status: itemStatus }

const outputItem = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('message'),
    id: z.string().min(1),
    role: z.literal('assistant'),
    status: itemStatus,
    content: z.array(contentPart),
  }),
  z.strictObject({ type: z.literal('function_call'), arguments: z.string(), ...call }),
  z.strictObject({ type: z.literal('custom_tool_call'), input: z.string(), ...call }),
  z.strictObject({
    type: z.literal('reasoning'),
    id: z.string().min(1),
    summary: z.array(summary),
    encrypted_content: z.string().nullable().exactOptional(),
    status: itemStatus.exactOptional(),
  }),
]) satisfies z.ZodType<ResponseOutputItem>

/** `provider` is ours: what the host said. */
const responseError = z.strictObject({
  code: z.enum(['server_error', 'rate_limit_exceeded', 'invalid_prompt']),
  message: z.string().min(1),
  param: z.string().nullable().exactOptional(),
  provider: z.looseObject({}).exactOptional(),
}) satisfies z.ZodType<ResponseError>

/** `output_text` is made by the client; `usage` and `user` are null where OpenAI's are, against its own types. */
type SentResponse = Omit<Response, 'output_text' | 'usage' | 'user'>

export const response = z.strictObject({
  id: z.string().min(1),
  object: z.literal('response'),
  created_at: z.int(),
  completed_at: z.int().nullable(),
  status: z.enum(['completed', 'failed', 'in_progress', 'incomplete']),
  access_programs: z.null(),
  background: z.boolean(),
  error: responseError.nullable(),
  incomplete_details: z.strictObject({ reason: z.enum(['max_output_tokens', 'content_filter']) }).nullable(),
  instructions: z.string().nullable(),
  max_output_tokens: z.int().nullable(),
  max_tool_calls: z.int().nullable(),
  metadata: z.record(z.string(), z.string()),
  model: z.string(),
  output: z.array(outputItem),
  parallel_tool_calls: z.boolean(),
  previous_response_id: z.string().nullable(),
  prompt_cache_key: z.string().nullable(),
  reasoning: z.strictObject({
    effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullable(),
    summary: z.enum(['auto', 'concise', 'detailed']).nullable(),
  }),
  safety_identifier: z.string().nullable(),
  service_tier: z.null(),
  store: z.boolean(),
  temperature: z.number().nullable(),
  text: z.strictObject({ format: z.strictObject({ type: z.literal('text') }) }),
  tool_choice: z.enum(['auto', 'none', 'required']),
  tools: z.array(z.never()),
  top_logprobs: z.int(),
  top_p: z.number().nullable(),
  truncation: z.enum(['auto', 'disabled']),
  usage: responseUsage.nullable(),
  user: z.string().nullable(),
  frequency_penalty: z.null(),
  presence_penalty: z.null(),
}) satisfies z.ZodType<SentResponse>

const at = { sequence_number: z.int().min(0) }
const inItem = { ...at, item_id: z.string().min(1), output_index: z.int().min(0) }
const inContent = { ...inItem, content_index: z.int().min(0) }
const inSummary = { ...inItem, summary_index: z.int().min(0) }

/** Events of the whole response, whose object has deviations of its own. */
const RESPONSE_EVENTS = ['created', 'in_progress', 'completed', 'incomplete', 'failed'] as const
export const responseEvent = z.strictObject({
  type: z.enum(RESPONSE_EVENTS.map((name) => `response.${name}` as const)),
  ...at,
  response,
})

export const itemEvent = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('response.output_item.added'),
    ...at,
    output_index: z.int(),
    item: outputItem,
  }),
  z.strictObject({
    type: z.literal('response.output_item.done'),
    ...at,
    output_index: z.int(),
    item: outputItem,
  }),
  z.strictObject({ type: z.literal('response.content_part.added'), ...inContent, part: contentPart }),
  z.strictObject({ type: z.literal('response.content_part.done'), ...inContent, part: contentPart }),
  z.strictObject({
    type: z.literal('response.output_text.delta'),
    ...inContent,
    delta: z.string(),
    logprobs: z.array(logprob),
  }),
  z.strictObject({
    type: z.literal('response.output_text.done'),
    ...inContent,
    text: z.string(),
    logprobs: z.array(logprob),
  }),
  z.strictObject({ type: z.literal('response.refusal.delta'), ...inContent, delta: z.string() }),
  z.strictObject({ type: z.literal('response.refusal.done'), ...inContent, refusal: z.string() }),
  z.strictObject({ type: z.literal('response.function_call_arguments.delta'), ...inItem, delta: z.string() }),
  z.strictObject({
    type: z.literal('response.function_call_arguments.done'),
    ...inItem,
    arguments: z.string(),
    /** Ours: clients of other gateways read it here. */
    name: z.string(),
  }),
  z.strictObject({ type: z.literal('response.custom_tool_call_input.delta'), ...inItem, delta: z.string() }),
  z.strictObject({ type: z.literal('response.custom_tool_call_input.done'), ...inItem, input: z.string() }),
  z.strictObject({ type: z.literal('response.reasoning_summary_part.added'), ...inSummary, part: summary }),
  z.strictObject({ type: z.literal('response.reasoning_summary_part.done'), ...inSummary, part: summary }),
  z.strictObject({
    type: z.literal('response.reasoning_summary_text.delta'),
    ...inSummary,
    delta: z.string(),
  }),
  z.strictObject({ type: z.literal('response.reasoning_summary_text.done'), ...inSummary, text: z.string() }),
]) satisfies z.ZodType<ResponseStreamEvent>
