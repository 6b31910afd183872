import { exports } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { fakeHosts } from './hosts.ts'
import { bearer, errorOf, get, type Key, mintKey, post } from './world.ts'

afterEach(() => vi.restoreAllMocks())

const HOST = 'agent.example.com'
const WAIT = { timeout: 4_000, interval: 20 }
const offer = z.object({
  run: z.string(),
  attempt: z.number(),
  callback: z.object({ result_url: z.url(), heartbeat_url: z.url(), token: z.string() }),
})
type Offer = z.infer<typeof offer>
const runBody = z.looseObject({ id: z.string(), status: z.string(), output: z.unknown().optional() })

/** A run of one task, for an agent that accepts it and calls back. */
async function begun(task: object = {}): Promise<{ key: Key; id: string; offers: Offer[] }> {
  const offers: Offer[] = []
  fakeHosts({
    [HOST]: ({ body }) => {
      offers.push(offer.parse(body))
      return new Response(null, { status: 202 })
    },
  })
  const key = await mintKey()
  const card = { name: 'Courier', kind: 'http', url: `https://${HOST}/work`, skills: [{ id: 'carry' }] }
  const put = { method: 'PUT', headers: { ...bearer(key), 'content-type': 'application/json' } }
  const made = await exports.default.fetch('http://switchyard/v1/agents/courier', {
    ...put,
    body: JSON.stringify(card),
  })
  expect(made.status).toBe(201)
  const plan = { tasks: [{ id: 'a', kind: 'agent', assign: { agent: 'courier' }, ...task }] }
  const answer = await post(key, '/v1/runs', { plan })
  const { id } = runBody.parse(await answer.json())
  await vi.waitFor(() => expect(offers).toHaveLength(1), WAIT)
  return { key, id, offers }
}

function firstOf(offers: readonly Offer[]): Offer {
  const [first] = offers
  if (!first) throw new Error('Nothing was offered')
  return first
}

function callBack(url: string, token: string, body: object): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return exports.default.fetch(`http://switchyard${new URL(url).pathname}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  })
}

const shown = async (key: Key, id: string) => runBody.parse(await (await get(key, `/v1/runs/${id}`)).json())

describe('the result of an agent elsewhere', () => {
  it('is taken once, by the token of its attempt', async () => {
    const { key, id, offers } = await begun()
    const { callback } = firstOf(offers)
    const told = { output: { 城市: '成都' }, usage: { cost_usd: 0.01, tokens: 5 } }
    const answer = await callBack(callback.result_url, callback.token, told)
    expect({ status: answer.status, body: await answer.json() }).toEqual({
      status: 200,
      body: { object: 'run.attempt', accepted: true },
    })
    await vi.waitFor(async () => {
      expect(await shown(key, id)).toMatchObject({ status: 'succeeded', output: { 城市: '成都' } })
    }, WAIT)
    expect(await errorOf(await callBack(callback.result_url, callback.token, told))).toMatchObject({
      status: 409,
      code: 'stale_attempt',
    })
  })

  it('that does not fit is refused by name, and may be told again', async () => {
    const schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] }
    const { key, id, offers } = await begun({ output_schema: schema })
    const { callback } = firstOf(offers)
    const tell = (body: object) => callBack(callback.result_url, callback.token, body)
    expect(await errorOf(await tell({ output: { n: 'one' } }))).toMatchObject({
      status: 400,
      param: 'output',
    })
    expect(await errorOf(await tell({ usage: { tokens: 'many' }, output: {} }))).toMatchObject({
      status: 400,
      param: 'usage.tokens',
    })
    expect(await errorOf(await tell({}))).toMatchObject({ status: 400, param: 'output' })
    expect((await tell({ output: { n: 1 } })).status).toBe(200)
    await vi.waitFor(async () => expect(await shown(key, id)).toMatchObject({ output: { n: 1 } }), WAIT)
  })

  it('may be an error, after which another attempt is made with another token', async () => {
    const { key, id, offers } = await begun({
      retry: { max: 1, backoff: { initial_ms: 1 } },
      on_error: 'retry',
    })
    const { callback } = firstOf(offers)
    const error = { message: 'My disk is full' }
    expect((await callBack(callback.result_url, callback.token, { error, partial: [1] })).status).toBe(200)
    await vi.waitFor(() => expect(offers).toHaveLength(2), WAIT)
    const again = offers[1]?.callback ?? callback
    expect(again.result_url).not.toBe(callback.result_url)
    const late = await callBack(callback.result_url, callback.token, { output: 'late' })
    expect(late.status).toBe(409)
    expect((await callBack(again.result_url, again.token, { output: 'in time' })).status).toBe(200)
    await vi.waitFor(async () => expect(await shown(key, id)).toMatchObject({ output: 'in time' }), WAIT)
  })

  it('is taken from nobody else', async () => {
    const { key, offers } = await begun()
    const { callback } = firstOf(offers)
    const other = firstOf((await begun()).offers).callback
    for (const token of ['', 'x', key.secret, other.token, `${callback.token.slice(0, -4)}AAA=`]) {
      const answer = await callBack(callback.result_url, token, { output: 1 })
      expect(await errorOf(answer)).toMatchObject({ status: 401, code: 'invalid_api_key' })
    }
    const moved = callback.result_url.replace(/\d+\/result$/, '99/result')
    expect((await callBack(moved, callback.token, { output: 1 })).status).toBe(401)
  })
})

describe('the sign of life of an agent elsewhere', () => {
  it('counts while its attempt does, and says when to stop', async () => {
    const { key, id, offers } = await begun()
    const { callback } = firstOf(offers)
    const beat = (body: object = {}) => callBack(callback.heartbeat_url, callback.token, body)
    expect((await beat({ progress: { done: 3 } })).status).toBe(200)
    expect((await beat({ progress: 'x'.repeat(70_000) })).status).toBe(413)
    await post(key, `/v1/runs/${id}/cancel`, {})
    expect(await errorOf(await beat())).toMatchObject({ status: 409, code: 'stale_attempt' })
    expect((await callBack(callback.heartbeat_url, 'x', {})).status).toBe(401)
  })
})
