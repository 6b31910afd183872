import { createMessageBatch } from 'cloudflare:test'
import { env as bindings, exports } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import type { Env } from '../../src/env.ts'
import { deliverWebhooks } from '../../src/http/deliver-webhooks.ts'
import { signingSecret } from '../../src/http/webhook-secrets.ts'
import { deliver, type WebhookMessage } from '../../src/webhooks/deliver.ts'
import { signatureHeaders } from '../../src/webhooks/sign.ts'
import { fakeHosts } from './hosts.ts'
import { errorOf, fetchWith, get, jsonRequest, type Key, mintKey, post, watchLogs } from './world.ts'

afterEach(() => vi.restoreAllMocks())

const env: Env = { ...bindings }

const LISTENER = 'hooks.example.com'
const URL = `https://${LISTENER}/in`

const rotate = (key: Key) => post(key, '/v1/webhook-secret/rotate', {})
const rotated = z.strictObject({ object: z.literal('webhook_secret'), secret: z.string() })

describe('deliver', () => {
  it('posts an event, signed with the secret that the tenant was shown', async () => {
    const key = await mintKey()
    const { secret } = rotated.parse(await (await rotate(key)).json())
    const heard = fakeHosts({ [LISTENER]: () => new Response(null, { status: 204 }) })
    const at = Date.UTC(2026, 10, 23, 12)
    const event = { id: 'evt_1', tenantId: key.tenantId, url: URL, type: 'budget.exceeded', data: { usd: 5 } }
    await deliver(env, event, at)
    const call = await vi.waitFor(() => {
      expect(heard).toHaveLength(1)
      return heard[0]
    })
    const body = { type: 'budget.exceeded', timestamp: '2026-11-23T12:00:00.000Z', data: { usd: 5 } }
    const headers = Object.fromEntries(call?.headers ?? [])
    const sentAt = Number(headers['webhook-timestamp']) * 1_000
    expect(call).toMatchObject({ url: URL, body })
    expect(headers).toMatchObject({
      ...(await signatureHeaders(secret, { id: 'evt_1', body: JSON.stringify(body) }, sentAt)),
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-id': 'evt_1',
      'ce-source': `/tenants/${key.tenantId}`,
      'ce-type': 'budget.exceeded',
      'ce-time': '2026-11-23T12:00:00.000Z',
    })
    expect(Math.abs(sentAt - Date.now())).toBeLessThan(10_000)
  })
})

/** What becomes of a message that was tried before, by whom it reaches: `ack`, or the pause before it is tried again. */
async function outcomeOf(attempts: number, message: Partial<WebhookMessage> | null): Promise<unknown> {
  const { tenantId } = await mintKey()
  const whole = { version: 1, id: 'evt', tenantId, url: URL, type: 'a.b', data: {}, at: 0, ...message }
  const batch = createMessageBatch('switchyard-webhooks', [
    { id: 'm', timestamp: new Date(), attempts, body: message ? whole : 'nonsense' },
  ])
  const [only] = batch.messages
  if (!only) throw new Error('no message')
  const done = { ack: vi.spyOn(only, 'ack'), retry: vi.spyOn(only, 'retry') }
  await deliverWebhooks(batch, env)
  return done.retry.mock.calls[0]?.[0]?.delaySeconds ?? (done.ack.mock.calls.length === 1 ? 'ack' : 'nothing')
}

describe('deliverWebhooks', () => {
  it('tries again later and later where nobody takes it', async () => {
    watchLogs()
    fakeHosts({ [LISTENER]: () => new Response('busy', { status: 503 }) })
    expect(await outcomeOf(1, {})).toBe(30)
    expect(await outcomeOf(2, {})).toBe(60)
    expect(await outcomeOf(30, {})).toBe(86_400)
    fakeHosts({})
    expect(await outcomeOf(1, {})).toBe(30)
    fakeHosts({ [LISTENER]: () => Response.redirect('https://elsewhere.example.com/', 302) })
    expect(await outcomeOf(1, {})).toBe(30)
  })

  it('gives up at once where trying again would not help', async () => {
    const logs = watchLogs()
    const calls = fakeHosts({ [LISTENER]: () => new Response(null, { status: 410 }) })
    expect(await outcomeOf(1, {})).toBe('ack')
    expect(calls).toHaveLength(1)
    expect(await outcomeOf(1, { url: 'http://localhost/in' })).toBe('ack')
    expect(await outcomeOf(1, { url: 'https://10.0.0.1/in' })).toBe('ack')
    expect(await outcomeOf(1, null)).toBe('ack')
    expect(calls).toHaveLength(1)
    expect(logs.lines).toHaveLength(4)
  })
})

describe('the secret of webhooks', () => {
  it('is shown once, when it is made, and kept encrypted', async () => {
    const key = await mintKey()
    const first = await signingSecret(env, key.tenantId)
    const { secret } = rotated.parse(await (await rotate(key)).json())
    expect(secret).not.toBe(first)
    expect(await signingSecret(env, key.tenantId)).toBe(secret)
    const kept = [
      await env.DB.prepare('select * from webhook_secrets where tenant_id = ?').bind(key.tenantId).first(),
      await env.DB.prepare('select * from audit where tenant_id = ?').bind(key.tenantId).first(),
    ]
    expect(kept).toMatchObject([{ sealed: expect.stringMatching(/^v1\.test\./) }, { actor: key.id }])
    expect(JSON.stringify(kept)).not.toContain(secret.slice(6, 20))
    expect((await get(key, '/v1/webhook-secret')).status).toBe(404)
  })

  it('is one for all who make it at the same time', async () => {
    const { tenantId } = await mintKey()
    const made = await Promise.all([1, 2, 3, 4].map(() => signingSecret(env, tenantId)))
    expect(new Set(made).size).toBe(1)
  })

  it('is the operator’s to change as well', async () => {
    const { tenantId } = await mintKey()
    const init = { method: 'POST', headers: { authorization: `Bearer ${ADMIN_KEY}` } }
    const path = `/admin/tenants/${tenantId}/webhook-secret/rotate`
    const { secret } = rotated.parse(await (await fetchWith({ ...env, ADMIN_KEY }, path, init)).json())
    expect(await signingSecret(env, tenantId)).toBe(secret)
  })

  it('takes the scope admin to change', async () => {
    const reader = await mintKey({ scopes: 'inference' })
    expect(await errorOf(await rotate(reader))).toMatchObject({ status: 403, code: 'insufficient_scope' })
  })
})

/** As an operator has it done. */
async function rewrap(variables: Env) {
  const init = { method: 'POST', headers: { authorization: `Bearer ${ADMIN_KEY}` } }
  const answer = await fetchWith({ ...variables, ADMIN_KEY }, '/admin/secrets/rewrap', init)
  return z
    .object({ rewrapped: z.int() })
    .loose()
    .parse(await answer.json())
}
const ADMIN_KEY = 'the-operator-of-these-tests'

describe('POST /admin/secrets/rewrap', () => {
  it('moves every secret from an old master key to the new one, which then opens all', async () => {
    const key = await mintKey()
    const secret = await signingSecret(env, key.tenantId)
    const init = { ...jsonRequest(key, { api_key: 'sk-tenants-own-4242' }), method: 'PUT' }
    await exports.default.fetch('http://switchyard/v1/providers/openai', init)
    const fresh = `next:${btoa('k'.repeat(32))}`
    const both: Env = { ...env, SECRETS_KEY: `${fresh},${String(env['SECRETS_KEY'])}` }
    const onlyNew: Env = { ...env, SECRETS_KEY: fresh }
    const logs = watchLogs()
    await expect(signingSecret(onlyNew, key.tenantId)).rejects.toThrow("No master key 'test'")
    const { rewrapped, ...rest } = await rewrap(both)
    expect(rewrapped).toBeGreaterThanOrEqual(2)
    expect(rest).toEqual({ object: 'secrets.rewrapped', unreadable: 0, has_more: false })
    expect((await rewrap(both)).rewrapped).toBe(0)
    expect(await signingSecret(onlyNew, key.tenantId)).toBe(secret)
    const published = await env.CONFIG.get(`providers:${key.tenantId}`)
    expect(published).toContain('v1.next.')
    expect(await rewrap(env)).toMatchObject({ rewrapped: 0, has_more: false })
    expect(logs.lines.every(({ text }) => text.includes('could not be rewrapped'))).toBe(true)
    expect((await get(key, '/v1/providers/openai')).status).toBe(200)
  })
})
