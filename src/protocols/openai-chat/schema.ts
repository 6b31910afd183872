import * as z from 'zod'
import { REASONING_EFFORTS } from '../../core/chat.ts'
import { checkedList } from '../checked-list.ts'
import { LIMITS } from '../limits.ts'
import { modelName } from '../name-fields.ts'
import { jsonObject, metadata, routingFields } from '../routing-fields.ts'

/** OpenRouter's spelling of Anthropic's marker. */
const cacheControl = z.object({ type: z.literal('ephemeral'), ttl: z.enum(['5m', '1h']).nullish() }).nullish()

const textPart = z.object({ type: z.literal('text'), text: z.string(), cache_control: cacheControl })
const refusalPart = z.object({ type: z.literal('refusal'), refusal: z.string() })
const userPart = z.discriminatedUnion('type', [
  textPart,
  z.object({
    type: z.literal('image_url'),
    image_url: z.object({ url: z.string().min(1), detail: z.enum(['auto', 'low', 'high']).nullish() }),
    cache_control: cacheControl,
  }),
  z.object({
    type: z.literal('input_audio'),
    input_audio: z.object({ data: z.string().min(1), format: z.enum(['wav', 'mp3']) }),
  }),
  z.object({
    type: z.literal('file'),
    file: z
      .object({
        file_data: z.string().min(1).nullish(),
        file_id: z.string().min(1).nullish(),
        filename: z.string().nullish(),
      })
      .refine(({ file_data, file_id }) => file_data || file_id, {
        error: 'expected file_data or file_id',
        path: ['file_data'],
      }),
  }),
])

/** Text, or a list of parts; anything else says so in one sentence instead of a union's two. */
function contentOf<T extends z.ZodType>(part: T) {
  return z.union([z.string(), z.array(part).min(1).max(LIMITS.partsPerMessage)])
}

const toolName = z.string().min(1).max(LIMITS.toolNameChars)
const toolCall = z.union([
  z.object({
    id: z.string().min(1),
    type: z.literal('function').nullish(),
    function: z.object({ name: toolName, arguments: z.string() }),
    /** Google's place for a call's signature in this protocol. */
    extra_content: z
      .object({ google: z.object({ thought_signature: z.string() }).nullish() })
      .nullish()
      .catch(null),
  }),
  z.object({
    id: z.string().min(1),
    type: z.literal('custom'),
    custom: z.object({ name: toolName, input: z.string() }),
  }),
])

/** OpenRouter's account of a thought; kinds we do not know are left out. */
const reasoningDetail = z.object({
  type: z.string(),
  text: z.string().nullish(),
  summary: z.string().nullish(),
  signature: z.string().nullish(),
  data: z.string().nullish(),
  id: z.string().nullish(),
  format: z.string().nullish(),
})

const message = z.discriminatedUnion('role', [
  z.object({
    role: z.enum(['system', 'developer']),
    content: contentOf(textPart),
    name: z.string().nullish(),
  }),
  z.object({ role: z.literal('user'), content: contentOf(userPart), name: z.string().nullish() }),
  z.object({
    role: z.literal('assistant'),
    content: contentOf(z.discriminatedUnion('type', [textPart, refusalPart])).nullish(),
    refusal: z.string().nullish(),
    tool_calls: z.array(toolCall).max(LIMITS.partsPerMessage).nullish(),
    reasoning: z.string().nullish().catch(null),
    reasoning_details: z.array(reasoningDetail).max(LIMITS.partsPerMessage).nullish().catch(null),
    name: z.string().nullish(),
  }),
  z.object({
    role: z.literal('tool'),
    tool_call_id: z.string().min(1),
    content: contentOf(userPart),
  }),
])

const functionTool = z.object({
  type: z.literal('function'),
  function: z.looseObject({
    name: toolName,
    description: z.string().nullish(),
    parameters: jsonObject.nullish(),
    strict: z.boolean().nullish(),
  }),
  cache_control: cacheControl,
})
/** Tools of a host's own, e.g. `custom`, and ways to choose them: hosts of this protocol get them, others do not. */
const otherTool = z.looseObject({
  type: z.string().refine((type) => type !== 'function', { error: 'expected a function', abort: true }),
})

const responseFormat = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({
    type: z.literal('json_schema'),
    json_schema: z.looseObject({
      name: z.string().min(1),
      schema: jsonObject,
      strict: z.boolean().nullish(),
    }),
  }),
])

const stopSequences = z.union([
  z.string().min(1),
  z.array(z.string().min(1)).min(1).max(LIMITS.stopSequences),
])
const outputTokens = z.int().min(1).max(LIMITS.maxOutputTokens)

/** OpenRouter's object beside OpenAI's `reasoning_effort`. */
const reasoning = z.object({
  effort: z.enum(REASONING_EFFORTS).nullish(),
  max_tokens: outputTokens.nullish(),
  exclude: z.boolean().nullish(),
  enabled: z.boolean().nullish(),
})

/** The body of `POST /v1/chat/completions`: OpenAI's, OpenRouter's routing fields, and whatever else was sent. */
export const chatBody = z.looseObject({
  ...routingFields,
  model: modelName,
  messages: checkedList(message, LIMITS.messages),
  tools: z
    .array(z.union([functionTool, otherTool]))
    .max(LIMITS.tools)
    .nullish(),
  tool_choice: z
    .union([
      z.enum(['auto', 'none', 'required']),
      z.object({ type: z.literal('function'), function: z.object({ name: z.string().min(1) }) }),
      otherTool,
    ])
    .nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  response_format: responseFormat.nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_k: z.int().min(1).max(LIMITS.topK).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  seed: z.int().nullish(),
  stop: stopSequences.nullish(),
  max_tokens: outputTokens.nullish(),
  max_completion_tokens: outputTokens.nullish(),
  n: z.int().min(1).max(LIMITS.choices).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  modalities: z.array(z.literal('text', { error: 'only text answers are supported' })).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  reasoning_effort: z.enum(REASONING_EFFORTS).nullish(),
  reasoning: reasoning.nullish(),
  usage: z.looseObject({ include: z.boolean().nullish() }).nullish(),
  user: z.string().nullish(),
  metadata: metadata.nullish(),
})

export type ChatBody = z.infer<typeof chatBody>
export type BodyMessage = ChatBody['messages'][number]
export type BodyToolCall = z.infer<typeof toolCall>
export type BodyReasoningDetail = z.infer<typeof reasoningDetail>
