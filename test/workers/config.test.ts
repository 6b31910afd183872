import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { DEFAULT_RELIABILITY } from '../../src/core/reliability.ts'
import { askedOf } from '../../src/http/asked.ts'
import type { RequestScope } from '../../src/http/context.ts'
import { decide } from '../../src/http/decide.ts'
import { publishConfig } from '../../src/http/publish-config.ts'
import { cacheWishFor } from '../../src/http/response-cache.ts'
import { tenantFor } from '../../src/http/tenant.ts'
import { decodeChatRequest } from '../../src/protocols/openai-chat/decode-request.ts'
import { CONFIG_EXAMPLES } from './config-examples.ts'
import { ANTHROPIC, anthropicAnswer, fakeHosts, OPENAI, OPENROUTER } from './hosts.ts'
import {
  ask,
  chat,
  errorOf,
  get,
  type Key,
  mintKey,
  post,
  watchLogs,
  putConfig,
  tenantWith,
} from './world.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const MINI = 'openai/gpt-4.1-mini'
const HAIKU = 'anthropic/claude-haiku-4.5'

/** From another isolate, or an earlier time: nothing but what the key-value store holds. */
const publish = (key: Key, version: number, document: unknown) =>
  env.CONFIG.put(`config:${key.tenantId}`, JSON.stringify({ version, document }))

const down = () => new Response('down', { status: 503 })

async function fallbackOf(key: Key, model = MINI): Promise<unknown> {
  const routed = await post(key, '/v1/route', ask(model))
  expect(routed.status).toBe(200)
  const body: object = await routed.json()
  return 'fallback' in body ? body.fallback : null
}

describe('PUT /v1/config', () => {
  it('keeps each version, and gives the latest back as it was sent', async () => {
    const key = await mintKey()
    expect(await errorOf(await get(key, '/v1/config'))).toMatchObject({ status: 404, code: 'not_found' })
    const first = await putConfig(key, { default_fallbacks: [HAIKU] }, { 'if-none-match': '*' })
    expect(first.headers.get('etag')).toBe('"1"')
    expect(first.status).toBe(201)
    const second = await putConfig(key, { num_retries: 0 }, { 'if-match': '"1"' })
    expect(second.status).toBe(200)
    expect(await second.json()).toEqual({
      object: 'config.version',
      version: 2,
      created: expect.any(Number),
      created_by: key.id,
    })
    const latest = await get(key, '/v1/config')
    expect(latest.headers.get('etag')).toBe('"2"')
    expect(await latest.json()).toEqual({ num_retries: 0 })
    const listed = await get(key, '/v1/config/versions?limit=1')
    expect(await listed.json()).toMatchObject({ object: 'list', data: [{ version: 2 }], has_more: true })
    const rest = await get(key, '/v1/config/versions?before=2')
    expect(await rest.json()).toMatchObject({
      data: [{ version: 1, created_by: key.id }],
      has_more: false,
    })
  })

  it('replaces only what its sender has seen', async () => {
    const key = await mintKey()
    const early = await errorOf(await putConfig(key, {}, { 'if-match': '"1"' }))
    expect(early).toMatchObject({ status: 412, code: 'precondition_failed', param: 'If-Match' })
    await putConfig(key, {})
    const blind = await putConfig(key, {})
    expect(blind.headers.get('etag')).toBe('"1"')
    expect(await errorOf(blind)).toMatchObject({ status: 428, code: 'precondition_required' })
    expect((await putConfig(key, {}, { 'if-match': 'W/"7", "1"' })).status).toBe(200)
    for (const headers of [{ 'if-match': '"1"' }, { 'if-match': '2' }, { 'if-none-match': '*' }]) {
      expect((await putConfig(key, {}, headers)).status).toBe(412)
    }
    expect((await putConfig(key, {}, { 'if-match': 'W/"2"' })).status).toBe(200)
    expect((await putConfig(key, {}, { 'if-match': '*' })).headers.get('etag')).toBe('"4"')
  })

  it('lets one of several win that replace the same version', async () => {
    const key = await tenantWith({})
    const answers = await Promise.all(
      [1, 2, 3, 4].map((retries) => putConfig(key, { num_retries: retries }, { 'if-match': '"1"' })),
    )
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412, 412, 412])
    expect((await get(key, '/v1/config')).headers.get('etag')).toBe('"2"')
  })

  it('refuses a wrong document with everything that is wrong, and keeps nothing of it', async () => {
    const key = await mintKey()
    const refused = await putConfig(key, {
      fallbacks: { [MINI]: ['openai/gpt-9'], [HAIKU]: ['claude-sonnet-4.5'], 'claude-sonnet-4.5': [HAIKU] },
      timeouts: { ttft_ms: -1 },
      policy: { collaboration: { cascade: { models: [MINI, 'gpt-9'] }, verify: { checks: ['spelling'] } } },
      pools: { [MINI]: { deployments: [{ host: 'nowhere', weight: 0 }] } },
    })
    const error = await errorOf(refused)
    expect(error).toMatchObject({
      status: 400,
      code: 'invalid_request',
      param: 'policy.collaboration.verify.checks[0]',
    })
    expect(error.errors?.map(({ path, code }) => `${code} ${path}`)).toEqual([
      'invalid policy.collaboration.verify.checks[0]',
      'out_of_range timeouts.ttft_ms',
      `out_of_range pools["${MINI}"].deployments[0].weight`,
      `unknown_model fallbacks["${MINI}"][0]`,
      'cycle fallbacks["claude-sonnet-4.5"][0]',
      `unknown_host pools["${MINI}"].deployments[0].host`,
      'unknown_model policy.collaboration.cascade.models[1]',
    ])
    expect(JSON.stringify(error.errors)).toContain(`${HAIKU} → anthropic/claude-sonnet-4.5 → ${HAIKU}`)
    const many = await errorOf(await putConfig(key, { default_fallbacks: Array(5_000).fill('x') }))
    expect(many).toMatchObject({ status: 400, param: 'default_fallbacks' })
    expect(many.errors).toHaveLength(100)
    const large = await putConfig(key, { default_fallbacks: ['x'.repeat(256 * 1024)] })
    expect(await errorOf(large)).toMatchObject({ status: 413, message: expect.stringContaining('256 KiB') })
    expect((await get(key, '/v1/config')).status).toBe(404)
    expect(await env.CONFIG.get(`config:${key.tenantId}`)).toBeNull()
  })

  it("is for a tenant's own administrators", async () => {
    const key = await tenantWith({ num_retries: 1 })
    const user = await mintKey({ tenantId: key.tenantId, scopes: 'inference' })
    for (const path of ['/v1/config', '/v1/config/versions']) {
      expect((await get(user, path)).status).toBe(403)
    }
    expect((await putConfig(user, {})).status).toBe(403)
    const other = await mintKey()
    expect((await get(other, '/v1/config')).status).toBe(404)
    expect(await (await get(other, '/v1/config/versions')).json()).toMatchObject({ data: [] })
  })

  it('publishes what is the latest in the end, and tries again where the store is busy', async () => {
    const key = await mintKey()
    const row = (version: number) => ({
      tenantId: key.tenantId,
      revision: version,
      version,
      candidate: null,
      document: `{"num_retries":${version}}`,
      candidateDocument: null,
    })
    const busy = vi.spyOn(env.CONFIG, 'put').mockRejectedValueOnce(new Error('429'))
    const latest = [row(1), row(2), row(2)]
    await publishConfig({ ...env }, async () => latest.shift() ?? null)
    expect(busy).toHaveBeenCalledTimes(3)
    expect(await env.CONFIG.get(`config:${key.tenantId}`, 'json')).toEqual({
      revision: 2,
      version: 2,
      document: { num_retries: 2 },
    })
  })
})

describe('a configuration', () => {
  it.each(Object.entries(CONFIG_EXAMPLES))('is taken: %s', async (_, document) => {
    const key = await tenantWith(document)
    expect(await (await get(key, '/v1/config')).json()).toEqual(document)
  })

  it('names who answers when the model asked for fails', async () => {
    const key = await tenantWith(CONFIG_EXAMPLES['never without an answer'])
    fakeHosts({ [OPENAI]: down, [OPENROUTER]: down, [ANTHROPIC]: () => anthropicAnswer('Hello') })
    const answer = await chat(key, 'gpt-4.1-mini')
    expect(await answer.json()).toMatchObject({ model: HAIKU })
    expect(answer.headers.get('x-switchyard-reason')).toBe('fallback_error')
  })

  it("stands behind a request's own wishes in the decision", async () => {
    const key = await tenantWith(CONFIG_EXAMPLES['never without an answer'])
    const fields = { fallbacks: ['gpt-4.1-nano'], content_policy_fallbacks: ['gemini-2.5-flash'] }
    const routed = await post(key, '/v1/route', ask(MINI, fields))
    expect(await routed.json()).toMatchObject({
      fallback: ['openai/gpt-4.1-nano', HAIKU, 'google/gemini-2.5-flash'],
      content_policy_fallback: ['google/gemini-2.5-flash', HAIKU],
    })
    const body = await (await post(key, '/v1/route', ask(HAIKU))).json()
    expect(body).toMatchObject({ context_window_fallback: ['google/gemini-2.5-flash'] })
    expect(body).not.toHaveProperty('content_policy_fallback')
    const inbound = decodeChatRequest(ask(MINI, { num_retries: 4, hedge: false }))
    expect((await decide(askedOf(await scopeFor(key), inbound))).reliability).toEqual({
      ...DEFAULT_RELIABILITY,
      retries: 4,
      maxTotalMs: 120_000,
      timeouts: { ...DEFAULT_RELIABILITY.timeouts, connectMs: 5_000, ttftMs: 20_000 },
      hedge: null,
      streamFailure: { mode: 'continue', maxFallbacks: 2 },
    })
  })

  it('leaves the rest to the operator', async () => {
    const variables = { ...env, HOST_IDLE_MS: '7000', HOST_TTFT_MS: '9000' }
    const key = await tenantWith({ timeouts: { ttft_ms: 1_000 } })
    const decision = await decide(
      askedOf(await scopeFor(key, { env: variables }), decodeChatRequest(ask(MINI))),
    )
    expect(decision.reliability.timeouts).toMatchObject({ idleMs: 7_000, ttftMs: 1_000 })
  })
})

async function scopeFor(key: Key, rest: Partial<RequestScope> = {}): Promise<RequestScope> {
  return {
    env: { ...env },
    caller: {
      keyId: key.id,
      tenantId: key.tenantId,
      scopes: ['inference'],
      userId: null,
      allowedModels: null,
      limits: null,
      tenantLimits: null,
    },
    tenant: await tenantFor({ ...env }, key.tenantId, (work) => void work, Date.now()),
    requestId: 'req_1',
    background: (work) => void work,
    signal: new AbortController().signal,
    wantsMetadata: false,
    cacheTtlMs: null,
    region: 'local',
    headers: new Headers(),
    ...rest,
  }
}

const later = (ms: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms })

describe('a change of configuration', () => {
  it('is seen at once where it was made, and within half a minute of being published elsewhere', async () => {
    const key = await tenantWith({ fallbacks: { [MINI]: [HAIKU] } })
    expect(await fallbackOf(key)).toEqual([HAIKU])
    await putConfig(key, { fallbacks: {} }, { 'if-match': '"1"' })
    expect(await fallbackOf(key)).toEqual([])
    await publish(key, 3, { default_fallbacks: ['gemini-2.5-flash'] })
    later(31_000)
    expect(await fallbackOf(key)).toEqual(['google/gemini-2.5-flash'])
  })

  it('is never taken back by older news, nor by news that cannot be read', async () => {
    const key = await tenantWith({ default_fallbacks: [HAIKU] })
    await putConfig(key, { default_fallbacks: ['gemini-2.5-flash'] }, { 'if-match': '"1"' })
    const logs = watchLogs()
    await publish(key, 1, { default_fallbacks: [HAIKU] })
    later(31_000)
    expect(await fallbackOf(key)).toEqual(['google/gemini-2.5-flash'])
    for (const document of [{ fallbacks: 7 }, { a_word_of_the_future: true }]) {
      await publish(key, 9, document)
      later(31_000)
      expect(await fallbackOf(key)).toEqual(['google/gemini-2.5-flash'])
    }
    await env.CONFIG.put(`config:${key.tenantId}`, '{broken')
    later(31_000)
    expect(await fallbackOf(key)).toEqual(['google/gemini-2.5-flash'])
    const warnings = logs.lines.filter(({ text }) => text.includes('A configuration could not be read'))
    expect(warnings).toHaveLength(3)
    expect(warnings[0]).toMatchObject({ level: 'warn', text: expect.stringContaining(key.tenantId) })
  })

  it('counts as none where it never could be read', async () => {
    const key = await mintKey()
    await env.CONFIG.put(`config:${key.tenantId}`, '{broken')
    watchLogs()
    expect(await fallbackOf(key)).toEqual([])
  })
})

describe('how long an answer may be reused', () => {
  it('is said by the body, then the header, then the tenant', async () => {
    const key = await tenantWith({ cache: { ttl: 300 } })
    const wish = (fields: object, cacheTtlMs: number | null) =>
      scopeFor(key, { cacheTtlMs }).then((scope) =>
        cacheWishFor(askedOf(scope, decodeChatRequest(ask(MINI, fields)))),
      )
    expect(await wish({}, null)).toEqual({ ttlMs: 300_000 })
    expect(await wish({ cache: { 'no-cache': true } }, 60_000)).toEqual({ ttlMs: 60_000, noRead: true })
    expect(await wish({ cache: { ttl: 0 } }, 60_000)).toEqual({ ttlMs: 0 })
  })

  it.each(['soon', '-1', '1.5', '2592001'])('is not %s', async (seconds) => {
    const key = await mintKey()
    const routed = (ttl: string) => post(key, '/v1/route', ask(MINI), { 'x-switchyard-cache-ttl': ttl })
    expect((await routed('60')).status).toBe(200)
    expect(await errorOf(await routed(seconds))).toMatchObject({
      status: 400,
      param: 'x-switchyard-cache-ttl',
    })
  })
})
