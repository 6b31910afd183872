import { afterEach, describe, expect, it, vi } from 'vitest'
import { SECURITY_HEADERS } from '../../src/http/security-headers.ts'
import {
  ANTHROPIC,
  anthropicAnswer,
  anthropicStream,
  fakeHosts,
  GOOGLE,
  googleAnswer,
  OPENAI,
  openaiAnswer,
  openaiStream,
  OPENAI_FIRST,
  OPENROUTER,
  refusal,
} from './hosts.ts'
import {
  ask,
  chat,
  contentOf,
  decisionIdOf,
  errorOf,
  eventsOf,
  fetchWith,
  jsonRequest,
  keyless,
  mintKey,
  recorded,
} from './world.ts'

afterEach(() => vi.restoreAllMocks())

describe('a whole answer', () => {
  it('comes as the host wrote it, with our name for the model and every header that explains it', async () => {
    const key = await mintKey()
    const calls = fakeHosts({ [OPENAI]: () => openaiAnswer('Hello') })
    const answer = await chat(key, 'gpt-4.1-mini', {
      ...OPENAI_FIRST,
      temperature: 0.5,
      unknown_field: 1,
    })
    expect(answer.status).toBe(200)
    expect(Object.fromEntries(answer.headers)).toEqual({
      ...SECURITY_HEADERS,
      'content-type': 'application/json',
      'x-request-id': expect.stringMatching(/^req_/),
      'x-switchyard-decision-id': expect.stringMatching(/^dec_/),
      'x-switchyard-model': 'openai/gpt-4.1-mini',
      'x-switchyard-provider': 'openai',
      'x-switchyard-reason': 'pinned_by_request',
      'x-switchyard-attempts': '1',
      'x-switchyard-cost-usd': '0.0006', // 600 × 0.4 + 400 cached × 0.1 + 200 × 1.6, per million
      'x-switchyard-cache': 'bypass',
    })
    expect(await answer.json()).toEqual({
      id: 'chatcmpl-host',
      object: 'chat.completion',
      created: 1,
      model: 'openai/gpt-4.1-mini',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
      usage: expect.objectContaining({ prompt_tokens: 1_000, completion_tokens: 200, cost: 0.0006 }),
    })
    expect(calls).toHaveLength(1)
    expect(calls[0]?.url).toBe('https://api.openai.com/v1/chat/completions')
    expect(calls[0]?.headers.get('authorization')).toBe('Bearer sk-openai-0123456789')
    expect(calls[0]?.body).toMatchObject({ model: 'gpt-4.1-mini', temperature: 0.5, unknown_field: 1 })
  })

  it.each([
    ['anthropic/claude-haiku-4.5', ANTHROPIC, 'x-api-key', 'sk-ant-0123456789', anthropicAnswer, 1_000, 90],
    ['google/gemini-2.5-flash', GOOGLE, 'x-goog-api-key', 'AIza0123456789', googleAnswer, 600, 80],
  ])('of %s is translated', async (model, host, header, secret, answerOf, promptTokens, completionTokens) => {
    const calls = fakeHosts({ [host]: () => answerOf('Hello') })
    const answer = await chat(await mintKey(), model, {
      provider: { ignore: ['openrouter'] },
      unknown_field: 1,
    })
    expect(answer.headers.get('x-switchyard-warnings')).toBe('dropped: unknown_field')
    expect(await answer.json()).toMatchObject({
      id: expect.stringMatching(/^chatcmpl_/),
      model,
      choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: promptTokens, completion_tokens: completionTokens },
    })
    expect(calls[0]?.headers.get(header)).toBe(secret)
    expect(calls[0]?.body).not.toHaveProperty('unknown_field')
  })

  it('names dropped fields in a header whatever they are called', async () => {
    fakeHosts({ [ANTHROPIC]: () => anthropicAnswer('Hello') })
    const odd = { 名字: 1, 'a\r\nset-cookie: b': 2, '\ud800': 3, ['x'.repeat(5_000)]: 4 }
    const answer = await chat(await mintKey(), 'claude-haiku-4.5', odd)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('set-cookie')).toBeNull()
    const warnings = answer.headers.get('x-switchyard-warnings') ?? ''
    expect(warnings).toContain('%E5%90%8D%E5%AD%97')
    expect(warnings.length).toBeLessThanOrEqual(1_000)
  })

  it('carries its decision when asked for', async () => {
    fakeHosts({ [OPENAI]: () => openaiAnswer('Hello') })
    const asked = await chat(await mintKey(), 'gpt-4.1', OPENAI_FIRST, { 'x-switchyard-metadata': 'enabled' })
    expect(await asked.json()).toMatchObject({
      switchyard: {
        id: decisionIdOf(asked),
        object: 'routing.decision',
        status: 'succeeded',
        answered_by: { model: 'openai/gpt-4.1', provider: 'openai' },
        attempts: [{ outcome: 'succeeded', provider: 'openai' }],
      },
    })
    const plain = await chat(await mintKey(), 'gpt-4.1')
    expect(await plain.json()).not.toHaveProperty('switchyard')
  })
})

describe('fallback', () => {
  it.each([
    [500, 'fallback_error', 'provider_failed', 'openai/gpt-5'],
    [401, 'fallback_error', 'provider_auth', 'openai/gpt-5.1'],
    [429, 'fallback_rate_limit', 'rate_limited', 'openai/gpt-5.2'],
    [504, 'fallback_timeout', 'timeout', 'openai/gpt-5.4'],
  ])('after %i says %s', async (status, reason, failureCode, model) => {
    const key = await mintKey()
    const calls = fakeHosts({
      [OPENAI]: () => refusal(status, 'Not now'),
      [OPENROUTER]: () => openaiAnswer('Hello'),
    })
    const answer = await chat(key, model, OPENAI_FIRST)
    expect(answer.status).toBe(200)
    expect(calls.map(({ host }) => host)).toEqual([OPENAI, OPENROUTER])
    expect(answer.headers.get('x-switchyard-reason')).toBe(reason)
    expect(answer.headers.get('x-switchyard-attempts')).toBe('2')
    expect(answer.headers.get('x-switchyard-provider')).toBe('openrouter')
    expect(await answer.json()).toMatchObject({ model, choices: [{ message: { content: 'Hello' } }] })
    const { decision, attempts } = await recorded(key, decisionIdOf(answer))
    expect(decision).toMatchObject({ status: 'succeeded', reason, attemptCount: 2, failureCode: null })
    expect(attempts).toMatchObject([
      { number: 1, provider: 'openai', outcome: 'failed', failureCode, costMicroUsd: 0 },
      { number: 2, provider: 'openrouter', outcome: 'succeeded', failureCode: null },
    ])
  })

  it('also serves a stream that has not begun, and models[] in their order', async () => {
    const calls = fakeHosts({
      [OPENAI]: () => openaiStream([], 'broken'),
      [ANTHROPIC]: () => anthropicStream(['Bonjour']),
    })
    const answer = await chat(await mintKey(), 'openai/gpt-4o-mini', {
      stream: true,
      models: ['anthropic/claude-haiku-4.5'],
      provider: { only: ['openai', 'anthropic'] },
    })
    expect(calls.map(({ host }) => host)).toEqual([OPENAI, ANTHROPIC])
    expect(answer.headers.get('x-switchyard-model')).toBe('anthropic/claude-haiku-4.5')
    const events = await eventsOf(answer)
    expect(contentOf(events)).toBe('Bonjour')
    expect(events.at(-1)).toBe('[DONE]')
  })
})

const limited = () => refusal(429, 'Slow down', { 'retry-after': '7' })

describe('no answer', () => {
  it.each([false, true])('from any host is the last one’s failure (stream: %s)', async (stream) => {
    const key = await mintKey()
    fakeHosts({ [OPENAI]: () => refusal(500, 'Broken'), [OPENROUTER]: () => refusal(503, 'Overloaded') })
    const answer = await chat(key, 'openai/gpt-5.5', { ...OPENAI_FIRST, stream, num_retries: 0 })
    expect(answer.headers.get('x-switchyard-attempts')).toBe('2')
    expect(await errorOf(answer)).toMatchObject({
      status: 502,
      code: 'provider_failed',
      message: 'Overloaded',
      provider: { status: 503, code: 'host_code', request_id: 'req-of-host' },
    })
    const { decision, attempts } = await recorded(key, decisionIdOf(answer))
    expect(decision).toMatchObject({ status: 'failed', failureCode: 'provider_failed', costMicroUsd: 0 })
    expect(attempts).toMatchObject([{ outcome: 'failed' }, { outcome: 'failed' }])
  })

  it('because of rate limits says when to come back', async () => {
    fakeHosts({ [OPENAI]: limited, [OPENROUTER]: limited })
    const answer = await chat(await mintKey(), 'openai/gpt-5.6-sol', { ...OPENAI_FIRST, num_retries: 0 })
    expect(answer.headers.get('retry-after')).toBe('7')
    expect(await errorOf(answer)).toMatchObject({
      status: 429,
      code: 'rate_limited',
      type: 'rate_limit_error',
    })
  })

  it('to a refused request is asked for only once', async () => {
    const calls = fakeHosts({
      [OPENAI]: () => refusal(422, 'No such voice'),
      [OPENROUTER]: () => openaiAnswer('Hi'),
    })
    const answer = await chat(await mintKey(), 'openai/gpt-4.1-nano', OPENAI_FIRST)
    expect(await errorOf(answer)).toMatchObject({
      status: 422,
      code: 'provider_rejected',
      message: 'No such voice',
    })
    expect(calls).toHaveLength(1)
  })

  it('comes from models nobody knows', async () => {
    const calls = fakeHosts({})
    const key = await mintKey()
    const unknown = { status: 404, code: 'model_not_found' }
    expect(await errorOf(await chat(key, 'gpt-nonesuch'))).toMatchObject({ ...unknown, param: 'model' })
    expect(await errorOf(await chat(key, 'auto', { models: ['gpt-4o', 'x'] }))).toMatchObject({
      ...unknown,
      param: 'models[1]',
    })
    expect(calls).toHaveLength(0)
  })

  it('comes without a model that fits', async () => {
    fakeHosts({})
    const answer = await chat(await mintKey(), 'auto', { provider: { only: ['nobody'] } })
    expect(await errorOf(answer)).toMatchObject({ status: 400, code: 'no_eligible_model' })
  })

  it('comes without any live host', async () => {
    fakeHosts({})
    const asked = jsonRequest(await mintKey(), ask('auto'))
    const answer = await fetchWith(keyless, '/v1/chat/completions', asked)
    expect(await errorOf(answer)).toMatchObject({ status: 503, code: 'no_live_host' })
    expect((await fetchWith(keyless, '/readyz', { headers: {} })).status).toBe(503)
  })
})
