import { exports } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { errorOf, get, jsonRequest, type Key, mintKey, post } from './world.ts'

const runShape = z.looseObject({
  id: z.string(),
  status: z.string(),
  output: z.unknown(),
  tasks: z.array(z.looseObject({ id: z.string(), status: z.string() })),
})
const listShape = z.object({ data: z.array(z.looseObject({ id: z.string() })), has_more: z.boolean() })

const pause = (id: string, fields: object = {}) => ({ id, kind: 'wait', wait: { for_ms: 1 }, ...fields })
const gate = (id: string, fields: object = {}) => ({
  id,
  kind: 'gate',
  gate: { message: '可以嗎？' },
  ...fields,
})
const GATED = {
  goal: '比較三家供應商',
  tasks: [pause('first'), gate('ask', { depends_on: ['first'] }), pause('last', { depends_on: ['ask'] })],
}

const runIn = async (response: Response) => runShape.parse(await response.json())
const begin = async (key: Key, body: object, headers: Record<string, string> = {}) =>
  runIn(await post(key, '/v1/runs', body, headers))
const view = async (key: Key, id: string) => runIn(await get(key, `/v1/runs/${id}`))
const steer = (key: Key, id: string, what: string, body: object = {}) =>
  post(key, `/v1/runs/${id}/${what}`, body)
const codeOf = async (response: Response) => `${response.status} ${(await errorOf(response)).code}`
/** The run once nothing of it goes on without somebody. */
async function settled(key: Key, id: string) {
  await get(key, `/v1/runs/${id}`)
  return runIn(await post(key, `/v1/runs/${id}/pause`, {}))
}

describe('POST /v1/runs', () => {
  it('begins a run, and says where it is', async () => {
    const key = await mintKey()
    const response = await post(key, '/v1/runs', { plan: GATED })
    const run = await runIn(response)
    expect([response.status, response.headers.get('location')]).toEqual([202, `/v1/runs/${run.id}`])
    expect(run).toMatchObject({ object: 'run', goal: '比較三家供應商', partial: false, failure: null })
    expect(run.id).toMatch(/^run_[0-9a-z]{26}$/)
  })

  it('waits for the end where it is asked to', async () => {
    const plan = {
      tasks: [pause('a')],
      outputs: { a: { $ref: 'tasks.a.output' }, said: { $ref: 'input.said' } },
    }
    const key = await mintKey()
    const response = await post(key, '/v1/runs', { plan, input: { said: '你好' }, wait_ms: 10_000 })
    expect(response.status).toBe(200)
    expect(await runIn(response)).toMatchObject({ status: 'succeeded', output: { a: null, said: '你好' } })
  })

  it('says all that is wrong with a plan, by paths in the request', async () => {
    const plan = { tasks: [pause('a', { depends_on: ['b'] }), pause('a')] }
    const response = await post(await mintKey(), '/v1/runs', { plan })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: {
        param: 'plan.tasks[0].depends_on[0]',
        errors: [
          { path: 'plan.tasks[0].depends_on[0]', code: 'unknown_task' },
          { path: 'plan.tasks[1].id', code: 'duplicate_id' },
        ],
      },
    })
  })

  it('carries out a kept plan, with an input of its own', async () => {
    const key = await mintKey()
    const plan = { tasks: [pause('a')], outputs: { said: { $ref: 'input.said' } } }
    const kept = { ...jsonRequest(key, plan), method: 'PUT' }
    expect((await exports.default.fetch('http://switchyard/v1/plans/echo', kept)).status).toBe(201)
    const body = {
      template: 'echo',
      input: { said: '你好' },
      budget: { deadline_ms: 9_000 },
      wait_ms: 10_000,
    }
    expect(await begin(key, body)).toMatchObject({ output: { said: '你好' }, budget: { deadline_ms: 9_000 } })
    expect(await codeOf(await post(await mintKey(), '/v1/runs', body))).toBe('404 not_found')
  })

  it('begins one run for one Idempotency-Key of a tenant', async () => {
    const [key, other] = [await mintKey(), await mintKey()]
    const named = { 'idempotency-key': 'order 42' }
    const first = await begin(key, { plan: GATED }, named)
    const again = await post(key, '/v1/runs', { plan: GATED, wait_ms: 1 }, named)
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect((await runIn(again)).id).toBe(first.id)
    expect(await codeOf(await post(key, '/v1/runs', { plan: { tasks: [pause('x')] } }, named))).toBe(
      '409 idempotency_conflict',
    )
    expect((await begin(other, { plan: GATED }, named)).id).not.toBe(first.id)
    const long = { 'idempotency-key': 'x'.repeat(256) }
    expect(await errorOf(await post(key, '/v1/runs', { plan: GATED }, long))).toMatchObject({
      param: 'Idempotency-Key',
    })
  })
})

describe('GET /v1/runs', () => {
  it('lists a tenant’s runs, the latest first, by pages and by status', async () => {
    const [key, other] = [await mintKey(), await mintKey()]
    const ids: string[] = []
    for (const wait_ms of [0, 10_000, 0]) {
      ids.push((await begin(key, { plan: wait_ms ? { tasks: [pause('a')] } : GATED, wait_ms })).id)
    }
    const list = async (query: string) => listShape.parse(await (await get(key, `/v1/runs${query}`)).json())
    const idsOf = async (query: string) => (await list(query)).data.map(({ id }) => id)
    expect(await idsOf('')).toEqual(ids.toReversed())
    const page = await list('?limit=2')
    expect(page).toMatchObject({ has_more: true, data: [{ id: ids[2] }, { id: ids[1] }] })
    expect(await list(`?limit=2&before=${ids[1]}`)).toMatchObject({ has_more: false, data: [{ id: ids[0] }] })
    await expect.poll(() => idsOf('?status=succeeded')).toEqual([ids[1]])
    await expect.poll(() => idsOf('?status=input_required')).toEqual([ids[2], ids[0]])
    expect(await (await get(other, '/v1/runs')).json()).toMatchObject({ data: [] })
  })
})

describe('a run', () => {
  it('waits for a person, and goes on as that says', async () => {
    const key = await mintKey()
    const { id } = await begin(key, { plan: GATED })
    await expect.poll(async () => (await view(key, id)).status).toBe('input_required')
    expect((await view(key, id)).tasks).toMatchObject([
      { id: 'first', kind: 'wait', status: 'succeeded' },
      { id: 'ask', kind: 'gate', status: 'waiting', waiting_for: 'approval', asks: '可以嗎？' },
      { id: 'last', status: 'pending' },
    ])
    expect(await codeOf(await steer(key, id, 'tasks/last/approve'))).toBe('409 not_waiting')
    expect(await codeOf(await steer(key, id, 'tasks/none/approve'))).toBe('404 not_found')
    expect((await steer(key, id, 'tasks/ask/approve', { comment: '好' })).status).toBe(200)
    await expect.poll(async () => (await view(key, id)).status).toBe('succeeded')
    expect(await (await get(key, `/v1/runs/${id}/artifacts/ask`)).json()).toEqual({
      approved: true,
      comment: '好',
    })
    expect(await codeOf(await steer(key, id, 'tasks/ask/approve'))).toBe('409 run_ended')
    expect((await get(key, `/v1/runs/${id}/artifacts/none`)).status).toBe(404)
  })

  it('has tasks within others, by their encoded keys', async () => {
    const key = await mintKey()
    const { id } = await begin(key, {
      plan: { tasks: [{ id: 's', kind: 'subplan', plan: { tasks: [gate('x')] } }] },
    })
    await expect.poll(async () => (await view(key, id)).status).toBe('input_required')
    expect(
      (await steer(key, id, `tasks/${encodeURIComponent('s/x')}/reject`, { comment: '不行' })).status,
    ).toBe(200)
    await expect.poll(async () => (await view(key, id)).status).toBe('failed')
    expect((await view(key, id)).tasks.find((task) => task.id === 's/x')).toMatchObject({
      error: { code: 'rejected' },
    })
  })

  it('waits for what the caller’s own tools give', async () => {
    const key = await mintKey()
    const task = { id: 'pick', kind: 'tool', needs: { tools: ['ask_user'] }, input: { question: '哪一個？' } }
    const { id } = await begin(key, { plan: { tasks: [task] }, tools: [{ name: 'ask_user' }] })
    await expect.poll(async () => (await view(key, id)).status).toBe('input_required')
    const [pick] = (await view(key, id)).tasks
    expect(pick).toMatchObject({
      waiting_for: 'input',
      asks: { tool_calls: [{ name: 'ask_user', arguments: { question: '哪一個？' } }] },
    })
    const call = /"id":"([^"]+)"/.exec(JSON.stringify(pick?.['asks']))?.[1]
    const told = { tool_results: [{ id: call, output: { chosen: '綠茶' } }] }
    expect((await steer(key, id, 'tasks/pick/input', told)).status).toBe(200)
    await expect.poll(async () => (await view(key, id)).output).toEqual({ chosen: '綠茶' })
    expect(await codeOf(await steer(key, id, 'tasks/pick/input', told))).toBe('409 run_ended')
  })

  it('has a failed task done anew while it goes on', async () => {
    const key = await mintKey()
    const { id } = await begin(key, { plan: { tasks: [gate('hold'), gate('ask')] } })
    const statusOf = async (task: string) =>
      (await view(key, id)).tasks.find((one) => one.id === task)?.status
    await expect.poll(() => statusOf('ask')).toBe('waiting')
    expect(await codeOf(await steer(key, id, 'tasks/ask/retry'))).toBe('409 not_retryable')
    await steer(key, id, 'tasks/ask/reject')
    expect(await statusOf('ask')).toBe('failed')
    expect(await runIn(await steer(key, id, 'tasks/ask/retry'))).toMatchObject({
      id,
      status: 'input_required',
    })
    expect(await statusOf('ask')).toBe('waiting')
  })

  it('is paused, resumed and cancelled', async () => {
    const key = await mintKey()
    const { id } = await begin(key, { plan: GATED })
    expect(await settled(key, id)).toMatchObject({ paused: true })
    expect((await steer(key, id, 'resume')).status).toBe(200)
    expect(await codeOf(await steer(key, id, 'resume'))).toBe('409 not_paused')
    expect(await runIn(await steer(key, id, 'cancel', { reason: '夠了' }))).toMatchObject({
      status: 'cancelled',
    })
    expect(await codeOf(await steer(key, id, 'cancel'))).toBe('409 run_ended')
  })

  it('is gone on from by another, with what it had', async () => {
    const key = await mintKey()
    const { id } = await begin(key, { plan: GATED })
    await expect.poll(async () => (await view(key, id)).status).toBe('input_required')
    expect(await codeOf(await post(key, '/v1/runs', { fork: { run: id } }))).toBe('409 run_not_ended')
    await steer(key, id, 'tasks/ask/reject')
    await expect.poll(async () => (await view(key, id)).status).toBe('failed')
    const retried = await steer(key, id, 'tasks/ask/retry')
    const fork = await runIn(retried)
    expect([retried.status, fork.id === id]).toEqual([202, false])
    expect(fork).toMatchObject({
      fork_of: id,
      tasks: [{ id: 'first', status: 'succeeded' }, { id: 'ask' }, { id: 'last' }],
    })
    await steer(key, fork.id, 'tasks/ask/approve')
    await expect.poll(async () => (await view(key, fork.id)).status).toBe('succeeded')
    expect((await view(key, id)).status).toBe('failed')
    expect(await codeOf(await steer(key, id, 'tasks/none/retry'))).toBe('404 not_found')
  })

  it('is drawn', async () => {
    const key = await mintKey()
    const { id } = await begin(key, { plan: GATED })
    expect(await (await get(key, `/v1/runs/${id}/graph`)).json()).toMatchObject({
      edges: [
        { from: 'first', to: 'ask' },
        { from: 'ask', to: 'last' },
      ],
    })
    expect(await (await get(key, `/v1/runs/${id}/graph?format=mermaid`)).text()).toMatch(/^graph TD\n/)
  })
})
