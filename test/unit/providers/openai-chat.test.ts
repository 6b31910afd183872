import { describe, expect, it } from 'vitest'
import type { ChatRequest, ContentPart, Message, NativeRequest } from '../../../src/core/chat.ts'
import type { Target } from '../../../src/providers/adapter.ts'
import { openaiChat } from '../../../src/providers/openai-chat/index.ts'
import {
  AUDIO,
  COMPATIBLE,
  FILE,
  IMAGE,
  IMAGE_URL,
  OPENAI,
  SAMPLING,
  SCHEMA,
  TARGET,
  TOOL_ROUND,
  WEATHER,
  requestWith,
  words,
} from './conversation.ts'

const openai = openaiChat(OPENAI)
const compatible = openaiChat(COMPATIBLE)

const body = (fields: Partial<ChatRequest>, target: Partial<Target> = {}, adapter = openai) =>
  adapter.encode(requestWith(fields), { ...TARGET, ...target }).body

const PLAIN = { model: 'model-1', messages: [{ role: 'user', content: 'Hello' }] }

const call = (id: string, name: string, args: string) => ({
  id,
  type: 'function',
  function: { name, arguments: args },
})

describe('encode for OpenAI Chat', () => {
  it('sends no more than what was asked', () => {
    expect(openai.encode(requestWith({}), TARGET)).toEqual({
      path: '/chat/completions',
      headers: {},
      body: PLAIN,
    })
    expect(openai.authorize('secret')).toEqual({ authorization: 'Bearer secret' })
  })

  it('asks for usage when it streams', () => {
    expect(body({}, { stream: true })).toEqual({
      ...PLAIN,
      stream: true,
      stream_options: { include_usage: true },
    })
  })

  it('keeps the developer role only where it is known', () => {
    const messages = [
      { role: 'developer', content: [words('Be brief'), words('Be kind')] },
      { role: 'system', content: [words('Be wise')] },
    ] as const
    expect(body({ messages })).toHaveProperty('messages', [
      { role: 'developer', content: 'Be brief\nBe kind' },
      { role: 'system', content: 'Be wise' },
    ])
    expect(body({ messages }, {}, compatible)).toHaveProperty('messages', [
      { role: 'system', content: 'Be brief\nBe kind' },
      { role: 'system', content: 'Be wise' },
    ])
  })

  it('sends media as parts', () => {
    const content = [words('Look'), IMAGE_URL, IMAGE, AUDIO, FILE]
    expect(body({ messages: [{ role: 'user', content, name: 'ada' }] })).toHaveProperty('messages', [
      {
        role: 'user',
        name: 'ada',
        content: [
          { type: 'text', text: 'Look' },
          { type: 'image_url', image_url: { url: 'https://example.test/cat.png', detail: 'low' } },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,aWk=' } },
          { type: 'input_audio', input_audio: { data: 'bXAz', format: 'mp3' } },
          { type: 'file', file: { file_data: 'data:application/pdf;base64,cGRm', filename: 'a.pdf' } },
        ],
      },
    ])
  })

  it('sends calls and their results', () => {
    expect(body({ messages: TOOL_ROUND })).toHaveProperty('messages', [
      { role: 'user', content: 'Weather and time?' },
      {
        role: 'assistant',
        content: '',
        tool_calls: [call('call_1', 'get_weather', '{"city":"Oslo"}'), call('call_2', 'get_time', '')],
      },
      { role: 'tool', tool_call_id: 'call_1', content: '{"sky":"clear"}' },
      { role: 'tool', tool_call_id: 'call_2', content: '12:00' },
      { role: 'user', content: 'Thanks' },
    ])
    const silent = [{ role: 'assistant', content: [] }] as const
    expect(body({ messages: silent })).toHaveProperty('messages', [{ role: 'assistant', content: '' }])
  })

  it.each([
    [undefined, {}],
    ['auto', { tool_choice: 'auto' }],
    ['none', { tool_choice: 'none' }],
    ['required', { tool_choice: 'required' }],
    [{ name: 'get_weather' }, { tool_choice: { type: 'function', function: { name: 'get_weather' } } }],
  ] as const)('sends tools with the choice %o', (toolChoice, sent) => {
    const choice = toolChoice === undefined ? {} : { toolChoice }
    expect(body({ tools: [WEATHER, { name: 'get_time' }], parallelToolCalls: false, ...choice })).toEqual({
      ...PLAIN,
      tools: [
        { type: 'function', function: WEATHER },
        { type: 'function', function: { name: 'get_time' } },
      ],
      parallel_tool_calls: false,
      ...sent,
    })
    expect(body(choice)).toEqual(PLAIN)
  })

  it('sends the form of the answer', () => {
    expect(body({ output: { type: 'json_object' } })).toHaveProperty('response_format', {
      type: 'json_object',
    })
    const output = { type: 'json_schema', name: 'person', schema: SCHEMA, strict: true } as const
    expect(body({ output })).toHaveProperty('response_format', {
      type: 'json_schema',
      json_schema: { name: 'person', schema: SCHEMA, strict: true },
    })
  })

  it('sends sampling under the names the host knows', () => {
    const sent = {
      temperature: 1.5,
      top_p: 0.9,
      presence_penalty: 0.1,
      frequency_penalty: 0.2,
      seed: 7,
      stop: ['END'],
      logprobs: true,
      top_logprobs: 2,
      user: 'u1',
    }
    const fields: Partial<ChatRequest> = { sampling: SAMPLING, reasoning: { effort: 'low' }, user: 'u1' }
    expect(body(fields)).toEqual({ ...PLAIN, ...sent, max_completion_tokens: 99, reasoning_effort: 'low' })
    expect(body(fields, {}, compatible)).toEqual({ ...PLAIN, ...sent, max_tokens: 99 })
    expect(openai.unsupported(requestWith(fields))).toEqual([])
    expect(compatible.unsupported(requestWith(fields))).toEqual(['reasoning_effort'])
  })

  it('sends number of choices and top_k to those that take them', () => {
    const fields = { sampling: { choices: 3, topK: 40 } }
    expect(body(fields)).toEqual({ ...PLAIN, n: 3 })
    expect(body(fields, {}, compatible)).toEqual({ ...PLAIN, top_k: 40 })
    expect(openai.unsupported(requestWith(fields))).toEqual(['top_k'])
    expect(compatible.unsupported(requestWith(fields))).toEqual([])
    expect([openai.takesChoices, compatible.takesChoices]).toEqual([true, false])
  })

  it('moves media of tool results behind them, named after their calls', () => {
    const messages: Message[] = [
      { role: 'tool', toolCallId: 'call_1', content: [words('Here'), IMAGE, IMAGE_URL] },
      { role: 'tool', toolCallId: 'call_2', content: [AUDIO] },
      { role: 'user', content: [words('Thanks')] },
    ]
    expect(body({ messages })).toHaveProperty('messages', [
      {
        role: 'tool',
        tool_call_id: 'call_1',
        content: 'Here\n[2 attachments in the next user message]',
      },
      { role: 'tool', tool_call_id: 'call_2', content: '[1 attachment in the next user message]' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Attached to the result of tool call call_1:' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,aWk=' } },
          { type: 'image_url', image_url: { url: 'https://example.test/cat.png', detail: 'low' } },
          { type: 'text', text: 'Attached to the result of tool call call_2:' },
          { type: 'input_audio', input_audio: { data: 'bXAz', format: 'mp3' } },
        ],
      },
      { role: 'user', content: 'Thanks' },
    ])
    expect(body({ messages: messages.slice(0, 2) })).toHaveProperty('messages.length', 3)
  })

  it('leaves thoughts and their seals behind', () => {
    const seal = { format: 'anthropic', kind: 'signature', data: 'sig' } as const
    const messages: Message[] = [
      { role: 'assistant', content: [{ type: 'reasoning', text: 'Hm', seal }, words('Well')] },
    ]
    expect(body({ messages })).toHaveProperty('messages', [{ role: 'assistant', content: 'Well' }])
  })
})

describe("encode the caller's own words for OpenAI Chat", () => {
  const GREP = { type: 'custom', custom: { name: 'grep' } }
  const native: NativeRequest = {
    format: 'openai-chat',
    body: {
      verbosity: 'low',
      tools: [GREP],
      response_format: { type: 'json_object' },
      temperature: 0.3,
      max_tokens: 7,
      n: 2,
      top_k: 40,
      reasoning_effort: 'high',
      model: 'theirs',
      messages: [],
      stream: true,
      stream_options: { include_obfuscation: false },
    },
    headers: {},
    droppedElsewhere: ['verbosity', 'tools[0]'],
    onlyHere: [],
  }
  const request: Partial<ChatRequest> = {
    native,
    sampling: { temperature: 0.3, maxOutputTokens: 7, choices: 2, topK: 40 },
    reasoning: { effort: 'low' },
    tools: [WEATHER],
  }
  const kept = {
    verbosity: 'low',
    tools: [GREP],
    response_format: { type: 'json_object' },
    temperature: 0.3,
  }

  it('keeps them, and writes anew what hosts differ in and what we decide', () => {
    expect(body(request)).toEqual({
      ...PLAIN,
      ...kept,
      max_completion_tokens: 7,
      n: 2,
      reasoning_effort: 'low',
    })
    expect(body(request, {}, compatible)).toEqual({ ...PLAIN, ...kept, max_tokens: 7, top_k: 40 })
  })

  it('names what they say to hosts of other formats only', () => {
    expect(openai.unsupported(requestWith({ native }))).toEqual([])
    const foreign = { ...native, format: 'anthropic-messages' } as const
    expect(openai.unsupported(requestWith({ native: foreign }))).toEqual(['verbosity', 'tools[0]'])
    expect(body({ ...request, native: foreign })).not.toHaveProperty('verbosity')
  })
})

describe('output that a model of OpenAI Chat can be asked for', () => {
  it.each([
    ['none', [true, false, false]],
    ['json_object', [true, true, false]],
    ['json_schema', [true, true, true]],
  ] as const)('is, where the model knows %s: text, object, schema %j', (structuredOutput, takes) => {
    const outputs = [
      { type: 'text' },
      { type: 'json_object' },
      { type: 'json_schema', name: 'person', schema: SCHEMA },
    ] as const
    const target = { ...TARGET, structuredOutput }
    expect(outputs.map((output) => openai.takesOutput(requestWith({ output }), target))).toEqual(takes)
  })
})

const refuses = (fields: Partial<ChatRequest>, model: string) => openai.refuses?.(requestWith(fields), model)

describe('what OpenAI takes in Responses only', () => {
  it('is tools for a newer model that thinks', () => {
    expect(refuses({ tools: [WEATHER] }, 'gpt-5.4')).toBe(true)
    expect(refuses({ tools: [WEATHER], reasoning: { effort: 'none' } }, 'gpt-6-sol')).toBe(false)
    expect(refuses({ tools: [WEATHER] }, 'gpt-5')).toBe(false)
    expect(refuses({}, 'gpt-5.4')).toBe(false)
  })

  it('is a file by URL', () => {
    const file: ContentPart = { type: 'file', source: { url: 'https://example.test/a.pdf' } }
    expect(refuses({ messages: [{ role: 'user', content: [file] }] }, 'gpt-4o')).toBe(true)
    expect(refuses({ messages: [{ role: 'user', content: [FILE] }] }, 'gpt-4o')).toBe(false)
  })
})

it('sends four stop sequences at the most, and names what it leaves out', () => {
  const stop = ['a', 'b', 'c', 'd', 'e']
  expect(body({ sampling: { stop } })).toMatchObject({ stop: ['a', 'b', 'c', 'd'] })
  expect(openai.unsupported(requestWith({ sampling: { stop } }))).toEqual(['stop'])
  expect(openai.unsupported(requestWith({ sampling: { stop: ['a'] } }))).toEqual([])
})

it('gives hosts that know functions only the text of a custom call as its argument', () => {
  const part = { type: 'tool-call', id: 'call_1', name: 'grep', argumentsJson: 'a "b', custom: true } as const
  const calling: Message[] = [{ role: 'assistant', content: [part] }]
  const sent = (adapter: typeof openai) => JSON.stringify(body({ messages: calling }, {}, adapter))
  expect(sent(compatible)).toContain(JSON.stringify(JSON.stringify({ input: 'a "b' })))
  expect(sent(openai)).toContain('"type":"custom"')
})
