import type {
  Message,
  MessageDeltaUsage,
  RawContentBlockDeltaEvent,
  RawContentBlockStopEvent,
  RawMessageDeltaEvent,
  RawMessageStopEvent,
  RedactedThinkingBlock,
  TextBlock,
  ThinkingBlock,
  ToolUseBlock,
  Usage,
} from '@anthropic-ai/sdk/resources/messages/messages'
import * as z from 'zod'

/** What our answers must look like for Anthropic's client, in the manner of the schemas for OpenAI's. */

const count = z.int().min(0)
/** USD; beside every usage, as at OpenRouter. */
const cost = z.number().nullable()

/** Of text and calls, Anthropic's types promise what only its own tools and documents fill. */
const textBlock = z.strictObject({
  type: z.literal('text'),
  text: z.string(),
}) satisfies z.ZodType<Omit<TextBlock, 'citations'>>
const toolUse = z.strictObject({
  type: z.literal('tool_use'),
  id: z.string().min(1),
  name: z.string(),
  input: z.record(z.string(), z.json()),
}) satisfies z.ZodType<Omit<ToolUseBlock, 'caller'>>
const thinkingBlock = z.strictObject({
  type: z.literal('thinking'),
  thinking: z.string(),
  signature: z.string(),
}) satisfies z.ZodType<ThinkingBlock>
const redactedThinking = z.strictObject({
  type: z.literal('redacted_thinking'),
  data: z.string().min(1),
}) satisfies z.ZodType<RedactedThinkingBlock>
const block = z.discriminatedUnion('type', [textBlock, toolUse, thinkingBlock, redactedThinking])

const startUsage = {
  input_tokens: count,
  cache_creation_input_tokens: count,
  cache_read_input_tokens: count,
  output_tokens: count,
}
const messageUsage = z.strictObject({
  ...startUsage,
  cache_creation: z.strictObject({ ephemeral_5m_input_tokens: count, ephemeral_1h_input_tokens: count }),
  output_tokens_details: z.strictObject({ thinking_tokens: count }),
  cost,
}) satisfies z.ZodType<Omit<Usage & MessageDeltaUsage, OnlyAnthropics>>
/** Where and how fast Anthropic computed, and what its own tools did. */
type OnlyAnthropics = 'inference_geo' | 'server_tool_use' | 'service_tier' | 'speed'

const end = {
  stop_reason: z.enum(['end_turn', 'max_tokens', 'stop_sequence', 'tool_use', 'refusal']),
  stop_sequence: z.string().nullable(),
  stop_details: z
    .strictObject({ type: z.literal('refusal'), category: z.null(), explanation: z.null() })
    .nullable(),
}
const messageHead = {
  id: z.string().min(1),
  type: z.literal('message'),
  role: z.literal('assistant'),
  model: z.string(),
}
export const message = z.strictObject({
  ...messageHead,
  content: z.array(block),
  ...end,
  usage: messageUsage,
}) satisfies z.ZodType<Omit<Message, 'container' | 'diagnostics' | 'content' | 'usage'>>

export const messageEvent = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('message_start'),
    message: z.strictObject({
      ...messageHead,
      content: z.array(z.never()),
      stop_reason: z.null(),
      stop_sequence: z.null(),
      stop_details: z.null(),
      usage: z.strictObject(startUsage),
    }),
  }),
  z.strictObject({
    type: z.literal('content_block_start'),
    index: z.int().min(0),
    content_block: block,
  }),
  z.strictObject({
    type: z.literal('content_block_delta'),
    index: z.int().min(0),
    delta: z.discriminatedUnion('type', [
      z.strictObject({ type: z.literal('text_delta'), text: z.string() }),
      z.strictObject({ type: z.literal('input_json_delta'), partial_json: z.string() }),
      z.strictObject({ type: z.literal('thinking_delta'), thinking: z.string() }),
      z.strictObject({ type: z.literal('signature_delta'), signature: z.string() }),
    ]),
  }) satisfies z.ZodType<RawContentBlockDeltaEvent>,
  z.strictObject({
    type: z.literal('content_block_stop'),
    index: z.int().min(0),
  }) satisfies z.ZodType<RawContentBlockStopEvent>,
  z.strictObject({
    type: z.literal('message_delta'),
    delta: z.strictObject(end),
    usage: messageUsage,
  }) satisfies z.ZodType<SentMessageDelta>,
  z.strictObject({ type: z.literal('message_stop') }) satisfies z.ZodType<RawMessageStopEvent>,
])
type SentMessageDelta = Omit<RawMessageDeltaEvent, 'delta' | 'usage'> & {
  delta: Omit<RawMessageDeltaEvent['delta'], 'container'>
  usage: Omit<MessageDeltaUsage, OnlyAnthropics>
}
