import { describe, expect, it } from 'vitest'
import type * as z from 'zod'
import { createAnswerBuilder } from '../../src/core/answer.ts'
import { type ContentEvent, type FinishReason, NO_USAGE } from '../../src/core/chat.ts'
import { decodeMessagesRequest } from '../../src/protocols/anthropic-messages/decode-request.ts'
import type { AnswerClosing, Reply } from '../../src/protocols/inbound.ts'
import { decodeChatRequest } from '../../src/protocols/openai-chat/decode-request.ts'
import { decodeResponsesRequest } from '../../src/protocols/openai-responses/decode-request.ts'
import { reasoning, refusal, seal, text, toolCall } from './format.ts'
import * as schemas from './schemas.ts'
import * as anthropic from './schemas-anthropic.ts'

const HEAD = {
  id: 'resp_01jd0000000000000000000000',
  createdAt: 1_767_950_422_999,
  model: 'acme/one',
  simulated: false,
  inputTokens: 9,
}
const USAGE = {
  ...NO_USAGE,
  inputTokens: 40,
  cachedInputTokens: 10,
  cacheWriteTokens: 8,
  longCacheWriteTokens: 3,
  outputTokens: 9,
  reasoningTokens: 4,
}
const LOGPROB = { token: 'Yes', logprob: -0.1, bytes: [89], top_logprobs: [] }
const THOUGHT = [
  reasoning('Hm'),
  seal({ format: 'anthropic', kind: 'signature', data: 'c2ln' }),
  seal({ format: 'openai', kind: 'encrypted', data: 'ZW5j', id: 'rs_1' }),
]
const CALLS = [
  ...toolCall(0, 'call_a', 'get_weather', '{"city":', '"Oslo"}'),
  ...toolCall(1, 'call_b', 'get_time'),
]

type Case = { name: string; events: readonly ContentEvent[]; reason: FinishReason; stopSequence?: string }
const CASES: readonly Case[] = [
  { name: 'text', events: [text('Grüße, '), text('世界')], reason: 'stop' },
  { name: 'text up to a stop sequence', events: [text('One')], reason: 'stop', stopSequence: 'END' },
  { name: 'text that was cut', events: [text('Once')], reason: 'length' },
  { name: 'filtered text', events: [text('First')], reason: 'content_filter' },
  { name: 'nothing', events: [], reason: 'content_filter' },
  {
    name: 'likely tokens',
    events: [{ type: 'text-delta', text: 'Yes', logprobs: [LOGPROB] }],
    reason: 'stop',
  },
  { name: 'a refusal', events: [refusal('No.')], reason: 'stop' },
  { name: 'text, then a refusal', events: [text('Well'), refusal('No.')], reason: 'stop' },
  { name: 'thoughts and text', events: [...THOUGHT, text('Yes')], reason: 'stop' },
  { name: 'calls', events: [text('Let me see.'), ...CALLS], reason: 'tool_calls' },
  { name: 'thoughts and calls', events: [...THOUGHT, ...CALLS], reason: 'tool_calls' },
]

function closingOf({ reason, stopSequence }: Case): AnswerClosing {
  const end = stopSequence === undefined ? {} : { stopSequence }
  return { reason, otherReasons: [], usage: USAGE, costUsd: 0.0012, ...end }
}

function whole(reply: Reply, answer: Case): unknown {
  const builder = createAnswerBuilder()
  for (const event of answer.events) builder.add(event)
  return JSON.parse(JSON.stringify(reply.whole(HEAD, builder.answer(), closingOf(answer))))
}

/** The data of each event of a streamed answer, `[DONE]` left out. */
function streamed(reply: Reply, answer: Case): unknown[] {
  const encoder = reply.stream(HEAD)
  const stream = answer.events.map((event) => encoder.delta(event)).join('') + encoder.end(closingOf(answer))
  return Array.from(stream.matchAll(/^data: (\{.*)$/gm), ([, data = '']): unknown => JSON.parse(data))
}

function expectFits(schema: z.ZodType, value: unknown): void {
  const { error } = schema.safeParse(value)
  expect(error?.issues ?? [], JSON.stringify(value)).toEqual([])
}

const QUESTION = { model: 'auto', messages: [{ role: 'user', content: 'Hello' }] }
const mintId = (prefix: string) => `${prefix}_1`

describe("an answer in the official clients' own types", () => {
  const chat = decodeChatRequest({ ...QUESTION, stream_options: { include_usage: true } }).reply
  it.each(CASES)('is a chat completion: $name', (answer) => {
    expectFits(schemas.chatCompletion, whole(chat, answer))
    const chunks = streamed(chat, answer)
    expect(chunks.length).toBeGreaterThan(1)
    for (const chunk of chunks) expectFits(schemas.chatChunk, chunk)
  })

  const asked = {
    model: 'auto',
    input: 'Hello',
    reasoning: { summary: 'auto' },
    include: ['reasoning.encrypted_content'],
  }
  const responses = decodeResponsesRequest(asked, [], mintId).reply
  it.each(CASES)('is a response: $name', (answer) => {
    expectFits(schemas.response, whole(responses, answer))
    const events = streamed(responses, answer)
    const ofResponse = events.filter((event) => schemas.responseEvent.safeParse(event).success)
    expect(ofResponse).toHaveLength(3)
    for (const event of events) if (!ofResponse.includes(event)) expectFits(schemas.itemEvent, event)
  })

  it('is a failed response where it broke off', () => {
    const encoder = responses.stream(HEAD)
    const error = { message: 'Acme broke off', type: 'api_error', code: 'provider_failed', param: null }
    const stream = encoder.delta(text('Gr')) + encoder.error({ ...error, provider: { status: 500 } })
    const last = Array.from(stream.matchAll(/^data: (.*)$/gm), ([, data = '']): unknown =>
      JSON.parse(data),
    ).at(-1)
    expectFits(schemas.responseEvent, last)
  })

  const thinking = { type: 'adaptive', display: 'summarized' }
  const messages = decodeMessagesRequest({ ...QUESTION, max_tokens: 9, thinking }, new Headers()).reply
  it.each(CASES)('is a message: $name', (answer) => {
    expectFits(anthropic.message, whole(messages, answer))
    const events = streamed(messages, answer)
    expect(events.length).toBeGreaterThan(2)
    for (const event of events) expectFits(anthropic.messageEvent, event)
  })
})
