import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/core/errors.ts'
import { decodeMessagesRequest } from '../../../src/protocols/anthropic-messages/decode-request.ts'

/** A body with something of everything, to be broken in one place after another. */
const RICH = {
  model: 'auto',
  max_tokens: 4_096,
  system: [{ type: 'text', text: 'Be wise', cache_control: { type: 'ephemeral', ttl: '1h' } }],
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Look' },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'cG5n' } },
        {
          type: 'document',
          source: { type: 'content', content: [{ type: 'text', text: 'Two' }] },
          title: 't',
          citations: { enabled: true },
        },
        { type: 'document', source: { type: 'file', file_id: 'file_1' } },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Hm', signature: 'sy1.openai.encrypted.rs_1.data' },
        { type: 'redacted_thinking', data: 'ZGF0YQ==' },
        { type: 'tool_use', id: 'a', name: 'f', input: { x: 1 } },
        { type: 'server_tool_use', id: 's', name: 'web_search', input: {} },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: '42' }], is_error: false },
      ],
    },
  ],
  tools: [
    { name: 'f', input_schema: { type: 'object' }, cache_control: { type: 'ephemeral' } },
    { type: 'web_search_20250305', name: 'web_search' },
  ],
  tool_choice: { type: 'tool', name: 'f', disable_parallel_tool_use: true },
  thinking: { type: 'enabled', budget_tokens: 2_048 },
  output_config: { effort: 'max', format: { type: 'json_schema', schema: {} } },
  metadata: { user_id: 'ada' },
  stop_sequences: ['END'],
}

/** Every place in a value, as a list of keys. */
function placesIn(value: unknown, place: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [place]
  return [place, ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...place, key]))]
}

/** A copy with another value in one place; without that place where the other value is undefined. */
function withChange(value: unknown, [key, ...rest]: readonly string[], other: unknown): unknown {
  if (key === undefined) return other
  if (Array.isArray(value))
    return value.map((item, at) => (String(at) === key ? withChange(item, rest, other) : item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      name === key ? withChange(inner, rest, other) : inner,
    ]),
  )
}

/** Decodes, and fails for any error but the one callers are told. */
function tryDecode(body: unknown): void {
  try {
    decodeMessagesRequest(body, new Headers())
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    expect(error.code).toBe('invalid_request')
    expect(error.message.length).toBeLessThan(2_000)
  }
}

const other = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(undefined, null, '', 'text', 'image', 'thinking', 'file', 'user', 'none', [], {}, -1, 1e9),
  fc.constantFrom('sy1.google.signature..x', 'sy1.openai.encrypted.%.x', 'sy1.x.y.z', 'sy1.openai.encrypted'),
)

describe('decodeMessagesRequest, whatever the body', () => {
  it('refuses any JSON only as an invalid request', () => {
    fc.assert(fc.property(fc.jsonValue(), tryDecode))
  })

  it('refuses a body broken in a few places only as an invalid request', () => {
    const change = fc.tuple(fc.constantFrom(...placesIn(RICH)), other)
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        let body: unknown = RICH
        for (const [place, value] of changes) body = withChange(body, place, value)
        tryDecode(body)
      }),
      { numRuns: 2_000 },
    )
    expect(() => decodeMessagesRequest(RICH, new Headers())).not.toThrow()
  })

  it("passes what it accepts to Anthropic's hosts as it came", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (text, input) => {
          const messages = [
            { role: 'user', content: text },
            { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input }] },
          ]
          const { chat } = decodeMessagesRequest({ model: 'auto', max_tokens: 1, messages }, new Headers())
          expect(chat.native?.body).toEqual({ max_tokens: 1, messages })
          expect(chat.messages[0]?.content).toEqual([{ type: 'text', text }])
        },
      ),
    )
  })

  it('refuses a million bad blocks soon', () => {
    const content = Array.from({ length: 100 }, () => ({ type: 'text' }))
    const messages = Array.from({ length: 10_000 }, () => ({ role: 'user', content }))
    const startedAt = performance.now()
    tryDecode({ model: 'auto', max_tokens: 1, messages })
    expect(performance.now() - startedAt).toBeLessThan(4_000)
  })
})
