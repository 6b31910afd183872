import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import type { EmbeddingRequest } from '../../../src/core/embedding.ts'
import { callEmbeddings, type EmbeddingIo } from '../../../src/providers/call-embeddings.ts'
import { HOSTS, localHost } from '../../../src/providers/hosts.ts'

type Sent = { url: string; headers: Headers; body: unknown }

const TEXTS: EmbeddingRequest = {
  inputs: { kind: 'texts', texts: ['one', 'two'] },
  encoding: 'float',
  extra: {},
}

function hostCalled(id: string) {
  const host = HOSTS.find((one) => one.id === id)
  if (!host) throw new Error(`No host ${id}`)
  return host
}

/** Asks a host that gives these answers in turn; tells what it was sent. */
async function ask(
  id: string,
  request: Partial<EmbeddingRequest>,
  answers: (body: unknown) => unknown,
  io: Partial<EmbeddingIo> = {},
) {
  const sent: Sent[] = []
  const host = id === 'local' ? localHost(id, 'http://localhost') : hostCalled(id)
  const access = { host, baseUrl: 'https://host.example/v1', apiKey: 'secret-0123456789' }
  const outcome = await callEmbeddings(access, { ...TEXTS, ...request }, 'model-1', {
    async fetch(input, init) {
      const { url, headers } = new Request(input, init)
      const body: unknown = JSON.parse(typeof init?.body === 'string' ? init.body : 'null')
      sent.push({ url, headers, body })
      const answer = answers(body)
      return answer instanceof Response ? answer : Response.json(answer)
    },
    now: () => 1,
    signal: new AbortController().signal,
    timeouts: { connectMs: 1_000, ttftMs: 1_000, idleMs: 1_000, totalMs: 1_000 },
    ...io,
  })
  return { outcome, sent, body: sent[0]?.body }
}

const list = (vectors: readonly unknown[], usage: object | null = { prompt_tokens: 7, total_tokens: 7 }) => ({
  object: 'list',
  data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })),
  usage,
})
const inputOf = (body: unknown) => z.object({ input: z.array(z.string()) }).parse(body).input
const echo = (body: unknown) => {
  const texts = inputOf(body)
  return list(
    texts.map((text) => [Number(text)]),
    { prompt_tokens: texts.length },
  )
}
const VECTORS = [
  [1, 0],
  [0, 1],
]
const two = () => list(VECTORS)
const ALL: Partial<EmbeddingRequest> = {
  dimensions: 2,
  encoding: 'base64',
  user: 'u',
  extra: { input_type: 'query' },
}
const BASE64 = Buffer.from(new Float32Array([1, 0]).buffer).toString('base64')

describe('a host of OpenAI’s format', () => {
  it('is sent the inputs, with its key', async () => {
    const { outcome, sent } = await ask('openai', {}, two)
    expect(sent).toMatchObject([{ url: 'https://host.example/v1/embeddings' }])
    expect(sent[0]?.headers.get('authorization')).toBe('Bearer secret-0123456789')
    expect(sent[0]?.body).toEqual({ model: 'model-1', input: ['one', 'two'], encoding_format: 'float' })
    expect(outcome).toEqual({ ok: true, vectors: VECTORS, inputTokens: 7 })
  })

  it.each([
    ['openai', { dimensions: 2, encoding_format: 'base64', user: 'u' }],
    ['local', { dimensions: 2 }],
    ['mistral', { output_dimension: 2 }],
    ['cohere', {}],
    ['workers-ai', {}],
  ])('%s is sent what it takes', async (id, fields) => {
    const { body } = await ask(id, ALL, two)
    expect(body).toEqual({ model: 'model-1', input: ['one', 'two'], input_type: 'query', ...fields })
  })

  it('is sent tokens as tokens', async () => {
    const inputs = { kind: 'tokens', tokens: [[1, 2], [3]] } as const
    expect((await ask('openai', { inputs }, two)).body).toMatchObject({ input: [[1, 2], [3]] })
  })

  it('may answer in base64, out of order and without usage', async () => {
    const data = [
      { index: 1, embedding: [0, 1] },
      { index: 0, embedding: BASE64 },
    ]
    const { outcome } = await ask('openai', {}, () => ({ data }))
    expect(outcome).toEqual({ ok: true, vectors: [BASE64, [0, 1]], inputTokens: null })
  })
})

describe('Google', () => {
  it('is asked in its own words', async () => {
    const { outcome, sent } = await ask('google', ALL, () => ({
      embeddings: [{ values: [1, 0] }, { values: [0, 1] }],
      usageMetadata: { promptTokenCount: 4 },
    }))
    expect(sent[0]).toMatchObject({
      url: 'https://host.example/v1/models/model-1:batchEmbedContents',
      body: {
        requests: ['one', 'two'].map((text) => ({
          model: 'models/model-1',
          content: { parts: [{ text }] },
          outputDimensionality: 2,
        })),
      },
    })
    expect(sent[0]?.headers.get('x-goog-api-key')).toBe('secret-0123456789')
    expect(outcome).toEqual({ ok: true, vectors: VECTORS, inputTokens: 4 })
  })
})

describe('more inputs than a host takes at once', () => {
  const inputs = { kind: 'texts', texts: Array.from({ length: 45 }, (_, index) => String(index)) } as const

  it('go in several calls and come back in order', async () => {
    const { outcome, sent } = await ask('qwen', { inputs }, echo)
    expect(sent.map(({ body }) => inputOf(body).length)).toEqual([10, 10, 10, 10, 5])
    expect(outcome).toEqual({
      ok: true,
      vectors: inputs.texts.map((text) => [Number(text)]),
      inputTokens: 45,
    })
  })

  it('stop at a failure, and what was counted before is told', async () => {
    const { outcome, sent } = await ask('qwen', { inputs }, (body) =>
      JSON.stringify(body).includes('"20"') ? Response.json({ error: 'Busy' }, { status: 429 }) : echo(body),
    )
    expect(sent).toHaveLength(4)
    expect(outcome).toMatchObject({ ok: false, failure: { code: 'rate_limited' }, inputTokens: 30 })
  })
})

describe('a failure', () => {
  it.each([
    ['a vector too few', () => list([[1, 0]]), 'sent 1 vectors for 2 inputs'],
    ['vectors of different lengths', () => list([[1, 0], [1]]), 'a vector of 1 dimensions, not 2'],
    ['an empty vector', () => list([[1], []]), 'not in its own format'],
    ['something else', () => ({ choices: [] }), 'not in its own format'],
    ['no JSON', () => new Response('<html>'), 'not in its own format'],
    ['an error that says 200', () => ({ error: { message: 'Model down' } }), 'Model down'],
  ])('is %s', async (_, answer, words) => {
    const { outcome } = await ask('openai', {}, answer)
    expect(outcome).toMatchObject({
      ok: false,
      failure: { code: 'provider_failed', message: expect.stringContaining(words) },
    })
  })

  it('is a vector of another length than asked for, in base64 too', async () => {
    const { outcome } = await ask('openai', { dimensions: 3 }, () => list([BASE64, BASE64]))
    expect(outcome).toMatchObject({
      ok: false,
      failure: { message: expect.stringContaining('2 dimensions, not 3') },
    })
  })

  it('carries the host’s words without our key', async () => {
    const error = { message: 'Incorrect API key: secret-0123456789', code: 'invalid_api_key' }
    const { outcome } = await ask('openai', {}, () => Response.json({ error }, { status: 401 }))
    expect(outcome).toMatchObject({
      ok: false,
      failure: { code: 'provider_auth', status: 401, message: 'Incorrect API key: [redacted]' },
    })
  })

  it('is a host that is silent or cannot be reached', async () => {
    const silent = await ask('openai', {}, two, {
      fetch: (_, init) =>
        new Promise((_resolve, reject) =>
          init?.signal?.addEventListener('abort', () => reject(new Error('aborted'))),
        ),
      timeouts: { connectMs: 5, ttftMs: 5, idleMs: 5, totalMs: 5 },
    })
    expect(silent.outcome).toMatchObject({ ok: false, failure: { code: 'timeout' } })
    const gone = await ask('openai', {}, two, { fetch: () => Promise.reject(new TypeError('no route')) })
    expect(gone.outcome).toMatchObject({
      failure: { code: 'provider_failed', message: 'OpenAI could not be reached' },
    })
  })

  it('is not that the caller hung up', async () => {
    const hungUp = AbortSignal.abort()
    await expect(
      ask('openai', {}, two, { signal: hungUp, fetch: () => Promise.reject(hungUp.reason) }),
    ).rejects.toThrow()
  })

  it('is a host without embeddings', async () => {
    const { outcome, sent } = await ask('anthropic', {}, two)
    expect({ outcome, sent }).toMatchObject({ sent: [], outcome: { ok: false } })
  })
})
