import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { ANTHROPIC, anthropicAnswer, anthropicStream, fakeHosts, refusal, sleep } from './hosts.ts'
import { bearer, errorOf, fetchWith, get, type Key, mintKey, post } from './world.ts'

afterEach(() => vi.restoreAllMocks())

const MODEL = 'anthropic/claude-haiku-4.5'
const AT_ANTHROPIC = { model: MODEL, provider: { only: ['anthropic'] } }

const responseBody = z.looseObject({
  id: z.string(),
  status: z.string(),
  output: z.array(z.looseObject({ type: z.string() })),
})

/** A response to a question; the host's answer is `answer`. */
async function respond(key: Key, input: unknown, fields: object = {}) {
  const answered = await post(key, '/v1/responses', { ...AT_ANTHROPIC, input, ...fields })
  expect(answered.status).toBe(200)
  return responseBody.parse(await answered.json())
}

const read = async (key: Key, id: string) =>
  responseBody.parse(await (await get(key, `/v1/responses/${id}`)).json())

const remove = (key: Key, id: string) =>
  fetchWith({ ...env }, `/v1/responses/${id}`, { method: 'DELETE', headers: bearer(key) })

const textOf = (body: z.infer<typeof responseBody>) => JSON.stringify(body.output)

/** Keys of these tests may ask twenty times a minute. */
const SOON = { timeout: 8_000, interval: 500 }

describe('a response', () => {
  it('is kept for its own tenant, and forgotten when that says so', async () => {
    const key = await mintKey()
    fakeHosts({ [ANTHROPIC]: () => anthropicAnswer('Kept words') })
    const { id, status } = await respond(key, 'Say something')
    expect([id.slice(0, 5), status]).toEqual(['resp_', 'completed'])
    expect(textOf(await read(key, id))).toContain('Kept words')
    const stranger = await mintKey()
    expect(await errorOf(await get(stranger, `/v1/responses/${id}`))).toMatchObject({
      status: 404,
      code: 'not_found',
    })
    expect((await remove(stranger, id)).status).toBe(404)
    expect(await (await remove(key, id)).json()).toEqual({ id, object: 'response.deleted', deleted: true })
    expect((await get(key, `/v1/responses/${id}`)).status).toBe(404)
  })

  it('is not kept when its caller says so', async () => {
    const key = await mintKey()
    fakeHosts({ [ANTHROPIC]: () => anthropicAnswer('Fleeting') })
    const { id } = await respond(key, 'Say something', { store: false })
    expect((await get(key, `/v1/responses/${id}`)).status).toBe(404)
    const next = await post(key, '/v1/responses', {
      ...AT_ANTHROPIC,
      input: 'And?',
      previous_response_id: id,
    })
    expect(await errorOf(next)).toMatchObject({ status: 404, param: 'previous_response_id' })
  })

  it('is continued with everything that was said before', async () => {
    const key = await mintKey()
    const calls = fakeHosts({ [ANTHROPIC]: () => anthropicAnswer('An answer') })
    const first = await respond(key, 'My name is Ada', { instructions: 'Be brief' })
    const second = await respond(key, 'What is my name?', { previous_response_id: first.id })
    await respond(key, 'And now?', { previous_response_id: second.id })
    const sent = z
      .object({
        messages: z.array(z.object({ role: z.string(), content: z.unknown() })),
        system: z.unknown().optional(),
      })
      .parse(calls.at(-1)?.body)
    expect(sent.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant', 'user'])
    expect(JSON.stringify(sent.messages)).toMatch(/Ada.*An answer.*my name.*And now/)
    // Instructions are for one response only.
    expect(JSON.stringify(sent)).not.toContain('Be brief')
  })

  it('is there as soon as its stream has ended', async () => {
    const key = await mintKey()
    fakeHosts({ [ANTHROPIC]: () => anthropicStream(['Streamed ', 'words']) })
    const stream = await post(key, '/v1/responses', { ...AT_ANTHROPIC, input: 'Say something', stream: true })
    const text = await stream.text()
    expect(text).toContain('event: response.completed')
    const id = /"id":"(resp_[0-9a-z]+)"/.exec(text)?.[1] ?? ''
    expect(textOf(await read(key, id))).toContain('Streamed words')
  })

  it('lists its input, page by page', async () => {
    const key = await mintKey()
    fakeHosts({ [ANTHROPIC]: () => anthropicAnswer('Fine') })
    const input = ['one', 'two', 'three'].map((content) => ({ role: 'user', content }))
    const { id } = await respond(key, input)
    const pageSchema = z.object({
      data: z.array(z.looseObject({ id: z.string() })),
      has_more: z.boolean(),
      last_id: z.string(),
    })
    const list = async (query: string) =>
      pageSchema.parse(await (await get(key, `/v1/responses/${id}/input_items?${query}`)).json())
    const first = await list('order=asc&limit=2')
    expect(JSON.stringify(first.data)).toMatch(/one.*two/)
    expect(first.has_more).toBe(true)
    const rest = await list(`order=asc&limit=2&after=${first.last_id}`)
    expect(JSON.stringify(rest.data)).toContain('three')
    expect(rest).toMatchObject({ has_more: false, data: [{}] })
    expect(JSON.stringify((await list('')).data)).toMatch(/three.*two.*one/)
    expect(await errorOf(await get(key, `/v1/responses/${id}/input_items?limit=0`))).toMatchObject({
      status: 400,
      param: 'limit',
    })
  })

  it('keeps long texts whole, and is forgotten after its time', async () => {
    const key = await mintKey()
    const long = '🚃漢'.repeat(400_001)
    fakeHosts({ [ANTHROPIC]: () => anthropicAnswer('Long') })
    const { id } = await respond(key, `x${long}`)
    const object = env.RESPONSES.getByName(`${encodeURIComponent(key.tenantId)}:${id}`)
    await evictDurableObject(object)
    const listed = await get(key, `/v1/responses/${id}/input_items`)
    expect(await listed.text()).toContain(`x${long}`)
    expect(await runDurableObjectAlarm(object)).toBe(true)
    expect((await get(key, `/v1/responses/${id}`)).status).toBe(404)
  })

  it('of no id of ours is not looked for', async () => {
    const key = await mintKey()
    for (const id of ['resp_x', 'nonsense', '..%2f..', 'resp_01m83rzrn4xj2m8pzmbsjbkfxr']) {
      expect((await get(key, `/v1/responses/${id}`)).status).toBe(404)
    }
    expect((await get(key, '/v1/responses/resp_x?stream=true')).status).toBe(400)
  })
})

describe('a response in the background', () => {
  it('is promised at once and made later', async () => {
    const key = await mintKey()
    fakeHosts({ [ANTHROPIC]: () => anthropicAnswer('Made later') })
    const { id, status } = await respond(key, 'Take your time', { background: true })
    expect(status).toBe('queued')
    await vi.waitFor(async () => expect((await read(key, id)).status).toBe('completed'), SOON)
    expect(textOf(await read(key, id))).toContain('Made later')
    expect(await read(key, id)).toMatchObject({ id, background: true, model: MODEL })
  }, 15_000)

  it('says that it failed, and why', async () => {
    const key = await mintKey()
    fakeHosts({ [ANTHROPIC]: () => refusal(500, 'Out of order') })
    const { id } = await respond(key, 'Try', { background: true })
    await vi.waitFor(async () => expect((await read(key, id)).status).toBe('failed'), SOON)
    expect(await read(key, id)).toMatchObject({ error: { code: 'server_error', message: 'Out of order' } })
  }, 15_000)

  it('stops when it is cancelled', async () => {
    const key = await mintKey()
    let asked = 0
    fakeHosts({
      [ANTHROPIC]: async () => {
        asked += 1
        await sleep(4_000)
        return anthropicAnswer('Too late')
      },
    })
    const { id } = await respond(key, 'Take very long', { background: true })
    await vi.waitFor(() => expect(asked).toBe(1), SOON)
    const cancelled = await post(key, `/v1/responses/${id}/cancel`, {})
    expect(await cancelled.json()).toMatchObject({ id, status: 'cancelled' })
    await sleep(4_500)
    expect(await read(key, id)).toMatchObject({ status: 'cancelled', output: [] })
  }, 20_000)

  it('cannot be cancelled when it is none', async () => {
    const key = await mintKey()
    fakeHosts({ [ANTHROPIC]: () => anthropicAnswer('Done') })
    const { id } = await respond(key, 'Now')
    expect(await errorOf(await post(key, `/v1/responses/${id}/cancel`, {}))).toMatchObject({ status: 400 })
  })
})
