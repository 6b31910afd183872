import { exports } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { fakeHosts, OPENAI, OPENAI_FIRST, openaiStream } from './hosts.ts'
import { bearer, chat, errorOf, get, jsonRequest, type Key, mintKey } from './world.ts'

afterEach(() => vi.restoreAllMocks())

const APP = 'https://app.example.com'

/** A new tenant with these origins. */
async function mintKeyWith(origins: readonly string[]): Promise<Key> {
  const key = await mintKey()
  const init = { ...jsonRequest(key, { origins }), method: 'PUT' }
  expect((await exports.default.fetch('http://switchyard/v1/config', init)).status).toBe(201)
  return key
}

const sharedWith = ({ headers }: Response) => headers.get('access-control-allow-origin')

/** What a browser asks before a request. */
function preflight(path: string, headers: string): Promise<Response> {
  const wanted = { 'access-control-request-method': 'POST', 'access-control-request-headers': headers }
  const init = { method: 'OPTIONS', headers: { origin: APP, ...wanted } }
  return exports.default.fetch(`http://switchyard${path}`, init)
}

async function send(headers: Record<string, string>): Promise<Response> {
  const all = { ...bearer(await mintKey()), ...headers }
  return exports.default.fetch('http://switchyard/v1/models', { headers: all })
}

describe('pages of other origins', () => {
  it('read answers where the tenant names them', async () => {
    const key = await mintKeyWith([APP, 'http://localhost:3000'])
    const answer = await get(key, '/v1/models', { origin: APP })
    expect(sharedWith(answer)).toBe(APP)
    expect(answer.headers.get('access-control-expose-headers')).toBe('*')
    expect(answer.headers.get('vary')).toContain('origin')
    expect(answer.headers.has('access-control-allow-credentials')).toBe(false)
    const refused = await chat(key, 'no-such-model', {}, { origin: 'http://localhost:3000' })
    expect([refused.status, sharedWith(refused)]).toEqual([404, 'http://localhost:3000'])
  })

  it('read streams as well', async () => {
    const key = await mintKeyWith([APP])
    fakeHosts({ [OPENAI]: () => openaiStream(['Hi']) })
    const stream = await chat(key, 'openai/gpt-4.1-mini', { stream: true, ...OPENAI_FIRST }, { origin: APP })
    expect(sharedWith(stream)).toBe(APP)
    expect(await stream.text()).toContain('[DONE]')
  })

  it.each(['https://evil.example.com', 'http://app.example.com', `${APP}.evil.com`, 'null'])(
    'read nothing where it does not, as %s',
    async (origin) => {
      expect(sharedWith(await get(await mintKeyWith([APP]), '/v1/models', { origin }))).toBeNull()
      expect(sharedWith(await get(await mintKey(), '/v1/models', { origin }))).toBeNull()
    },
  )

  it('read everything where the tenant says so', async () => {
    const key = await mintKeyWith(['*'])
    expect(sharedWith(await get(key, '/v1/models', { origin: 'https://any.example.com' }))).not.toBeNull()
  })

  it('read nothing without a key', async () => {
    const answer = await exports.default.fetch('http://switchyard/v1/models', { headers: { origin: APP } })
    expect([answer.status, sharedWith(answer)]).toEqual([401, null])
  })

  it('may ask first, without a key, for the API and nothing else', async () => {
    const allowed = await preflight('/v1/chat/completions', 'authorization,content-type,x-stainless-os')
    expect(allowed.status).toBe(204)
    expect(Object.fromEntries(allowed.headers)).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': expect.stringContaining('POST'),
      'access-control-allow-headers': 'authorization,content-type,x-stainless-os',
    })
    const odd = await preflight('/v1/models', 'x y; z')
    expect(odd.headers.has('access-control-allow-headers')).toBe(false)
    expect(sharedWith(await preflight('/admin/tenants', 'authorization'))).toBeNull()
  })
})

describe('every answer', () => {
  it('tells browsers to be careful with it', async () => {
    const key = await mintKey()
    fakeHosts({ [OPENAI]: () => openaiStream(['Hi']) })
    const answers = [
      await get(key, '/v1/models'),
      await get(key, '/v1/nothing'),
      await exports.default.fetch('http://switchyard/healthz'),
      await exports.default.fetch('http://switchyard/v1/models'),
      await chat(key, 'openai/gpt-4.1-mini', { stream: true, ...OPENAI_FIRST }),
    ]
    for (const { headers } of answers) {
      expect(Object.fromEntries(headers)).toMatchObject({
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'strict-transport-security': 'max-age=31536000',
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': expect.stringMatching(/^no-(?:store|cache)$/),
        'x-request-id': expect.any(String),
      })
    }
    await answers.at(-1)?.text()
  })
})

describe('headers', () => {
  it('of up to 16 KiB each and 64 KiB together are taken', async () => {
    expect((await send({ 'x-long': 'x'.repeat(16_000) })).status).toBe(200)
  })

  it('of more are refused', async () => {
    const refused = { status: 431, code: 'headers_too_large' }
    expect(await errorOf(await send({ 'x-long': 'x'.repeat(16_400) }))).toMatchObject(refused)
    const many = Object.fromEntries(Array.from({ length: 5 }, (_, at) => [`x-${at}`, 'x'.repeat(14_000)]))
    expect(await errorOf(await send(many))).toMatchObject(refused)
  })
})
