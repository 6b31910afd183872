import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/core/errors.ts'
import { decodeChatRequest } from '../../../src/protocols/openai-chat/decode-request.ts'

const SLOW_MS = 4_000

/** Decodes, and fails for any error but the one callers are told. */
function tryDecode(body: unknown): boolean {
  try {
    decodeChatRequest(body)
    return true
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    expect(error.code).toBe('invalid_request')
    expect(error.message.length).toBeLessThan(2_000)
    return false
  }
}

const fields = [
  ['model', 'messages', 'tools', 'tool_choice', 'response_format', 'stop', 'metadata', 'models', 'provider'],
  ['plugins', 'stream_options', 'usage', 'temperature', 'max_tokens', 'n', '__proto__', 'constructor'],
  ['reasoning', 'modalities', 'top_k'],
].flat()

describe('decodeChatRequest, whatever the body', () => {
  it('refuses any JSON only as an invalid request', () => {
    fc.assert(fc.property(fc.jsonValue(), (body) => void tryDecode(body)))
  })

  it('refuses any values of known fields only as an invalid request', () => {
    const body = fc.dictionary(fc.constantFrom(...fields), fc.jsonValue({ maxDepth: 4 }))
    fc.assert(fc.property(body, (wild) => void tryDecode(wild)))
  })

  it('refuses any message only as an invalid request', () => {
    const content = fc.oneof(
      fc.string(),
      fc.jsonValue(),
      fc.array(
        fc.record(
          {
            type: fc.constantFrom('text', 'image_url', 'input_audio', 'file', 'refusal', 'video'),
            text: fc.jsonValue(),
            image_url: fc.record({ url: fc.oneof(fc.webUrl(), fc.string()) }),
            file: fc.jsonValue(),
          },
          { requiredKeys: ['type'] },
        ),
      ),
    )
    const role = fc.constantFrom('system', 'developer', 'user', 'assistant', 'tool', 'robot')
    const message = fc.record(
      {
        role,
        content,
        tool_call_id: fc.string(),
        tool_calls: fc.jsonValue(),
        reasoning_details: fc.jsonValue(),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 5 }),
        (messages) => void tryDecode({ model: 'auto', messages }),
      ),
    )
  })

  it('accepts every text, unchanged', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { chat } = decodeChatRequest({ model: 'auto', messages: [{ role: 'user', content: text }] })
        expect(chat.messages[0]?.content).toEqual([{ type: 'text', text }])
      }),
    )
  })

  it.each<[what: string, body: () => object]>([
    [
      'a million bad parts',
      () => ({
        messages: Array.from({ length: 10_000 }, () => ({
          role: 'user',
          content: Array.from({ length: 100 }, () => ({ type: 'bad' })),
        })),
      }),
    ],
    ['a million bad messages', () => ({ messages: Array.from({ length: 1_000_000 }, () => 17) })],
    [
      'a deep schema',
      () => ({ messages: [], metadata: JSON.parse('{"a":'.repeat(5_000) + '1' + '}'.repeat(5_000)) }),
    ],
    [
      'a long URL that is none',
      () => ({
        messages: [
          {
            role: 'user',
            content: [{ type: 'image_url', image_url: { url: `data:${'a.'.repeat(4_000_000)}` } }],
          },
        ],
      }),
    ],
    [
      'a field of many pairs',
      () => ({
        messages: [],
        metadata: Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`k${at}`, 1])),
      }),
    ],
  ])('refuses %s soon', (_, body) => {
    const hostile = { model: 'auto', ...body() }
    const startedAt = performance.now()
    expect(tryDecode(hostile)).toBe(false)
    expect(performance.now() - startedAt).toBeLessThan(SLOW_MS)
  })
})
