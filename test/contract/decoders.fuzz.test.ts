import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Answer, createAnswerBuilder } from '../../src/core/answer.ts'
import {
  type ChatEvent,
  type ChatRequest,
  type ContentEvent,
  isLast,
  type LastEvent,
  NO_USAGE,
  type Usage,
  type WireFormat,
} from '../../src/core/chat.ts'
import { failureBody } from '../../src/core/errors.ts'
import { decodeMessagesRequest } from '../../src/protocols/anthropic-messages/decode-request.ts'
import type { AnswerClosing, AnswerHead, Reply } from '../../src/protocols/inbound.ts'
import { decodeChatRequest } from '../../src/protocols/openai-chat/decode-request.ts'
import { decodeCompletionRequest } from '../../src/protocols/openai-completions/decode-request.ts'
import { decodeResponsesRequest } from '../../src/protocols/openai-responses/decode-request.ts'
import type { Adapter } from '../../src/providers/adapter.ts'
import { anthropicMessages } from '../../src/providers/anthropic-messages/index.ts'
import { googleGenerateContent } from '../../src/providers/google-generate-content/index.ts'
import { openaiChat } from '../../src/providers/openai-chat/index.ts'
import { openaiResponses } from '../../src/providers/openai-responses/index.ts'
import { isObject } from '../fuzz/json.ts'
import { judgeStream } from '../fuzz/judge-stream.ts'
import { type Fixtures, framed, readFixtures } from './fixtures.ts'
import { bodyOf, eventStream, eventsOf } from './host.ts'
import { bodyMistakes, spoiltBody, spoiltStream, streamMistakes } from './mutations.ts'

const RUNS = 300

/** A wire format, and whether a stream holds the words that its host ends an answer with. */
type Case = { adapter: Adapter; fixtures: Fixtures; isEnded: (events: readonly string[]) => boolean }

const CASES: readonly Case[] = [
  {
    adapter: openaiChat({
      maxTokensField: 'max_tokens',
      developerRole: false,
      reasoningEffort: false,
      choices: true,
      topK: false,
      relays: true,
    }),
    fixtures: readFixtures(
      import.meta.glob('../fixtures/openai-chat/*', { query: '?raw', import: 'default', eager: true }),
    ),
    isEnded: (events) => events.some((data) => data.trim() === '[DONE]'),
  },
  {
    adapter: openaiResponses(),
    fixtures: readFixtures(
      import.meta.glob('../fixtures/openai-responses/*', { query: '?raw', import: 'default', eager: true }),
    ),
    isEnded: (events) => events.some((data) => /response\.(?:completed|incomplete)/.test(data)),
  },
  {
    adapter: anthropicMessages,
    fixtures: readFixtures(
      import.meta.glob('../fixtures/anthropic-messages/*', { query: '?raw', import: 'default', eager: true }),
    ),
    isEnded: (events) => events.some((data) => data.includes('message_stop')),
  },
  {
    adapter: googleGenerateContent,
    fixtures: readFixtures(
      import.meta.glob('../fixtures/google-generate-content/*', {
        query: '?raw',
        import: 'default',
        eager: true,
      }),
    ),
    isEnded: (events) => events.some((data) => data.includes('"finishReason"')),
  },
]

const QUESTION: ChatRequest = {
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
  tools: [],
  output: { type: 'text' },
  sampling: {},
  reasoning: {},
  native: null,
}
const ASKED = { model: 'auto', messages: [{ role: 'user', content: 'Hello' }] }

/** How each protocol's callers may want an answer written. */
const REPLIES = {
  chat: [
    decodeChatRequest({ ...ASKED, stream_options: { include_usage: true } }).reply,
    decodeChatRequest(ASKED).reply,
  ],
  responses: [
    decodeResponsesRequest({ model: 'auto', input: 'Hello' }, [], mintId).reply,
    decodeResponsesRequest({ model: 'auto', input: 'Hello', reasoning: { summary: 'auto' } }, [], mintId)
      .reply,
  ],
  messages: [
    decodeMessagesRequest({ ...ASKED, max_tokens: 9 }, new Headers()).reply,
    decodeMessagesRequest(
      { ...ASKED, max_tokens: 9, thinking: { type: 'adaptive', display: 'summarized' } },
      new Headers(),
    ).reply,
  ],
  completions: [decodeCompletionRequest({ model: 'auto', prompt: 'Hello', echo: true }).reply],
} as const
type Protocol = keyof typeof REPLIES
const PROTOCOLS = ['chat', 'responses', 'messages', 'completions'] as const

const OF_FORMAT: Readonly<Record<WireFormat, Protocol | null>> = {
  'openai-chat': 'chat',
  'openai-responses': 'responses',
  'anthropic-messages': 'messages',
  'google-generate-content': null,
}

function mintId(prefix: string): string {
  return `${prefix}_01jd0000000000000000000000`
}

function headOf({ idPrefix }: Reply): AnswerHead {
  return {
    id: mintId(idPrefix),
    createdAt: 1_767_960_000_000,
    model: 'acme/one',
    simulated: false,
    inputTokens: 9,
  }
}

function closingOf(last: LastEvent & { type: 'answer-end' }): AnswerClosing {
  return {
    reason: last.reason,
    otherReasons: last.otherReasons ?? [],
    ...(last.stopSequence !== undefined && { stopSequence: last.stopSequence }),
    usage: last.usage ?? NO_USAGE,
    costUsd: 0.001,
    ...(last.native && { native: last.native }),
  }
}

/** The text of a streamed answer in one protocol. */
function written(reply: Reply, events: readonly ChatEvent[]): string {
  const encoder = reply.stream(headOf(reply))
  const text = events.map((event) => {
    if (!isLast(event)) return encoder.delta(event)
    return event.type === 'answer-end' ? encoder.end(closingOf(event)) : encoder.error(failureBody(event))
  })
  expect(() => JSON.stringify(encoder.kept?.())).not.toThrow()
  return text.join('')
}

function answerOf(events: readonly ChatEvent[]): Answer {
  const builder = createAnswerBuilder()
  for (const event of events) builder.add(event)
  return builder.answer()
}

function expectOneEnd(events: readonly ChatEvent[]): LastEvent {
  const last = events.at(-1)
  if (!last || !isLast(last)) throw new Error('the events end without a last one')
  expect(events.findIndex(isLast)).toBe(events.length - 1)
  if (last.type === 'answer-end') expectSound(last.usage)
  return last
}

function expectSound(usage: Usage | null): void {
  if (!usage) return
  for (const tokens of Object.values(usage)) expect(Number.isSafeInteger(tokens) && tokens >= 0).toBe(true)
  expect(usage.cachedInputTokens + usage.cacheWriteTokens).toBeLessThanOrEqual(usage.inputTokens)
  expect(usage.audioInputTokens + usage.imageInputTokens).toBeLessThanOrEqual(usage.inputTokens)
  expect(usage.longCacheWriteTokens).toBeLessThanOrEqual(usage.cacheWriteTokens)
  expect(usage.reasoningTokens + usage.audioOutputTokens).toBeLessThanOrEqual(usage.outputTokens)
}

/** Every protocol must write these events as a stream that its clients can read to one end. */
function expectWritable(events: readonly ChatEvent[], failed: boolean): void {
  for (const protocol of PROTOCOLS) {
    for (const reply of REPLIES[protocol]) {
      const { problem, error } = judgeStream(protocol, written(reply, events))
      expect(problem, protocol).toBeNull()
      expect(error !== null, protocol).toBe(failed)
    }
  }
}

const ENDS: Readonly<Record<Protocol, RegExp>> = {
  chat: /^data: (?:\[DONE\]|\{"error":\{)/,
  completions: /^data: (?:\[DONE\]|\{"error":\{)/,
  messages: /^event: (?:message_stop|error)\n/,
  responses: /^event: response\.(?:completed|incomplete|failed)\n/,
}

/** A host's own events are passed on as they are, framed as events, and closed by one end. */
function expectRelayed(protocol: Protocol, text: string): void {
  expect(text.endsWith('\n\n')).toBe(true)
  const frames = text.slice(0, -2).split('\n\n')
  for (const frame of frames) expect(frame).toMatch(/^(?:(?:event|data|id): ?[^\n]*(?:\n|$))+$/)
  expect(frames.findIndex((frame) => ENDS[protocol].test(frame))).toBe(frames.length - 1)
}

/** Mistakes that are rare among random ones: a piece that begins twice, odd types, nonsense among the content. */
function trapsIn(events: readonly string[]): string[][] {
  const type = '"type":"response.in_progress"'
  return [
    events.flatMap((data) => (/_start"|\.added"/.test(data) ? [data, data] : [data])),
    events.map((data) => data.replace(type, String.raw`"type":"a\r\n\r\ndata: x"`)),
    events.map((data) => data.replace(`${type},`, '')),
    events.map((data) => data.replace(/"response":\{.*\}/, '"response":"none"')),
    events.toSpliced(events.length / 2, 0, '{"choices":7,"type":"x","index":"y"}'),
  ]
}

describe.each(CASES)('what $adapter.format hosts send by mistake', ({ adapter, fixtures, isEnded }) => {
  const streams = [...fixtures.streams.values()]
  const answers = [...fixtures.answers.values()]
  const traps = streams.flatMap(trapsIn)
  const spoilt = fc
    .tuple(fc.constantFrom(...streams), streamMistakes)
    .map(([events, wrongs]) => spoiltStream(events, wrongs))

  it('becomes one end, well only after the host ended, in every protocol', async () => {
    await fc.assert(
      fc.asyncProperty(spoilt, async (chunks) => {
        const events = await eventsOf(adapter, eventStream(bodyOf([framed(chunks)])))
        const last = expectOneEnd(events)
        if (last.type === 'answer-end') expect(isEnded(chunks)).toBe(true)
        expectWritable(events, last.type === 'answer-error')
      }),
      { numRuns: RUNS, examples: traps.map((chunks) => [chunks]) },
    )
  })

  it('in a whole answer becomes a body of every protocol, or an error', async () => {
    const body = fc
      .tuple(fc.constantFrom(...answers), bodyMistakes)
      .map(([text, wrongs]) => spoiltBody(text, wrongs))
    await fc.assert(
      fc.asyncProperty(body, async (text) => {
        const events = await eventsOf(adapter, new Response(text), { stream: false })
        const last = expectOneEnd(events)
        if (last.type === 'answer-error') return
        for (const protocol of PROTOCOLS) {
          for (const reply of REPLIES[protocol]) {
            const whole: unknown = JSON.parse(
              JSON.stringify(reply.whole(headOf(reply), answerOf(events), closingOf(last))),
            )
            expect(isObject(whole) && typeof whole['id']).toBe('string')
          }
        }
      }),
      { numRuns: RUNS },
    )
  })

  const protocol = OF_FORMAT[adapter.format]
  if (protocol === null) return
  it('is relayed up to one end', async () => {
    const native = { format: adapter.format, body: {}, headers: {}, droppedElsewhere: [], onlyHere: [] }
    const request: ChatRequest = { ...QUESTION, native }
    const pieces = fc.tuple(spoilt, fc.boolean()).map(([chunks, whole]) => ({
      chunks,
      pieces: whole ? chunks.map((chunk) => framed([chunk])) : (framed(chunks).match(/[^]{1,50}/g) ?? []),
    }))
    await fc.assert(
      fc.asyncProperty(pieces, async ({ chunks, pieces: sent }) => {
        const events = await eventsOf(adapter, eventStream(bodyOf(sent)), { request })
        const last = expectOneEnd(events)
        if (last.type === 'answer-end') expect(isEnded(chunks)).toBe(true)
        expectReadable(events)
        for (const reply of REPLIES[protocol]) expectRelayed(protocol, written(reply, events))
      }),
      {
        numRuns: RUNS,
        examples: traps.map((chunks) => [{ chunks, pieces: chunks.map((chunk) => framed([chunk])) }]),
      },
    )
  })
})

/** What was relayed can be read afterwards, for its tokens to be counted. */
function expectReadable(events: readonly ChatEvent[]): void {
  const read = events.flatMap((event): readonly ContentEvent[] =>
    event.type === 'relay' ? event.read() : [],
  )
  expect(read.some(({ type }) => type === 'relay')).toBe(false)
}
