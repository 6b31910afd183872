import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { authenticate, sha256Hex } from '../../src/tenants/keys.ts'
import { get, mintKey } from './world.ts'

afterEach(() => {
  vi.useRealTimers()
})

/** Ten seconds and a little: when nothing that was known before may be gone by any more. */
const REVOKED_MS = 10_500
const kvName = async (secret: string) => `api-key:${await sha256Hex(secret)}`

/** A key as the key-value store has it. */
const RECORD = {
  id: 'key_kv',
  tenantId: 'ten_kv',
  scopes: ['inference'],
  allowedModels: null,
  limits: null,
  tenantLimits: null,
  disabledAt: null,
  expiresAt: null,
}

/** A key that only the key-value store knows. */
async function strayKey(): Promise<string> {
  const secret = `sk-${crypto.randomUUID()}`
  await env.CONFIG.put(await kvName(secret), JSON.stringify(RECORD))
  return secret
}

async function disable(id: string): Promise<void> {
  await env.DB.prepare('update api_keys set disabled_at = 1 where id = ?').bind(id).run()
}

/** Like the bindings, counting the look-ups. */
function countedStores() {
  const calls = { kv: 0, d1: 0 }
  const config = new Proxy(env.CONFIG, {
    get(target, name) {
      if (name === 'get') calls.kv += 1
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const database = new Proxy(env.DB, {
    get(target, name) {
      if (name === 'prepare') calls.d1 += 1
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { stores: { config, database }, calls }
}

describe('known keys', () => {
  it('are written to the key-value store when first used', async () => {
    const key = await mintKey()
    const name = await kvName(key.secret)
    expect(await env.CONFIG.get(name)).toBeNull()
    await get(key, '/v1/models')
    const record = await vi.waitFor(async () => {
      const found = await env.CONFIG.get(name)
      expect(found).not.toBeNull()
      return found
    })
    expect(record).toContain(key.tenantId)
    expect(record).not.toContain(key.secret)
  })

  it('are found there before D1 has answered', async () => {
    const secret = await strayKey()
    expect((await get({ secret, id: '', tenantId: '' }, '/v1/models')).status).toBe(200)
  })

  it('cost one look-up of each kind when they are new to an isolate, and none while they are fresh', async () => {
    const { secret } = await mintKey()
    const { stores, calls } = countedStores()
    const background: Promise<unknown>[] = []
    const enter = () => authenticate(secret, stores, Date.now(), (work) => background.push(work))
    await enter()
    await Promise.all(background)
    expect(calls).toEqual({ kv: 1, d1: 1 })
    for (let more = 0; more < 100; more++) await enter()
    expect(calls).toEqual({ kv: 1, d1: 1 })
  })

  it('cost as much when they are wrong', async () => {
    const { stores, calls } = countedStores()
    const secret = `sk-${crypto.randomUUID()}`
    const enter = () => authenticate(secret, stores, Date.now(), () => undefined)
    for (let tries = 0; tries < 3; tries++) await expect(enter()).rejects.toThrow('Incorrect')
    expect(calls).toEqual({ kv: 1, d1: 1 })
  })

  it('are unknown no longer than a minute once they exist', async () => {
    const secret = `sk-${crypto.randomUUID()}`
    expect((await get({ secret, id: '', tenantId: '' }, '/v1/models')).status).toBe(401)
    const key = await mintKey({ secret })
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 })
    expect((await get(key, '/v1/models')).status).toBe(200)
  })

  it('stop working within ten seconds of being disabled, whatever the key-value store says', async () => {
    const key = await mintKey()
    expect((await get(key, '/v1/models')).status).toBe(200)
    await vi.waitFor(async () => expect(await env.CONFIG.get(await kvName(key.secret))).not.toBeNull())
    await disable(key.id)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + REVOKED_MS })
    expect((await get(key, '/v1/models')).status).toBe(401)
  })

  it('stop working within ten seconds of their tenant being disabled', async () => {
    const key = await mintKey()
    expect((await get(key, '/v1/models')).status).toBe(200)
    await env.DB.prepare('update tenants set disabled_at = 1 where id = ?').bind(key.tenantId).run()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + REVOKED_MS })
    expect((await get(key, '/v1/models')).status).toBe(401)
  })

  it('are put right where the key-value store has old news', async () => {
    const key = await mintKey()
    const name = await kvName(key.secret)
    await env.CONFIG.put(name, JSON.stringify({ ...RECORD, id: key.id, tenantId: key.tenantId }))
    await disable(key.id)
    await get(key, '/v1/models')
    await vi.waitFor(async () => expect((await get(key, '/v1/models')).status).toBe(401))
    await vi.waitFor(async () => expect(await env.CONFIG.get(name)).toContain('"disabledAt":1'))
  })

  it('go on working while D1 cannot be asked', async () => {
    const { secret } = await mintKey()
    const background: Promise<unknown>[] = []
    const later = (work: Promise<unknown>) => background.push(work)
    const now = Date.now()
    const { stores } = countedStores()
    await authenticate(secret, stores, now, later)
    await Promise.all(background)
    const broken = new Proxy(env.DB, {
      get() {
        throw new Error('D1 is down')
      },
    })
    const without = { ...stores, database: broken }
    const caller = await authenticate(secret, without, now + REVOKED_MS, later)
    expect(caller.scopes).toContain('inference')
  })

  it('are looked up to the end when the request that began it is gone', async () => {
    const secret = await strayKey()
    const background: Promise<unknown>[] = []
    const stores = { config: env.CONFIG, database: env.DB }
    await authenticate(secret, stores, Date.now(), (work) => background.push(work))
    expect(await Promise.all(background)).toContainEqual(expect.objectContaining({ id: 'key_kv' }))
  })
})
