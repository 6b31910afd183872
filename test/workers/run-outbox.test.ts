import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { GraphObject } from '../../src/agents/graph-object.ts'
import { RUN_LIMITS, type RunRequest } from '../../src/runs/run/state.ts'
import { card } from '../unit/agents/builders.ts'
import { task } from '../unit/runs/validated.ts'
import { gave, performing, requestFor, runOf, stubOf } from './run-world.ts'
import { watchLogs } from './world.ts'

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

/** What is done is deleted with the next step, or by the alarm that was set for it. */
const SOON = { timeout: 10_000, interval: 200 }

const WEAVING = { tasks: [{ id: 'a', kind: 'agent', needs: { skills: ['weaving'] } }] }

/** A tenant with one loom that takes one task at a time, and a run that wants it. */
async function weaver(): Promise<RunRequest> {
  const request = requestFor(WEAVING)
  await graphOf(request).tell({ kind: 'agent-put', card: card('loom', { capacity: 1 }), ifMatch: null })
  return request
}

const graphOf = ({ caller }: RunRequest) => env.GRAPH.getByName(caller.tenantId)

async function slots(request: RunRequest): Promise<number> {
  const { nodes } = await graphOf(request).list()
  return nodes.find((node) => node.card.id === 'loom')?.slots.length ?? -1
}

const alarmOf = (request: RunRequest) =>
  runInDurableObject(stubOf(request), (_, { storage }) => storage.getAlarm())

const left = (request: RunRequest) =>
  runInDurableObject(stubOf(request), (_, { storage }) =>
    storage.sql.exec<{ body: string; tries: number }>('select body, tries from outbox').toArray(),
  )

describe('what a run has others do', () => {
  it('is asked for again where the answer was lost, and the same place is given, and given back', async () => {
    watchLogs()
    const request = await weaver()
    performing(() => gave('cloth'))
    const assign = vi.spyOn(GraphObject.prototype, 'assign')
    assign.mockImplementationOnce(async function lost(this: GraphObject, wishes) {
      assign.mockRestore()
      await this.assign(wishes)
      throw new Error('Down')
    })
    await runOf(request).begin(request, '', null)
    const view = await runOf(request).viewAtEnd(8_000)
    expect(view).toMatchObject({ output: 'cloth', state: { status: 'succeeded' } })
    expect(view?.state.tasks.get('a')?.past).toMatchObject([{ agent: 'loom', token: 1 }])
    await vi.waitFor(async () => expect(await slots(request)).toBe(0))
    await vi.waitFor(async () => expect(await left(request)).toEqual([]), SOON)
  })

  it('is undone where it came too late', async () => {
    const request = await weaver()
    const orders = performing(() => gave('cloth'))
    const assign = vi.spyOn(GraphObject.prototype, 'assign')
    assign.mockImplementationOnce(async function late(this: GraphObject, wishes) {
      assign.mockRestore()
      const answers = await this.assign(wishes)
      await new Promise((resolve) => setTimeout(resolve, 300))
      return answers
    })
    await runOf(request).begin(request, '', null)
    await vi.waitFor(async () => expect(await slots(request)).toBe(1))
    await runOf(request).tell({ kind: 'cancelled', reason: null })
    await vi.waitFor(async () => expect(await slots(request)).toBe(0))
    expect(orders).toEqual([])
  })

  it('is kept while nobody takes it, with longer pauses', async () => {
    watchLogs()
    const send = vi.spyOn(env.WEBHOOKS, 'send').mockRejectedValue(new Error('Down'))
    performing(() => gave('done'))
    const request = requestFor({ tasks: [task('a')] }, { callback: 'https://hooks.example.com/in' })
    await runOf(request).begin(request, '', null)
    await vi.waitFor(() => expect(send.mock.calls.length).toBeGreaterThanOrEqual(3), { timeout: 5_000 })
    expect(await left(request)).toMatchObject([{ body: '{"kind":"ended"}' }])
    send.mockResolvedValue({ metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } })
    await vi.waitFor(async () => expect(await left(request)).toEqual([]), SOON)
    const ids = new Set(send.mock.calls.map(([message]) => JSON.stringify(message)))
    expect(ids.size).toBe(1)
  }, 15_000)
})

describe('a run', () => {
  it('that waits for a person sleeps until somebody comes or its time is over', async () => {
    const request = requestFor({ tasks: [{ id: 'a', kind: 'gate', gate: { message: 'Go?' } }] })
    await runOf(request).begin(request, '', null)
    const view = await runOf(request).view()
    expect(view?.state.status).toBe('input_required')
    expect(await alarmOf(request)).toBe(view?.state.deadline)
    await runOf(request).tell({ kind: 'approved', task: 'a', by: 'key_1', comment: null })
    expect(await runOf(request).view()).toMatchObject({ state: { status: 'succeeded' } })
  })

  it('is forgotten when it was kept for as long as it is kept', async () => {
    performing(() => gave('done'))
    const request = requestFor({ tasks: [task('a')] })
    await runOf(request).begin(request, '', null)
    const endedAt = (await runOf(request).viewAtEnd(5_000))?.state.endedAt ?? 0
    await vi.waitFor(async () => expect(await left(request)).toEqual([]), SOON)
    await runDurableObjectAlarm(stubOf(request))
    expect(await alarmOf(request)).toBe(endedAt + RUN_LIMITS.keptMs)
    vi.useFakeTimers({ toFake: ['Date'], now: endedAt + RUN_LIMITS.keptMs })
    await runDurableObjectAlarm(stubOf(request))
    expect(await runOf(request).view()).toBeNull()
    expect(await alarmOf(request)).toBeNull()
  })
})
