import { evictDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { runName } from '../../src/runs/names.ts'
import { signatureHeaders } from '../../src/webhooks/sign.ts'
import { crewAt, sentIn } from './crew.ts'
import { fakeHosts } from './hosts.ts'
import {
  agentsAt,
  begin,
  callBack,
  ended,
  finished,
  putAgent,
  runIn,
  statusesOf,
  told,
  view,
} from './run-api.ts'
import { errorOf, get, type Key, mintKey, post } from './world.ts'

afterEach(() => vi.restoreAllMocks())

const WAIT = { timeout: 5_000, interval: 50 }
const ref = (path: string) => ({ $ref: path })
const pause = (id: string, fields: object = {}) => ({ id, kind: 'wait', wait: { for_ms: 1 }, ...fields })
const gate = (id: string, fields: object = {}) => ({
  id,
  kind: 'gate',
  gate: { message: '可以嗎？' },
  ...fields,
})
const task = (id: string, input: unknown, fields: object = {}) => ({
  id,
  kind: 'model',
  input,
  retry: { max: 0 },
  ...fields,
})
const steer = (key: Key, id: string, what: string, body: object = {}) =>
  post(key, `/v1/runs/${id}/${what}`, body)
const evict = ({ tenantId }: Key, id: string) => evictDurableObject(env.RUNS.getByName(runName(tenantId, id)))

describe('POST /v1/runs', () => {
  it('begins one run for ten equal requests at once', async () => {
    const key = await mintKey()
    const asked = Array.from({ length: 10 }, () =>
      post(key, '/v1/runs', { plan: { tasks: [gate('ask')] } }, { 'idempotency-key': 'order 42' }),
    )
    const answers = await Promise.all(asked)
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202))
    expect(answers.filter(({ headers }) => !headers.has('idempotent-replayed'))).toHaveLength(1)
    const ids = new Set((await Promise.all(answers.map(runIn))).map(({ id }) => id))
    expect(ids.size).toBe(1)
    const list = z.object({ data: z.array(z.object({ id: z.string() })) })
    expect(list.parse(await (await get(key, '/v1/runs')).json()).data).toEqual([
      expect.objectContaining({ id: [...ids][0] }),
    ])
  })
})

describe('a gate', () => {
  it('outlives that its run is put away, and is opened once', async () => {
    const key = await mintKey()
    const last = pause('last', { depends_on: ['ask'], when: 'tasks.ask.output.comment == "好"' })
    const { id } = await begin(key, { plan: { tasks: [gate('ask'), last] } })
    await evict(key, id)
    const answers = await Promise.all(
      [1, 2, 3].map(() => steer(key, id, 'tasks/ask/approve', { comment: '好' })),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(2)
    await evict(key, id)
    expect(statusesOf(await ended(key, id))).toEqual({ ask: 'succeeded', last: 'succeeded' })
    expect((await told(key, id)).filter((type) => type === 'task.approved')).toHaveLength(1)
  })

  it.each([
    ['its own', { timeout: { total_ms: 150 } }, {}, 'approval_timeout'],
    ['its run’s', {}, { budget: { deadline_ms: 150 } }, 'deadline_exceeded'],
  ])('that nobody opens is over by %s time, also while nobody looks', async (_, fields, more, code) => {
    const key = await mintKey()
    const { id } = await begin(key, { plan: { tasks: [gate('ask', fields)], ...more } })
    await evict(key, id)
    expect(await ended(key, id)).toMatchObject({ status: 'failed', failure: { code } })
  })
})

describe('a pause', () => {
  it('lets what goes on end, begins nothing, and goes on where it was', async () => {
    const offers = agentsAt(['courier'])
    const key = await mintKey()
    await putAgent(key, 'courier')
    const one = { kind: 'agent', assign: { agent: 'courier' } }
    const tasks = [
      { id: 'a', ...one },
      { id: 'b', ...one, depends_on: ['a'], input: ref('tasks.a.output') },
    ]
    const { id } = await begin(key, { plan: { tasks } })
    await vi.waitFor(() => expect(offers).toHaveLength(1), WAIT)
    expect((await runIn(await steer(key, id, 'pause'))).status).toBe('paused')
    const tell = (at: number, output: string) => {
      const { result_url = '', token = '' } = offers[at]?.callback ?? {}
      return callBack(result_url, token, { output })
    }
    expect((await tell(0, '第一')).status).toBe(200)
    await evict(key, id)
    expect(await view(key, id)).toMatchObject({
      status: 'paused',
      tasks: [{ status: 'succeeded' }, { status: 'pending' }],
    })
    expect(offers).toHaveLength(1)
    expect((await steer(key, id, 'resume')).status).toBe(200)
    await vi.waitFor(() => expect(offers).toHaveLength(2), WAIT)
    expect(offers[1]).toMatchObject({ task: 'b', input: '第一' })
    await tell(1, '第二')
    expect(await ended(key, id)).toMatchObject({
      status: 'succeeded',
      output: '第二',
      usage: { attempts: 2 },
    })
  })

  it('does not stop the clock, and may be ended by a cancellation', async () => {
    const key = await mintKey()
    const { id } = await begin(key, { plan: { tasks: [gate('ask')], budget: { deadline_ms: 300 } } })
    await steer(key, id, 'pause')
    expect(await ended(key, id)).toMatchObject({ status: 'failed', failure: { code: 'deadline_exceeded' } })
    const other = await begin(key, { plan: { tasks: [gate('ask')] } })
    await steer(key, other.id, 'pause')
    expect(await runIn(await steer(key, other.id, 'cancel'))).toMatchObject({
      status: 'cancelled',
      partial: true,
    })
  })
})

describe('a fork', () => {
  it('does anew from a task on, with the outputs of those before', async () => {
    let round = 0
    const calls = crewAt((call) => `${/第\d項/.exec(sentIn(call))?.[0]} ${round}`)
    const tasks = [
      task('a', '第1項'),
      task('b', { 問: '第2項', 前: ref('tasks.a.output') }, { depends_on: ['a'] }),
      task('c', { 問: '第3項', 前: ref('tasks.b.output') }, { depends_on: ['b'] }),
      task('d', '第4項'),
    ]
    const outputs = Object.fromEntries('abcd'.split('').map((id) => [id, ref(`tasks.${id}.output`)]))
    const key = await mintKey()
    const first = await finished(key, { plan: { tasks, outputs } })
    expect(first.output).toEqual({ a: '第1項 0', b: '第2項 0', c: '第3項 0', d: '第4項 0' })
    round = 1
    calls.length = 0
    const fork = await finished(key, { fork: { run: first.id, from: 'b' } })
    expect(fork).toMatchObject({ status: 'succeeded', fork_of: first.id, usage: { attempts: 2 } })
    expect(fork.output).toEqual({ a: '第1項 0', b: '第2項 1', c: '第3項 1', d: '第4項 0' })
    expect(calls).toHaveLength(2)
    expect((await view(key, first.id)).output).toEqual(first.output)
    const again = await finished(key, { fork: { run: fork.id } })
    expect(again).toMatchObject({
      status: 'succeeded',
      output: fork.output,
      usage: { attempts: 0, tokens: 0 },
    })
  })

  it('does what failed, and only that, where a failed task is retried', async () => {
    let isDown = true
    const calls = crewAt((call) => (isDown && sentIn(call).includes('第2項') ? { status: 400 } : '好'))
    const map = { over: ref('input'), task: { kind: 'model', input: { 問: ref('item') }, retry: { max: 0 } } }
    const tasks = [
      { id: 'm', kind: 'map', map },
      task('last', { 全部: ref('tasks.m.output') }, { depends_on: ['m'] }),
    ]
    const key = await mintKey()
    const first = await finished(key, { plan: { tasks }, input: ['第1項', '第2項', '第3項'] })
    expect(first).toMatchObject({ status: 'succeeded', partial: true, output: '好' })
    isDown = false
    calls.length = 0
    const answer = await steer(key, first.id, `tasks/${encodeURIComponent('m[1]')}/retry`)
    expect(answer.status).toBe(202)
    const { id } = await runIn(answer)
    const retried = await ended(key, id)
    expect(retried).toMatchObject({ status: 'succeeded', partial: false, fork_of: first.id })
    expect(calls).toHaveLength(2)
    expect(calls.filter((call) => sentIn(call).includes('第2項'))).toHaveLength(1)
    expect(calls.map(sentIn).join('')).not.toContain('第1項')
  })

  it('is refused where there is nothing to go on from', async () => {
    const key = await mintKey()
    const { id } = await finished(key, { plan: { tasks: [pause('a')] } })
    const refused = async (body: object) => {
      const { status, param } = await errorOf(await post(key, '/v1/runs', body))
      return [status, param]
    }
    expect(await refused({ fork: { run: 'run_none' } })).toEqual([404, 'fork.run'])
    expect(await refused({ fork: { run: id, from: 'z' } })).toEqual([404, 'fork.from'])
    expect(await refused({ fork: { run: id }, input: 1 })).toEqual([400, 'input'])
    expect(await refused({ fork: { run: id }, goal: 'x' })).toEqual([400, expect.stringMatching(/goal|fork/)])
  })
})

describe('the callback of a run', () => {
  it.each([
    ['succeeded', { tasks: [pause('a')], outputs: { 說: ref('input') } }, {}],
    ['failed', { tasks: [gate('a')], budget: { deadline_ms: 100 } }, { code: 'deadline_exceeded' }],
  ])('is called when it has %s, signed as the tenant’s webhooks are', async (status, plan, failure) => {
    const key = await mintKey()
    const shown = z.object({ secret: z.string() })
    const { secret } = shown.parse(await (await post(key, '/v1/webhook-secret/rotate', {})).json())
    const heard = fakeHosts({ 'hooks.example.com': () => new Response(null, { status: 204 }) })
    const { id } = await begin(key, { plan, input: '完成了', callback: 'https://hooks.example.com/in?a=b' })
    await vi.waitFor(() => expect(heard).toHaveLength(1), WAIT)
    const [call] = heard
    expect(call?.url).toBe('https://hooks.example.com/in?a=b')
    expect(call?.body).toMatchObject({ type: `run.${status}`, data: { id, object: 'run', status } })
    if (status === 'failed') expect(call?.body).toMatchObject({ data: { failure, partial: true } })
    else expect(call?.body).toMatchObject({ data: { output: { 說: '完成了' } } })
    const headers = Object.fromEntries(call?.headers ?? [])
    const sent = { id: headers['webhook-id'] ?? '', body: JSON.stringify(call?.body) }
    const at = Number(headers['webhook-timestamp']) * 1_000
    expect(headers).toMatchObject(await signatureHeaders(secret, sent, at))
  })

  it('is nowhere nearby', async () => {
    const body = { plan: { tasks: [pause('a')] }, callback: 'http://169.254.169.254/latest' }
    expect(await errorOf(await post(await mintKey(), '/v1/runs', body))).toMatchObject({
      status: 400,
      param: 'callback',
    })
  })
})
