import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAnswerBuilder } from '../../../src/core/answer.ts'
import { type AssistantPart, type ContentEvent, NO_USAGE, type Seal } from '../../../src/core/chat.ts'
import type { AnswerClosing } from '../../../src/protocols/inbound.ts'
import { decodeChatRequest } from '../../../src/protocols/openai-chat/decode-request.ts'
import { chatReply } from '../../../src/protocols/openai-chat/reply.ts'

const HEAD = { id: 'chatcmpl-1', createdAt: 0, model: 'acme/one', simulated: false, inputTokens: 1 }
const CLOSING: AnswerClosing = { reason: 'stop', otherReasons: [], usage: NO_USAGE, costUsd: null }

type Written = Record<string, unknown>
type ChoiceJson = { index: number; delta: Written; message: Written; finish_reason: string | null }
type Body = { choices: ChoiceJson[] }

const reply = (showReasoning = true) => chatReply({ includeUsage: false, showReasoning })

/** The choices that each chunk of a streamed answer holds. */
function chunksOf(events: readonly ContentEvent[], closing = CLOSING, showReasoning = true): ChoiceJson[] {
  const encoder = reply(showReasoning).stream(HEAD)
  const stream = events.map((event) => encoder.delta(event)).join('') + encoder.end(closing)
  return stream
    .split('\n\n')
    .filter((line) => line !== '' && line !== 'data: [DONE]')
    .flatMap((line): ChoiceJson[] => (JSON.parse(line.slice('data: '.length)) satisfies Body).choices)
}

/** The messages of the same answer, whole. */
function messagesOf(events: readonly ContentEvent[], closing = CLOSING, showReasoning = true): ChoiceJson[] {
  const builder = createAnswerBuilder()
  for (const event of events) builder.add(event)
  const body: Body = JSON.parse(JSON.stringify(reply(showReasoning).whole(HEAD, builder.answer(), closing)))
  return body.choices
}

const thought = (text: string): ContentEvent => ({ type: 'reasoning-delta', text })
const says = (text: string): ContentEvent => ({ type: 'text-delta', text })
const sealed = (seal: Seal): ContentEvent => ({ type: 'reasoning-seal', seal })
const starts = (index: number, id: string): ContentEvent => ({
  type: 'tool-call-start',
  index,
  id,
  name: 'f',
})

const GOOGLE: Seal = { format: 'google', kind: 'signature', data: 'g1' }
const SIGNED: Seal = { format: 'anthropic', kind: 'signature', data: 'a1' }
const googleDetail = (id: string | null, index: number) => ({
  type: 'reasoning.encrypted',
  data: 'g1',
  id,
  format: 'google-gemini-v1',
  index,
})

const signed = (text: string, index: number) => ({
  type: 'reasoning.text',
  text,
  signature: 'a1',
  id: null,
  format: 'anthropic-claude-v1',
  index,
})

describe('several choices', () => {
  const EVENTS: readonly ContentEvent[] = [
    says('A'),
    { ...says('B'), choice: 2 },
    { ...starts(0, 'call_1'), choice: 1 },
    says('!'),
    { type: 'tool-call-delta', index: 0, argumentsJson: '{}', choice: 1 },
  ]
  const closing: AnswerClosing = { ...CLOSING, otherReasons: ['tool_calls', 'length'] }

  it('are streamed each with its role once, its index and its own finish', () => {
    const chunks = chunksOf(EVENTS, closing)
    const roles = chunks.filter(({ delta }) => delta['role'] === 'assistant')
    expect(roles.map(({ index }) => index)).toEqual([0, 2, 1])
    const ends = chunks.filter(({ finish_reason }) => finish_reason !== null)
    expect(ends.map(({ index, finish_reason }) => [index, finish_reason])).toEqual([
      [0, 'stop'],
      [1, 'tool_calls'],
      [2, 'length'],
    ])
    const said = (at: number) =>
      chunks.flatMap(({ index, delta }) => (index === at ? (delta['content'] ?? []) : []))
    expect([0, 1, 2].map(said)).toEqual([['A', '!'], [], ['B']])
  })

  it('stand side by side in a whole answer', () => {
    expect(messagesOf(EVENTS, closing)).toMatchObject([
      { index: 0, message: { content: 'A!' }, finish_reason: 'stop' },
      { index: 1, message: { content: null, tool_calls: [{ id: 'call_1' }] }, finish_reason: 'tool_calls' },
      { index: 2, message: { content: 'B' }, finish_reason: 'length' },
    ])
  })
})

describe('sealed thoughts', () => {
  const EVENTS = [thought('Hm'), thought('m'), sealed(SIGNED), says('Well'), thought('And'), sealed(SIGNED)]

  it('come whole, once, beside the words of the thought', () => {
    const details = chunksOf(EVENTS).flatMap(({ delta }) => delta['reasoning_details'] ?? [])
    expect(details).toEqual([signed('Hmm', 0), signed('And', 1)])
    expect(messagesOf(EVENTS)).toMatchObject([
      { message: { reasoning: 'HmmAnd', reasoning_details: [signed('Hmm', 0), signed('And', 1)] } },
    ])
  })

  it('do not take in a thought before them that has no seal', () => {
    const details = chunksOf([thought('Open'), says('Well'), thought('Closed'), sealed(SIGNED)]).flatMap(
      ({ delta }) => delta['reasoning_details'] ?? [],
    )
    expect(details).toEqual([signed('Closed', 0)])
  })

  it('are left out where the caller wants no thoughts', () => {
    const events = [...EVENTS, sealed(GOOGLE), starts(0, 'call_1')]
    expect(JSON.stringify(chunksOf(events, CLOSING, false))).not.toContain('reasoning')
    expect(JSON.stringify(messagesOf(events, CLOSING, false))).not.toContain('reasoning')
  })

  it('of Google name the call they stand before', () => {
    const events = [starts(0, 'call_1'), sealed(GOOGLE), starts(1, 'call_2')]
    const chunk = chunksOf(events).find(({ delta }) => delta['reasoning_details'])
    expect(chunk?.delta).toMatchObject({
      reasoning_details: [googleDetail('call_2', 0)],
      tool_calls: [{ index: 1, id: 'call_2' }],
    })
    expect(messagesOf(events)).toMatchObject([
      { message: { reasoning_details: [googleDetail('call_2', 0)] } },
    ])
  })

  it.each<[string, ContentEvent[]]>([
    ['text', [sealed(GOOGLE), says('Well'), starts(0, 'call_1')]],
    ['nothing', [says('Well'), sealed(GOOGLE)]],
  ])('of Google before %s name no call, and are not lost', (_, events) => {
    const details = chunksOf(events).flatMap(({ delta }) => delta['reasoning_details'] ?? [])
    expect(details).toEqual([googleDetail(null, 0)])
    expect(messagesOf(events)).toMatchObject([{ message: { reasoning_details: [googleDetail(null, 0)] } }])
  })
})

const seal: fc.Arbitrary<Seal> = fc.oneof(
  fc.record({
    format: fc.constant('anthropic' as const),
    kind: fc.constantFrom('signature' as const, 'encrypted' as const),
    data: fc.string({ minLength: 1 }),
  }),
  fc.record({
    format: fc.constant('openai' as const),
    kind: fc.constant('encrypted' as const),
    data: fc.string({ minLength: 1 }),
    id: fc.string({ minLength: 1 }),
  }),
)
const thoughts = fc.array(fc.tuple(fc.string({ minLength: 1 }), seal), { maxLength: 3 })
const calls = fc.array(fc.option(fc.string({ minLength: 1 })), { maxLength: 3 })

describe('thoughts that a client sends back', () => {
  it('are the ones it was sent, streamed or whole, each before what it belongs to', () => {
    fc.assert(
      fc.property(thoughts, calls, (sealedThoughts, signatures) => {
        const events: ContentEvent[] = [
          ...sealedThoughts.flatMap(([text, one]) => [thought(text), sealed(one)]),
          ...signatures.flatMap((data, index): ContentEvent[] => [
            ...(data === null ? [] : [sealed({ ...GOOGLE, data })]),
            starts(index, `call_${index}`),
          ]),
        ]
        const [whole] = messagesOf(events)
        const streamed = chunksOf(events).flatMap(({ delta }) => delta['reasoning_details'] ?? [])
        expect(streamed).toEqual(whole?.message['reasoning_details'] ?? [])
        const { chat } = decodeChatRequest({ model: 'auto', messages: [whole?.message] })
        expect(chat.messages[0]?.content).toEqual([
          ...sealedThoughts.map(([text, one]): AssistantPart => ({
            type: 'reasoning',
            // Of an encrypted thought, the cipher is all that its host wants back.
            text: one.kind === 'encrypted' ? '' : text,
            seal: one,
          })),
          ...signatures.flatMap((data, index): AssistantPart[] => [
            ...(data === null ? [] : [{ type: 'reasoning' as const, text: '', seal: { ...GOOGLE, data } }]),
            { type: 'tool-call', id: `call_${index}`, name: 'f', argumentsJson: '' },
          ]),
        ])
      }),
    )
  })
})

describe('calls of free text', () => {
  const EVENTS: readonly ContentEvent[] = [
    { type: 'tool-call-start', index: 0, id: 'call_1', name: 'grep', custom: true },
    { type: 'tool-call-delta', index: 0, argumentsJson: 'a "b' },
  ]

  it("are written in OpenAI's form, streamed and whole", () => {
    const pieces = chunksOf(EVENTS).flatMap(({ delta }) => delta['tool_calls'] ?? [])
    expect(pieces).toEqual([
      { index: 0, id: 'call_1', type: 'custom', custom: { name: 'grep', input: '' } },
      { index: 0, custom: { input: 'a "b' } },
    ])
    const call = { id: 'call_1', type: 'custom', custom: { name: 'grep', input: 'a "b' } }
    expect(messagesOf(EVENTS)).toMatchObject([{ message: { tool_calls: [call] } }])
  })
})
