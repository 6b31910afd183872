import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAnswerBuilder } from '../../../src/core/answer.ts'
import { type ContentEvent, type HostEvent, NO_USAGE, type Seal } from '../../../src/core/chat.ts'
import { messagesReply } from '../../../src/protocols/anthropic-messages/reply.ts'
import { type AnswerClosing, sse } from '../../../src/protocols/inbound.ts'
import { contentOf, eventsOf } from './anthropic-stream.ts'

type Thinking = 'shown' | 'sealed' | 'none'

const HEAD = { id: 'msg_1', createdAt: 1, model: 'acme/one', simulated: false, inputTokens: 12 }
const CLOSING: AnswerClosing = {
  reason: 'stop',
  otherReasons: [],
  usage: { ...NO_USAGE, inputTokens: 10, cachedInputTokens: 4, outputTokens: 7 },
  costUsd: 0.0012,
}

function encode(events: readonly ContentEvent[], closing = CLOSING, thinking: Thinking = 'shown') {
  const encoder = messagesReply({ thinking }).stream(HEAD)
  return eventsOf(events.map((event) => encoder.delta(event)).join('') + encoder.end(closing))
}

const seal: Seal = { format: 'anthropic', kind: 'signature', data: 'c2ln' }
const redacted: Seal = { format: 'anthropic', kind: 'encrypted', data: 'ZGF0YQ==' }
const text = (words: string): ContentEvent => ({ type: 'text-delta', text: words })
const thought = (words: string): ContentEvent => ({ type: 'reasoning-delta', text: words })
const begin = (index: number): ContentEvent => ({
  type: 'tool-call-start',
  index,
  id: `call_${index}`,
  name: 'f',
})
const piece = (index: number, argumentsJson: string): ContentEvent => ({
  type: 'tool-call-delta',
  index,
  argumentsJson,
})
const toolUse = (index: number, input: object) => ({
  type: 'tool_use',
  id: `call_${index}`,
  name: 'f',
  input,
})

const blockEvent = (type: string, index: number, fields: object = {}) => ({ type, index, ...fields })

describe('a streamed answer in Anthropic Messages', () => {
  it('is one block after the other between the start and the end of a message', () => {
    const events = encode([
      thought('H'),
      thought('m'),
      { type: 'reasoning-seal', seal },
      text('Hi'),
      begin(0),
      piece(0, '{}'),
    ])
    expect(events).toEqual([
      {
        type: 'message_start',
        message: {
          id: 'msg_1',
          type: 'message',
          role: 'assistant',
          model: 'acme/one',
          content: [],
          stop_reason: null,
          stop_sequence: null,
          stop_details: null,
          usage: {
            input_tokens: 12,
            cache_creation_input_tokens: 0,
            cache_read_input_tokens: 0,
            output_tokens: 1,
          },
        },
      },
      blockEvent('content_block_start', 0, {
        content_block: { type: 'thinking', thinking: '', signature: '' },
      }),
      blockEvent('content_block_delta', 0, { delta: { type: 'thinking_delta', thinking: 'H' } }),
      blockEvent('content_block_delta', 0, { delta: { type: 'thinking_delta', thinking: 'm' } }),
      blockEvent('content_block_delta', 0, { delta: { type: 'signature_delta', signature: 'c2ln' } }),
      blockEvent('content_block_stop', 0),
      blockEvent('content_block_start', 1, { content_block: { type: 'text', text: '' } }),
      blockEvent('content_block_delta', 1, { delta: { type: 'text_delta', text: 'Hi' } }),
      blockEvent('content_block_stop', 1),
      blockEvent('content_block_start', 2, { content_block: { ...toolUse(0, {}) } }),
      blockEvent('content_block_delta', 2, { delta: { type: 'input_json_delta', partial_json: '{}' } }),
      blockEvent('content_block_stop', 2),
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn', stop_sequence: null, stop_details: null },
        usage: {
          input_tokens: 6,
          cache_creation_input_tokens: 0,
          cache_read_input_tokens: 4,
          cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
          output_tokens: 7,
          output_tokens_details: { thinking_tokens: 0 },
          cost: 0.0012,
        },
      },
      { type: 'message_stop' },
    ])
  })

  it('is a message also without content', () => {
    expect(encode([]).map(({ type }) => type)).toEqual(['message_start', 'message_delta', 'message_stop'])
  })

  it('says at the end what stopped it, and the decision when it was asked for', () => {
    const closing = { ...CLOSING, stopSequence: 'END', metadata: { id: 'dec_1' } }
    expect(encode([text('x')], closing).at(-2)).toMatchObject({
      type: 'message_delta',
      delta: { stop_reason: 'stop_sequence', stop_sequence: 'END' },
      switchyard: { id: 'dec_1' },
    })
  })

  it('begins a call as soon as the arguments of the one before are whole', () => {
    const encoder = messagesReply({ thinking: 'none' }).stream(HEAD)
    for (const event of [begin(0), piece(0, '{"a":"}{'), piece(0, String.raw`\"}"}`)]) encoder.delta(event)
    expect(eventsOf(encoder.delta(begin(1))).map(({ type }) => type)).toEqual([
      'content_block_stop',
      'content_block_start',
    ])
  })

  it('holds back what comes amid a call, and loses nothing', () => {
    const events = encode([
      begin(0),
      piece(0, '{"a"'),
      begin(1),
      piece(1, '{"b"'),
      text('Hi'),
      begin(2),
      piece(0, ':1}'),
      piece(2, '{"c":['),
      piece(1, ':2}'),
      piece(2, '3]}'),
      text('Bye'),
    ])
    expect(contentOf(events)).toEqual([
      toolUse(0, { a: 1 }),
      toolUse(1, { b: 2 }),
      { type: 'text', text: 'Hi' },
      toolUse(2, { c: [3] }),
      { type: 'text', text: 'Bye' },
    ])
  })

  it('writes calls without arguments, and ones that break off before another', () => {
    expect(contentOf(encode([begin(0), begin(1), piece(1, '{}')]))).toEqual([toolUse(0, {}), toolUse(1, {})])
    const events = encode([begin(0), piece(0, '{"a":'), begin(1), piece(1, '{"b":2}')])
    expect(events.filter(({ type }) => type === 'content_block_start')).toHaveLength(2)
  })

  it('puts the same content together as a whole answer has, however its calls interleave', () => {
    fc.assert(
      fc.property(interleaved, (events) => {
        const builder = createAnswerBuilder()
        for (const event of events) builder.add(event)
        const whole = messagesReply({ thinking: 'shown' }).whole(HEAD, builder.answer(), CLOSING)
        expect(whole).toHaveProperty('content', contentOf(encode(events)))
      }),
      { numRuns: 500 },
    )
  })

  it('has a thought that is its seal as a block of its own', () => {
    const events = encode([{ type: 'reasoning-seal', seal: redacted }, text('Hi')], CLOSING, 'sealed')
    expect(contentOf(events)).toEqual([
      { type: 'redacted_thinking', data: 'ZGF0YQ==' },
      { type: 'text', text: 'Hi' },
    ])
    expect(contentOf(encode([thought('Hm'), { type: 'reasoning-seal', seal }], CLOSING, 'none'))).toEqual([])
  })

  it('ends in an error and no message_stop when it breaks off', () => {
    const encoder = messagesReply({ thinking: 'none' }).stream(HEAD)
    const body = { message: 'Acme broke off', type: 'api_error', code: 'provider_failed', param: null }
    expect(eventsOf(encoder.delta(text('Hi')) + encoder.error(body)).at(-1)).toEqual({
      type: 'error',
      error: { type: 'api_error', message: 'Acme broke off', code: 'provider_failed', param: null },
    })
  })
})

const HOST_STREAM = [
  {
    type: 'message_start',
    message: { id: 'msg_host', model: 'claude-x', content: [], usage: { input_tokens: 3 } },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
  { type: 'ping' },
  { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Hm' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'c2ln' } },
  { type: 'content_block_stop', index: 0 },
  { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: '{"model":"claude-x"}' } },
  { type: 'content_block_stop', index: 1 },
]
const HOST_END = [
  {
    type: 'message_delta',
    delta: { stop_reason: 'pause_turn' },
    usage: { output_tokens: 9, server_tool_use: null },
  },
  { type: 'message_stop' },
]

function relay(
  thinking: Thinking,
  pieces: readonly (readonly { type: string }[])[],
  end: readonly { type: string }[],
) {
  const encoder = messagesReply({ thinking }).stream(HEAD)
  const relayed = pieces.map((events) =>
    encoder.delta({
      type: 'relay',
      text: events.map((event) => sse(event, event.type)).join(''),
      read: () => [],
    }),
  )
  const events: HostEvent[] = end.map((event) => ({ event: event.type, data: JSON.stringify(event) }))
  return eventsOf(
    relayed.join('') + encoder.end({ ...CLOSING, native: { events }, metadata: { id: 'dec_1' } }),
  )
}

describe("an Anthropic host's own stream, passed on", () => {
  const [start, ...blocks] = HOST_STREAM
  const ended = [
    {
      ...HOST_END[0],
      usage: { output_tokens: 9, server_tool_use: null, cost: 0.0012 },
      switchyard: { id: 'dec_1' },
    },
    HOST_END[1],
  ]
  const named = {
    ...start,
    message: { id: 'msg_host', model: 'acme/one', content: [], usage: { input_tokens: 3 } },
  }

  it('has our name for the model and the cost at its end, and is the same else', () => {
    expect(relay('shown', [HOST_STREAM.slice(0, 4), HOST_STREAM.slice(4)], HOST_END)).toEqual([
      named,
      ...blocks,
      ...ended,
    ])
    expect(relay('shown', [], [...HOST_STREAM, ...HOST_END])).toEqual([named, ...blocks, ...ended])
  })

  it.each([[HOST_STREAM.length], [1], [4], [7]])(
    'leaves out thoughts nobody asked for, and counts the blocks without them, when the first piece has %i events',
    (first) => {
      const events = relay('none', [HOST_STREAM.slice(0, first), HOST_STREAM.slice(first)], HOST_END)
      expect(contentOf(events)).toEqual([{ type: 'text', text: '{"model":"claude-x"}' }])
      expect(events.slice(-2)).toEqual(ended)
    },
  )
})

/** Texts, thoughts with and without seals, and calls whose pieces come in any order among the rest. */
const interleaved = fc
  .array(
    fc.oneof(
      fc.string().map((words): ContentEvent[] => [text(words)]),
      fc.string().map((words): ContentEvent[] => [{ type: 'refusal-delta', text: words }]),
      fc
        .tuple(fc.string(), fc.constantFrom(null, seal, redacted, { ...seal, format: 'google' as const }))
        .map(([words, by]): ContentEvent[] => [
          thought(words),
          ...(by ? [{ type: 'reasoning-seal' as const, seal: by }] : []),
        ]),
      fc
        .dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 })
        .map((input): ContentEvent[] => [
          begin(0),
          ...(JSON.stringify(input).match(/[^]{1,3}/g) ?? []).map((json) => piece(0, json)),
        ]),
    ),
    { maxLength: 8 },
  )
  .chain((groups) => {
    const numbered = groups.map((events, index) =>
      events.map((event) =>
        'index' in event ? ('id' in event ? begin(index) : { ...event, index }) : event,
      ),
    )
    const slots = numbered.flatMap((events, at) => events.map(() => at))
    return fc.shuffledSubarray(slots, { minLength: slots.length }).map((order) => {
      const queues = numbered.map((events) => [...events])
      return order.flatMap((at) => queues[at]?.splice(0, 1) ?? [])
    })
  })
