import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeEmbeddingRequest } from '../../../src/protocols/openai-embeddings/decode-request.ts'
import { encodeEmbeddings } from '../../../src/protocols/openai-embeddings/encode-answer.ts'

const decode = (fields: object) => decodeEmbeddingRequest({ model: 'm', input: 'Hello', ...fields })

describe('decodeEmbeddingRequest', () => {
  it.each([
    ['Hello', { kind: 'texts', texts: ['Hello'] }],
    [['a', 'b'], { kind: 'texts', texts: ['a', 'b'] }],
    [[1, 2, 3], { kind: 'tokens', tokens: [[1, 2, 3]] }],
    [[[1], [2, 3]], { kind: 'tokens', tokens: [[1], [2, 3]] }],
  ])('reads %j', (input, inputs) => {
    expect(decode({ input }).request.inputs).toEqual(inputs)
  })

  it('keeps what is said of the vectors, of where they may be made, and what it does not know', () => {
    const fields = {
      dimensions: 256,
      encoding_format: 'base64',
      user: 'u',
      input_type: 'query',
      models: null,
    }
    const { request, routing } = decode({ ...fields, provider: { order: ['acme'] }, session_id: 's' })
    expect(request).toEqual({
      inputs: { kind: 'texts', texts: ['Hello'] },
      dimensions: 256,
      encoding: 'base64',
      user: 'u',
      extra: { input_type: 'query' },
    })
    expect(routing).toMatchObject({ model: 'm', provider: { order: ['acme'] } })
  })

  it('takes 2,048 inputs and no more', () => {
    expect(decode({ input: Array(2_048).fill('a') }).request.inputs).toMatchObject({ kind: 'texts' })
    expect(() => decode({ input: Array(2_049).fill('a') })).toThrow('at most 2048 inputs')
  })

  it.each([
    [{ input: '' }, 'input', 'not empty'],
    [{ input: [] }, 'input', 'at least one'],
    [{ input: ['a', ''] }, 'input[1]', 'not empty'],
    [{ input: ['a', 1] }, 'input[1]', 'expected text'],
    [{ input: [1, 'a'] }, 'input[0]', 'list of texts'],
    [{ input: [[1], []] }, 'input[1]', 'list of texts'],
    [{ input: [-1] }, 'input[0]', 'list of texts'],
    [{ input: undefined }, 'input', 'list of texts'],
    [{ models: ['b'] }, 'models', 'cannot be compared'],
    [{ fallbacks: ['b'] }, 'fallbacks', 'cannot be compared'],
    [{ context_window_fallbacks: ['b'] }, 'context_window_fallbacks', 'cannot be compared'],
    [{ num_retries: 11 }, 'num_retries', ''],
    [{ dimensions: 0 }, 'dimensions', ''],
    [{ encoding_format: 'int8' }, 'encoding_format', ''],
  ])('refuses %j', (fields, param, words) => {
    expect(() => decode(fields)).toThrow(
      expect.objectContaining({ code: 'invalid_request', param, message: expect.stringContaining(words) }),
    )
  })
})

describe('encodeEmbeddings', () => {
  const HEAD = { model: 'acme/one', encoding: 'float', inputTokens: 5, costUsd: 0.1 } as const

  it('is OpenAI’s list, in the order of the inputs', () => {
    expect(encodeEmbeddings(HEAD, [[1, 2], [3]])).toEqual({
      object: 'list',
      data: [
        { object: 'embedding', index: 0, embedding: [1, 2] },
        { object: 'embedding', index: 1, embedding: [3] },
      ],
      model: 'acme/one',
      usage: { prompt_tokens: 5, total_tokens: 5, cost: 0.1 },
    })
  })

  it('writes base64 as OpenAI does: 32-bit floats, least significant byte first', () => {
    const vector = [0.5, -1, 3.140000104904175]
    const base64 = Buffer.from(new Float32Array(vector).buffer).toString('base64')
    const asBase64 = encodeEmbeddings({ ...HEAD, encoding: 'base64' }, [vector, base64])
    expect(asBase64).toMatchObject({ data: [{ embedding: base64 }, { embedding: base64 }] })
    expect(encodeEmbeddings(HEAD, [base64])).toMatchObject({ data: [{ embedding: vector }] })
  })

  it('loses nothing of a 32-bit vector on the way to base64 and back', () => {
    const vectors = fc.float32Array({ minLength: 1, noNaN: true, noDefaultInfinity: true })
    fc.assert(
      fc.property(vectors, (floats) => {
        const base64 = Buffer.from(floats.buffer, floats.byteOffset, floats.byteLength).toString('base64')
        expect(encodeEmbeddings(HEAD, [base64])).toMatchObject({ data: [{ embedding: [...floats] }] })
        expect(encodeEmbeddings({ ...HEAD, encoding: 'base64' }, [[...floats]])).toMatchObject({
          data: [{ embedding: base64 }],
        })
      }),
    )
  })
})
