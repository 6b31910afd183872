import * as z from 'zod'
import type { Seal } from '../../core/chat.ts'
import { readSeal } from '../../core/sealed-thoughts.ts'
import { checkedList } from '../checked-list.ts'
import { LIMITS } from '../limits.ts'
import { modelName } from '../name-fields.ts'
import { jsonObject, routingFields } from '../routing-fields.ts'

const cacheControl = z.object({ type: z.literal('ephemeral'), ttl: z.enum(['5m', '1h']).nullish() }).nullish()

const textBlock = z.object({ type: z.literal('text'), text: z.string(), cache_control: cacheControl })

const byUrl = z.object({
  type: z.literal('url'),
  url: z.string().regex(/^https?:\/\//i, { error: 'expected an http(s) URL' }),
})
const byFileId = z.object({ type: z.literal('file'), file_id: z.string().min(1) })
const inline = z.object({
  type: z.literal('base64'),
  media_type: z.string().min(1),
  data: z.string().min(1),
})

const imageBlock = z.object({
  type: z.literal('image'),
  source: z.discriminatedUnion('type', [inline, byUrl, byFileId], {
    error: 'expected a source of type base64, url or file',
  }),
  cache_control: cacheControl,
})

const documentBlock = z.object({
  type: z.literal('document'),
  source: z.discriminatedUnion(
    'type',
    [
      inline,
      byUrl,
      byFileId,
      z.object({ type: z.literal('text'), data: z.string() }),
      z.object({
        type: z.literal('content'),
        content: z.union([
          z.string(),
          z.array(z.discriminatedUnion('type', [textBlock, imageBlock])).max(LIMITS.partsPerMessage),
        ]),
      }),
    ],
    { error: 'expected a source of type base64, text, content, url or file' },
  ),
  title: z.string().nullish(),
  context: z.string().nullish(),
  citations: z.object({ enabled: z.boolean().nullish() }).nullish().catch(null),
  cache_control: cacheControl,
})

/** Blocks of types that only Anthropic knows; `known` ones must be in their format, and where they belong. */
function otherBlock(known: readonly string[]) {
  return z
    .looseObject({ type: z.string().refine((type) => !known.includes(type)) })
    .transform(() => ({ type: 'only-here' as const }))
}

const RESULT_TYPES = ['text', 'image', 'document']
const resultBlock = z.union([
  z.discriminatedUnion('type', [textBlock, imageBlock, documentBlock], {
    error: 'expected a type of block that tool results may have',
  }),
  otherBlock(RESULT_TYPES),
])

const toolResult = z.object({
  type: z.literal('tool_result'),
  tool_use_id: z.string({ error: 'expected the id of a tool_use block' }).min(1),
  content: z.union([z.string(), z.array(resultBlock).max(LIMITS.partsPerMessage)]).nullish(),
  is_error: z.boolean().nullish(),
  cache_control: cacheControl,
})

const OF_ASSISTANT = ['tool_use', 'thinking', 'redacted_thinking']
const userBlock = z.union([
  z.discriminatedUnion('type', [textBlock, imageBlock, documentBlock, toolResult], {
    error: 'expected a type of block that user messages may have',
  }),
  otherBlock([...RESULT_TYPES, 'tool_result', ...OF_ASSISTANT]),
])

const toolName = z.string().min(1).max(LIMITS.toolNameChars)

function sealOf(text: string, kind: Seal['kind']): Seal {
  return readSeal(text, { format: 'anthropic', kind })
}

const assistantBlock = z.union([
  z.discriminatedUnion(
    'type',
    [
      textBlock,
      z.object({
        type: z.literal('thinking'),
        thinking: z.string(),
        /** Empty for a thought that no host vouches for. */
        signature: z
          .string()
          .nullish()
          .transform((text) => (text ? sealOf(text, 'signature') : null)),
      }),
      z.object({
        type: z.literal('redacted_thinking'),
        data: z
          .string()
          .min(1)
          .transform((text) => sealOf(text, 'encrypted')),
      }),
      z.object({ type: z.literal('tool_use'), id: z.string().min(1), name: toolName, input: jsonObject }),
    ],
    { error: 'expected a type of block that assistant messages may have' },
  ),
  otherBlock(['text', 'tool_result', ...OF_ASSISTANT]),
])

const message = z.discriminatedUnion(
  'role',
  [
    z.object({
      role: z.literal('user'),
      content: z.union([z.string(), z.array(userBlock).min(1).max(LIMITS.partsPerMessage)]),
    }),
    z.object({
      role: z.literal('assistant'),
      content: z.union([z.string(), z.array(assistantBlock).max(LIMITS.partsPerMessage)]),
    }),
    z.object({
      role: z.literal('system'),
      content: z.union([z.string(), z.array(textBlock).min(1).max(LIMITS.partsPerMessage)]),
    }),
  ],
  { error: 'expected user, assistant or system' },
)

const functionTool = z.looseObject({
  type: z.literal('custom').nullish(),
  name: toolName,
  description: z.string().nullish(),
  input_schema: jsonObject,
  strict: z.boolean().nullish(),
  cache_control: cacheControl,
  /** How arguments are sent, not what is asked. */
  eager_input_streaming: z.boolean().nullish(),
})
/** Tools of Anthropic's own, e.g. `web_search_20250305`: its hosts get them, others do not. */
const otherTool = z.looseObject({ type: z.string().refine((type) => type !== 'custom') })

/** What one of our tools has that every host can be told. */
export const TOOL_FIELDS: ReadonlySet<string> = new Set(Object.keys(functionTool.shape))

const parallel = { disable_parallel_tool_use: z.boolean().nullish() }
const toolChoice = z.discriminatedUnion(
  'type',
  [
    z.object({ type: z.enum(['auto', 'any']), ...parallel }),
    z.object({ type: z.literal('tool'), name: z.string().min(1), ...parallel }),
    z.object({ type: z.literal('none') }),
  ],
  { error: 'expected auto, any, tool or none' },
)

/** Anthropic's least thinking budget, in tokens. */
const MIN_BUDGET = 1_024
const display = z.enum(['summarized', 'omitted']).nullish()
const thinking = z.discriminatedUnion(
  'type',
  [
    z.object({
      type: z.literal('enabled'),
      budget_tokens: z.int().min(MIN_BUDGET).max(LIMITS.maxOutputTokens),
      display,
    }),
    z.object({ type: z.literal('adaptive'), display }),
    z.object({ type: z.enum(['disabled', 'between_tools']) }),
  ],
  { error: 'expected enabled, adaptive, disabled or between_tools' },
)

const jsonFormat = z.object({ type: z.literal('json_schema'), schema: jsonObject })

/** The body of `POST /v1/messages/count_tokens`, and what it shares with `POST /v1/messages`. */
export const countTokensBody = z.looseObject({
  ...routingFields,
  model: modelName,
  messages: checkedList(message, LIMITS.messages),
  system: z.union([z.string(), z.array(textBlock).max(LIMITS.partsPerMessage)]).nullish(),
  tools: z
    .array(z.union([functionTool, otherTool]))
    .max(LIMITS.tools)
    .nullish(),
  tool_choice: toolChoice.nullish(),
  max_tokens: z.int().min(1).max(LIMITS.maxOutputTokens).nullish(),
  stop_sequences: z.array(z.string().min(1)).max(LIMITS.stopSequences).nullish(),
  temperature: z.number().min(0).max(1).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  /** 0 is none, as at Anthropic. */
  top_k: z.int().min(0).max(LIMITS.topK).nullish(),
  stream: z.boolean().nullish(),
  metadata: z.looseObject({ user_id: z.string().nullish() }).nullish(),
  thinking: thinking.nullish(),
  output_config: z
    .looseObject({
      effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).nullish(),
      format: jsonFormat.nullish(),
    })
    .nullish(),
  /** The name of `output_config.format` before it was one. */
  output_format: jsonFormat.nullish(),
  user: z.string().nullish(),
})

/** The body of `POST /v1/messages`: Anthropic's, our routing fields, and whatever else was sent. */
export const messagesBody = countTokensBody.extend({
  max_tokens: z
    .int({ error: 'expected how many tokens to answer with at most' })
    .min(1)
    .max(LIMITS.maxOutputTokens),
})

export type MessagesBody = z.infer<typeof countTokensBody>
export type BodyMessage = MessagesBody['messages'][number]
export type BodyTool = NonNullable<MessagesBody['tools']>[number]
export type FunctionTool = z.infer<typeof functionTool>
export type TextBlock = z.infer<typeof textBlock>
export type ImageBlock = z.infer<typeof imageBlock>
export type DocumentBlock = z.infer<typeof documentBlock>
export type UserBlock = z.infer<typeof userBlock>
export type AssistantBlock = z.infer<typeof assistantBlock>
export type ToolResult = z.infer<typeof toolResult>
