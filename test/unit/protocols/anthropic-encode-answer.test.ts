import { describe, expect, it } from 'vitest'
import { createAnswerBuilder } from '../../../src/core/answer.ts'
import { type ContentEvent, type FinishReason, NO_USAGE, type Seal } from '../../../src/core/chat.ts'
import { writeSeal } from '../../../src/core/sealed-thoughts.ts'
import { messagesReply } from '../../../src/protocols/anthropic-messages/reply.ts'
import type { AnswerClosing } from '../../../src/protocols/inbound.ts'

const HEAD = { id: 'msg_1', createdAt: 1, model: 'acme/one', simulated: false, inputTokens: 12 }
const USAGE = {
  ...NO_USAGE,
  inputTokens: 10,
  cachedInputTokens: 4,
  cacheWriteTokens: 3,
  longCacheWriteTokens: 2,
  outputTokens: 7,
  reasoningTokens: 5,
}
const CLOSING: AnswerClosing = { reason: 'stop', otherReasons: [], usage: USAGE, costUsd: 0.0012 }

function encode(
  events: readonly ContentEvent[],
  closing = CLOSING,
  thinking: 'shown' | 'sealed' | 'none' = 'shown',
) {
  const builder = createAnswerBuilder()
  for (const event of events) builder.add(event)
  return messagesReply({ thinking }).whole(HEAD, builder.answer(), closing)
}

const own: Seal = { format: 'anthropic', kind: 'signature', data: 'c2ln' }
const redacted: Seal = { format: 'anthropic', kind: 'encrypted', data: 'ZGF0YQ==' }
const openai: Seal = { format: 'openai', kind: 'encrypted', data: 'enc', id: 'rs_1' }
const google: Seal = { format: 'google', kind: 'signature', data: 'sig' }
const reasoning = (text: string): ContentEvent => ({ type: 'reasoning-delta', text })
const sealed = (seal: Seal): ContentEvent => ({ type: 'reasoning-seal', seal })
const call = (argumentsJson: string): ContentEvent[] => [
  { type: 'tool-call-start', index: 0, id: 'call_1', name: 'f' },
  { type: 'tool-call-delta', index: 0, argumentsJson },
]

describe('a whole answer in Anthropic Messages', () => {
  it('has its parts in the order they were written, and what it used', () => {
    const events: ContentEvent[] = [
      reasoning('Hm'),
      sealed(own),
      { type: 'text-delta', text: 'Grüße\n' },
      { type: 'refusal-delta', text: 'No' },
      ...call('{"a":1}'),
      { type: 'text-delta', text: 'Other', choice: 1 },
    ]
    expect(encode(events)).toEqual({
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'acme/one',
      content: [
        { type: 'thinking', thinking: 'Hm', signature: 'c2ln' },
        { type: 'text', text: 'Grüße\n' },
        { type: 'text', text: 'No' },
        { type: 'tool_use', id: 'call_1', name: 'f', input: { a: 1 } },
      ],
      // What other hosts say in a field of its own ends an answer here.
      stop_reason: 'refusal',
      stop_sequence: null,
      stop_details: { type: 'refusal', category: null, explanation: null },
      usage: {
        input_tokens: 3,
        cache_creation_input_tokens: 3,
        cache_read_input_tokens: 4,
        cache_creation: { ephemeral_5m_input_tokens: 1, ephemeral_1h_input_tokens: 2 },
        output_tokens: 7,
        output_tokens_details: { thinking_tokens: 5 },
        cost: 0.0012,
      },
    })
  })

  it.each<[FinishReason, string]>([
    ['stop', 'end_turn'],
    ['length', 'max_tokens'],
    ['tool_calls', 'tool_use'],
    ['content_filter', 'refusal'],
  ])('ends for %s with %s', (reason, stop_reason) => {
    expect(encode([], { ...CLOSING, reason })).toMatchObject({
      content: [],
      stop_reason,
      stop_sequence: null,
    })
  })

  it('names the stop sequence that ended it', () => {
    expect(encode([], { ...CLOSING, stopSequence: 'END' })).toMatchObject({
      stop_reason: 'stop_sequence',
      stop_sequence: 'END',
    })
  })

  it.each([
    ['', {}],
    [' ', {}],
    ['{"a":', { invalid_json: '{"a":' }],
    ['[1]', { invalid_json: '[1]' }],
    ['null', { invalid_json: 'null' }],
  ])('reads the arguments %o as %o', (json, input) => {
    expect(encode(call(json))).toMatchObject({ content: [{ type: 'tool_use', input }] })
  })

  it('carries seals of every maker, with the words beside them', () => {
    const events: ContentEvent[] = [
      reasoning('Unsealed'),
      { type: 'text-delta', text: 'x' },
      sealed(redacted),
      reasoning('Foreign'),
      sealed(openai),
      sealed(openai),
      sealed(google),
      reasoning('Own'),
      sealed(redacted),
    ]
    expect(encode(events)).toMatchObject({
      content: [
        { type: 'thinking', thinking: 'Unsealed', signature: '' },
        { type: 'text', text: 'x' },
        { type: 'redacted_thinking', data: 'ZGF0YQ==' },
        { type: 'thinking', thinking: 'Foreign', signature: writeSeal(openai, 'anthropic') },
        { type: 'redacted_thinking', data: writeSeal(openai, 'anthropic') },
        { type: 'thinking', thinking: '', signature: writeSeal(google, 'anthropic') },
        { type: 'thinking', thinking: 'Own', signature: '' },
        { type: 'redacted_thinking', data: 'ZGF0YQ==' },
      ],
    })
  })

  it('shows thoughts only to who asked for them', () => {
    const events: ContentEvent[] = [
      reasoning('a'),
      sealed(own),
      reasoning('b'),
      { type: 'text-delta', text: 'x' },
    ]
    expect(encode(events, CLOSING, 'none')).toMatchObject({ content: [{ type: 'text', text: 'x' }] })
    expect(encode(events, CLOSING, 'sealed')).toMatchObject({
      content: [
        { type: 'thinking', thinking: '', signature: 'c2ln' },
        { type: 'text', text: 'x' },
      ],
    })
  })

  it('has the decision when it was asked for', () => {
    expect(encode([], { ...CLOSING, metadata: { id: 'dec_1' } })).toMatchObject({
      switchyard: { id: 'dec_1' },
    })
    expect(encode([])).not.toHaveProperty('switchyard')
  })

  it("keeps an Anthropic host's own body, with our name for the model and the cost", () => {
    const body = {
      id: 'msg_host',
      model: 'claude-x',
      content: [
        { type: 'thinking', thinking: 'Hm', signature: 's' },
        { type: 'web_search_tool_result', tool_use_id: 's', content: [] },
        { type: 'text', text: 'x', citations: [{ type: 'page_location' }] },
      ],
      stop_reason: 'pause_turn',
      usage: { input_tokens: 3, server_tool_use: { web_search_requests: 1 } },
    }
    const closing = { ...CLOSING, native: { body }, metadata: { id: 'dec_1' } }
    const put = { model: 'acme/one', usage: { ...body.usage, cost: 0.0012 }, switchyard: { id: 'dec_1' } }
    expect(encode([], closing)).toEqual({ ...body, ...put })
    expect(encode([], closing, 'none')).toEqual({ ...body, ...put, content: body.content.slice(1) })
  })

  it("becomes an error in Anthropic's shape where there is none", () => {
    const body = { message: 'Acme is busy', type: 'rate_limit_error', code: 'rate_limited', param: null }
    expect(messagesReply({ thinking: 'none' }).failure(body)).toEqual({
      type: 'error',
      error: { type: 'rate_limit_error', message: 'Acme is busy', code: 'rate_limited', param: null },
    })
  })
})
