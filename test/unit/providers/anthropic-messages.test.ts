import { describe, expect, it } from 'vitest'
import type { ChatRequest, ContentPart, Message, ToolCall } from '../../../src/core/chat.ts'
import type { Target } from '../../../src/providers/adapter.ts'
import { anthropicMessages } from '../../../src/providers/anthropic-messages/index.ts'
import {
  AUDIO,
  FILE,
  IMAGE,
  IMAGE_URL,
  SAMPLING,
  TARGET,
  TOOL_ROUND,
  WEATHER,
  requestWith,
  words,
} from './conversation.ts'

const body = (fields: Partial<ChatRequest>, target: Partial<Target> = {}) =>
  anthropicMessages.encode(requestWith(fields), { ...TARGET, ...target }).body

const unsupported = (fields: Partial<ChatRequest>, hostModelId = 'model-1') =>
  anthropicMessages.unsupported(requestWith(fields), { ...TARGET, hostModelId }).toSorted()

const asked: Message = { role: 'user', content: [words('Weather?')] }
const CALL = { type: 'tool-call', id: 'call_1', name: 'get_weather', argumentsJson: '{}' } as const
const called = (call: Partial<ToolCall>): Message => {
  return { role: 'assistant', content: [{ ...CALL, ...call }] }
}

const result = (text: string): Message => {
  return { role: 'tool', toolCallId: CALL.id, content: [words(text)] }
}
const file = (mediaType: string, base64: string): ContentPart => {
  return { type: 'file', source: { mediaType, base64 } }
}

const HELLO = { role: 'user', content: [{ type: 'text', text: 'Hello' }] }
const PLAIN = { model: 'model-1', max_tokens: 4_096, messages: [HELLO] }
const SENT_TOOLS = [
  { name: 'get_weather', description: WEATHER.description, input_schema: WEATHER.parameters },
  { name: 'get_time', input_schema: { type: 'object', properties: {} } },
]

describe('encode for Anthropic Messages', () => {
  it('sends no more than what was asked', () => {
    expect(anthropicMessages.encode(requestWith({}), TARGET)).toEqual({
      path: '/messages',
      headers: { 'anthropic-version': '2023-06-01' },
      body: PLAIN,
    })
    expect(anthropicMessages.authorize('secret')).toEqual({ 'x-api-key': 'secret' })
    expect(body({}, { stream: true })).toEqual({ ...PLAIN, stream: true })
  })

  it('always bounds the answer, never above what the model can', () => {
    expect(body({}, { maxOutputTokens: 100_000 })).toHaveProperty('max_tokens', 8_192)
    expect(body({ sampling: { maxOutputTokens: 50 } })).toHaveProperty('max_tokens', 50)
    expect(body({ sampling: { maxOutputTokens: 9_999 } })).toHaveProperty('max_tokens', 4_096)
  })

  it('lifts system and developer messages out, without empty text', () => {
    const messages: ChatRequest['messages'] = [
      { role: 'system', content: [words('Be wise'), words('')] },
      { role: 'user', content: [words('Hello')] },
      { role: 'developer', content: [words('Be brief')] },
    ]
    expect(body({ messages })).toEqual({
      ...PLAIN,
      system: [
        { type: 'text', text: 'Be wise' },
        { type: 'text', text: 'Be brief' },
      ],
    })
    expect(body({ messages: [{ role: 'system', content: [words('')] }, ...messages.slice(1, 2)] })).toEqual(
      PLAIN,
    )
  })

  it('sends media as blocks', () => {
    expect(body({ messages: [{ role: 'user', content: [words('Look'), IMAGE_URL, IMAGE, FILE] }] })).toEqual({
      ...PLAIN,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look' },
            { type: 'image', source: { type: 'url', url: 'https://example.test/cat.png' } },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aWk=' } },
            {
              type: 'document',
              title: 'a.pdf',
              source: { type: 'base64', media_type: 'application/pdf', data: 'cGRm' },
            },
          ],
        },
      ],
    })
  })

  it('sends the results of parallel calls in one user turn, with what the user says next', () => {
    expect(body({ messages: TOOL_ROUND })).toHaveProperty('messages', [
      { role: 'user', content: [{ type: 'text', text: 'Weather and time?' }] },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'call_1', name: 'get_weather', input: { city: 'Oslo' } },
          { type: 'tool_use', id: 'call_2', name: 'get_time', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 'call_1',
            content: [{ type: 'text', text: '{"sky":"clear"}' }],
          },
          { type: 'tool_result', tool_use_id: 'call_2', content: [{ type: 'text', text: '12:00' }] },
          { type: 'text', text: 'Thanks' },
        ],
      },
    ])
  })

  it('sends an empty result without a block, which Anthropic would refuse', () => {
    const messages = [{ role: 'tool', toolCallId: 'call_1', content: [words(' \n')] }] as const
    expect(body({ messages })).toHaveProperty('messages.0.content', [
      { type: 'tool_result', tool_use_id: 'call_1', content: [] },
    ])
  })

  it.each(['{"city":', '[1]', '"Oslo"', 'null'])(
    'wraps the arguments %s, which are no object',
    (argumentsJson) => {
      expect(body({ messages: [asked, called({ argumentsJson })] })).toHaveProperty(
        'messages.1.content.0.input',
        { invalid_json: argumentsJson },
      )
    },
  )

  it.each([
    [undefined, undefined, undefined],
    [undefined, false, { type: 'auto', disable_parallel_tool_use: true }],
    ['auto', undefined, { type: 'auto' }],
    ['none', false, { type: 'none' }],
    ['required', undefined, { type: 'any' }],
    ['required', false, { type: 'any', disable_parallel_tool_use: true }],
    [{ name: 'get_time' }, undefined, { type: 'tool', name: 'get_time' }],
  ] as const)('sends tools with the choice %o, parallel %s', (toolChoice, parallelToolCalls, sent) => {
    const fields = {
      ...(toolChoice !== undefined && { toolChoice }),
      ...(parallelToolCalls !== undefined && { parallelToolCalls }),
    }
    expect(body({ tools: [WEATHER, { name: 'get_time' }], ...fields })).toEqual({
      ...PLAIN,
      tools: SENT_TOOLS,
      ...(sent && { tool_choice: sent }),
    })
    expect(body(fields)).toEqual(PLAIN)
  })

  it('sends the sampling it knows and names the rest', () => {
    const fields: Partial<ChatRequest> = {
      sampling: { ...SAMPLING, topK: 40, stop: ['END', '\n'] },
      user: 'u1',
    }
    expect(body(fields)).toEqual({
      ...PLAIN,
      max_tokens: 99,
      temperature: 1,
      top_k: 40,
      stop_sequences: ['END'],
      metadata: { user_id: 'u1' },
    })
    const always = [
      'frequency_penalty',
      'logprobs',
      'presence_penalty',
      'seed',
      'stop',
      'top_logprobs',
      'top_p',
    ]
    expect(unsupported(fields)).toEqual(always)
    expect(anthropicMessages.unsupported(requestWith(fields)).toSorted()).toEqual(always)
    expect(body({ sampling: { topP: 0.9 } })).toEqual({ ...PLAIN, top_p: 0.9 })
    expect(unsupported({ sampling: { topP: 0.9 } })).toEqual([])
  })

  it('sends no sampling to models that refuse it, and says so unless it was the default', () => {
    const sampling = { temperature: 0.2, topK: 40 }
    expect(body({ sampling }, { hostModelId: 'claude-opus-4-7' })).toEqual({
      ...PLAIN,
      model: 'claude-opus-4-7',
    })
    expect(unsupported({ sampling }, 'claude-opus-4-7')).toEqual(['temperature', 'top_k'])
    expect(unsupported({ sampling: { temperature: 1, topP: 1 } }, 'claude-opus-4-7')).toEqual([])
    expect(unsupported({ sampling }, 'claude-haiku-4-5')).toEqual([])
  })

  it('says instructions as the user when there is nothing else, and begins with the user', () => {
    const rules: Message = { role: 'system', content: [words('Tell a joke')] }
    expect(body({ messages: [rules] })).toEqual({
      ...PLAIN,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Tell a joke' }] }],
    })
    const greeting: Message = { role: 'assistant', content: [words('Hi, I am Ada')] }
    expect(body({ messages: [greeting, asked] })).toHaveProperty('messages.0.role', 'user')
    expect(body({ messages: [greeting, asked] })).toHaveProperty('messages.1.role', 'assistant')
  })

  it('ends with the user where a model does not continue its own words', () => {
    const messages: Message[] = [asked, { role: 'assistant', content: [words('It is ')] }]
    expect(body({ messages }, { hostModelId: 'claude-haiku-4-5' })).toMatchObject({
      messages: [{}, { content: [{ text: 'It is' }] }],
    })
    expect(body({ messages }, { hostModelId: 'claude-opus-4-6' })).toHaveProperty('messages.2.role', 'user')
  })

  it('tells a tool that failed, what it showed, and ids in characters Anthropic takes', () => {
    const content: ContentPart[] = [words('No such city'), IMAGE, FILE, AUDIO]
    const failed: Message = { role: 'tool', toolCallId: 'functions.get:0', content, isError: true }
    expect(body({ messages: [asked, called({ id: 'functions.get:0' }), failed] })).toMatchObject({
      messages: [
        {},
        { content: [{ type: 'tool_use', id: 'functions_get_0' }] },
        {
          content: [
            {
              type: 'tool_result',
              tool_use_id: 'functions_get_0',
              is_error: true,
              content: [{ type: 'text' }, { type: 'image' }, { type: 'document' }],
            },
          ],
        },
      ],
    })
  })

  it('gives each call an id of its own, and its result the same', () => {
    const twice: Message = { role: 'assistant', content: [CALL, CALL] }
    const sent = body({ messages: [asked, twice, result('Rain'), result('Sun'), called({}), result('Rain')] })
    expect(sent).toMatchObject({
      messages: [
        {},
        { content: [{ id: 'call_1' }, { id: 'call_1_2' }] },
        { content: [{ tool_use_id: 'call_1' }, { tool_use_id: 'call_1_2', content: [{ text: 'Sun' }] }] },
        { content: [{ id: 'call_1_3' }] },
        { content: [{ tool_use_id: 'call_1_3' }] },
      ],
    })
  })

  it('sends results before what the user said beside them', () => {
    expect(body({ messages: [asked, called({}), asked, result('Rain')] })).toMatchObject({
      messages: [{}, {}, { content: [{ type: 'tool_result' }, { type: 'text' }] }],
    })
  })

  it('sends text files as text, and names what it has no block for', () => {
    const content = [words('Read'), file('text/csv', 'R3LDvMOfZQ=='), file('text/plain', '%'), AUDIO]
    const messages: Message[] = [{ role: 'user', content: [...content, file('application/msword', 'cGRm')] }]
    expect(body({ messages })).toHaveProperty('messages.0.content', [
      { type: 'text', text: 'Read' },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Grüße' } },
    ])
    expect(unsupported({ messages })).toEqual(['file', 'input_audio'])
    expect(unsupported({ messages: [{ role: 'user', content: [FILE, IMAGE] }] })).toEqual([])
  })

  it('marks what is to be cached, the last four marks of more', () => {
    const marked = { ...words('Long'), cache: {} }
    const messages: Message[] = [
      { role: 'system', content: [marked, marked] },
      { role: 'user', content: [{ ...marked, cache: { ttl: '1h' } }] },
      called({}),
      { role: 'tool', toolCallId: 'call_1', content: [marked] },
      { role: 'assistant', content: [marked] },
      asked,
    ]
    const once = { cache_control: { type: 'ephemeral' } }
    const unmarked = expect.not.objectContaining({ cache_control: expect.anything() })
    expect(body({ messages, tools: [{ ...WEATHER, cache: {} }] })).toMatchObject({
      tools: [unmarked],
      system: [unmarked, once],
      messages: [
        { content: [{ cache_control: { type: 'ephemeral', ttl: '1h' } }] },
        {},
        { content: [{ type: 'tool_result', content: [unmarked], ...once }] },
        { content: [once] },
        {},
      ],
    })
  })
})
