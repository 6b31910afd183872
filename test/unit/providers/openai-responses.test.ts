import { describe, expect, it } from 'vitest'
import type { ChatRequest, Message, Seal } from '../../../src/core/chat.ts'
import type { Target } from '../../../src/providers/adapter.ts'
import { openaiResponses } from '../../../src/providers/openai-responses/index.ts'
import {
  AUDIO,
  FILE,
  IMAGE,
  IMAGE_URL,
  SAMPLING,
  SCHEMA,
  TARGET,
  TOOL_ROUND,
  WEATHER,
  requestWith,
  words,
} from './conversation.ts'

const openai = openaiResponses()
const foreign = openaiResponses({ seals: null })

const body = (fields: Partial<ChatRequest>, target: Partial<Target> = {}, adapter = openai) =>
  adapter.encode(requestWith(fields), { ...TARGET, ...target }).body

const answering = (content: Extract<Message, { role: 'assistant' }>['content']): Partial<ChatRequest> => ({
  messages: [{ role: 'assistant', content }],
})

const decodeAll = (events: readonly object[]) => {
  const decode = openai.createDecoder()
  return events.flatMap((event) => decode(JSON.stringify(event)))
}

const said = (role: string, content: unknown) => ({ type: 'message', role, content })
const PLAIN = { model: 'model-1', input: [said('user', 'Hello')], store: false, stream: false }
const ENCRYPTED = { include: ['reasoning.encrypted_content'] }

describe('encode for OpenAI Responses', () => {
  it('asks for nothing to be kept, and for thoughts to come encrypted', () => {
    expect(openai.encode(requestWith({}), TARGET)).toEqual({
      path: '/responses',
      headers: {},
      body: { ...PLAIN, ...ENCRYPTED },
    })
    expect(openai.authorize('secret')).toEqual({ authorization: 'Bearer secret' })
    expect(body({}, { stream: true })).toHaveProperty('stream', true)
    expect(body({}, {}, foreign)).toEqual(PLAIN)
  })

  it('keeps instructions in their place and role', () => {
    const messages: Message[] = [
      { role: 'developer', content: [words('Be brief'), words('Be kind')] },
      { role: 'user', content: [words('Hi')] },
      { role: 'system', content: [words('Be wise')] },
    ]
    expect(body({ messages })).toHaveProperty('input', [
      said('developer', 'Be brief\nBe kind'),
      said('user', 'Hi'),
      said('system', 'Be wise'),
    ])
  })

  it('sends media as parts', () => {
    const linked = { type: 'file', source: { url: 'https://example.test/a.pdf' }, filename: 'a.pdf' } as const
    const nameless = { type: 'file', source: { mediaType: 'application/pdf', base64: 'cGRm' } } as const
    const heard = { type: 'audio', source: { url: 'https://example.test/a.mp3' } } as const
    const content = [words('Look'), IMAGE_URL, IMAGE, AUDIO, heard, FILE, nameless, linked]
    const pdf = 'data:application/pdf;base64,cGRm'
    expect(body({ messages: [{ role: 'user', content }] })).toHaveProperty('input.0.content', [
      { type: 'input_text', text: 'Look' },
      { type: 'input_image', image_url: 'https://example.test/cat.png', detail: 'low' },
      { type: 'input_image', image_url: 'data:image/png;base64,aWk=' },
      { type: 'input_audio', input_audio: { data: 'bXAz', format: 'mp3' } },
      { type: 'input_file', file_url: 'https://example.test/a.mp3' },
      { type: 'input_file', file_data: pdf, filename: 'a.pdf' },
      { type: 'input_file', file_data: pdf, filename: 'document.pdf' },
      { type: 'input_file', file_url: 'https://example.test/a.pdf' },
    ])
  })

  it('sends calls and their results as items of their own', () => {
    expect(body({ messages: TOOL_ROUND })).toHaveProperty('input', [
      said('user', 'Weather and time?'),
      { type: 'function_call', call_id: 'call_1', name: 'get_weather', arguments: '{"city":"Oslo"}' },
      { type: 'function_call', call_id: 'call_2', name: 'get_time', arguments: '' },
      { type: 'function_call_output', call_id: 'call_1', output: '{"sky":"clear"}' },
      { type: 'function_call_output', call_id: 'call_2', output: '12:00' },
      said('user', 'Thanks'),
    ])
  })

  it('gives results of custom tools back as such, media as parts, and says when a tool failed', () => {
    const call = {
      type: 'tool-call',
      id: 'call_1',
      name: 'sql',
      argumentsJson: 'SELECT 1',
      custom: true,
    } as const
    const messages: Message[] = [
      { role: 'assistant', content: [call, { ...call, id: 'call_2' }] },
      { role: 'tool', toolCallId: 'call_1', content: [words('no such table')], isError: true },
      { role: 'tool', toolCallId: 'call_2', content: [words('Here'), IMAGE] },
    ]
    expect(body({ messages })).toHaveProperty('input', [
      { type: 'custom_tool_call', call_id: 'call_1', name: 'sql', input: 'SELECT 1' },
      { type: 'custom_tool_call', call_id: 'call_2', name: 'sql', input: 'SELECT 1' },
      { type: 'custom_tool_call_output', call_id: 'call_1', output: 'The tool failed:\nno such table' },
      {
        type: 'custom_tool_call_output',
        call_id: 'call_2',
        output: [
          { type: 'input_text', text: 'Here' },
          { type: 'input_image', image_url: 'data:image/png;base64,aWk=' },
        ],
      },
    ])
  })

  it.each([
    [undefined, {}],
    ['required', { tool_choice: 'required' }],
    [{ name: 'get_weather' }, { tool_choice: { type: 'function', name: 'get_weather' } }],
  ] as const)('sends tools with the choice %o', (toolChoice, sent) => {
    const choice = toolChoice === undefined ? {} : { toolChoice }
    expect(body({ tools: [WEATHER, { name: 'get_time' }], parallelToolCalls: false, ...choice })).toEqual({
      ...PLAIN,
      ...ENCRYPTED,
      tools: [
        { type: 'function', ...WEATHER },
        {
          type: 'function',
          name: 'get_time',
          parameters: { type: 'object', properties: {} },
          strict: false,
        },
      ],
      parallel_tool_calls: false,
      ...sent,
    })
    expect(body(choice)).toEqual({ ...PLAIN, ...ENCRYPTED })
  })

  it('sends the form of the answer', () => {
    expect(body({ output: { type: 'json_object' } })).toHaveProperty('text', {
      format: { type: 'json_object' },
    })
    const output = { type: 'json_schema', name: 'person', schema: SCHEMA, strict: true } as const
    expect(body({ output })).toHaveProperty('text', { format: output })
  })

  it('sends the sampling that the format knows, and names the rest', () => {
    const fields = { sampling: { ...SAMPLING, topK: 40, choices: 3 }, user: 'u1' }
    expect(body(fields)).toEqual({
      ...PLAIN,
      include: ['message.output_text.logprobs', 'reasoning.encrypted_content'],
      max_output_tokens: 99,
      temperature: 1.5,
      top_p: 0.9,
      top_logprobs: 2,
      safety_identifier: 'u1',
    })
    expect(openai.unsupported(requestWith(fields))).toEqual([
      'stop',
      'seed',
      'presence_penalty',
      'frequency_penalty',
      'top_k',
    ])
  })
})

describe('thoughts for OpenAI Responses', () => {
  const seal: Seal = { format: 'openai', kind: 'encrypted', data: 'gAAAAA', id: 'rs_1' }
  const thought = { type: 'reasoning', text: 'Hm', seal } as const
  const THOUGHT = {
    type: 'reasoning',
    id: 'rs_1',
    summary: [{ type: 'summary_text', text: 'Hm' }],
    encrypted_content: 'gAAAAA',
  }

  it.each([
    [
      { effort: 'high', shown: true },
      { effort: 'high', summary: 'auto' },
    ],
    [{ effort: 'none', shown: true }, { effort: 'none' }],
    [{ shown: true }, { summary: 'auto' }],
  ] as const)('are wished for: %j', (reasoning, sent) => {
    expect(body({ reasoning })).toEqual({ ...PLAIN, ...ENCRYPTED, reasoning: sent })
  })

  it('go back between what was said, before, and after them', () => {
    const refused = { type: 'refusal', text: 'No' } as const
    const hidden = { type: 'reasoning', text: '', seal: { ...seal, id: 'rs_2' } } as const
    expect(body(answering([thought, words('Well'), refused, hidden, words('So')]))).toHaveProperty('input', [
      THOUGHT,
      said('assistant', [
        { type: 'output_text', text: 'Well' },
        { type: 'refusal', refusal: 'No' },
      ]),
      { type: 'reasoning', id: 'rs_2', summary: [], encrypted_content: 'gAAAAA' },
      said('assistant', [{ type: 'output_text', text: 'So' }]),
    ])
  })

  it('stay behind when they are unsealed, sealed by others, or followed by nothing', () => {
    const anthropic = { format: 'anthropic', kind: 'signature', data: 'sig' } as const
    const parts = [
      { type: 'reasoning', text: 'Hm' },
      { type: 'reasoning', text: 'Hm', seal: anthropic },
      words('Well'),
      thought,
      words(''),
    ] as const
    expect(body(answering(parts))).toHaveProperty('input', [
      said('assistant', [{ type: 'output_text', text: 'Well' }]),
    ])
    expect(body(answering([thought, words('Well')]), {}, foreign)).toHaveProperty('input.length', 1)
  })

  it.each([
    'gpt-4o-mini',
    'gpt-4.1',
    'gpt-3.5-turbo',
    'chatgpt-4o-latest',
    'gpt-5-chat-latest',
    'ft:gpt-4o:x',
  ])('are not spoken of to %s, which has none', (hostModelId) => {
    const fields = { ...answering([thought, words('Well')]), reasoning: { shown: true } }
    expect(body(fields, { hostModelId })).toEqual({
      ...PLAIN,
      model: hostModelId,
      input: [said('assistant', [{ type: 'output_text', text: 'Well' }])],
    })
  })
})

describe('what OpenAI Responses answers', () => {
  const call = { type: 'function_call', call_id: 'call_1', name: 'get_time' }

  it('gives the input of a call once, however often the host says it', () => {
    const at = { output_index: 0, item_id: 'fc_1' }
    const whole = { ...call, id: 'fc_1', arguments: '{"a":1}' }
    expect(
      decodeAll([
        { type: 'response.output_item.added', output_index: 0, item: whole },
        { type: 'response.output_item.added', output_index: 0, item: whole },
        { type: 'response.function_call_arguments.delta', ...at, delta: '{"a"' },
        { type: 'response.function_call_arguments.delta', ...at, delta: ':1}' },
        { type: 'response.function_call_arguments.done', ...at, arguments: '{"a":1}' },
        { type: 'response.output_item.done', output_index: 0, item: whole },
        { type: 'response.completed', response: { output: [whole] } },
      ]),
    ).toEqual([
      { type: 'tool-call-start', index: 0, id: 'call_1', name: 'get_time' },
      { type: 'tool-call-delta', index: 0, argumentsJson: '{"a"' },
      { type: 'tool-call-delta', index: 0, argumentsJson: ':1}' },
      { type: 'answer-end', reason: 'tool_calls', usage: null },
    ])
  })

  it('is whole when pieces come before their item, or without any place', () => {
    expect(
      decodeAll([
        { type: 'response.function_call_arguments.delta', item_id: 'fc_1', delta: '{}' },
        { type: 'response.output_item.done', item: { ...call, id: 'fc_1', arguments: '{}' } },
        { type: 'response.output_text.delta', delta: 'Hi' },
        { type: 'response.output_text.done', text: 'Hi' },
      ]),
    ).toEqual([
      { type: 'tool-call-start', index: 0, id: 'call_1', name: 'get_time' },
      { type: 'tool-call-delta', index: 0, argumentsJson: '{}' },
      { type: 'text-delta', text: 'Hi' },
    ])
  })

  it('is not sealed by hosts whose seals nobody else reads', () => {
    const item = { type: 'reasoning', id: 'rs_1', summary: [{ text: 'Hm' }], encrypted_content: 'gAAAAA' }
    const answer = { status: 'completed', output: [item, { type: 'message', content: [{ text: 'Hi' }] }] }
    const kinds = (adapter: typeof openai) => adapter.decodeAnswer(answer).map(({ type }) => type)
    expect(kinds(openai)).toEqual(['reasoning-delta', 'reasoning-seal', 'text-delta', 'answer-end'])
    expect(kinds(foreign)).toEqual(['reasoning-delta', 'text-delta', 'answer-end'])
  })
})
