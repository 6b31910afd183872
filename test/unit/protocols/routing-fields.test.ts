import { describe, expect, it } from 'vitest'
import { decodeMessagesRequest } from '../../../src/protocols/anthropic-messages/decode-request.ts'
import { decodeChatRequest } from '../../../src/protocols/openai-chat/decode-request.ts'
import { decodeCompletionRequest } from '../../../src/protocols/openai-completions/decode-request.ts'
import { decodeEmbeddingRequest } from '../../../src/protocols/openai-embeddings/decode-request.ts'
import { decodeResponsesRequest } from '../../../src/protocols/openai-responses/decode-request.ts'

const messages = [{ role: 'user', content: 'Hello' }]

/** A small request of every protocol with further fields. */
const CHATS = {
  'OpenAI Chat': (fields: object) => decodeChatRequest({ model: 'm', messages, ...fields }),
  'OpenAI Responses': (fields: object) =>
    decodeResponsesRequest({ model: 'm', input: 'Hello', ...fields }, [], (prefix) => `${prefix}_1`),
  'Anthropic Messages': (fields: object) =>
    decodeMessagesRequest({ model: 'm', messages, max_tokens: 9, ...fields }, new Headers()),
  'OpenAI Completions': (fields: object) =>
    decodeCompletionRequest({ model: 'm', prompt: 'Hello', ...fields }),
}

const EFFORT = {
  num_retries: 0,
  max_attempts: 20,
  max_total_ms: 3_600_000,
  timeouts: { connect_ms: 1, ttft_ms: 2, idle_ms: null },
  hedge: { after_ms: 300 },
  stream_failure: { mode: 'continue', max_fallbacks: 0 },
  cache: { ttl: 60, 'no-cache': true, 'no-store': false, namespace: 'mine' },
}
const FALLBACKS = {
  fallbacks: ['b', 'a'],
  context_window_fallbacks: ['long'],
  content_policy_fallbacks: ['free', 'freer'],
}

describe.each(Object.entries(CHATS))('the routing fields of %s', (_, decode) => {
  it('say how hard an answer is tried for', () => {
    expect(decode(EFFORT).routing.reliability).toEqual({
      retries: 0,
      maxAttempts: 20,
      maxTotalMs: 3_600_000,
      timeouts: { connectMs: 1, ttftMs: 2 },
      hedge: { afterMs: 300 },
      streamFailure: { mode: 'continue', maxFallbacks: 0 },
      cache: { ttlMs: 60_000, noRead: true, noStore: false },
    })
  })

  it('name the models to try instead, `models` before `fallbacks`', () => {
    expect(decode({ ...FALLBACKS, models: ['a'] }).routing).toMatchObject({
      models: ['a', 'b', 'a'],
      fallbacksFrom: 1,
      fallbacksFor: { contextWindow: ['long'], contentPolicy: ['free', 'freer'] },
    })
    expect(decode({ fallbacks: ['b'] }).routing).toMatchObject({ models: ['b'], fallbacksFrom: 0 })
    expect(decode({ models: ['a'] }).routing).not.toHaveProperty('fallbacksFrom')
  })

  it('may be null, which says nothing', () => {
    const nulls = Object.fromEntries(Object.keys({ ...EFFORT, ...FALLBACKS }).map((name) => [name, null]))
    expect(decode(nulls).routing).toEqual(decode({}).routing)
  })

  it('are no words for hosts', () => {
    const plain = decode({}).chat
    expect(decode({ ...EFFORT, ...FALLBACKS }).chat).toEqual(plain)
  })
})

describe('the routing fields', () => {
  it.each([
    [true, { afterMs: null }],
    [{}, { afterMs: null }],
    [false, null],
  ])('read hedge %j as a wish', (hedge, wish) => {
    expect(CHATS['OpenAI Chat']({ hedge }).routing.reliability).toEqual({ hedge: wish })
  })

  it.each<[param: string, fields: object]>([
    ['num_retries', { num_retries: 11 }],
    ['num_retries', { num_retries: -1 }],
    ['num_retries', { num_retries: 1.5 }],
    ['max_attempts', { max_attempts: 0 }],
    ['max_attempts', { max_attempts: 21 }],
    ['max_total_ms', { max_total_ms: 0 }],
    ['max_total_ms', { max_total_ms: 3_600_001 }],
    ['timeouts', { timeouts: 5_000 }],
    ['timeouts.first_byte_ms', { timeouts: { first_byte_ms: 1 } }],
    ['timeouts.connect_ms', { timeouts: { connect_ms: -1 } }],
    ['timeouts.ttft_ms', { timeouts: { ttft_ms: 0 } }],
    ['timeouts.idle_ms', { timeouts: { idle_ms: '1s' } }],
    ['timeouts.total_ms', { timeouts: { total_ms: 3_600_001 } }],
    ['hedge', { hedge: 300 }],
    ['hedge.after_ms', { hedge: { after_ms: 0 } }],
    ['stream_failure.mode', { stream_failure: { mode: 'restart' } }],
    ['stream_failure.max_fallbacks', { stream_failure: { max_fallbacks: 6 } }],
    ['fallbacks', { fallbacks: 'gpt-5' }],
    ['fallbacks', { fallbacks: Array(17).fill('m') }],
    ['fallbacks[1]', { fallbacks: ['m', ''] }],
    ['context_window_fallbacks[0]', { context_window_fallbacks: [{ model: 'm' }] }],
    ['content_policy_fallbacks[0]', { content_policy_fallbacks: [null] }],
    ['cache', { cache: true }],
    ['cache.ttl', { cache: { ttl: -1 } }],
    ['cache.ttl', { cache: { ttl: 2_592_001 } }],
    ['cache.no-store', { cache: { 'no-store': 1 } }],
  ])('are refused by name: %s in %j', (param, fields) => {
    for (const decode of Object.values(CHATS)) {
      expect(() => decode(fields)).toThrow(expect.objectContaining({ code: 'invalid_request', param }))
    }
  })

  it('are kept from hosts of embeddings, too', () => {
    expect(decodeEmbeddingRequest({ model: 'm', input: 'Hello', ...EFFORT }).request.extra).toEqual({})
  })
})
