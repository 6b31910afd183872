import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { AttemptObject } from '../../src/http/runs/attempt-object.ts'
import type { RunEvent } from '../../src/runs/run/events.ts'
import type { RunRequest } from '../../src/runs/run/state.ts'
import { ref, task } from '../unit/runs/validated.ts'
import { fakeHosts } from './hosts.ts'
import { gave, laneOf, never, performing, requestFor, runOf, stubOf, until } from './run-world.ts'
import { watchLogs } from './world.ts'

afterEach(() => vi.restoreAllMocks())

/** Two beside each other, then one of both. */
const DIAMOND = {
  tasks: [
    task('a'),
    task('b', ['a']),
    task('c', ['a']),
    task('d', ['b', 'c'], { input: { both: [ref('tasks.b.output'), ref('tasks.c.output')] } }),
  ],
}

async function logOf(request: RunRequest): Promise<readonly RunEvent[]> {
  const told = await runOf(request).eventsAfter(0, 0)
  return told?.events ?? []
}

/** How often each kind of event is told of a task. */
async function countOf(request: RunRequest, type: string): Promise<Record<string, number>> {
  const log = await logOf(request)
  const tasks = log.filter((event) => event.type === type).map((event) => event.task ?? '')
  return Object.fromEntries([...Map.groupBy(tasks, (key) => key)].map(([key, all]) => [key, all.length]))
}

async function expectDoneOnce(request: RunRequest): Promise<void> {
  const log = await logOf(request)
  expect(log.map(({ seq }) => seq)).toEqual(log.map((_, at) => at + 1))
  expect(log.filter(({ type }) => type === 'run.succeeded')).toHaveLength(1)
  expect(await countOf(request, 'task.succeeded')).toEqual({ a: 1, b: 1, c: 1, d: 1 })
}

describe('RunObject', () => {
  it('has tasks made in their order, each with the outputs it takes, and keeps the log', async () => {
    const orders = performing(({ task: key, input }) => gave({ of: key, input }))
    const request = requestFor(DIAMOND)
    const begun = await runOf(request).begin(request, 'digest', null)
    expect(begun).toMatchObject({ kind: 'begun', view: { state: { status: 'running' } } })
    const view = await runOf(request).viewAtEnd(5_000)
    expect(view).toMatchObject({ state: { status: 'succeeded' }, output: { of: 'd' } })
    expect(orders.map(({ task: key }) => key).toSorted()).toEqual(['a', 'b', 'c', 'd'])
    expect(orders.at(-1)).toMatchObject({ input: { both: [{ of: 'b' }, { of: 'c' }] } })
    expect(await runOf(request).value('output:a')).toMatchObject({ of: 'a' })
    await expectDoneOnce(request)
  })

  it('knows a request again, refuses another, and knows nothing of runs that never began', async () => {
    performing(never)
    const request = requestFor(DIAMOND)
    await runOf(request).begin(request, 'digest', null)
    expect(await runOf(request).begin(request, 'digest', null)).toMatchObject({ kind: 'known' })
    expect(await runOf(request).begin(request, 'other', null)).toEqual({ kind: 'conflict' })
    const stranger = requestFor(DIAMOND)
    const nobody = runOf(stranger)
    expect(await nobody.view()).toBeNull()
    expect(await nobody.eventsAfter(0, 0)).toBeNull()
    expect(await nobody.tell({ kind: 'paused' })).toEqual({ kind: 'refused', why: 'unknown_run' })
    const tables = await runInDurableObject(stubOf(stranger), (_, { storage }) =>
      storage.sql.exec("select name from sqlite_master where name not like '_cf%'").toArray(),
    )
    expect(tables).toEqual([])
  })

  it('goes on after all memory was lost: what was made is made once, what broke off again', async () => {
    const orders = performing((order, io) =>
      order.number === 1 && 'bc'.includes(order.task) ? never(order, io) : gave(order.task),
    )
    const request = requestFor(DIAMOND)
    const mine = () => orders.filter(({ runId }) => runId === request.id)
    await runOf(request).begin(request, 'digest', null)
    await vi.waitFor(() => expect(mine()).toHaveLength(3))
    await abortAllDurableObjects()
    await vi.waitFor(
      () =>
        expect(
          mine()
            .map(({ task: key, number }) => `${key}${number}`)
            .toSorted(),
        ).toEqual(['a1', 'b1', 'b2', 'c1', 'c2', 'd1']),
      { timeout: 20_000, interval: 200 },
    )
    await vi.waitFor(async () =>
      expect(await runOf(request).view()).toMatchObject({ state: { status: 'succeeded' } }),
    )
    await expectDoneOnce(request)
  }, 30_000)

  it('takes results that come while it was evicted', async () => {
    const open = new Set<string>()
    const orders = performing(async ({ task: key }) => {
      await until(() => open.has(key))
      return gave(key)
    })
    const request = requestFor(DIAMOND)
    await runOf(request).begin(request, 'digest', null)
    for (const keys of [['a'], ['b', 'c'], ['d']]) {
      await vi.waitFor(() => expect(orders.map((order) => order.task)).toEqual(expect.arrayContaining(keys)))
      await evictDurableObject(stubOf(request))
      for (const key of keys) open.add(key)
    }
    expect(await runOf(request).viewAtEnd(5_000)).toMatchObject({ state: { status: 'succeeded' } })
    await expectDoneOnce(request)
  })

  it('repeats what those it calls do not take', async () => {
    watchLogs()
    const offer = vi.spyOn(AttemptObject.prototype, 'offer').mockRejectedValueOnce(new Error('Down'))
    performing(({ task: key }) => gave(key))
    const request = requestFor(DIAMOND)
    await runOf(request).begin(request, 'digest', null)
    expect(await runOf(request).viewAtEnd(10_000)).toMatchObject({ state: { status: 'succeeded' } })
    expect(offer.mock.calls.map(([orders]) => orders.length)).toEqual([1, 1, 2, 1])
    await expectDoneOnce(request)
  })

  it('has who waits for events told at once, and never for long', async () => {
    performing(never)
    const request = requestFor(DIAMOND)
    await runOf(request).begin(request, 'digest', null)
    await vi.waitFor(async () => expect((await logOf(request)).at(-1)?.type).toBe('task.started'))
    const last = (await logOf(request)).length
    expect(await runOf(request).eventsAfter(last, 50)).toEqual({ events: [], hasEnded: false })
    const waiting = runOf(request).eventsAfter(last, 20_000)
    await runOf(request).tell({ kind: 'cancelled', reason: null })
    const told = await waiting
    expect(told?.hasEnded).toBe(true)
    expect(told?.events.at(-1)?.type).toBe('run.cancelled')
    expect(await runOf(request).eventsAfter(told?.events.at(-1)?.seq ?? 0, 20_000)).toEqual({
      events: [],
      hasEnded: true,
    })
  })

  it('tells its end to the index, and to who asked for it', async () => {
    performing(({ task: key }) => gave(key, 7))
    const heard = fakeHosts({ 'hooks.example.com': () => new Response(null, { status: 204 }) })
    const request = requestFor(DIAMOND, { callback: 'https://hooks.example.com/in' })
    await runOf(request).begin(request, 'digest', null)
    await runOf(request).viewAtEnd(5_000)
    await vi.waitFor(() => expect(heard).toHaveLength(1))
    const data = { id: request.id, status: 'succeeded', output: 'd', cost_usd: 0.000028 }
    expect(heard[0]).toMatchObject({ url: request.callback, body: { type: 'run.succeeded', data } })
    const row = await env.DB.prepare('select status, tasks from runs where id = ?').bind(request.id).first()
    expect(row).toEqual({ status: 'succeeded', tasks: 4 })
  })

  it('has lanes stop what is cancelled', async () => {
    const orders = performing(never)
    const request = requestFor(DIAMOND)
    await runOf(request).begin(request, 'digest', null)
    await vi.waitFor(() => expect(orders).toHaveLength(1))
    await runOf(request).tell({ kind: 'cancelled', reason: 'No need' })
    const states = () =>
      runInDurableObject(laneOf(request, 0), (_, { storage }) =>
        storage.sql.exec<{ state: string }>('select state from orders').toArray(),
      )
    await vi.waitFor(async () => expect(await states()).toEqual([{ state: 'told' }]))
  })
})
