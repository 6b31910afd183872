import { describe, expect, it } from 'vitest'
import {
  decodeCountTokens,
  decodeMessagesRequest,
} from '../../../src/protocols/anthropic-messages/decode-request.ts'
import { writeSeal } from '../../../src/core/sealed-thoughts.ts'

const HELLO = [{ role: 'user', content: 'Hello' }]
const MINIMAL = { model: 'auto', max_tokens: 100, messages: HELLO }
const decode = (fields: object) => decodeMessagesRequest({ ...MINIMAL, ...fields }, new Headers())
const messagesOf = (content: unknown, role = 'user') =>
  decode({ messages: [{ role, content }] }).chat.messages
const text = (words: string) => ({ type: 'text', text: words })
const pdf = { type: 'base64', media_type: 'application/pdf', data: 'cGRm' }

describe('decodeMessagesRequest', () => {
  it('adds nothing to a minimal body', () => {
    const { reply, ...inbound } = decodeMessagesRequest(MINIMAL, new Headers())
    expect(reply.idPrefix).toBe('msg')
    expect(inbound).toEqual({
      chat: {
        messages: [{ role: 'user', content: [text('Hello')] }],
        tools: [],
        output: { type: 'text' },
        sampling: { maxOutputTokens: 100 },
        reasoning: {},
        native: {
          format: 'anthropic-messages',
          body: { max_tokens: 100, messages: HELLO },
          headers: {},
          droppedElsewhere: [],
          onlyHere: [],
        },
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
    })
  })

  it('reads instructions, as text and as blocks to cache, and in the midst of a conversation', () => {
    const messages = [...HELLO, { role: 'system', content: 'Be brief' }]
    expect(decode({ system: 'Be wise', messages }).chat.messages).toEqual([
      { role: 'system', content: [text('Be wise')] },
      { role: 'user', content: [text('Hello')] },
      { role: 'system', content: [text('Be brief')] },
    ])
    const cached = { ...text('Be wise'), cache_control: { type: 'ephemeral', ttl: '1h' } }
    expect(decode({ system: [cached] }).chat.messages[0]?.content).toEqual([
      { ...text('Be wise'), cache: { ttl: '1h' } },
    ])
    expect(decode({ system: '' }).chat.messages).toHaveLength(1)
  })

  it('reads every kind of content', () => {
    const content = [
      text('Look'),
      { type: 'image', source: { type: 'url', url: 'HTTPS://example.test/cat.png' } },
      {
        type: 'image',
        source: { type: 'base64', media_type: 'image/png', data: 'cG5n' },
        cache_control: { type: 'ephemeral' },
      },
      { type: 'document', source: pdf, title: 'a.pdf', context: 'From the archive' },
      { type: 'document', source: { type: 'url', url: 'https://example.test/b.pdf' } },
      {
        type: 'document',
        title: 'Notes',
        source: { type: 'text', media_type: 'text/plain', data: 'One' },
        cache_control: { type: 'ephemeral' },
      },
      { type: 'document', source: { type: 'content', content: [text('Two')] } },
      { type: 'document', source: { type: 'content', content: 'Three' } },
    ]
    expect(messagesOf(content)).toEqual([
      {
        role: 'user',
        content: [
          text('Look'),
          { type: 'image', source: { url: 'HTTPS://example.test/cat.png' } },
          { type: 'image', source: { mediaType: 'image/png', base64: 'cG5n' }, cache: {} },
          text('From the archive'),
          { type: 'file', source: { mediaType: 'application/pdf', base64: 'cGRm' }, filename: 'a.pdf' },
          { type: 'file', source: { url: 'https://example.test/b.pdf' } },
          text('Notes'),
          { ...text('One'), cache: {} },
          text('Two'),
          text('Three'),
        ],
      },
    ])
  })

  it('reads results of tools first, and then what the user says beside them', () => {
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'cG5n' } }
    const content = [
      text('Both are in'),
      { type: 'tool_result', tool_use_id: 'a', content: '42' },
      {
        type: 'tool_result',
        tool_use_id: 'b',
        content: [text('Broken'), image],
        is_error: true,
        cache_control: { type: 'ephemeral' },
      },
      { type: 'tool_result', tool_use_id: 'c' },
    ]
    expect(messagesOf(content)).toEqual([
      { role: 'tool', toolCallId: 'a', content: [text('42')] },
      {
        role: 'tool',
        toolCallId: 'b',
        content: [
          text('Broken'),
          { type: 'image', source: { mediaType: 'image/png', base64: 'cG5n' }, cache: {} },
        ],
        isError: true,
      },
      { role: 'tool', toolCallId: 'c', content: [] },
      { role: 'user', content: [text('Both are in')] },
    ])
    expect(messagesOf(content.slice(1, 2))).toHaveLength(1)
  })

  it("reads the model's own turns in their order", () => {
    const content = [
      { type: 'thinking', thinking: 'Hm', signature: 'c2ln' },
      { type: 'redacted_thinking', data: 'ZGF0YQ==' },
      { type: 'thinking', thinking: 'Unsigned', signature: '' },
      { ...text('Wait'), citations: null },
      { type: 'tool_use', id: 'a', name: 'f', input: { x: [1] }, caller: { type: 'direct' } },
    ]
    expect(messagesOf(content, 'assistant')).toEqual([
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'Hm', seal: { format: 'anthropic', kind: 'signature', data: 'c2ln' } },
          { type: 'reasoning', text: '', seal: { format: 'anthropic', kind: 'encrypted', data: 'ZGF0YQ==' } },
          { type: 'reasoning', text: 'Unsigned' },
          text('Wait'),
          { type: 'tool-call', id: 'a', name: 'f', argumentsJson: '{"x":[1]}' },
        ],
      },
    ])
    expect(messagesOf('', 'assistant')).toEqual([{ role: 'assistant', content: [] }])
  })

  it("reads seals of other makers, and keeps them from Anthropic's hosts", () => {
    const seal = { format: 'openai', kind: 'encrypted', data: 'a.b', id: 'rs_1' } as const
    const own = { type: 'thinking', thinking: 'Mine', signature: 'c2ln' }
    const foreign = { type: 'thinking', thinking: 'Hm', signature: writeSeal(seal, 'anthropic') }
    const messages = [
      ...HELLO,
      { role: 'assistant', content: [own, foreign, { ...text('Hi'), citations: [] }] },
      { role: 'assistant', content: [{ type: 'redacted_thinking', data: writeSeal(seal, 'anthropic') }] },
      { role: 'assistant', content: [{ type: 'thinking', thinking: 'Unsigned' }] },
    ]
    const { chat } = decode({ messages })
    expect(chat.messages[1]?.content[1]).toEqual({ type: 'reasoning', text: 'Hm', seal })
    expect(chat.messages[2]?.content).toEqual([{ type: 'reasoning', text: '', seal }])
    expect(chat.native?.body['messages']).toEqual([
      ...HELLO,
      { role: 'assistant', content: [own, { ...text('Hi'), citations: [] }] },
    ])
  })

  it('reads every parameter of generation', () => {
    const schema = { type: 'object', properties: { a: { type: 'string' } } }
    const { chat, stream } = decode({
      tools: [
        {
          name: 'f',
          description: 'F',
          input_schema: schema,
          strict: true,
          cache_control: { type: 'ephemeral' },
        },
        { type: 'custom', name: 'g', input_schema: {} },
      ],
      tool_choice: { type: 'tool', name: 'f', disable_parallel_tool_use: true },
      stop_sequences: ['END'],
      temperature: 1,
      top_p: 0.5,
      top_k: 40,
      stream: true,
      metadata: { user_id: 'ada' },
      output_config: { format: { type: 'json_schema', schema } },
    })
    expect(stream).toBe(true)
    expect(chat).toMatchObject({
      tools: [
        { name: 'f', description: 'F', parameters: schema, strict: true, cache: {} },
        { name: 'g', parameters: {} },
      ],
      toolChoice: { name: 'f' },
      parallelToolCalls: false,
      sampling: { temperature: 1, topP: 0.5, topK: 40, stop: ['END'], maxOutputTokens: 100 },
      user: 'ada',
      output: { type: 'json_schema', name: 'output', schema },
    })
    expect(decode({ output_format: { type: 'json_schema', schema } }).chat.output).toMatchObject({ schema })
  })

  it.each([
    [{ type: 'auto' }, 'auto'],
    [{ type: 'any' }, 'required'],
    [{ type: 'none' }, 'none'],
    [{ type: 'tool', name: 'f' }, { name: 'f' }],
    [{ type: 'tool', name: 'bash' }, undefined],
  ])('reads the tool choice %o as %o', (tool_choice, wanted) => {
    const tools = [
      { name: 'f', input_schema: {} },
      { type: 'bash_20250124', name: 'bash' },
    ]
    expect(decode({ tools, tool_choice }).chat.toolChoice).toEqual(wanted)
  })

  it('demands no call where only Anthropic has the tools', () => {
    const tools = [{ type: 'bash_20250124', name: 'bash' }]
    expect(decode({ tools, tool_choice: { type: 'any' } }).chat).toMatchObject({ tools: [] })
    expect(decode({ tools, tool_choice: { type: 'any' } }).chat).not.toHaveProperty('toolChoice')
  })

  it.each([
    [{}, {}],
    [{ thinking: { type: 'disabled' } }, { effort: 'none', shown: false }],
    [{ thinking: { type: 'adaptive' } }, { shown: true }],
    [{ thinking: { type: 'adaptive', display: 'omitted' } }, { shown: false }],
    [{ thinking: { type: 'between_tools' } }, { effort: 'low', shown: true }],
    [
      { thinking: { type: 'enabled', budget_tokens: 8_000 } },
      { effort: 'medium', budgetTokens: 8_000, shown: true },
    ],
    [
      { thinking: { type: 'enabled', budget_tokens: 8_000 }, output_config: { effort: 'max' } },
      { effort: 'xhigh', budgetTokens: 8_000, shown: true },
    ],
    [
      { thinking: { type: 'disabled' }, output_config: { effort: 'high' } },
      { effort: 'none', shown: false },
    ],
    [{ output_config: { effort: 'low' } }, { effort: 'low' }],
  ])('reads the wish to think %o', (fields, wanted) => {
    expect(decode(fields).chat.reasoning).toEqual(wanted)
  })
})

describe('decodeCountTokens', () => {
  it('needs no bound on an answer that nobody writes', () => {
    const { chat } = decodeCountTokens({ model: 'auto', messages: HELLO }, new Headers())
    expect(chat.messages).toEqual([{ role: 'user', content: [text('Hello')] }])
    expect(chat.sampling).toEqual({})
  })
})
