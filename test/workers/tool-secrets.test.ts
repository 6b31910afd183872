import { env, exports } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Env } from '../../src/env.ts'
import { openToolSecrets } from '../../src/http/tool-secrets.ts'
import { bearer, errorOf, fetchWith, get, jsonRequest, type Key, mintKey, watchLogs } from './world.ts'

afterEach(() => vi.restoreAllMocks())

const given: Env = { ...env }
const VALUE = 'xoxo-4242-a-tools-own-secret'
const path = (name: string) => `http://switchyard/v1/tool-secrets/${name}`

function put(key: Key, name: string, body: object): Promise<Response> {
  return exports.default.fetch(path(name), { ...jsonRequest(key, body), method: 'PUT' })
}

const opened = async ({ tenantId }: Key) => [...(await openToolSecrets(given, tenantId, new Set(['A_KEY'])))]

describe('a secret of tools', () => {
  it('is kept for its tenant, changed and forgotten', async () => {
    const [key, other] = [await mintKey(), await mintKey()]
    expect((await put(key, 'A_KEY', { value: VALUE })).status).toBe(201)
    expect(await opened(key)).toEqual([['A_KEY', VALUE]])
    expect(await opened(other)).toEqual([])
    expect((await put(key, 'A_KEY', { value: `${VALUE}-2` })).status).toBe(200)
    expect(await opened(key)).toEqual([['A_KEY', `${VALUE}-2`]])
    const remove = () => exports.default.fetch(path('A_KEY'), { method: 'DELETE', headers: bearer(key) })
    expect([(await remove()).status, (await remove()).status]).toEqual([204, 404])
    expect(await opened(key)).toEqual([])
  })

  it('is shown by its name, and how it begins where it is long', async () => {
    const key = await mintKey()
    const logs = watchLogs()
    const made = await put(key, 'A_KEY', { value: VALUE })
    await put(key, 'SHORT', { value: 'short-one' })
    const texts = [await made.text(), await (await get(key, '/v1/tool-secrets')).text()]
    const audit = await (await get(key, '/v1/audit')).text()
    const row = JSON.stringify((await env.DB.prepare('select * from tool_secrets').all()).results)
    expect(JSON.parse(texts[1] ?? '')).toMatchObject({
      object: 'list',
      data: [
        { object: 'tool_secret', name: 'A_KEY', prefix: 'xoxo', created_by: key.id },
        { name: 'SHORT', prefix: null },
      ],
    })
    expect(audit).toContain('tool_secret.put')
    const shown = [...texts, audit, row, JSON.stringify(logs.lines)].join('\n')
    for (const value of [VALUE, 'short-one', '4242']) expect(shown).not.toContain(value)
  })

  it.each([
    ['lower', { value: VALUE }, 'name'],
    ['A_KEY', { value: 'short' }, 'value'],
    ['A_KEY', { value: 'with\nlines-in-it' }, 'value'],
    ['A_KEY', { value: ' spaces-around-it ' }, 'value'],
    ['A_KEY', { value: VALUE, more: 1 }, 'more'],
    ['A_KEY', {}, 'value'],
  ])('is refused: %s %j', async (name, body, param) => {
    const answer = await errorOf(await put(await mintKey(), name, body))
    expect(answer).toMatchObject({ status: 400, param })
  })

  it('is not for keys without the scope', async () => {
    const key = await mintKey({ scopes: 'inference agents' })
    expect((await put(key, 'A_KEY', { value: VALUE })).status).toBe(403)
  })

  it('opens after its master key was changed and it was moved', async () => {
    const key = await mintKey()
    await put(key, 'A_KEY', { value: VALUE })
    const master = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))
    const ADMIN_KEY = 'operators-own-phrase-78'
    const newer: Env = { ...given, ADMIN_KEY, SECRETS_KEY: `newer:${master},${String(given['SECRETS_KEY'])}` }
    const headers = { authorization: `Bearer ${ADMIN_KEY}` }
    const answer = await fetchWith(newer, '/admin/secrets/rewrap', { method: 'POST', headers })
    expect(await answer.json()).toMatchObject({ unreadable: 0 })
    const alone: Env = { ...given, SECRETS_KEY: `newer:${master}` }
    expect([...(await openToolSecrets(alone, key.tenantId, new Set(['A_KEY'])))]).toEqual([['A_KEY', VALUE]])
  })
})
