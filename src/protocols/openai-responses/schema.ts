import * as z from 'zod'
import { REASONING_EFFORTS } from '../../core/chat.ts'
import { checkedList } from '../checked-list.ts'
import { LIMITS } from '../limits.ts'
import { modelName } from '../name-fields.ts'
import { jsonObject, metadata, routingFields } from '../routing-fields.ts'
import { inputItem } from './item-schema.ts'

/** The longest id of a stored response, in characters. */
const RESPONSE_ID_CHARS = 256

/** The response that a request continues, read before the rest because its items are needed for it. */
export const continuation = z.looseObject({
  previous_response_id: z.string().min(1).max(RESPONSE_ID_CHARS).nullish(),
})

/** A body as far as it tells which stored items it refers to. */
export const referringBody = z.looseObject({ input: z.array(z.unknown()).max(LIMITS.messages).catch([]) })
export const itemReference = z.looseObject({ type: z.literal('item_reference').nullish(), id: z.string() })

const functionTool = z.looseObject({
  type: z.literal('function'),
  name: z.string().min(1).max(LIMITS.toolNameChars),
  description: z.string().nullish(),
  parameters: jsonObject.nullish(),
  strict: z.boolean().nullish(),
})
/** Tools of a host's own, e.g. `web_search`, and choices of them: hosts of this protocol get them, others do not. */
const foreign = z.looseObject({
  type: z
    .string()
    .min(1)
    .refine((type) => type !== 'function', { error: 'expected a function', abort: true }),
})

const functionChoice = z.looseObject({ type: z.literal('function'), name: z.string().min(1) })

const textFormat = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('text') }),
  z.looseObject({ type: z.literal('json_object') }),
  z.looseObject({
    type: z.literal('json_schema'),
    name: z.string().min(1),
    schema: jsonObject,
    strict: z.boolean().nullish(),
  }),
])

const summary = z.enum(['auto', 'concise', 'detailed']).nullish()
const reasoning = z.looseObject({
  /** `max` is beyond our scale. */
  effort: z.enum([...REASONING_EFFORTS, 'max']).nullish(),
  summary,
  /** The older name of `summary`. */
  generate_summary: summary,
})

/** The body of `POST /v1/responses`: OpenAI's, OpenRouter's routing fields, and whatever else was sent. */
export const responsesBody = z.looseObject({
  ...routingFields,
  ...continuation.shape,
  model: modelName,
  input: z.union([z.string(), checkedList(inputItem, LIMITS.messages)]),
  instructions: z.string().nullish(),
  tools: z
    .array(z.union([functionTool, foreign]))
    .max(LIMITS.tools)
    .nullish(),
  tool_choice: z.union([z.enum(['auto', 'none', 'required']), functionChoice, foreign]).nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  max_tool_calls: z.int().min(1).nullish(),
  text: z
    .looseObject({ format: textFormat.nullish(), verbosity: z.enum(['low', 'medium', 'high']).nullish() })
    .nullish(),
  reasoning: reasoning.nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  max_output_tokens: z.int().min(1).max(LIMITS.maxOutputTokens).nullish(),
  include: z.array(z.string()).max(LIMITS.partsPerMessage).nullish(),
  truncation: z.enum(['auto', 'disabled']).nullish(),
  stream: z.boolean().nullish(),
  stream_options: jsonObject.nullish(),
  store: z.boolean().nullish(),
  background: z.boolean().nullish(),
  user: z.string().nullish(),
  safety_identifier: z.string().nullish(),
  prompt_cache_key: z.string().nullish(),
  service_tier: z.string().nullish(),
  metadata: metadata.nullish(),
  conversation: z
    .null({ error: 'conversations are not kept here; send previous_response_id, or the items themselves' })
    .optional(),
  prompt: z.null({ error: 'prompt templates are not kept here; send instructions and input' }).optional(),
})

export type ResponsesBody = z.infer<typeof responsesBody>
