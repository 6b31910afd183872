import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/core/errors.ts'
import { decodeChatRequest } from '../../../src/protocols/openai-chat/decode-request.ts'

const MINIMAL = { model: 'auto', messages: [{ role: 'user', content: 'Hello' }] }
const text = (words: string) => ({ type: 'text', text: words })

/** The error a body is answered with. */
function refusal(body: unknown): AppError {
  try {
    decodeChatRequest(body)
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('the body was accepted')
}

const pairs = (count: number, value = 'x') =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`key${at}`, value]))
const items = (count: number, item: unknown) => Array.from({ length: count }, () => item)

const user = (content: unknown) => ({ messages: [{ role: 'user', content }] })
const tool = (fn: unknown) => ({ tools: [{ type: 'function', function: fn }] })
const calls = (tool_calls: unknown) => ({ messages: [{ role: 'assistant', content: null, tool_calls }] })

describe('decodeChatRequest refuses', () => {
  it.each<[param: string, fields: object]>([
    ['messages', { messages: [] }],
    ['messages', { messages: null }],
    ['messages', { messages: 'Hello' }],
    ['messages', { messages: items(10_001, { role: 'user', content: 'x' }) }],
    ['messages[1]', { messages: [{ role: 'user', content: 'x' }, 'Hello'] }],
    ['messages[0].role', { messages: [{ role: 'robot', content: 'x' }] }],
    ['messages[0].role', { messages: [{ content: 'x' }] }],
    ['messages[0].content', user(17)],
    ['messages[0].content', user(null)],
    ['messages[0].content', user([])],
    ['messages[0].content[0].type', user([{ type: 'video' }])],
    ['messages[0].content[1].text', user([text('x'), { type: 'text' }])],
    [
      'messages[0].content[0].image_url.url',
      user([{ type: 'image_url', image_url: { url: 'file:///cat' } }]),
    ],
    ['messages[0].content[0].image_url.url', user([{ type: 'image_url', image_url: { url: 'data:,hi' } }])],
    ['messages[0].content[0].file.file_data', user([{ type: 'file', file: { file_data: 'cGRm' } }])],
    ['messages[0].content[0].file.file_data', user([{ type: 'file', file: { filename: 'a.pdf' } }])],
    [
      'messages[0].content[0].cache_control.ttl',
      user([{ ...text('x'), cache_control: { type: 'ephemeral', ttl: '2h' } }]),
    ],
    ['messages[0].tool_calls[0].custom.input', calls([{ id: 'c', type: 'custom', custom: { name: 'f' } }])],
    [
      'messages[0].content[0].input_audio.format',
      user([{ type: 'input_audio', input_audio: { data: 'x', format: 'ogg' } }]),
    ],
    ['messages[0].tool_call_id', { messages: [{ role: 'tool', content: 'x' }] }],
    ['messages[0].tool_calls', calls('f')],
    ['messages[0].tool_calls[0].id', calls([{ function: { name: 'f', arguments: '{}' } }])],
    [
      'messages[0].tool_calls[0].function.arguments',
      calls([{ id: 'c', function: { name: 'f', arguments: {} } }]),
    ],
    [
      'messages[0].tool_calls[0].function.name',
      calls([{ id: 'c', function: { name: '', arguments: '{}' } }]),
    ],
    ['temperature', { temperature: 3 }],
    ['temperature', { temperature: 'hot' }],
    ['top_p', { top_p: -0.1 }],
    ['max_tokens', { max_tokens: 0 }],
    ['max_tokens', { max_tokens: 1.5 }],
    ['max_tokens', { max_tokens: 1e9 }],
    ['max_completion_tokens', { max_completion_tokens: -1 }],
    ['n', { n: 9 }],
    ['n', { n: 0 }],
    ['modalities[1]', { modalities: ['text', 'audio'] }],
    ['reasoning.effort', { reasoning: { effort: 'heroic' } }],
    ['reasoning.max_tokens', { reasoning: { max_tokens: 0 } }],
    ['stop', { stop: 17 }],
    ['stop', { stop: items(17, 'x') }],
    ['stream', { stream: 'yes' }],
    ['top_logprobs', { top_logprobs: 21 }],
    ['reasoning_effort', { reasoning_effort: 'heroic' }],
    ['response_format.type', { response_format: { type: 'xml' } }],
    ['response_format.json_schema', { response_format: { type: 'json_schema' } }],
    [
      'response_format.json_schema.schema',
      { response_format: { type: 'json_schema', json_schema: { name: 'x' } } },
    ],
    ['tools[0].function.name', tool({})],
    ['tools[0].function', tool(undefined)],
    ['tools[0].type', { tools: [{ name: 'f' }] }],
    ['tools', { tools: items(513, { type: 'function', function: { name: 'f' } }) }],
    ['tool_choice', { tool_choice: 'bogus' }],
    ['tool_choice.function', { tool_choice: { type: 'function' } }],
    ['tool_choice.type', { tool_choice: {} }],
    ['models', { models: items(17, 'm') }],
    ['metadata', { metadata: pairs(17) }],
    ['metadata.key0', { metadata: pairs(1, 'x'.repeat(513)) }],
    ['metadata.key0', { metadata: { key0: 17 } }],
    ['session_id', { session_id: 'x'.repeat(257) }],
    ['session_id', { session_id: '' }],
    ['provider.sort', { provider: { sort: 'bogus' } }],
    ['provider.max_price.prompt', { provider: { max_price: { prompt: -1 } } }],
    ['plugins[0].cost_quality_tradeoff', { plugins: [{ id: 'auto-router', cost_quality_tradeoff: 11 }] }],
    ['model', { model: undefined }],
    ['model', { model: '' }],
    ['model', { model: 'x'.repeat(300) }],
  ])('%s in %o', (param, fields) => {
    const error = refusal({ ...MINIMAL, ...fields })
    expect(error).toMatchObject({ code: 'invalid_request', param })
    expect(error.message).toMatch(/^Invalid '.+': .+/)
    expect(error.message).toContain(`'${param}'`)
  })

  it.each([17, null, undefined, 'text', true, [[]]])('the body %o, which has no fields', (body) => {
    expect(refusal(body)).toMatchObject({ code: 'invalid_request', param: null })
  })

  it('spoken answers in words a caller understands', () => {
    expect(refusal({ ...MINIMAL, modalities: ['audio'] }).message).toBe(
      "Invalid 'modalities[0]': only text answers are supported",
    )
  })
})
