import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { NO_COST } from '../../src/runs/attempt.ts'
import { RUN_LIMITS } from '../../src/runs/run/state.ts'
import { task } from '../unit/runs/validated.ts'
import { gave, never, performing, requestFor, runOf, stubOf } from './run-world.ts'
import { watchLogs } from './world.ts'

afterEach(() => vi.restoreAllMocks())

const many = (count: number, fields: object = {}) =>
  Array.from({ length: count }, (_, at) => task(`t${at}`, [], fields))

describe('a run', () => {
  it('tells of large events a few at a time, and leaves none out', async () => {
    performing(() => ({ kind: 'input_required', asks: '好'.repeat(40_000), cost: NO_COST, partial: null }))
    const request = requestFor({ tasks: many(60) })
    await runOf(request).begin(request, 'digest', null)
    const seqOf = async () => {
      const view = await runOf(request).view()
      return view?.state.status === 'input_required' ? view.state.seq : null
    }
    await vi.waitFor(async () => expect(await seqOf()).not.toBeNull(), 10_000)
    const last = (await seqOf()) ?? 0
    let seq = 0
    while (seq < last) {
      const events = (await runOf(request).eventsAfter(seq, 0))?.events ?? []
      expect(JSON.stringify(events).length).toBeLessThan(1_500_000)
      expect(events[0]?.seq).toBe(seq + 1)
      seq = events.at(-1)?.seq ?? Infinity
    }
    expect(seq).toBe(last)
  }, 20_000)

  it('ends, and can be read, however much its tasks gave', async () => {
    watchLogs()
    performing(({ token }) => gave('好'.repeat(token % 2 === 0 ? 340_000 : 2_000_000)))
    const request = requestFor({ tasks: many(60, { retry: { max: 1, backoff: { initial_ms: 1 } } }) })
    await runOf(request).begin(request, 'digest', null)
    const view = await runOf(request).viewAtEnd(50_000)
    expect(view?.state.endedAt).not.toBeNull()
    expect(view?.state.spent.attempts).toBeGreaterThan(60)
  }, 60_000)

  it('is not kept for ever where it cannot even end', async () => {
    const logged = watchLogs()
    performing(never)
    const request = requestFor({ tasks: many(1) })
    await runOf(request).begin(request, 'digest', null)
    await runInDurableObject(stubOf(request), (_, { storage }) => storage.sql.exec('drop table events'))
    const { deadline } = (await runOf(request).view())?.state ?? { deadline: 0 }
    const clock = vi.spyOn(Date, 'now').mockReturnValue(deadline)
    await runDurableObjectAlarm(stubOf(request))
    expect(JSON.stringify(logged)).toContain('A run broke')
    expect((await runOf(request).view())?.state.status).toBe('running')
    clock.mockReturnValue(deadline + RUN_LIMITS.keptMs)
    await runDurableObjectAlarm(stubOf(request))
    expect(await runOf(request).view()).toBeNull()
  })
})
