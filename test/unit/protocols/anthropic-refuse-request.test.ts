import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/core/errors.ts'
import {
  decodeCountTokens,
  decodeMessagesRequest,
} from '../../../src/protocols/anthropic-messages/decode-request.ts'

const MINIMAL = { model: 'auto', max_tokens: 100, messages: [{ role: 'user', content: 'Hello' }] }

/** The error a body is answered with. */
function refusal(body: unknown, decode = decodeMessagesRequest): AppError {
  try {
    decode(body, new Headers())
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('the body was accepted')
}

const user = (...content: unknown[]) => ({ messages: [{ role: 'user', content }] })
const assistant = (...content: unknown[]) => ({ messages: [{ role: 'assistant', content }] })
const image = (source: unknown) => user({ type: 'image', source })
const items = (count: number, item: unknown) => Array.from({ length: count }, () => item)

describe('decodeMessagesRequest refuses', () => {
  it.each<[param: string, fields: object]>([
    ['model', { model: undefined }],
    ['max_tokens', { max_tokens: undefined }],
    ['max_tokens', { max_tokens: 0 }],
    ['max_tokens', { max_tokens: 1.5 }],
    ['messages', { messages: [] }],
    ['messages', { messages: 'Hello' }],
    ['messages', { messages: items(10_001, { role: 'user', content: 'x' }) }],
    ['messages[0].role', { messages: [{ role: 'tool', content: 'x' }] }],
    ['messages[0].content', { messages: [{ role: 'user', content: 17 }] }],
    ['messages[0].content', user()],
    ['messages[0].content[0].type', user({ text: 'x' })],
    ['messages[0].content[1].text', user({ type: 'text', text: 'x' }, { type: 'text' })],
    ['messages[0].content[0].type', user({ type: 'tool_use', id: 'a', name: 'f', input: {} })],
    ['messages[0].content[0].type', user({ type: 'thinking', thinking: 'x', signature: 'y' })],
    ['messages[0].content[0].type', assistant({ type: 'tool_result', tool_use_id: 'a' })],
    ['messages[0].content[0].tool_use_id', user({ type: 'tool_result', content: 'x' })],
    [
      'messages[0].content[0].content[0].text',
      user({ type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text' }] }),
    ],
    ['messages[0].content[0].source', image(undefined)],
    ['messages[0].content[0].source.type', image({ type: 's3' })],
    ['messages[0].content[0].source.url', image({ type: 'url', url: 'file:///cat' })],
    ['messages[0].content[0].source.media_type', image({ type: 'base64', data: 'cG5n' })],
    [
      'messages[0].content[0].cache_control.ttl',
      user({ type: 'text', text: 'x', cache_control: { type: 'ephemeral', ttl: '1y' } }),
    ],
    ['messages[0].content[0].input', assistant({ type: 'tool_use', id: 'a', name: 'f', input: '{}' })],
    ['messages[0].content[0].id', assistant({ type: 'tool_use', name: 'f', input: {} })],
    ['system[0].type', { system: [{ type: 'image' }] }],
    ['tools[0].input_schema', { tools: [{ name: 'f' }] }],
    ['tools[0].name', { tools: [{ name: '', input_schema: {} }] }],
    ['tools', { tools: items(513, { name: 'f', input_schema: {} }) }],
    ['tool_choice.type', { tool_choice: { type: 'required' } }],
    ['tool_choice.name', { tool_choice: { type: 'tool' } }],
    ['temperature', { temperature: 1.1 }],
    ['top_k', { top_k: -1 }],
    ['stop_sequences', { stop_sequences: items(17, 'x') }],
    ['thinking.type', { thinking: { type: 'deep' } }],
    ['thinking.budget_tokens', { thinking: { type: 'enabled', budget_tokens: 100 } }],
    ['output_config.effort', { output_config: { effort: 'heroic' } }],
    ['output_config.format.schema', { output_config: { format: { type: 'json_schema' } } }],
    ['metadata.user_id', { metadata: { user_id: 17 } }],
    ['provider.sort', { provider: { sort: 'bogus' } }],
    ['session_id', { session_id: '' }],
  ])('%s in %o', (param, fields) => {
    const error = refusal({ ...MINIMAL, ...fields })
    expect(error).toMatchObject({ code: 'invalid_request', param })
    expect(error.message.startsWith(`Invalid '${param}': `)).toBe(true)
  })

  it('in words that help', () => {
    expect(refusal({ ...MINIMAL, max_tokens: undefined }).message).toBe(
      "Invalid 'max_tokens': expected how many tokens to answer with at most",
    )
    expect(refusal({ ...MINIMAL, messages: [{ role: 'robot', content: 'x' }] }).message).toBe(
      "Invalid 'messages[0].role': expected user, assistant or system",
    )
    expect(refusal({ ...MINIMAL, ...user({ type: 'tool_result' }) }).message).toBe(
      "Invalid 'messages[0].content[0].tool_use_id': expected the id of a tool_use block",
    )
    expect(refusal({ ...MINIMAL, ...user({ type: 'tool_use' }) }).message).toBe(
      "Invalid 'messages[0].content[0].type': expected a type of block that user messages may have",
    )
  })

  it.each([17, null, undefined, 'text', true, [[]]])('the body %o, which has no fields', (body) => {
    expect(refusal(body)).toMatchObject({ code: 'invalid_request', param: null })
  })
})

describe('decodeCountTokens refuses', () => {
  it('what no conversation has', () => {
    expect(refusal({ ...MINIMAL, messages: [] }, decodeCountTokens)).toMatchObject({ param: 'messages' })
  })
})
