import { env, exports } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { openaiAnswer, fakeHosts, OPENAI, refusal } from './hosts.ts'
import { bearer, chat, errorOf, fetchWith, get, jsonRequest, type Key, mintKey, watchLogs } from './world.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const OWN_KEY = 'sk-tenants-own-4242'
const MODEL = 'openai/gpt-4.1-mini'
/** Nobody but OpenAI may answer. */
const OPENAI_ONLY = { provider: { only: ['openai'] } }

function put(key: Key, host: string, body: object): Promise<Response> {
  return exports.default.fetch(`http://switchyard/v1/providers/${host}`, {
    ...jsonRequest(key, body),
    method: 'PUT',
  })
}

function remove(key: Key, host: string): Promise<Response> {
  const init = { method: 'DELETE', headers: bearer(key) }
  return exports.default.fetch(`http://switchyard/v1/providers/${host}`, init)
}

/** Which keys a chat was tried with. */
async function keysUsed(key: Key): Promise<(string | null)[]> {
  const calls = fakeHosts({ [OPENAI]: () => openaiAnswer('Hi'), 'llm.example.com': () => openaiAnswer('Hi') })
  await chat(key, MODEL, OPENAI_ONLY)
  return calls.map(({ host, headers }) => `${host} ${headers.get('authorization')}`)
}

const OPERATORS = [`${OPENAI} Bearer sk-openai-0123456789`]

/** What a tenant is told of a model at OpenAI. */
async function liveOf(key: Key) {
  const { providers } = models.parse(await (await get(key, '/v1/models/openai/gpt-4.1-nano')).json())
  return providers.find(({ provider }) => provider === 'openai')
}

describe('a tenant’s own account', () => {
  it('is called in the place of the operator’s, for that tenant only', async () => {
    const [owner, other] = [await mintKey(), await mintKey()]
    expect(await keysUsed(owner)).toEqual(OPERATORS)
    expect((await put(owner, 'openai', { api_key: OWN_KEY })).status).toBe(201)
    expect(await keysUsed(owner)).toEqual([`${OPENAI} Bearer ${OWN_KEY}`])
    expect(await keysUsed(other)).toEqual(OPERATORS)
    expect((await put(owner, 'openai', { api_key: 'sk-another-one-77' })).status).toBe(200)
    expect(await keysUsed(owner)).toEqual([`${OPENAI} Bearer sk-another-one-77`])
    expect((await remove(owner, 'openai')).status).toBe(204)
    expect(await keysUsed(owner)).toEqual(OPERATORS)
  })

  it('has its key sent to its own address and to no other', async () => {
    const key = await mintKey()
    await put(key, 'openai', { api_key: OWN_KEY, base_url: 'https://llm.example.com/v1/' })
    expect(await keysUsed(key)).toEqual([`llm.example.com Bearer ${OWN_KEY}`])
  })

  it('opens a host that the operator has none at', async () => {
    const key = await mintKey()
    const answer = await put(key, 'groq', { api_key: OWN_KEY, rpm: 10 })
    expect(await answer.json()).toMatchObject({ provider: 'groq', rpm: 10 })
    const { providers } = models.parse(await (await get(key, '/v1/models/openai/gpt-oss-120b')).json())
    expect(providers.find(({ provider }) => provider === 'groq')?.health).toBe('live')
  })

  it('is found by isolates that have not heard of it, in what was published', async () => {
    const key = await mintKey()
    await put(key, 'openai', { api_key: OWN_KEY })
    const published = await env.CONFIG.get(`providers:${key.tenantId}`)
    const fresh = await mintKey()
    await env.CONFIG.put(`providers:${fresh.tenantId}`, published ?? '')
    const calls = fakeHosts({ [OPENAI]: () => openaiAnswer('Hi') })
    const logs = watchLogs()
    const answer = await chat(fresh, MODEL, OPENAI_ONLY)
    // The key was sealed for another tenant: nobody's account is used in its stead.
    expect([answer.ok, calls]).toEqual([false, []])
    expect(logs.lines[0]?.text).toContain('could not be opened')
  })

  it('stays deleted where older news of it comes later', async () => {
    const key = await mintKey()
    await put(key, 'openai', { api_key: OWN_KEY })
    const old = await env.CONFIG.get(`providers:${key.tenantId}`)
    await remove(key, 'openai')
    await env.CONFIG.put(`providers:${key.tenantId}`, old ?? '')
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 })
    expect(await keysUsed(key)).toEqual(OPERATORS)
  })

  it('is shown without its key', async () => {
    const key = await mintKey()
    const made = await put(key, 'openai', { api_key: OWN_KEY, weight: 2 })
    const [one, all] = [await get(key, '/v1/providers/openai'), await get(key, '/v1/providers')]
    const shown = {
      object: 'provider',
      provider: 'openai',
      key_hint: '…4242',
      base_url: null,
      rpm: null,
      tpm: null,
      weight: 2,
      priority: null,
      created: expect.any(Number),
      created_by: key.id,
    }
    expect(await made.json()).toEqual(shown)
    expect(await one.json()).toEqual(shown)
    expect(await all.json()).toEqual({ object: 'list', data: [shown] })
  })

  it('is kept nowhere as it is', async () => {
    const key = await mintKey()
    await put(key, 'openai', { api_key: OWN_KEY })
    const row = await env.DB.prepare('select * from provider_keys where tenant_id = ?')
      .bind(key.tenantId)
      .first()
    const kept = `${JSON.stringify(row)}${await env.CONFIG.get(`providers:${key.tenantId}`)}`
    expect(kept).toContain('v1.test.')
    expect(kept).not.toContain(OWN_KEY.slice(0, 12))
    expect(kept).not.toContain(btoa(OWN_KEY).slice(0, 12))
  })

  it('leaves a note of who made, changed and deleted it, without the key', async () => {
    const key = await mintKey()
    await put(key, 'openai', { api_key: OWN_KEY })
    await put(key, 'openai', { api_key: OWN_KEY, rpm: 5 })
    await remove(key, 'openai')
    const { results } = await env.DB.prepare('select * from audit where tenant_id = ? order by id')
      .bind(key.tenantId)
      .all()
    const noted = { actor: key.id, object: 'openai' }
    expect(results).toMatchObject([
      { ...noted, action: 'provider.put', before: null },
      { ...noted, action: 'provider.put', after: expect.stringContaining('"rpm":5') },
      { ...noted, action: 'provider.delete', before: expect.stringContaining('…4242'), after: null },
    ])
    expect(JSON.stringify(results)).not.toContain(OWN_KEY.slice(0, 12))
  })

  it('has live figures of its own', async () => {
    const [owner, other] = [await mintKey(), await mintKey()]
    await put(owner, 'openai', { api_key: OWN_KEY })
    const before = await liveOf(other)
    fakeHosts({ [OPENAI]: () => refusal(503, 'Overloaded') })
    for (let failed = 0; failed < 5; failed++) await chat(owner, 'openai/gpt-4.1-nano', OPENAI_ONLY)
    expect(await liveOf(owner)).toMatchObject({ health: 'breaker_open', live: { error_rate: 1 } })
    expect(await liveOf(other)).toEqual(before)
    expect(before?.health).toBe('live')
  })

  it('belongs to its tenant and to keys that may manage it', async () => {
    const owner = await mintKey()
    await put(owner, 'openai', { api_key: OWN_KEY })
    const [foreign, reader] = [
      await mintKey(),
      await mintKey({ tenantId: owner.tenantId, scopes: 'inference' }),
    ]
    const missing = { status: 404, code: 'not_found' }
    expect(await errorOf(await get(foreign, '/v1/providers/openai'))).toMatchObject(missing)
    expect(await errorOf(await remove(foreign, 'openai'))).toMatchObject(missing)
    expect(await (await get(foreign, '/v1/providers')).json()).toEqual({ object: 'list', data: [] })
    expect(await errorOf(await put(reader, 'openai', { api_key: OWN_KEY }))).toMatchObject({ status: 403 })
    expect((await get(owner, '/v1/providers/openai')).status).toBe(200)
  })

  it.each([
    ['openai', { api_key: OWN_KEY, base_url: 'https://169.254.169.254/v1' }, 'base_url'],
    ['openai', { api_key: OWN_KEY, base_url: 'http://llm.example.com/v1' }, 'base_url'],
    ['openai', { api_key: OWN_KEY, base_url: 'http://127.0.0.1:8080/v1' }, 'base_url'],
    ['openai', { api_key: OWN_KEY, base_url: 'https://llm.example.com/v1?x=' }, 'base_url'],
    ['workers-ai', { api_key: OWN_KEY }, 'base_url'],
    ['openai', { api_key: 'short' }, 'api_key'],
    ['openai', { api_key: `${OWN_KEY}\r\nx-evil: 1` }, 'api_key'],
    ['openai', { base_url: 'https://llm.example.com' }, 'api_key'],
    ['azure', { api_key: OWN_KEY }, null],
  ])('at %s is refused: %j', async (host, body, param) => {
    const refused = await errorOf(await put(await mintKey(), host, body))
    expect(refused).toMatchObject({ status: 400, code: 'invalid_request', param })
    expect(JSON.stringify(refused)).not.toContain(OWN_KEY)
  })

  it('is not taken where nothing can be encrypted', async () => {
    const init = { ...jsonRequest(await mintKey(), { api_key: OWN_KEY }), method: 'PUT' }
    const answer = await fetchWith({ ...env, SECRETS_KEY: undefined }, '/v1/providers/openai', init)
    expect(await errorOf(answer)).toMatchObject({ status: 503, code: 'not_configured' })
  })
})

const models = z.object({
  providers: z.array(z.object({ provider: z.string(), health: z.string(), live: z.unknown() })),
})
