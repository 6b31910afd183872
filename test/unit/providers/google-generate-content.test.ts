import { describe, expect, it } from 'vitest'
import type { AssistantPart, ChatRequest, ContentPart, Message, Seal } from '../../../src/core/chat.ts'
import { googleGenerateContent } from '../../../src/providers/google-generate-content/index.ts'
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

const GEMINI_3 = 'gemini-3.5-flash'
const GEMINI_25 = 'gemini-2.5-flash'
const body = (fields: Partial<ChatRequest>, hostModelId = GEMINI_3) =>
  googleGenerateContent.encode(requestWith(fields), { ...TARGET, hostModelId }).body
const unsupported = (fields: Partial<ChatRequest>, hostModelId = GEMINI_3) =>
  googleGenerateContent.unsupported(requestWith(fields), { ...TARGET, hostModelId }).toSorted()
const takesOutput = (fields: Partial<ChatRequest>, hostModelId: string) =>
  googleGenerateContent.takesOutput(requestWith(fields), { ...TARGET, hostModelId })
const standIns = (messages: Message[], model?: string) =>
  JSON.stringify(body({ messages }, model)).match(/skip_thought_signature_validator/g)?.length ?? 0

const asked: Message = { role: 'user', content: [words('Weather?')] }
const call = { type: 'tool-call', id: 'call_1', name: 'get_weather', argumentsJson: '{}' } as const
const turn = (...content: AssistantPart[]): Message => ({ role: 'assistant', content })
const result = (...content: ContentPart[]): Message => ({ role: 'tool', toolCallId: 'call_1', content })
const signed = (data: string, format: Seal['format'] = 'google'): AssistantPart => ({
  type: 'reasoning',
  text: 'Look',
  seal: { format, kind: 'signature', data },
})
const failing = (isError: boolean): Message[] => [
  asked,
  turn(call),
  { role: 'tool', toolCallId: 'call_1', content: [words('No'), IMAGE], isError },
]

const PLAIN = { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }], generationConfig: {} }

describe('encode for Google generateContent', () => {
  it('sends no more than what was asked', () => {
    expect(googleGenerateContent.encode(requestWith({}), TARGET)).toEqual({
      path: '/models/model-1:generateContent',
      headers: {},
      body: PLAIN,
    })
    expect(googleGenerateContent.encode(requestWith({}), { ...TARGET, stream: true }).path).toBe(
      '/models/model-1:streamGenerateContent?alt=sse',
    )
    expect(googleGenerateContent.authorize('secret')).toEqual({ 'x-goog-api-key': 'secret' })
  })

  it('lifts system and developer messages out, without empty text', () => {
    const messages: ChatRequest['messages'] = [
      { role: 'system', content: [words('Be wise'), words('')] },
      { role: 'user', content: [words('Hello'), words('')] },
      { role: 'developer', content: [words('Be brief')] },
    ]
    expect(body({ messages })).toEqual({
      ...PLAIN,
      systemInstruction: { parts: [{ text: 'Be wise' }, { text: 'Be brief' }] },
    })
  })

  it('sends media as parts', () => {
    const content = [words('Look'), IMAGE_URL, IMAGE, AUDIO, FILE]
    expect(body({ messages: [{ role: 'user', content }] })).toHaveProperty('contents.0.parts', [
      { text: 'Look' },
      { fileData: { fileUri: 'https://example.test/cat.png' } },
      { inlineData: { mimeType: 'image/png', data: 'aWk=' } },
      { inlineData: { mimeType: 'audio/mpeg', data: 'bXAz' } },
      { inlineData: { mimeType: 'application/pdf', data: 'cGRm' } },
    ])
  })

  it('names the function in each result, and sends results of parallel calls in one turn', () => {
    expect(body({ messages: TOOL_ROUND })).toHaveProperty('contents', [
      { role: 'user', parts: [{ text: 'Weather and time?' }] },
      {
        role: 'model',
        parts: [
          {
            functionCall: { id: 'call_1', name: 'get_weather', args: { city: 'Oslo' } },
            thoughtSignature: 'skip_thought_signature_validator',
          },
          { functionCall: { id: 'call_2', name: 'get_time', args: {} } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'call_1', name: 'get_weather', response: { sky: 'clear' } } },
          { functionResponse: { id: 'call_2', name: 'get_time', response: { output: '12:00' } } },
          { text: 'Thanks' },
        ],
      },
    ])
  })

  it.each([
    ['{"city":', '{"city":'],
    ['[1]', [1]],
    ['null', null],
  ])('wraps the arguments %s, which are no object', (argumentsJson, kept) => {
    expect(body({ messages: [turn({ ...call, argumentsJson })] })).toHaveProperty(
      'contents.0.parts.0.functionCall.args',
      { invalid_json: kept },
    )
  })

  it('puts a signature on the part that follows it', () => {
    const said = turn(signed('A'), signed('B', 'anthropic'), words('Hm'), signed('C'), call, signed('D'))
    expect(body({ messages: [asked, said] })).toHaveProperty('contents.1.parts', [
      { text: 'Hm', thoughtSignature: 'A' },
      { functionCall: { id: 'call_1', name: 'get_weather', args: {} }, thoughtSignature: 'C' },
      { text: '', thoughtSignature: 'D' },
    ])
    expect(body({ messages: [turn(signed('A'), signed('B'))] })).toHaveProperty('contents.0.parts', [
      { text: '', thoughtSignature: 'A' },
      { text: '', thoughtSignature: 'B' },
    ])
  })

  it('makes up for a signature only where Gemini wants one', () => {
    const unsigned = turn(call, { ...call, id: 'call_2' })
    expect(standIns([asked, unsigned, result(words('Rain')), unsigned, result(words('Rain'))])).toBe(2)
    expect(standIns([asked, turn(signed('A'), call), result(words('Rain'))])).toBe(0)
    expect(standIns([asked, unsigned, result(words('Rain')), turn(words('Rain')), asked])).toBe(0)
    expect(standIns([asked, unsigned, result(words('Rain')), asked])).toBe(1)
    expect(standIns([asked, unsigned, result(words('Rain'))], GEMINI_25)).toBe(0)
  })

  it('tells that a tool failed, and what it showed', () => {
    const image = { inlineData: { mimeType: 'image/png', data: 'aWk=' } }
    const response = { id: 'call_1', name: 'get_weather', response: { error: 'No' } }
    expect(body({ messages: failing(true) })).toHaveProperty('contents.2.parts', [
      { functionResponse: { ...response, parts: [image] } },
    ])
    expect(body({ messages: failing(true) }, GEMINI_25)).toHaveProperty('contents.2.parts', [
      { functionResponse: response },
      image,
    ])
    expect(body({ messages: failing(false) })).toHaveProperty(
      'contents.2.parts.0.functionResponse.response',
      { output: 'No' },
    )
  })

  it('says instructions as the user when there is nothing else, or the model takes none', () => {
    const rules: Message = { role: 'system', content: [words('Be brief')] }
    const said = { contents: [{ role: 'user', parts: [{ text: 'Be brief' }] }], generationConfig: {} }
    expect(body({ messages: [rules] })).toEqual(said)
    expect(body({ messages: [rules, turn(words(''))] })).toEqual(said)
    expect(body({ messages: [rules, asked] }, 'gemma-4-31b-it')).toEqual({
      ...said,
      contents: [{ role: 'user', parts: [{ text: 'Be brief' }, { text: 'Weather?' }] }],
    })
  })

  it.each([
    [undefined, undefined],
    ['auto', { mode: 'AUTO' }],
    ['none', { mode: 'NONE' }],
    ['required', { mode: 'ANY' }],
    [{ name: 'get_time' }, { mode: 'ANY', allowedFunctionNames: ['get_time'] }],
  ] as const)('sends tools with the choice %o', (toolChoice, sent) => {
    const fields = toolChoice === undefined ? {} : { toolChoice }
    const { name, description, parameters } = WEATHER
    expect(body({ tools: [WEATHER, { name: 'get_time' }], ...fields })).toEqual({
      ...PLAIN,
      tools: [
        {
          functionDeclarations: [
            { name, description, parametersJsonSchema: parameters },
            { name: 'get_time' },
          ],
        },
      ],
      ...(sent && { toolConfig: { functionCallingConfig: sent } }),
    })
    expect(body(fields)).toEqual(PLAIN)
  })

  it('sends the form of the answer', () => {
    expect(body({ output: { type: 'json_object' } })).toEqual({
      ...PLAIN,
      generationConfig: { responseMimeType: 'application/json' },
    })
    const properties = {
      const: { const: 'a' },
      list: { items: { const: 1 } },
      free: { default: { const: 1 } },
    }
    const schema = { ...SCHEMA, properties }
    expect(body({ output: { type: 'json_schema', name: 'person', schema, strict: true } })).toEqual({
      ...PLAIN,
      generationConfig: {
        responseMimeType: 'application/json',
        responseJsonSchema: {
          ...SCHEMA,
          properties: { ...properties, const: { enum: ['a'] }, list: { items: { enum: [1] } } },
        },
      },
    })
  })

  it('leaves JSON to a tool beside other tools where Google takes only one of the two', () => {
    const fields: Partial<ChatRequest> = { tools: [WEATHER], output: { type: 'json_object' } }
    expect(takesOutput(fields, GEMINI_25)).toBe(false)
    expect(takesOutput(fields, GEMINI_3)).toBe(true)
    expect(takesOutput({ ...fields, tools: [] }, GEMINI_25)).toBe(true)
    expect(takesOutput({ tools: [WEATHER] }, GEMINI_25)).toBe(true)
  })

  it('sends the sampling it knows and names the rest', () => {
    const fields: Partial<ChatRequest> = {
      sampling: { ...SAMPLING, topK: 40, stop: ['a', 'b', 'c', 'd', 'e', 'f'] },
      parallelToolCalls: false,
      user: 'u1',
    }
    const sampling = {
      temperature: 1.5,
      topP: 0.9,
      topK: 40,
      seed: 7,
      stopSequences: ['a', 'b', 'c', 'd', 'e'],
      maxOutputTokens: 99,
    }
    const penalties = { presencePenalty: 0.1, frequencyPenalty: 0.2 }
    const always = ['parallel_tool_calls', 'stop', 'user']
    const odds = ['logprobs', 'top_logprobs']
    expect(body(fields)).toEqual({ ...PLAIN, generationConfig: { ...sampling, ...penalties } })
    expect(unsupported(fields)).toEqual([...always, ...odds].toSorted())
    expect(body(fields, GEMINI_25)).toEqual({ ...PLAIN, generationConfig: sampling })
    expect(unsupported(fields, GEMINI_25)).toEqual(
      [...always, ...odds, 'frequency_penalty', 'presence_penalty'].toSorted(),
    )
    expect(body(fields, 'gemini-2.0-flash')).toEqual({
      ...PLAIN,
      generationConfig: { ...sampling, ...penalties, responseLogprobs: true, logprobs: 2 },
    })
    expect(unsupported(fields, 'gemini-2.0-flash')).toEqual(always)
  })

  it('asks for no more than the model can write, and names markers it has no place for', () => {
    const fields: Partial<ChatRequest> = {
      sampling: { maxOutputTokens: 9_999 },
      messages: [{ role: 'user', content: [{ ...words('Hello'), cache: {} }] }],
    }
    expect(body(fields)).toEqual({ ...PLAIN, generationConfig: { maxOutputTokens: 4_096 } })
    expect(unsupported(fields)).toEqual(['cache_control'])
    expect(unsupported({ tools: [{ ...WEATHER, cache: {} }] })).toEqual(['cache_control'])
    expect(unsupported({ parallelToolCalls: true })).toEqual([])
  })
})

describe('thinking, as Google is told', () => {
  it.each([
    ['gemini-2.5-pro', { effort: 'none' }, { thinkingBudget: 128 }, ['reasoning_effort']],
    ['gemini-2.5-pro', { effort: 'xhigh' }, { thinkingBudget: 32_768 }, []],
    ['gemini-2.5-flash', { effort: 'none', shown: true }, { thinkingBudget: 0 }, []],
    ['gemini-2.5-flash', { effort: 'xhigh' }, { thinkingBudget: 24_576 }, []],
    ['gemini-2.5-flash-lite', { effort: 'low', budgetTokens: 100 }, { thinkingBudget: 512 }, []],
    ['gemini-2.5-flash', { budgetTokens: 3_000 }, { thinkingBudget: 3_000 }, []],
    ['gemini-2.5-flash', { shown: true }, { includeThoughts: true }, []],
    ['gemini-3.5-flash', { effort: 'none' }, { thinkingLevel: 'MINIMAL' }, ['reasoning_effort']],
    ['gemini-3.8-flash', { effort: 'minimal' }, { thinkingLevel: 'LOW' }, []],
    ['gemini-3.1-pro-preview', { effort: 'minimal' }, { thinkingLevel: 'LOW' }, []],
    ['gemini-3.1-pro-preview', { effort: 'xhigh' }, { thinkingLevel: 'HIGH' }, []],
    [
      'gemini-3.5-flash',
      { budgetTokens: 8_000, shown: true },
      { thinkingLevel: 'MEDIUM', includeThoughts: true },
      [],
    ],
    ['gemini-3.5-flash', {}, undefined, []],
    ['gemini-2.0-flash', { effort: 'low', shown: true }, undefined, ['reasoning_effort']],
    ['gemma-4-31b-it', { effort: 'none' }, undefined, []],
  ] as const)('%s with %o', (model, reasoning, thinkingConfig, dropped) => {
    expect(body({ reasoning }, model)).toEqual({
      ...PLAIN,
      generationConfig: thinkingConfig ? { thinkingConfig } : {},
    })
    expect(unsupported({ reasoning }, model)).toEqual(dropped)
  })
})
