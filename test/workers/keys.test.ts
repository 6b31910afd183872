import { env, exports } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { sha256Hex } from '../../src/tenants/keys.ts'
import { fakeHosts, OPENAI, openaiAnswer, OPENROUTER } from './hosts.ts'
import { bearer, chat, errorOf, get, type Key, mintKey, post, watchLogs } from './world.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const shownKey = z.strictObject({
  id: z.string(),
  object: z.literal('api_key'),
  name: z.string().nullable(),
  prefix: z.string().length(10),
  scopes: z.array(z.string()),
  allowed_models: z.array(z.string()).nullable(),
  limits: z.object({}).loose().nullable(),
  disabled: z.boolean(),
  expires_at: z.number().nullable(),
  created: z.number(),
  created_by: z.string().nullable(),
  rotated_at: z.number().nullable(),
  old_secret_expires_at: z.number().nullable(),
})
const madeKey = shownKey.extend({ key: z.string().regex(/^sk-sy-[0-9a-z]{40}$/) })
const keyList = z.object({ data: z.array(shownKey), has_more: z.boolean() })
const auditList = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      tenant: z.string(),
      actor: z.string(),
      action: z.string(),
      target: z.string(),
      before: z.unknown().optional(),
      after: z.unknown().optional(),
      request_id: z.string(),
    }),
  ),
  has_more: z.boolean(),
})

function send(key: Key, method: string, path: string, body?: object): Promise<Response> {
  return exports.default.fetch(`http://switchyard${path}`, {
    method,
    headers: { ...bearer(key), ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
}

/** A key made through the API. */
async function makeKey(maker: Key, fields: object = {}): Promise<Key> {
  const answer = await post(maker, '/v1/keys', fields)
  expect(answer.status).toBe(201)
  const { id, key: secret } = madeKey.parse(await answer.json())
  return { id, secret, tenantId: maker.tenantId }
}

const works = async (key: Key) => (await get(key, '/v1/models')).status === 200
const seen = async (maker: Key, id: string) =>
  shownKey.parse(await (await get(maker, `/v1/keys/${id}`)).json())

describe('POST /v1/keys', () => {
  it('makes a key that works at once, shows its secret once and keeps only its hash', async () => {
    const logs = watchLogs()
    const admin = await mintKey()
    const expires = Math.floor(Date.now() / 1_000) + 3_600
    const answer = await post(admin, '/v1/keys', {
      name: 'support bot',
      scopes: ['inference'],
      allowed_models: ['openai/*'],
      limits: { max_budget_usd: 1.5, budget_duration: '30d', rpm: 100 },
      expires_at: expires,
    })
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const { key: secret, ...made } = madeKey.parse(await answer.json())
    expect(made).toMatchObject({
      name: 'support bot',
      scopes: ['inference'],
      allowed_models: ['openai/*'],
      limits: { max_budget_usd: 1.5, budget_duration: '30d', rpm: 100, tpm: null, strict: false },
      expires_at: expires,
      created_by: admin.id,
      disabled: false,
    })
    expect(secret.startsWith(made.prefix)).toBe(true)
    expect(await works({ id: made.id, secret, tenantId: admin.tenantId })).toBe(true)
    expect(await seen(admin, made.id)).toEqual(made)
    const rows = await env.DB.prepare('select * from api_keys, audit').all()
    const words = [JSON.stringify(rows.results), await (await get(admin, '/v1/audit')).text()]
    const logged = logs.lines.map(({ text }) => text)
    expect(words[0]).toContain(await sha256Hex(secret))
    for (const text of [...words, ...logged]) expect(text.includes(secret)).toBe(false)
  })

  it.each<[object, string]>([
    [{ scopes: ['root'] }, 'scopes[0]'],
    [{ scopes: [] }, 'scopes'],
    [{ allowed_models: [] }, 'allowed_models'],
    [{ limits: { rpm: 0 } }, 'limits.rpm'],
    [{ limits: { soft_budget_usd: 1 } }, 'limits.soft_budget_usd'],
    [{ expires_at: 1 }, 'expires_at'],
    [{ name: '' }, 'name'],
  ])('refuses %j', async (body, param) => {
    expect(await errorOf(await post(await mintKey(), '/v1/keys', body))).toMatchObject({
      status: 400,
      code: 'invalid_request',
      param,
    })
  })

  it('gives no scope that the caller lacks, by no way', async () => {
    const lacking = { status: 403, code: 'insufficient_scope', param: 'scopes' }
    const tenantId = `ten_${crypto.randomUUID()}`
    const admin = await mintKey({ tenantId, scopes: 'admin' })
    const other = await mintKey({ tenantId, scopes: 'inference' })
    const scopes = ['inference', 'admin']
    expect(await errorOf(await post(admin, '/v1/keys', { scopes }))).toMatchObject(lacking)
    expect(await errorOf(await post(admin, '/v1/keys', {}))).toMatchObject(lacking)
    expect(await errorOf(await send(admin, 'PATCH', `/v1/keys/${other.id}`, { scopes }))).toMatchObject(
      lacking,
    )
    expect(await errorOf(await send(admin, 'POST', `/v1/keys/${other.id}/rotate`))).toMatchObject(lacking)
    expect(await works(other)).toBe(true)
  })
})

const hello = () => openaiAnswer('Hello')

describe('a key’s list of models', () => {
  it('holds for what is pinned, chosen, listed and embedded', async () => {
    const admin = await mintKey()
    const key = await makeKey(admin, { allowed_models: ['openai/gpt-4.1'] })
    fakeHosts({ [OPENAI]: hello, [OPENROUTER]: hello })
    const chosen = await chat(key, 'auto')
    expect(chosen.headers.get('x-switchyard-model')).toBe('openai/gpt-4.1')
    await chosen.text()
    const refused = { status: 404, code: 'model_not_found', param: 'model' }
    expect(await errorOf(await chat(key, 'anthropic/claude-haiku-4.5'))).toMatchObject(refused)
    const vectors = { model: 'openai/text-embedding-3-small', input: 'x' }
    expect(await errorOf(await post(key, '/v1/embeddings', vectors))).toMatchObject(refused)
    expect(await errorOf(await get(key, '/v1/models/anthropic/claude-haiku-4.5'))).toMatchObject(refused)
    const listed = z.object({ data: z.array(z.object({ id: z.string(), virtual: z.boolean().optional() })) })
    const { data } = listed.parse(await (await get(key, '/v1/models')).json())
    expect(data.filter(({ virtual }) => !virtual).map(({ id }) => id)).toEqual(['openai/gpt-4.1'])
  })
})

describe('PATCH /v1/keys/{id}', () => {
  it('changes what is named, takes away what is null, and is noted with before and after', async () => {
    const admin = await mintKey()
    const { id } = await makeKey(admin, { name: 'a', limits: { rpm: 5 }, allowed_models: ['x/*'] })
    const changed = await send(admin, 'PATCH', `/v1/keys/${id}`, { name: 'b', limits: null })
    const body = shownKey.parse(await changed.json())
    expect(body).toMatchObject({ name: 'b', limits: null, allowed_models: ['x/*'] })
    expect(await seen(admin, id)).toEqual(body)
    const { data } = auditList.parse(await (await get(admin, '/v1/audit?limit=1')).json())
    expect(data[0]).toMatchObject({
      tenant: admin.tenantId,
      actor: admin.id,
      action: 'key.update',
      target: id,
      before: { name: 'a', limits: { rpm: 5 } },
      after: { name: 'b', limits: null },
      request_id: changed.headers.get('x-request-id'),
    })
    expect((await send(admin, 'PATCH', `/v1/keys/${id}`, {})).status).toBe(200)
  })

  it('disables a key at once, also in the key-value store, and lets it live again', async () => {
    const admin = await mintKey()
    const key = await makeKey(admin)
    expect(await works(key)).toBe(true)
    await send(admin, 'PATCH', `/v1/keys/${key.id}`, { disabled: true })
    expect(await errorOf(await get(key, '/v1/models'))).toMatchObject({
      status: 401,
      code: 'invalid_api_key',
    })
    expect(await env.CONFIG.get(`api-key:${await sha256Hex(key.secret)}`)).toMatch(/"disabledAt":\d/)
    await send(admin, 'PATCH', `/v1/keys/${key.id}`, { disabled: false })
    expect(await works(key)).toBe(true)
  })

  it('does not let a key disable or delete itself', async () => {
    const admin = await mintKey()
    const refused = { status: 400, code: 'invalid_request' }
    const off = await send(admin, 'PATCH', `/v1/keys/${admin.id}`, { disabled: true })
    expect(await errorOf(off)).toMatchObject({ ...refused, param: 'disabled' })
    expect(await errorOf(await send(admin, 'DELETE', `/v1/keys/${admin.id}`))).toMatchObject(refused)
    expect(await works(admin)).toBe(true)
  })
})

async function rotate(admin: Key, id: string, body?: object): Promise<Key> {
  const answer = await send(admin, 'POST', `/v1/keys/${id}/rotate`, body)
  return { id, secret: madeKey.parse(await answer.json()).key, tenantId: admin.tenantId }
}

describe('POST /v1/keys/{id}/rotate', () => {
  it('makes a new secret, and ends the old one at once', async () => {
    const admin = await mintKey()
    const old = await makeKey(admin)
    expect(await works(old)).toBe(true)
    const fresh = await rotate(admin, old.id)
    expect([await works(old), await works(fresh)]).toEqual([false, true])
  })

  it('keeps the old secret good for the grace asked for, unless it is rotated again', async () => {
    const admin = await mintKey()
    const first = await makeKey(admin)
    const second = await rotate(admin, first.id, { grace_seconds: 3_600 })
    expect([await works(first), await works(second)]).toEqual([true, true])
    const third = await rotate(admin, first.id, { grace_seconds: 3_600 })
    expect([await works(first), await works(second), await works(third)]).toEqual([false, true, true])
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_601_000 })
    expect([await works(second), await works(third)]).toEqual([false, true])
    const long = await send(admin, 'POST', `/v1/keys/${first.id}/rotate`, { grace_seconds: 604_801 })
    expect(await errorOf(long)).toMatchObject({ status: 400, param: 'grace_seconds' })
  })
})

describe('POST /v1/keys/{id}/rotate, by several at a time', () => {
  it('hands out no secret that is dead already', async () => {
    const admin = await mintKey()
    const { id } = await makeKey(admin)
    const rotation = { grace_seconds: 60 }
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => send(admin, 'POST', `/v1/keys/${id}/rotate`, rotation)),
    )
    const won = answers.filter(({ status }) => status === 200)
    for (const answer of answers) expect([200, 412]).toContain(answer.status)
    const secrets = await Promise.all(won.map(async (answer) => madeKey.parse(await answer.json()).key))
    const good = await Promise.all(secrets.map((secret) => works({ id, secret, tenantId: admin.tenantId })))
    // A rotation that began after another was done ends what that one's grace is for.
    expect(good.filter(Boolean)).toHaveLength(Math.min(2, won.length))
  })
})

describe('DELETE /v1/keys/{id}', () => {
  it('ends a key for good', async () => {
    const admin = await mintKey()
    const key = await makeKey(admin)
    expect(await works(key)).toBe(true)
    expect(await (await send(admin, 'DELETE', `/v1/keys/${key.id}`)).json()).toMatchObject({ deleted: true })
    expect(await works(key)).toBe(false)
    const gone = { status: 404, code: 'not_found', param: 'id' }
    expect(await errorOf(await get(admin, `/v1/keys/${key.id}`))).toMatchObject(gone)
    const again = await send(admin, 'PATCH', `/v1/keys/${key.id}`, { disabled: false })
    expect(await errorOf(again)).toMatchObject(gone)
    const { data } = keyList.parse(await (await get(admin, '/v1/keys')).json())
    expect(data.map(({ id }) => id)).toEqual([admin.id])
  })
})

describe('keys of others', () => {
  it('are not there', async () => {
    const [stranger, owner] = [await mintKey(), await mintKey()]
    const path = `/v1/keys/${owner.id}`
    const answers = [
      await get(stranger, path),
      await send(stranger, 'PATCH', path, { disabled: true }),
      await send(stranger, 'POST', `${path}/rotate`),
      await send(stranger, 'DELETE', path),
    ]
    for (const answer of answers) expect(await errorOf(answer)).toMatchObject({ status: 404 })
    expect(await works(owner)).toBe(true)
    const { data } = keyList.parse(await (await get(stranger, '/v1/keys')).json())
    expect(data.map(({ id }) => id)).toEqual([stranger.id])
    const audited = auditList.parse(await (await get(stranger, '/v1/audit')).json())
    expect(audited.data).toEqual([])
  })
})

describe('GET /v1/keys', () => {
  it('lists a page at a time, newest first', async () => {
    const admin = await mintKey()
    const made = [await makeKey(admin), await makeKey(admin), await makeKey(admin)].map(({ id }) => id)
    const read = async (query: string) => keyList.parse(await (await get(admin, `/v1/keys${query}`)).json())
    const all = (await read('')).data.map(({ id }) => id)
    expect(all.toSorted((a, b) => a.localeCompare(b))).toEqual(
      [...made, admin.id].toSorted((a, b) => a.localeCompare(b)),
    )
    const first = await read('?limit=2')
    expect(first.has_more).toBe(true)
    const rest = await read(`?limit=2&before=${first.data[1]?.id}`)
    expect([...first.data, ...rest.data].map(({ id }) => id)).toEqual(all)
    expect(rest.has_more).toBe(false)
    expect(await errorOf(await get(admin, '/v1/keys?limit=0'))).toMatchObject({ param: 'limit' })
  })
})
