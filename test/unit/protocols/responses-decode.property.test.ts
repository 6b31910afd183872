import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/core/errors.ts'
import {
  decodeResponsesRequest,
  previousResponseId,
  referencedResponses,
} from '../../../src/protocols/openai-responses/decode-request.ts'

const SLOW_MS = 4_000

/** Decodes, and fails for any error but the one callers are told. */
function tryDecode(body: unknown, previous: readonly unknown[] = []): boolean {
  try {
    referencedResponses(body)
    previousResponseId(body)
    const { inputItems, chat } = decodeResponsesRequest(body, previous, (prefix) => `${prefix}_1`)
    expect(inputItems.every(({ id }) => id !== '')).toBe(true)
    expect(Array.isArray(chat.native?.body['input'])).toBe(true)
    return true
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    expect(error.code).toBe('invalid_request')
    expect(error.message.length).toBeLessThan(2_000)
    return false
  }
}

/** A body that uses everything, to be spoilt in places. */
const FULL = {
  model: 'auto',
  instructions: 'Be brief',
  input: [
    { role: 'user', content: 'Hello' },
    {
      type: 'message',
      role: 'user',
      content: [
        { type: 'input_text', text: 'x' },
        { type: 'input_image', image_url: 'https://a.test/b.png', detail: 'low' },
        { type: 'input_file', file_data: 'data:application/pdf;base64,aGk=', filename: 'b.pdf' },
        { type: 'input_audio', input_audio: { data: 'aGk=', format: 'mp3' } },
      ],
    },
    {
      type: 'reasoning',
      id: 'rs_1',
      summary: [{ type: 'summary_text', text: 'Hm' }],
      encrypted_content: 'x',
    },
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hi' }] },
    { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{}' },
    { type: 'custom_tool_call', call_id: 'c2', name: 'g', input: '' },
    { type: 'function_call_output', call_id: 'c1', output: 'ok' },
    { type: 'custom_tool_call_output', call_id: 'c2', output: [{ type: 'input_text', text: 'ok' }] },
    { type: 'web_search_call', id: 'ws_1', status: 'completed' },
  ],
  tools: [{ type: 'function', name: 'f', parameters: {}, strict: true }, { type: 'web_search' }],
  tool_choice: { type: 'function', name: 'f' },
  text: { format: { type: 'json_schema', name: 'n', schema: {} }, verbosity: 'low' },
  reasoning: { effort: 'low', summary: 'auto' },
  include: ['reasoning.encrypted_content'],
  metadata: { a: 'b' },
  provider: { sort: 'price' },
  temperature: 1,
  previous_response_id: 'resp_1',
}

type Path = readonly (string | number)[]

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value)
  return [path, ...entries.flatMap(([key, inner]) => pathsOf(inner, [...path, key]))]
}

/** A copy with another value in one place; undefined takes it away. */
function spoil(value: unknown, [key, ...rest]: Path, other: unknown): unknown {
  if (key === undefined) return other
  if (Array.isArray(value)) return value.map((inner, at) => (at === key ? spoil(inner, rest, other) : inner))
  if (typeof value !== 'object' || value === null) return other
  const entries = Object.entries(value).map(([name, inner]) => [
    name,
    name === key ? spoil(inner, rest, other) : inner,
  ])
  return Object.fromEntries(entries)
}

const wild = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constant(undefined),
  fc.constantFrom<unknown>(
    '',
    'message',
    'reasoning',
    'item_reference',
    'sy1.google.signature.%E0.x',
    -1,
    {},
    [],
  ),
)
const spoilt = fc
  .array(fc.tuple(fc.constantFrom(...pathsOf(FULL)), wild), { minLength: 1, maxLength: 3 })
  .map((places) => places.reduce<unknown>((body, [path, other]) => spoil(body, path, other), FULL))

describe('decodeResponsesRequest, whatever the body', () => {
  it('reads the body that is spoilt below', () => {
    expect(tryDecode(FULL)).toBe(true)
  })

  it('refuses a spoilt body only as an invalid request', () => {
    fc.assert(
      fc.property(spoilt, (body) => void tryDecode(body)),
      { numRuns: 1_000 },
    )
  })

  it('refuses any JSON, and any stored items, only as an invalid request', () => {
    const body = fc.oneof(fc.jsonValue(), fc.constant(FULL))
    fc.assert(fc.property(body, fc.array(fc.jsonValue()), (any, stored) => void tryDecode(any, stored)))
  })

  it.each<[what: string, input: () => unknown]>([
    ['a million items that are none', () => Array.from({ length: 1_000_000 }, () => 17)],
    [
      'many bad parts',
      () =>
        Array.from({ length: 10_000 }, () => ({
          role: 'user',
          content: Array.from({ length: 100 }, () => ({ type: 'bad' })),
        })),
    ],
    ['a long reference', () => [{ type: 'item_reference', id: `msg_${'_'.repeat(1_000_000)}` }]],
  ])('refuses %s soon', (_, input) => {
    const body = { model: 'auto', input: input() }
    const startedAt = performance.now()
    expect(tryDecode(body)).toBe(false)
    expect(performance.now() - startedAt).toBeLessThan(SLOW_MS)
  })
})
