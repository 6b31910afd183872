import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import type { Env } from '../../src/env.ts'
import { authenticate } from '../../src/tenants/keys.ts'
import { errorOf, fetchWith, get, mintKey } from './world.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

const ADMIN_KEY = 'the-operator-of-these-tests'
const OPERATED: Env = { ...env, ADMIN_KEY }

function admin(method: string, path: string, body?: object, secret = ADMIN_KEY): Promise<Response> {
  return fetchWith(OPERATED, path, {
    method,
    headers: { authorization: `Bearer ${secret}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
}

const tenant = z.object({ id: z.string(), name: z.string(), disabled: z.boolean() }).loose()
const list = z.object({ data: z.array(z.object({ id: z.string() }).loose()), has_more: z.boolean() })
const newId = () => `acme-${crypto.randomUUID().slice(0, 8)}`
const listed = async (path: string) => list.parse(await (await admin('GET', path)).json())

describe('/admin', () => {
  it('opens for the admin key and for nothing else', async () => {
    const key = await mintKey()
    expect((await admin('GET', '/admin/tenants')).status).toBe(200)
    const wrong = { status: 401, code: 'invalid_api_key' }
    for (const secret of [key.secret, `${ADMIN_KEY}x`, ADMIN_KEY.slice(1), 'a.b.c']) {
      expect(await errorOf(await admin('GET', '/admin/tenants', undefined, secret))).toMatchObject(wrong)
    }
    const none = await fetchWith(OPERATED, '/admin/tenants', { headers: {} })
    expect(await errorOf(none)).toMatchObject({ status: 401, code: 'missing_api_key' })
    const closed = await fetchWith({ ...env }, '/admin/tenants', {
      headers: { authorization: 'Bearer undefined' },
    })
    expect(await errorOf(closed)).toMatchObject(wrong)
    expect(await errorOf(await admin('GET', '/v1/models'))).toMatchObject(wrong)
  })
})

describe('/admin/tenants', () => {
  it('makes, shows, changes and lists tenants', async () => {
    const id = newId()
    const limits = { max_budget_usd: 100, budget_duration: '1mo' }
    const made = await admin('POST', '/admin/tenants', { id, name: 'Acme', limits })
    expect(made.status).toBe(201)
    expect(await made.json()).toMatchObject({ id, name: 'Acme', disabled: false, limits })
    const again = await admin('POST', '/admin/tenants', { id })
    expect(await errorOf(again)).toMatchObject({ status: 400, param: 'id' })
    const renamed = await admin('PATCH', `/admin/tenants/${id}`, { name: 'Acme Inc', limits: null })
    expect(await renamed.json()).toMatchObject({ name: 'Acme Inc', limits: null })
    expect(await (await admin('GET', `/admin/tenants/${id}`)).json()).toMatchObject({ name: 'Acme Inc' })
    const nobody = await errorOf(await admin('GET', '/admin/tenants/nobody'))
    expect(nobody).toMatchObject({ status: 404, code: 'not_found', param: 'id' })
    const bad = await errorOf(await admin('POST', '/admin/tenants', { id: 'A/b' }))
    expect(bad).toMatchObject({ status: 400, param: 'id' })
    const first = await listed('/admin/tenants?limit=1')
    const rest = await listed(`/admin/tenants?limit=100&after=${first.data[0]?.id}`)
    expect([...first.data, ...rest.data].map((one) => one.id)).toContain(id)
  })

  it('limits a tenant: all who call for it know at once', async () => {
    const key = await mintKey()
    const stores = { config: env.CONFIG, database: env.DB }
    const caller = () => authenticate(key.secret, stores, Date.now(), (work) => void work)
    expect((await caller()).tenantLimits).toBeNull()
    await admin('PATCH', `/admin/tenants/${key.tenantId}`, { limits: { rpm: 60 } })
    expect((await caller()).tenantLimits).toMatchObject({ requestsPerMinute: 60, budget: null })
    await admin('PATCH', `/admin/tenants/${key.tenantId}/keys/${key.id}`, { limits: { tpm: 1_000 } })
    expect(await caller()).toMatchObject({
      limits: { tokensPerMinute: 1_000 },
      tenantLimits: { requestsPerMinute: 60 },
    })
  })

  it('ends all keys of a tenant that is disabled, and lets them live again', async () => {
    const keys = [await mintKey()]
    keys.push(await mintKey({ tenantId: keys[0]?.tenantId ?? '' }))
    const [{ tenantId } = { tenantId: '' }] = keys
    const statuses = async () => Promise.all(keys.map(async (key) => (await get(key, '/v1/models')).status))
    expect(await statuses()).toEqual([200, 200])
    const off = tenant.parse(await (await admin('DELETE', `/admin/tenants/${tenantId}`)).json())
    expect(off.disabled).toBe(true)
    expect(await statuses()).toEqual([401, 401])
    await admin('PATCH', `/admin/tenants/${tenantId}`, { disabled: false })
    expect(await statuses()).toEqual([200, 200])
  })
})

describe('/admin/tenants/{tenant}/…', () => {
  it('does for a tenant what it may do for itself', async () => {
    const id = newId()
    await admin('POST', '/admin/tenants', { id })
    const made = await admin('POST', `/admin/tenants/${id}/keys`, { scopes: ['inference', 'admin'] })
    const { key: secret, id: keyId } = z.object({ key: z.string(), id: z.string() }).parse(await made.json())
    const key = { secret, id: keyId, tenantId: id }
    expect((await get(key, '/v1/models')).status).toBe(200)
    expect((await listed(`/admin/tenants/${id}/keys`)).data.map((one) => one.id)).toEqual([keyId])
    expect((await listed(`/admin/keys?tenant=${id}`)).data.map((one) => one.id)).toEqual([keyId])
    for (const path of ['usage', 'logs', 'models', 'audit', 'config/versions']) {
      expect((await admin('GET', `/admin/tenants/${id}/${path}`)).status).toBe(200)
      expect((await admin('GET', `/admin/${path}?tenant=${id}`)).status).toBe(200)
    }
    const document = { default_fallbacks: ['auto'] }
    expect((await admin('PUT', `/admin/tenants/${id}/config`, document)).status).toBe(201)
    expect(await (await get(key, '/v1/config')).json()).toEqual(document)
    expect((await admin('DELETE', `/admin/tenants/${id}/keys/${keyId}`)).status).toBe(200)
    expect((await get(key, '/v1/models')).status).toBe(401)
  })

  it('is not there for tenants that are not', async () => {
    for (const path of ['/admin/tenants/nobody/keys', '/admin/keys?tenant=nobody']) {
      expect(await errorOf(await admin('GET', path))).toMatchObject({ status: 404, param: 'tenant' })
    }
    expect((await admin('GET', '/admin/nothing')).status).toBe(404)
  })

  it('reaches no other tenant’s things', async () => {
    const [one, other] = [await mintKey(), await mintKey()]
    const foreign = await admin('GET', `/admin/tenants/${one.tenantId}/keys/${other.id}`)
    expect(await errorOf(foreign)).toMatchObject({ status: 404 })
  })
})

describe('/admin/audit', () => {
  it('tells who changed what, of one tenant or all', async () => {
    const [a, b] = [newId(), newId()]
    for (const id of [a, b]) await admin('POST', '/admin/tenants', { id })
    await admin('POST', `/admin/tenants/${a}/keys`, {})
    const ofBoth = await listed('/admin/audit?limit=3')
    expect(ofBoth.data).toMatchObject([
      { tenant: a, action: 'key.create', actor: 'operator' },
      { tenant: b, action: 'tenant.create', before: null, after: { id: b } },
      { tenant: a, action: 'tenant.create' },
    ])
    const ofOne = await listed(`/admin/audit?tenant=${b}`)
    expect(ofOne.data).toMatchObject([{ tenant: b, target: b }])
    const page = await listed(`/admin/tenants/${a}/audit?limit=1`)
    expect(page.has_more).toBe(true)
    const rest = await listed(`/admin/tenants/${a}/audit?before=${page.data[0]?.id}`)
    expect(rest.data).toMatchObject([{ action: 'tenant.create' }])
  })
})
