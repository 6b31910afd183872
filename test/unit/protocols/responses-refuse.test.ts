import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/core/errors.ts'
import { decodeResponsesRequest } from '../../../src/protocols/openai-responses/decode-request.ts'

/** The error a body is answered with. */
function refusal(fields: object): AppError {
  try {
    decodeResponsesRequest({ model: 'auto', input: 'Hello', ...fields }, [], (prefix) => `${prefix}_1`)
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('the body was accepted')
}

describe('decodeResponsesRequest refuses', () => {
  it.each<[param: string, fields: object]>([
    ['input', { input: undefined }],
    ['input', { input: [] }],
    ['input[1]', { input: [{ role: 'user', content: 'x' }, 'Hello'] }],
    ['input[0].role', { input: [{}] }],
    ['input[0].role', { input: [{ role: 'robot', content: 'x' }] }],
    ['input[0].type', { input: [{ type: 17 }] }],
    ['input[0].content', { input: [{ role: 'user', content: [] }] }],
    ['input[0].content[0].text', { input: [{ role: 'user', content: [{ type: 'input_text' }] }] }],
    ['input[0].content[0].image_url', { input: [{ role: 'user', content: [{ type: 'input_image' }] }] }],
    [
      'input[0].content[0].file_url',
      { input: [{ role: 'user', content: [{ type: 'input_file', file_url: 'file:///x' }] }] },
    ],
    ['input[0].call_id', { input: [{ type: 'function_call', name: 'f', arguments: '' }] }],
    ['input[0].output', { input: [{ type: 'function_call_output', call_id: 'c', output: 1 }] }],
    ['conversation', { conversation: 'conv_1' }],
    ['prompt', { prompt: { id: 'pmpt_1' } }],
    ['background', { background: true, stream: true }],
    ['background', { background: true, store: false }],
    ['tools[0].name', { tools: [{ type: 'function' }] }],
    ['text.format.schema', { text: { format: { type: 'json_schema', name: 'x' } } }],
    ['reasoning.effort', { reasoning: { effort: 'heroic' } }],
    ['temperature', { temperature: 3 }],
    ['model', { model: '' }],
  ])('%s in %o', (param, fields) => {
    const error = refusal(fields)
    expect(error).toMatchObject({ code: 'invalid_request', param })
    expect(error.message).toContain(`'${param}'`)
  })
})
