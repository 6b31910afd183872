import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { AttemptObject } from '../../src/http/runs/attempt-object.ts'
import type { AttemptOrder } from '../../src/runs/attempt.ts'
import { RunObject } from '../../src/runs/run-object.ts'
import type { RunRequest } from '../../src/runs/run/state.ts'
import { task } from '../unit/runs/validated.ts'
import { gave, laneOf, never, performing, requestFor, runOf, until } from './run-world.ts'
import { watchLogs } from './world.ts'

afterEach(() => vi.restoreAllMocks())

/** A run of one task. */
async function begun(fields: object = {}): Promise<RunRequest> {
  const request = requestFor({ tasks: [task('a', [], fields)] })
  await runOf(request).begin(request, 'digest', null)
  return request
}

const ended = async (request: RunRequest) => {
  const view = await runOf(request).viewAtEnd(8_000)
  return { status: view?.state.status, output: view?.output, a: view?.state.tasks.get('a') }
}

const AGAIN = { retry: { max: 1, backoff: { initial_ms: 1 } } }

describe('LaneObject', () => {
  it('makes an attempt once, however often it is offered', async () => {
    const offer = vi.spyOn(AttemptObject.prototype, 'offer')
    let isOpen = false
    const orders = performing(async () => {
      await until(() => isOpen)
      return gave('done')
    })
    const request = await begun()
    await vi.waitFor(() => expect(orders).toHaveLength(1))
    const offered: readonly AttemptOrder[] = offer.mock.calls[0]?.[0] ?? []
    await laneOf(request, 0).offer(offered)
    isOpen = true
    expect(await ended(request)).toMatchObject({ status: 'succeeded', output: 'done' })
    await laneOf(request, 0).offer(offered)
    expect(orders).toHaveLength(1)
  })

  it('ends an attempt at its deadline, with what it took', async () => {
    const orders = performing(async (order, io) => {
      await never(order, io)
      const failure = { code: 'aborted', message: 'Aborted' }
      const cost = { microUsd: 5, tokens: 1, model: 'm' }
      return { kind: 'failed', reason: 'error', failure, isFinal: true, cost, partial: 'half' }
    })
    const request = await begun({ timeout: { attempt_ms: 300 }, retry: { max: 0 } })
    const { status, a } = await ended(request)
    expect(status).toBe('failed')
    expect(a).toMatchObject({ past: [{ end: 'timeout' }] })
    expect(orders).toHaveLength(1)
  })

  it('tells of work so far, which another attempt goes on with after the memory was lost', async () => {
    const orders = performing((order, io) => {
      io.progress({ chapters: order.number })
      return order.number === 1 ? never(order, io) : gave(order.carryOver)
    })
    const request = await begun(AGAIN)
    await vi.waitFor(() => expect(orders).toHaveLength(1))
    await abortAllDurableObjects()
    expect(await ended(request)).toMatchObject({
      status: 'succeeded',
      output: { chapters: 1 },
      a: { past: [{ end: 'lost', failure: { code: 'lost' } }, { end: 'succeeded' }] },
    })
  }, 20_000)

  it('beats while it works', async () => {
    const heard = vi.spyOn(RunObject.prototype, 'heard')
    const orders = performing((order, io) => {
      io.progress('half')
      return never(order, io)
    })
    const request = await begun()
    await vi.waitFor(() => expect(orders).toHaveLength(1))
    await runDurableObjectAlarm(laneOf(request, 0))
    await vi.waitFor(() => expect(heard).toHaveBeenCalledWith([{ token: 1, progress: 'half' }]))
    await runDurableObjectAlarm(laneOf(request, 0))
    await vi.waitFor(() => expect(heard).toHaveBeenLastCalledWith([{ token: 1 }]))
    await runOf(request).tell({ kind: 'cancelled', reason: null })
  })

  it('makes a failure of what breaks, and of what is far too large', async () => {
    const logged = watchLogs()
    performing(({ number }) => {
      if (number === 1) throw new Error('Broken')
      return gave('x'.repeat(5_000_000))
    })
    const { status, a } = await ended(await begun(AGAIN))
    expect(status).toBe('failed')
    expect(a?.past.map(({ failure }) => failure?.code)).toEqual(['internal', 'output_too_large'])
    expect(JSON.stringify(logged)).toContain('An attempt broke')
  })

  it('tells again what the run did not take, and then keeps nothing', async () => {
    watchLogs()
    const tellAll = vi.spyOn(RunObject.prototype, 'tellAll').mockRejectedValueOnce(new Error('Down'))
    performing(() => gave('at last'))
    const request = await begun()
    expect(await ended(request)).toMatchObject({ status: 'succeeded', output: 'at last' })
    const tries = tellAll.mock.calls.filter((call) => JSON.stringify(call).includes('at last'))
    expect(tries).toHaveLength(2)
    const tables = () =>
      runInDurableObject(laneOf(request, 0), (_, { storage }) =>
        storage.sql.exec("select name from sqlite_master where name not like '_cf%'").toArray(),
      )
    await vi.waitFor(async () => {
      await runDurableObjectAlarm(laneOf(request, 0))
      expect(await tables()).toEqual([])
    })
  }, 20_000)
})
