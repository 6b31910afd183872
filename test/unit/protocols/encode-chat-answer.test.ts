import OpenAI from 'openai'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Answer, createAnswerBuilder, textsOf } from '../../../src/core/answer.ts'
import type { ChatEvent, ContentEvent, FinishReason, Usage } from '../../../src/core/chat.ts'
import type { AnswerClosing } from '../../../src/protocols/inbound.ts'
import { type ChatReplyOptions, encodeAnswer } from '../../../src/protocols/openai-chat/encode-answer.ts'
import { createChunkEncoder } from '../../../src/protocols/openai-chat/encode-stream.ts'
import { openaiChat } from '../../../src/providers/openai-chat/index.ts'
import { COMPATIBLE } from '../providers/conversation.ts'

const HEAD = {
  id: 'chatcmpl-1',
  createdAt: 1_767_950_422_999,
  model: 'acme/one',
  simulated: false,
  inputTokens: 9,
}
const SHOWN: ChatReplyOptions = { includeUsage: false, showReasoning: true }
const WITH_USAGE: ChatReplyOptions = { ...SHOWN, includeUsage: true }
const USAGE: Usage = {
  inputTokens: 10,
  cachedInputTokens: 4,
  cacheWriteTokens: 3,
  longCacheWriteTokens: 0,
  audioInputTokens: 1,
  imageInputTokens: 0,
  outputTokens: 7,
  reasoningTokens: 2,
  audioOutputTokens: 1,
}
const CLOSING: AnswerClosing = { reason: 'stop', otherReasons: [], usage: USAGE, costUsd: 0.0012 }
const SENT_USAGE = {
  prompt_tokens: 10,
  completion_tokens: 7,
  total_tokens: 17,
  prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 3, audio_tokens: 1 },
  completion_tokens_details: { reasoning_tokens: 2, audio_tokens: 1 },
  cost: 0.0012,
}
const FIELDS = { id: 'chatcmpl-1', created: 1_767_950_422, model: 'acme/one' }

const EVENTS: readonly ContentEvent[] = [
  { type: 'reasoning-delta', text: 'Hm' },
  { type: 'text-delta', text: 'Grüße\n', logprobs: [{ token: 'Grüße', logprob: -1 }] },
  { type: 'refusal-delta', text: 'No' },
  { type: 'tool-call-start', index: 0, id: 'call_1', name: 'f' },
  { type: 'tool-call-delta', index: 0, argumentsJson: '{"a":1}' },
]

/** The `data` of each event in what the encoder wrote. */
function dataOf(stream: string): string[] {
  expect(stream.endsWith('\n\n')).toBe(true)
  return stream
    .slice(0, -2)
    .split('\n\n')
    .map((line) => line.replace(/^data: /, ''))
}

function encodeStream(events: readonly ContentEvent[], closing = CLOSING, options = SHOWN): string {
  const encoder = createChunkEncoder(HEAD, options)
  return events.map((event) => encoder.delta(event)).join('') + encoder.end(closing)
}

function gather(events: readonly ChatEvent[]): Answer {
  const builder = createAnswerBuilder()
  for (const event of events) builder.add(event)
  return builder.answer()
}

/** What our own reader of OpenAI Chat makes of the stream. */
function readBack(stream: string): Answer {
  const adapter = openaiChat(COMPATIBLE)
  return gather(dataOf(stream).flatMap(adapter.createDecoder()))
}

const chunk = (delta: object, finish_reason: string | null = null, logprobs: object | null = null) => ({
  ...FIELDS,
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, logprobs, finish_reason }],
})

describe('the chunk encoder', () => {
  it('writes the role once, then the rest, the finish and [DONE]', () => {
    const data = dataOf(encodeStream(EVENTS))
    expect(data.pop()).toBe('[DONE]')
    expect(data.map((json): unknown => JSON.parse(json))).toEqual([
      chunk({ role: 'assistant', reasoning: 'Hm' }),
      chunk({ content: 'Grüße\n' }, null, { content: [{ token: 'Grüße', logprob: -1 }], refusal: null }),
      chunk({ refusal: 'No' }),
      chunk({
        tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'f', arguments: '' } }],
      }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: '{"a":1}' } }] }),
      chunk({}, 'stop'),
    ])
  })

  it('writes usage only when asked, in a last chunk without choices', () => {
    const data = dataOf(encodeStream(EVENTS, CLOSING, WITH_USAGE)).slice(0, -1)
    const chunks = data.map((json): object => JSON.parse(json))
    expect(chunks.at(-1)).toEqual({
      ...FIELDS,
      object: 'chat.completion.chunk',
      choices: [],
      usage: SENT_USAGE,
    })
    for (const earlier of chunks.slice(0, -1)) expect(earlier).toHaveProperty('usage', null)
    expect(encodeStream(EVENTS)).not.toContain('usage')
  })

  it('writes the decision beside no choices, without usage unless asked', () => {
    const [, last] = dataOf(encodeStream([], { ...CLOSING, metadata: { route: 'r1' } }))
    expect(JSON.parse(last ?? '')).toEqual({
      ...FIELDS,
      object: 'chat.completion.chunk',
      choices: [],
      switchyard: { route: 'r1' },
    })
  })

  it('writes the role even of an empty answer', () => {
    const [first] = dataOf(encodeStream([]))
    expect(JSON.parse(first ?? '')).toEqual(chunk({ role: 'assistant' }, 'stop'))
  })

  it('writes no [DONE] after an error', () => {
    const encoder = createChunkEncoder(HEAD, WITH_USAGE)
    const body = { message: 'Acme broke off', type: 'api_error', code: 'provider_failed', param: null }
    expect(dataOf(encoder.error(body)).map((json): unknown => JSON.parse(json))).toEqual([{ error: body }])
  })

  it('marks simulated answers', () => {
    const encoder = createChunkEncoder({ ...HEAD, simulated: true }, SHOWN)
    expect(encoder.delta({ type: 'text-delta', text: 'x' })).toContain('"system_fingerprint":"simulated"')
    expect(encodeStream(EVENTS)).not.toContain('simulated')
  })
})

const reason = fc.constantFrom<FinishReason>('stop', 'length', 'tool_calls', 'content_filter')
const words = fc.string({ unit: 'grapheme', minLength: 1 })
const wild = fc.string({ unit: 'binary', minLength: 1 }).map((text) => text.toWellFormed())
const prose = fc.array(
  fc.oneof(
    fc.record({ type: fc.constant('text-delta' as const), text: fc.oneof(words, wild) }),
    fc.record({ type: fc.constant('reasoning-delta' as const), text: words }),
    fc.record({ type: fc.constant('refusal-delta' as const), text: words }),
  ),
)
const toolCalls = fc
  .array(fc.tuple(words, words, fc.array(words)), { maxLength: 3 })
  .map((calls) =>
    calls.flatMap(([id, name, pieces], index): ContentEvent[] => [
      { type: 'tool-call-start', index, id: `${index}${id}`, name },
      ...pieces.map((argumentsJson): ContentEvent => ({ type: 'tool-call-delta', index, argumentsJson })),
    ]),
  )

describe('what is written, read back', () => {
  it('is the same streamed', () => {
    fc.assert(
      fc.property(prose, toolCalls, reason, fc.boolean(), (deltas, calls, finish, includeUsage) => {
        const events = [...deltas, ...calls]
        const options = { ...SHOWN, includeUsage }
        const answer = readBack(encodeStream(events, { ...CLOSING, reason: finish }, options))
        const last = { type: 'answer-end', reason: finish, usage: includeUsage ? USAGE : null }
        expect(answer).toEqual({ ...gather(events), last })
      }),
    )
  })

  it('is the same whole', () => {
    const adapter = openaiChat(COMPATIBLE)
    fc.assert(
      fc.property(prose, toolCalls, reason, (deltas, calls, finish) => {
        const answer = gather([...deltas, ...calls])
        const body: unknown = JSON.parse(
          JSON.stringify(encodeAnswer(HEAD, answer, { ...CLOSING, reason: finish }, SHOWN)),
        )
        const back = gather(adapter.decodeAnswer(body))
        expect(back.last).toEqual({ type: 'answer-end', reason: finish, usage: USAGE })
        expect(back.choices.map(textsOf)).toEqual(answer.choices.map(textsOf))
      }),
    )
  })
})

describe('a whole answer', () => {
  it('has the shape of chat.completion', () => {
    expect(encodeAnswer(HEAD, gather(EVENTS), { ...CLOSING, metadata: { route: 'r1' } }, SHOWN)).toEqual({
      ...FIELDS,
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: 'Grüße\n',
            refusal: 'No',
            reasoning: 'Hm',
            tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
          },
          logprobs: { content: [{ token: 'Grüße', logprob: -1 }], refusal: null },
          finish_reason: 'stop',
        },
      ],
      usage: SENT_USAGE,
      switchyard: { route: 'r1' },
    })
  })

  it.each([
    [[], ''],
    [EVENTS.slice(2, 3), null],
    [EVENTS.slice(3), null],
  ])('has content only where there is text: %o', (events, content) => {
    expect(encodeAnswer(HEAD, gather(events), CLOSING, SHOWN)).toHaveProperty(
      'choices.0.message.content',
      content,
    )
  })
})

/** OpenAI's own client, given this stream. */
function client(stream: string): OpenAI {
  const fetch = async () => new Response(stream, { headers: { 'content-type': 'text/event-stream' } })
  return new OpenAI({ apiKey: 'none', baseURL: 'https://acme.test/v1', fetch, maxRetries: 0 })
}
const QUESTION = { model: 'auto', messages: [{ role: 'user' as const, content: 'Hello' }] }

describe("OpenAI's own client", () => {
  it('gathers a streamed answer', async () => {
    const events = EVENTS.filter(({ type }) => type !== 'refusal-delta')
    const closing: AnswerClosing = { ...CLOSING, reason: 'tool_calls', metadata: { route: 'r1' } }
    const stream = encodeStream(events, closing, WITH_USAGE)
    const answer = await client(stream).chat.completions.stream(QUESTION).finalChatCompletion()
    expect(answer.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        role: 'assistant',
        content: 'Grüße\n',
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
      },
    })
    expect(answer.usage).toMatchObject({ prompt_tokens: 10, completion_tokens: 7, total_tokens: 17 })
  })

  it('throws what went wrong in the middle of a stream', async () => {
    const encoder = createChunkEncoder(HEAD, SHOWN)
    const body = { message: 'Acme broke off', type: 'api_error', code: 'provider_failed', param: null }
    const stream = encoder.delta({ type: 'text-delta', text: 'Well' }) + encoder.error(body)
    const answer = client(stream).chat.completions.stream(QUESTION).finalChatCompletion()
    await expect(answer).rejects.toMatchObject({ code: 'provider_failed', message: 'Acme broke off' })
  })
})
