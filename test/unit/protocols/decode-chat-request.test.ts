import { describe, expect, it } from 'vitest'
import { NO_USAGE } from '../../../src/core/chat.ts'
import type { Inbound } from '../../../src/protocols/inbound.ts'
import { decodeChatRequest } from '../../../src/protocols/openai-chat/decode-request.ts'

const MINIMAL = { model: 'auto', messages: [{ role: 'user', content: 'Hello' }] }
const decode = (fields: object) => decodeChatRequest({ ...MINIMAL, ...fields })
const text = (words: string) => ({ type: 'text', text: words })

/** A streamed answer as the caller asked to have it written. */
function written({ reply }: Inbound): string {
  const head = { id: 'chatcmpl-1', createdAt: 0, model: 'acme/one', simulated: false, inputTokens: 1 }
  const closing = { reason: 'stop', otherReasons: [], usage: NO_USAGE, costUsd: null } as const
  const encoder = reply.stream(head)
  return encoder.delta({ type: 'reasoning-delta', text: 'Hm' }) + encoder.end(closing)
}

describe('decodeChatRequest', () => {
  it('adds nothing to a minimal body', () => {
    expect(decodeChatRequest(MINIMAL)).toEqual({
      chat: {
        messages: [{ role: 'user', content: [text('Hello')] }],
        tools: [],
        output: { type: 'text' },
        sampling: {},
        reasoning: {},
        native: { format: 'openai-chat', body: {}, headers: {}, droppedElsewhere: [], onlyHere: [] },
      },
      routing: {
        model: 'auto',
        models: [],
        provider: {},
        autoRouter: {},
        fallbacksFor: { contextWindow: [], contentPolicy: [] },
        reliability: {},
      },
      stream: false,
      reply: expect.objectContaining({ idPrefix: 'chatcmpl' }),
    })
  })

  it('reads every message', () => {
    const call = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a":' } }
    const messages = [
      { role: 'system', content: 'Be wise' },
      { role: 'developer', content: [text('Be'), text('brief')] },
      { role: 'user', content: 'Hello', name: 'ada' },
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'call_1', content: '42' },
      { role: 'assistant', content: [text('Well'), { type: 'refusal', refusal: 'No' }] },
      { role: 'assistant' },
    ]
    expect(decode({ messages }).chat.messages).toEqual([
      { role: 'system', content: [text('Be wise')] },
      { role: 'developer', content: [text('Be'), text('brief')] },
      { role: 'user', content: [text('Hello')], name: 'ada' },
      {
        role: 'assistant',
        content: [{ type: 'tool-call', id: 'call_1', name: 'f', argumentsJson: '{"a":' }],
      },
      { role: 'tool', toolCallId: 'call_1', content: [text('42')] },
      { role: 'assistant', content: [text('Well'), { type: 'refusal', text: 'No' }] },
      { role: 'assistant', content: [] },
    ])
  })

  it('reads every kind of content', () => {
    const content = [
      text('Look'),
      { type: 'image_url', image_url: { url: 'HTTPS://example.test/cat.png', detail: 'low' } },
      { type: 'image_url', image_url: { url: 'data:image/svg+xml;base64,aWk=' } },
      { type: 'input_audio', input_audio: { data: 'bXAz', format: 'mp3' } },
      { type: 'input_audio', input_audio: { data: 'd2F2', format: 'wav' } },
      { type: 'file', file: { file_data: 'data:application/pdf;base64,cGRm', filename: 'a.pdf' } },
    ]
    expect(decode({ messages: [{ role: 'user', content }] }).chat.messages).toEqual([
      {
        role: 'user',
        content: [
          text('Look'),
          { type: 'image', source: { url: 'HTTPS://example.test/cat.png' }, detail: 'low' },
          { type: 'image', source: { mediaType: 'image/svg+xml', base64: 'aWk=' } },
          { type: 'audio', source: { mediaType: 'audio/mpeg', base64: 'bXAz' } },
          { type: 'audio', source: { mediaType: 'audio/wav', base64: 'd2F2' } },
          { type: 'file', source: { mediaType: 'application/pdf', base64: 'cGRm' }, filename: 'a.pdf' },
        ],
      },
    ])
  })

  it('reads every parameter of generation', () => {
    const { chat } = decode({
      tools: [
        {
          type: 'function',
          function: { name: 'f', description: 'F', parameters: { type: 'object' }, strict: true },
        },
        { type: 'function', function: { name: 'g' } },
      ],
      tool_choice: { type: 'function', function: { name: 'f' } },
      parallel_tool_calls: false,
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'person', schema: { type: 'object' }, strict: false },
      },
      temperature: 0,
      top_p: 0.5,
      presence_penalty: -2,
      frequency_penalty: 2,
      seed: -7,
      stop: ['a', 'b'],
      max_tokens: 10,
      max_completion_tokens: 20,
      n: 3,
      top_k: 40,
      logprobs: true,
      top_logprobs: 0,
      reasoning_effort: 'none',
      user: 'u1',
      metadata: { team: 'blue' },
    })
    expect(chat).toEqual({
      messages: [{ role: 'user', content: [text('Hello')] }],
      tools: [{ name: 'f', description: 'F', parameters: { type: 'object' }, strict: true }, { name: 'g' }],
      toolChoice: { name: 'f' },
      parallelToolCalls: false,
      output: { type: 'json_schema', name: 'person', schema: { type: 'object' }, strict: false },
      sampling: {
        temperature: 0,
        topP: 0.5,
        presencePenalty: -2,
        frequencyPenalty: 2,
        seed: -7,
        stop: ['a', 'b'],
        maxOutputTokens: 20,
        logprobs: true,
        topLogprobs: 0,
        topK: 40,
        choices: 3,
      },
      reasoning: { effort: 'none' },
      user: 'u1',
      metadata: { team: 'blue' },
      native: expect.objectContaining({ droppedElsewhere: [], onlyHere: [] }),
    })
    expect(decode({ stop: 'END', max_tokens: 10, tool_choice: 'required' }).chat).toMatchObject({
      sampling: { stop: ['END'], maxOutputTokens: 10 },
      toolChoice: 'required',
    })
    expect(decode({ response_format: { type: 'json_object' } }).chat.output).toEqual({ type: 'json_object' })
  })

  it('reads every routing preference', () => {
    const { routing } = decode({
      models: ['a', 'b'],
      session_id: 's1',
      provider: {
        order: ['x'],
        only: ['y'],
        ignore: ['z'],
        allow_fallbacks: false,
        require_parameters: true,
        data_collection: 'deny',
        sort: 'price',
        max_price: { prompt: 1, completion: null },
        preferred_max_latency: 1.5,
      },
      plugins: [
        { id: 'web' },
        {
          id: 'auto-router',
          allowed_models: ['a/*'],
          cost_quality_tradeoff: 0,
          min_quality: 0.5,
          max_cost_usd: 0.01,
          exploration: 0.1,
        },
      ],
    })
    expect(routing).toEqual({
      sessionId: 's1',
      model: 'auto',
      models: ['a', 'b'],
      provider: {
        order: ['x'],
        only: ['y'],
        ignore: ['z'],
        allowFallbacks: false,
        requireParameters: true,
        dataCollection: 'deny',
        sort: 'price',
        maxPrice: { prompt: 1 },
        preferredMaxLatencyMs: 1_500,
      },
      autoRouter: {
        allowedModels: ['a/*'],
        costQualityTradeoff: 0,
        minQuality: 0.5,
        maxCostUsd: 0.01,
        explorationRate: 0.1,
      },
      fallbacksFor: { contextWindow: [], contentPolicy: [] },
      reliability: {},
    })
  })

  it.each([
    [{ stream: true }, true, false],
    [{ stream: true, stream_options: { include_usage: true } }, true, true],
    [{ usage: { include: true } }, false, true],
    [{ stream_options: { include_usage: false }, usage: { include: true } }, false, false],
  ])('reads how to send the answer from %o', (fields, stream, includeUsage) => {
    const inbound = decode(fields)
    expect(inbound.stream).toBe(stream)
    expect(written(inbound).includes('"prompt_tokens"')).toBe(includeUsage)
  })

  it.each(['__proto__', 'constructor', 'prototype', 'toString'])(
    'is not harmed by a field named %s',
    (name) => {
      const fields = `"${name}":{"temperature":17,"stream":"yes","polluted":true}`
      const body: unknown = JSON.parse(
        `{"model":"auto","messages":[{"role":"user","content":"Hi"}],${fields}}`,
      )
      const { chat, stream } = decodeChatRequest(body)
      expect(chat.sampling).toEqual({})
      expect(stream).toBe(false)
      expect(Object.getPrototypeOf(chat.native?.body)).toBe(Object.prototype)
      expect({}).not.toHaveProperty('polluted')
    },
  )

  it('accepts null for everything that may be left out', () => {
    const nulls = Object.fromEntries(
      [
        ['tools', 'tool_choice', 'parallel_tool_calls', 'response_format', 'temperature', 'top_p', 'stop'],
        ['presence_penalty', 'frequency_penalty', 'seed', 'max_tokens', 'max_completion_tokens', 'n'],
        ['logprobs', 'top_logprobs', 'stream', 'stream_options', 'reasoning_effort', 'usage', 'user'],
        ['metadata', 'models', 'provider', 'plugins', 'session_id', 'reasoning', 'top_k', 'modalities'],
      ]
        .flat()
        .map((name) => [name, null]),
    )
    const plain = decodeChatRequest(MINIMAL)
    expect(decode(nulls)).toEqual({ ...plain, reply: expect.anything() })
    const tools = [
      { type: 'function', function: { name: 'f', description: null, parameters: null, strict: null } },
    ]
    expect(decode({ tools }).chat.tools).toEqual([{ name: 'f' }])
  })
})
