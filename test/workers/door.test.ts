import { exports } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { bytesOf, streamOf, fakeHosts, OPENAI, OPENROUTER, refusal } from './hosts.ts'
import { ask, bearer, chat, errorOf, get, jsonRequest, mintKey, watchLogs } from './world.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const MODELS = 'http://switchyard/v1/models'
const CHAT = 'http://switchyard/v1/chat/completions'

/** A host that repeats the key it was sent. */
const quoting = ({ headers }: { headers: Headers }) => refusal(500, `Bad key ${headers.get('authorization')}`)

describe('keys', () => {
  it('are wanted', async () => {
    expect(await errorOf(await exports.default.fetch(MODELS))).toMatchObject({
      status: 401,
      code: 'missing_api_key',
      type: 'authentication_error',
    })
  })

  it.each<[string, Parameters<typeof mintKey>[0]]>([
    ['disabled', { disabledAt: 1 }],
    ['expired', { expiresAt: 1 }],
    ["a disabled tenant's", { tenantDisabledAt: 1 }],
  ])('that are %s are refused like unknown ones', async (_, options) => {
    const refused = await errorOf(await get(await mintKey(options), '/v1/models'))
    const unknown = await errorOf(await get({ secret: 'sk-nobody', id: '', tenantId: '' }, '/v1/models'))
    expect(refused).toMatchObject({ status: 401, code: 'invalid_api_key' })
    expect(refused).toEqual(unknown)
  })

  it('that expire later are good until then', async () => {
    const key = await mintKey({ expiresAt: Date.now() + 30_000 })
    expect((await get(key, '/v1/models')).status).toBe(200)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31_000 })
    expect((await get(key, '/v1/models')).status).toBe(401)
  })

  it('are taken as a bearer token and as x-api-key', async () => {
    const { secret } = await mintKey()
    const headers = [
      { authorization: `Bearer ${secret}` },
      { authorization: `bearer  ${secret}` },
      { 'x-api-key': secret },
      { authorization: 'Basic dTpw', 'x-api-key': secret },
    ]
    const answers = await Promise.all(headers.map((sent) => exports.default.fetch(MODELS, { headers: sent })))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  })

  it('open only what their scopes name', async () => {
    const agent = await mintKey({ scopes: 'agents' })
    const reader = await mintKey({ scopes: 'inference' })
    const admin = await mintKey({ scopes: 'admin' })
    const lacking = { status: 403, code: 'insufficient_scope', type: 'permission_error' }
    expect(await errorOf(await get(agent, '/v1/models'))).toMatchObject(lacking)
    expect(await errorOf(await chat(agent, 'auto'))).toMatchObject(lacking)
    expect(await errorOf(await get(reader, '/v1/logs'))).toMatchObject(lacking)
    expect(await errorOf(await get(reader, '/v1/usage'))).toMatchObject(lacking)
    expect((await get(admin, '/v1/logs')).status).toBe(200)
    expect((await get(reader, '/v1/models')).status).toBe(200)
  })

  it('are in no answer and no log line, whatever goes wrong', async () => {
    const logs = watchLogs()
    fakeHosts({ [OPENAI]: quoting, [OPENROUTER]: quoting })
    const [good, disabled] = [await mintKey(), await mintKey({ disabledAt: 1 })]
    const answers = [
      await get(good, '/v1/models'),
      await get(disabled, '/v1/models'),
      await get(good, `/v1/nothing`),
      await chat(good, 'openai/gpt-4.1'),
      await chat(good, 'no-such-model'),
      await exports.default.fetch(CHAT, { ...jsonRequest(good, {}), body: `{"a": ${good.secret}` }),
    ]
    const said = await Promise.all(answers.map(async (a) => `${[...a.headers].join()}${await a.text()}`))
    const words = [...said, ...logs.lines.map(({ text }) => text)].join('\n')
    expect(logs.lines.length).toBeGreaterThan(3)
    for (const { secret } of [good, disabled]) expect(words.includes(secret.slice(0, 10))).toBe(false)
    for (const hostKey of ['sk-openai-0123', 'sk-or-0123']) expect(words.includes(hostKey)).toBe(false)
  })
})

describe('request ids', () => {
  it('are the caller’s own when they look like ids', async () => {
    const sent = 'trace-1.a:b_C'
    const answer = await get(await mintKey(), '/v1/models', { 'x-request-id': sent })
    expect(answer.headers.get('x-request-id')).toBe(sent)
  })

  it.each(['two words', '<script>', 'x'.repeat(129), ''])('replace %j', async (sent) => {
    const answer = await get(await mintKey(), '/v1/models', { 'x-request-id': sent })
    expect(answer.headers.get('x-request-id')).toMatch(/^req_[0-9a-z]{26}$/)
  })
})

it('limits the rate of each key', async () => {
  const [eager, other] = [await mintKey(), await mintKey()]
  for (let i = 0; i < 20; i++) expect((await get(eager, '/v1/logs')).status).toBe(200)
  const refused = await get(eager, '/v1/logs')
  expect(refused.headers.get('retry-after')).toBe('60')
  expect(await errorOf(refused)).toMatchObject({
    status: 429,
    code: 'rate_limit_exceeded',
    type: 'rate_limit_error',
  })
  expect((await get(other, '/v1/logs')).status).toBe(200)
})

/** What a chat request with this body is refused with. */
async function send(body: BodyInit | null, headers: Record<string, string>) {
  const all = { ...bearer(await mintKey()), ...headers }
  return errorOf(await exports.default.fetch(CHAT, { method: 'POST', headers: all, body }))
}

describe('bodies', () => {
  const json = { 'content-type': 'application/json' }

  it('of more than 16 MiB are refused by their length', async () => {
    const body = new Uint8Array(16 * 1024 * 1024 + 1)
    expect(await send(body, json)).toMatchObject({ status: 413, code: 'request_too_large' })
  })

  it('of more than 16 MiB are refused without a length, and read no further', async () => {
    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent++
        controller.enqueue(new Uint8Array(1024 * 1024).fill(32))
      },
    })
    expect(await send(endless, json)).toMatchObject({ status: 413, code: 'request_too_large' })
    expect(sent).toBeLessThan(24)
  })

  it('of less are taken, also in pieces that split a character', async () => {
    fakeHosts({})
    const text = bytesOf(JSON.stringify(ask('no-such-modèl', { user: 'x'.repeat(1_000_000) })))
    const cut = text.indexOf(0xc3) + 1
    const pieces = streamOf([text.slice(0, cut), text.slice(cut)])
    expect(await send(pieces, json)).toMatchObject({ status: 404, message: expect.stringContaining('modèl') })
  })

  it('must be announced as JSON', async () => {
    const body = JSON.stringify(ask('auto'))
    const refused = { status: 415, code: 'unsupported_media_type' }
    expect(await send(bytesOf(body), {})).toMatchObject(refused)
    expect(await send(body, { 'content-type': 'text/plain' })).toMatchObject(refused)
    expect(await send(body, { 'content-type': 'application/jsonp' })).toMatchObject(refused)
  })

  it('must be JSON', async () => {
    const refused = { status: 400, code: 'invalid_json' }
    expect(await send('{"model":', { 'content-type': 'application/json; charset=utf-8' })).toMatchObject(
      refused,
    )
    expect(await send('', json)).toMatchObject(refused)
    expect(await send(null, json)).toMatchObject(refused)
  })

  it('must fit, and the field that does not is named', async () => {
    const body = JSON.stringify({ model: 'auto', messages: [{ role: 'user', content: 'a' }, { role: 'x' }] })
    expect(await send(body, json)).toMatchObject({
      status: 400,
      code: 'invalid_request',
      param: 'messages[1].role',
    })
    expect(await send('[]', json)).toMatchObject({ status: 400, code: 'invalid_request', param: null })
  })
})

it.each([
  ['GET', '/v1/nothing'],
  ['POST', '/nothing'],
  ['GET', '/v1/chat/completions'],
  ['DELETE', '/v1/models'],
])('finds nothing at %s %s', async (method, path) => {
  const headers = bearer(await mintKey())
  const answer = await exports.default.fetch(`http://switchyard${path}`, { method, headers })
  expect(await errorOf(answer)).toMatchObject({ status: 404, code: 'not_found' })
})
