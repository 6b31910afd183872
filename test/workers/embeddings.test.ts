import { afterEach, describe, expect, it, vi } from 'vitest'
import { SECURITY_HEADERS } from '../../src/http/security-headers.ts'
import { fakeHosts, GOOGLE, OPENAI, OPENROUTER, refusal } from './hosts.ts'
import {
  decisionIdOf,
  errorOf,
  fetchWith,
  get,
  jsonRequest,
  keyless,
  mintKey,
  post,
  recorded,
} from './world.ts'

afterEach(() => vi.restoreAllMocks())

const MODEL = 'openai/text-embedding-3-small'

function vectors(...embeddings: readonly unknown[]): Response {
  const data = embeddings.map((embedding, index) => ({ object: 'embedding', index, embedding }))
  return Response.json({ object: 'list', data, usage: { prompt_tokens: 1_000, total_tokens: 1_000 } })
}

const embed = (key: Parameters<typeof post>[0], body: object, headers = {}) =>
  post(key, '/v1/embeddings', { model: 'auto', input: 'Hello', ...body }, headers)

describe('POST /v1/embeddings', () => {
  it('answers as OpenAI does, with every header that explains it', async () => {
    const key = await mintKey()
    const calls = fakeHosts({ [OPENAI]: () => vectors([0.5, 1], [1, 0]) })
    const answer = await embed(key, { input: ['a', 'b'], user: 'u', provider: { only: ['openai'] } })
    expect(calls).toMatchObject([
      {
        url: 'https://api.openai.com/v1/embeddings',
        body: { model: 'text-embedding-3-small', input: ['a', 'b'], encoding_format: 'float', user: 'u' },
      },
    ])
    expect(Object.fromEntries(answer.headers)).toEqual({
      ...SECURITY_HEADERS,
      'content-type': 'application/json',
      'x-request-id': expect.stringMatching(/^req_/),
      'x-switchyard-decision-id': expect.stringMatching(/^dec_/),
      'x-switchyard-model': MODEL,
      'x-switchyard-provider': 'openai',
      'x-switchyard-reason': 'pinned_by_request',
      'x-switchyard-attempts': '1',
      'x-switchyard-cost-usd': '0.00002', // 1,000 × 0.02 per million
      'x-switchyard-cache': 'bypass',
    })
    expect(await answer.json()).toEqual({
      object: 'list',
      data: [
        { object: 'embedding', index: 0, embedding: [0.5, 1] },
        { object: 'embedding', index: 1, embedding: [1, 0] },
      ],
      model: MODEL,
      usage: { prompt_tokens: 1_000, total_tokens: 1_000, cost: 0.00002 },
    })
  })

  it('turns to another host of the same model, and keeps both attempts in the history', async () => {
    const key = await mintKey()
    const calls = fakeHosts({
      [OPENAI]: () => refusal(500, 'Broken'),
      [OPENROUTER]: () => vectors([1, 0]),
    })
    const answer = await embed(key, {}, { 'x-switchyard-metadata': 'enabled' })
    expect(calls.map(({ host }) => host)).toEqual([OPENAI, OPENROUTER])
    expect(answer.headers.get('x-switchyard-reason')).toBe('fallback_error')
    expect(answer.headers.get('x-switchyard-provider')).toBe('openrouter')
    expect(await answer.json()).toMatchObject({ model: MODEL, switchyard: { status: 'succeeded' } })
    const id = decisionIdOf(answer)
    const { decision, attempts } = await recorded(key, id)
    expect(decision).toMatchObject({
      requestedModel: 'auto',
      model: MODEL,
      provider: 'openrouter',
      taskType: 'embedding',
      tier: 'SIMPLE',
      language: '',
      status: 'succeeded',
      inputTokens: 1_000,
      outputTokens: 0,
      costMicroUsd: 20,
      bestMicroUsd: 20,
    })
    expect(attempts).toMatchObject([
      { provider: 'openai', outcome: 'failed', failureCode: 'provider_failed', costMicroUsd: 0 },
      { provider: 'openrouter', outcome: 'succeeded', costMicroUsd: 20 },
    ])
    expect(await (await get(key, `/v1/decisions/${id}`)).json()).toMatchObject({
      id,
      provider: 'openai',
      answered_by: { model: MODEL, provider: 'openrouter' },
      task: { type: 'embedding' },
      cost_usd: 0.00002,
    })
    expect(await (await get(key, '/v1/logs')).json()).toMatchObject({
      data: [{ id, task_type: 'embedding' }],
    })
    expect(await (await get(key, '/v1/usage')).json()).toMatchObject({
      data: expect.arrayContaining([
        expect.objectContaining({ model: MODEL, provider: 'openrouter', cost_usd: 0.00002 }),
      ]),
    })
  })

  it('passes base64 on as it came, and makes it where a host sends numbers', async () => {
    const key = await mintKey()
    const base64 = 'AACAPwAAAAA=' // 1, 0
    fakeHosts({ [OPENAI]: () => vectors(base64), [OPENROUTER]: () => vectors([1, 0]) })
    for (const only of ['openai', 'openrouter']) {
      const answer = await embed(key, { encoding_format: 'base64', provider: { only: [only] } })
      expect(await answer.json()).toMatchObject({ data: [{ embedding: base64 }] })
    }
  })

  it('asks Google in its own words, estimates what it does not count, and says what it drops', async () => {
    const key = await mintKey()
    const calls = fakeHosts({ [GOOGLE]: () => Response.json({ embeddings: [{ values: [1, 0] }] }) })
    const body = { model: 'gemini-embedding-001', user: 'u', provider: { order: ['google'] } }
    const answer = await embed(key, body)
    expect(calls[0]?.url).toMatch(/v1beta\/models\/gemini-embedding-001:batchEmbedContents$/)
    expect(answer.headers.get('x-switchyard-warnings')).toBe('dropped: user')
    const { attempts } = await recorded(key, decisionIdOf(answer))
    expect(attempts).toMatchObject([{ usageEstimated: true, inputTokens: expect.any(Number) }])
    expect(attempts[0]?.costMicroUsd).toBeGreaterThan(0)
  })

  it('does not take a host’s word for vectors that are missing', async () => {
    const key = await mintKey()
    fakeHosts({ [OPENAI]: () => vectors([1, 0]), [OPENROUTER]: () => vectors([1, 0]) })
    const error = await errorOf(await embed(key, { input: ['a', 'b'] }))
    expect(error).toMatchObject({ status: 502, code: 'provider_failed' })
  })

  it('tells the last failure in the host’s words, and records that nothing came', async () => {
    const key = await mintKey()
    const calls = fakeHosts({ [OPENAI]: () => refusal(400, 'Too odd') })
    const answer = await embed(key, {})
    const id = decisionIdOf(answer)
    expect(await errorOf(answer)).toMatchObject({
      status: 400,
      code: 'provider_rejected',
      message: 'Too odd',
    })
    expect(calls).toHaveLength(1)
    expect((await recorded(key, id)).decision).toMatchObject({
      status: 'failed',
      failureCode: 'provider_rejected',
      costMicroUsd: 0,
    })
  })

  it.each([
    [{ models: ['text-embedding-3-large'] }, 400, 'models'],
    [{ model: 'gpt-4.1-mini' }, 404, 'model'],
    [{ input: [] }, 400, 'input'],
    [{ dimensions: 9_999 }, 400, 'dimensions'],
  ])('refuses %j', async (body, status, param) => {
    expect(await errorOf(await embed(await mintKey(), body))).toMatchObject({ status, param })
  })

  it('asks a server of the operator’s own, by the model’s name there', async () => {
    const key = await mintKey()
    const calls = fakeHosts({ 'shed.internal': () => vectors([1, 0]) })
    const shed = { id: 'shed', base_url: 'http://shed.internal/v1', models: [{ id: 'nomic-embed-text' }] }
    const variables = { ...keyless, LOCAL_HOSTS: JSON.stringify([shed]) }
    const request = jsonRequest(key, { model: 'shed/nomic-embed-text', input: 'Hello' })
    const answer = await fetchWith(variables, '/v1/embeddings', request)
    expect(await answer.json()).toMatchObject({ model: 'shed/nomic-embed-text', usage: { cost: null } })
    expect(calls).toMatchObject([
      { url: 'http://shed.internal/v1/embeddings', body: { model: 'nomic-embed-text', input: ['Hello'] } },
    ])
  })

  it('needs a key, and a host', async () => {
    const key = await mintKey()
    const nobody = { ...key, secret: 'sk-unknown' }
    expect(await errorOf(await embed(nobody, {}))).toMatchObject({ status: 401 })
    const request = jsonRequest(key, { model: 'auto', input: 'Hello' })
    expect(await errorOf(await fetchWith(keyless, '/v1/embeddings', request))).toMatchObject({
      status: 503,
      code: 'no_live_host',
    })
  })
})

describe('GET /v1/models', () => {
  it('lists embedding models too, with what they cost and where', async () => {
    const key = await mintKey()
    const told = {
      id: MODEL,
      object: 'model',
      owned_by: 'openai',
      modalities: { input: ['text'], output: ['embedding'] },
      dimensions: 1_536,
      pricing: { prompt: 0.02 },
      health: 'live',
      providers: [{ provider: 'openai' }, { provider: 'openrouter' }],
    }
    expect(await (await get(key, '/v1/models')).json()).toMatchObject({
      data: expect.arrayContaining([expect.objectContaining({ id: MODEL, object: 'model' })]),
    })
    expect(await (await get(key, '/v1/models/text-embedding-3-small')).json()).toMatchObject(told)
  })
})
