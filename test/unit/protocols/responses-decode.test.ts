import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/core/errors.ts'
import {
  decodeResponsesRequest,
  previousResponseId,
  referencedResponses,
} from '../../../src/protocols/openai-responses/decode-request.ts'

const TAIL = '01jd0000000000000000000000'
const mintId = (prefix: string) => `${prefix}_minted`
const decode = (fields: object, previous: readonly unknown[] = [], referenced: readonly unknown[] = []) =>
  decodeResponsesRequest({ model: 'auto', input: 'Hello', ...fields }, previous, mintId, referenced)
const messagesOf = (...input: readonly unknown[]) => decode({ input }).chat.messages

/** The error a body is answered with. */
function refusal(fields: object, previous: readonly unknown[] = []): AppError {
  try {
    decode(fields, previous)
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('the body was accepted')
}

const text = (words: string) => [{ type: 'text', text: words }]
const call = { type: 'function_call', call_id: 'call_1', name: 'add', arguments: '{"a":1}' }
const thought = (fields: object) => ({ type: 'reasoning', summary: [], ...fields })

/** The first part of the turn that begins with a sealed thought. */
const sealed = (id: string, encrypted_content: string) =>
  messagesOf(thought({ id, encrypted_content }), call)[0]?.content[0]
const seal = (fields: object) => ({ type: 'reasoning', text: '', seal: { kind: 'encrypted', ...fields } })

describe('the input', () => {
  it('may be text', () => {
    const { chat, inputItems } = decode({ instructions: 'Be brief' })
    expect(chat.messages).toEqual([
      { role: 'system', content: text('Be brief') },
      { role: 'user', content: text('Hello') },
    ])
    expect(inputItems).toEqual([
      { id: 'msg_minted', type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello' }] },
    ])
  })

  it('has messages of every role and kind of part', () => {
    const parts = [
      { type: 'input_text', text: 'Look' },
      { type: 'input_image', image_url: 'data:image/png;base64,aGk=', detail: 'original' },
      { type: 'input_file', file_url: 'https://a.test/b.pdf' },
      { type: 'input_file', file_data: 'data:application/pdf;base64,aGk=', filename: 'b.pdf' },
      { type: 'input_audio', input_audio: { data: 'aGk=', format: 'wav' } },
    ]
    const said = [
      { type: 'output_text', text: 'Yes', annotations: [] },
      { type: 'refusal', refusal: 'No' },
    ]
    expect(
      messagesOf(
        { type: 'message', role: 'developer', content: 'Rules' },
        { role: 'user', content: parts },
        { type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content: said },
      ),
    ).toEqual([
      { role: 'developer', content: text('Rules') },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look' },
          { type: 'image', source: { mediaType: 'image/png', base64: 'aGk=' }, detail: 'high' },
          { type: 'file', source: { url: 'https://a.test/b.pdf' } },
          { type: 'file', source: { mediaType: 'application/pdf', base64: 'aGk=' }, filename: 'b.pdf' },
          { type: 'audio', source: { mediaType: 'audio/wav', base64: 'aGk=' } },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'Yes' },
          { type: 'refusal', text: 'No' },
        ],
      },
    ])
  })

  it('joins what a model thought, said and called in a row, and keeps results apart', () => {
    const messages = messagesOf(
      thought({ summary: [{ type: 'summary_text', text: 'Hm' }] }),
      { role: 'assistant', content: 'Adding' },
      call,
      { type: 'custom_tool_call', call_id: 'call_2', name: 'grep', input: 'x' },
      { type: 'function_call_output', call_id: 'call_1', output: '2' },
      { type: 'custom_tool_call_output', call_id: 'call_2', output: [{ type: 'input_text', text: 'none' }] },
      { role: 'assistant', content: 'Done' },
    )
    expect(messages).toEqual([
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'Hm' },
          { type: 'text', text: 'Adding' },
          { type: 'tool-call', id: 'call_1', name: 'add', argumentsJson: '{"a":1}' },
          { type: 'tool-call', id: 'call_2', name: 'grep', argumentsJson: 'x', custom: true },
        ],
      },
      { role: 'tool', toolCallId: 'call_1', content: text('2') },
      { role: 'tool', toolCallId: 'call_2', content: text('none') },
      { role: 'assistant', content: text('Done') },
    ])
  })

  it('reads sealed thoughts of every host, under the id that their host knows', () => {
    expect(sealed('rs_host', 'xyz')).toEqual(seal({ format: 'openai', data: 'xyz', id: 'rs_host' }))
    expect(sealed(`rs_host__${TAIL}`, 'xyz')).toEqual(seal({ format: 'openai', data: 'xyz', id: 'rs_host' }))
    expect(sealed(`rs_0_${TAIL}`, 'xyz')).toEqual(seal({ format: 'openai', data: 'xyz' }))
    expect(sealed(`rs_0_${TAIL}`, 'sy1.anthropic.signature..ab.c')).toEqual(
      seal({ format: 'anthropic', kind: 'signature', data: 'ab.c' }),
    )
  })

  it('names what only hosts of this protocol understand, and keeps it for them', () => {
    const computer = { type: 'computer_call', id: 'cu_1', action: { type: 'click' } }
    const image = { role: 'user', content: [{ type: 'input_image', file_id: 'file_1' }] }
    const output = {
      type: 'function_call_output',
      call_id: 'c',
      output: [{ type: 'input_file', file_id: 'f' }],
    }
    const { native, messages } = decode({
      input: [computer, image, output, { type: 'tomorrow', x: 1 }],
    }).chat
    expect(native?.onlyHere).toEqual([
      'input[0]',
      'input[1].content[0].file_id',
      'input[2].output[0].file_id',
      'input[3]',
    ])
    expect(native?.body['input']).toEqual([
      computer,
      { type: 'message', ...image },
      output,
      { type: 'tomorrow', x: 1 },
    ])
    expect(messages.map(({ role }) => role)).toEqual(['user', 'tool'])
  })
})

describe('stored items', () => {
  const PREVIOUS = [
    { id: 'msg_in', type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Add' }] },
    { id: `rs_0_${TAIL}`, ...thought({ encrypted_content: 'sy1.anthropic.signature..s' }) },
    { id: `fc_1_${TAIL}`, status: 'completed', ...call },
  ]

  it('come before the own input, and are not among it', () => {
    const own = { type: 'function_call_output', call_id: 'call_1', output: '2' }
    const { chat, inputItems } = decode({ previous_response_id: 'resp_1', input: [own] }, PREVIOUS)
    expect(chat.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool'])
    expect(inputItems).toEqual([{ ...own, id: 'fco_minted' }])
    expect(chat.native?.body['input']).toEqual([PREVIOUS[0], { status: 'completed', ...call }, own])
  })

  it('stand for references to them', () => {
    const input = [
      { type: 'item_reference', id: `fc_1_${TAIL}` },
      { role: 'user', content: 'And?' },
    ]
    const { chat, inputItems } = decode({ input }, [], PREVIOUS)
    expect(chat.messages.map(({ role }) => role)).toEqual(['assistant', 'user'])
    expect(inputItems[0]).toEqual(PREVIOUS[2])
    expect(referencedResponses({ input })).toEqual([`resp_${TAIL}`])
    expect(refusal({ input })).toMatchObject({ code: 'invalid_request', param: 'input[0].id' })
  })

  it('that cannot be read end the request', () => {
    expect(refusal({}, [{ type: 'function_call' }]).param).toBe('previous_response_id')
  })

  it('of an earlier response that only this protocol understands bind the request to it', () => {
    const { native } = decode({}, [{ id: 'ws_1', type: 'web_search_call' }]).chat
    expect(native?.onlyHere).toEqual(['previous_response_id'])
  })
})

describe('parameters', () => {
  it('are read', () => {
    const schema = { type: 'object', properties: {} }
    const { chat, stream, store, background, routing } = decode({
      temperature: 0.5,
      top_p: 0.9,
      max_output_tokens: 100,
      top_logprobs: 2,
      include: ['message.output_text.logprobs'],
      reasoning: { effort: 'max', summary: 'auto' },
      text: { format: { type: 'json_schema', name: 'person', schema, strict: true } },
      tools: [{ type: 'function', name: 'add', description: 'Adds', parameters: schema, strict: false }],
      tool_choice: { type: 'function', name: 'add' },
      parallel_tool_calls: false,
      user: 'u1',
      safety_identifier: 's1',
      metadata: { team: 'blue' },
      stream: true,
      store: false,
      models: ['openai/gpt-5.1'],
    })
    expect(chat).toMatchObject({
      sampling: { temperature: 0.5, topP: 0.9, maxOutputTokens: 100, logprobs: true, topLogprobs: 2 },
      reasoning: { effort: 'xhigh', shown: true },
      output: { type: 'json_schema', name: 'person', schema, strict: true },
      tools: [{ name: 'add', description: 'Adds', parameters: schema, strict: false }],
      toolChoice: { name: 'add' },
      parallelToolCalls: false,
      user: 's1',
      metadata: { team: 'blue' },
    })
    expect({ stream, store, background }).toEqual({ stream: true, store: false, background: false })
    expect(routing.models).toEqual(['openai/gpt-5.1'])
  })

  it('keep for hosts of this protocol what is not ours, and name what others are not told', () => {
    const foreign = {
      tools: [
        { type: 'web_search' },
        { type: 'function', name: 'f' },
        { type: 'namespace', name: 'n', tools: [] },
      ],
      tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [] },
      text: { format: { type: 'text' }, verbosity: 'low' },
      reasoning: { effort: 'low', context: 'all_turns' },
      prompt_cache_key: 'k',
      truncation: 'auto',
      brand_new: { a: 1 },
    }
    const ours = { stream: true, metadata: { a: 'b' }, session_id: 's', provider: {}, temperature: null }
    const { native, tools, toolChoice } = decode({ ...foreign, ...ours, instructions: 'Be brief' }).chat
    expect(tools).toEqual([{ name: 'f' }])
    expect(toolChoice).toBeUndefined()
    expect(native).toEqual({
      format: 'openai-responses',
      headers: {},
      body: {
        ...foreign,
        instructions: 'Be brief',
        input: [{ type: 'message', role: 'user', content: 'Hello' }],
      },
      droppedElsewhere: [
        'prompt_cache_key',
        'brand_new',
        'truncation',
        'tools[0]',
        'tools[2]',
        'tool_choice',
        'text.verbosity',
        'reasoning.context',
      ],
      onlyHere: [],
    })
  })

  it('show no thoughts unless asked, and keep answers unless told not to', () => {
    const { chat, store } = decode({ reasoning: { effort: 'low' } })
    expect(chat.reasoning).toEqual({ effort: 'low' })
    expect(store).toBe(true)
  })
})

describe('previousResponseId', () => {
  it('is told before the rest is read', () => {
    expect(previousResponseId({ previous_response_id: 'resp_1' })).toBe('resp_1')
    expect(previousResponseId({ previous_response_id: null })).toBeNull()
    expect(() => previousResponseId({ previous_response_id: 1 })).toThrow("Invalid 'previous_response_id'")
    expect(() => previousResponseId('Hello')).toThrow(AppError)
  })
})
