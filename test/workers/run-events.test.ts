import { abortAllDurableObjects } from 'cloudflare:test'
import { exports } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { bearer, errorOf, get, type Key, mintKey, post } from './world.ts'

const event = z.object({
  seq: z.int(),
  at: z.int(),
  type: z.string(),
  task: z.string().nullable(),
  data: z.object({}),
})
const page = z.object({ data: z.array(event), next_after: z.int(), ended: z.boolean() })

const PLAN = {
  tasks: [
    { id: 'ask', kind: 'gate', gate: { message: 'Go?' } },
    { id: 'last', kind: 'wait', wait: { for_ms: 1 }, depends_on: ['ask'] },
  ],
}

async function gated(): Promise<{ key: Key; path: string; approve: () => Promise<Response> }> {
  const key = await mintKey()
  const { id } = z
    .object({ id: z.string() })
    .parse(await (await post(key, '/v1/runs', { plan: PLAN })).json())
  const path = `/v1/runs/${id}`
  return { key, path, approve: () => post(key, `${path}/tasks/ask/approve`, {}) }
}

/** The frames of an event stream, as field to value. */
function framesOf(text: string): Record<string, string>[] {
  return text
    .split('\n\n')
    .map((frame) => Object.fromEntries(frame.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2))))
    .filter((frame) => 'data' in frame)
}

const pageOf = async (key: Key, path: string) => page.parse(await (await get(key, path)).json())

describe('GET /v1/runs/{id}/events', () => {
  it('tells the log as it is written until its end, and goes on after what is known', async () => {
    const { key, path, approve } = await gated()
    const stream = await get(key, `${path}/events`)
    expect(stream.headers.get('content-type')).toContain('text/event-stream')
    const reading = stream.text()
    await approve()
    const frames = framesOf(await reading)
    expect(frames.map((frame) => frame['id'])).toEqual(frames.map((_, index) => String(index + 1)))
    expect(frames[0]?.['event']).toBe('run.created')
    expect(frames.at(-1)?.['event']).toBe('run.succeeded')
    const told = frames.map((frame) => event.parse(JSON.parse(frame['data'] ?? '')))
    expect(told.map(({ type }) => type)).toEqual(frames.map((frame) => frame['event']))
    const rest = await get(key, `${path}/events?after=1`, { 'last-event-id': String(frames.length - 2) })
    expect(framesOf(await rest.text())).toEqual(frames.slice(-2))
    expect((await get(key, `${path}/events?after=${frames.length}`)).status).toBe(204)
  })

  it('outlives a restart of the run', async () => {
    const { key, path, approve } = await gated()
    const reading = (await get(key, `${path}/events`)).text()
    await abortAllDurableObjects()
    await approve()
    const frames = framesOf(await reading)
    expect(frames.map((frame) => frame['id'])).toEqual(frames.map((_, index) => String(index + 1)))
    expect(frames.at(-1)?.['event']).toBe('run.succeeded')
  })

  it('gives a page as JSON', async () => {
    const { key, path, approve } = await gated()
    const first = await pageOf(key, `${path}/events?stream=false`)
    expect(first.ended).toBe(false)
    expect(first.data[0]).toMatchObject({ seq: 1, type: 'run.created' })
    expect(first.next_after).toBe(first.data.length)
    await approve()
    await expect.poll(async () => (await pageOf(key, `${path}/events?stream=false`)).ended).toBe(true)
    const answer = await get(key, `${path}/events?after=${first.next_after}`, { accept: 'application/json' })
    const rest = page.parse(await answer.json())
    expect(rest.data[0]?.seq).toBe(first.next_after + 1)
    expect(rest.data.at(-1)?.type).toBe('run.succeeded')
  })

  it('speaks by WebSocket', async () => {
    const { key, path, approve } = await gated()
    const upgrade = { ...bearer(key), upgrade: 'websocket' }
    const { status, webSocket } = await exports.default.fetch(`http://switchyard${path}/events?after=1`, {
      headers: upgrade,
    })
    expect(status).toBe(101)
    const told: unknown[] = []
    const closed = new Promise((resolve) => webSocket?.addEventListener('close', resolve))
    webSocket?.addEventListener('message', ({ data }) => void told.push(JSON.parse(String(data))))
    webSocket?.accept()
    await approve()
    await closed
    const seqs = z
      .array(event)
      .parse(told)
      .map(({ seq }) => seq)
    expect(seqs).toEqual(seqs.map((_, index) => index + 2))
    expect(told.at(-1)).toMatchObject({ type: 'run.succeeded' })
  })

  it('refuses what is no event of it, and has nothing of no run', async () => {
    const { key, path } = await gated()
    expect(await errorOf(await get(key, `${path}/events`, { 'last-event-id': 'x' }))).toMatchObject({
      param: 'Last-Event-ID',
    })
    expect((await get(key, '/v1/runs/run_none/events')).status).toBe(404)
    expect((await get(key, '/v1/runs/run_none/events', { upgrade: 'websocket' })).status).toBe(404)
  })
})
