import { describe, expect, it } from 'vitest'
import { keptOf } from '../../../src/runs/run/fork.ts'
import { orderOf } from '../../../src/runs/run/order.ts'
import { RUN_LIMITS } from '../../../src/runs/run/state.ts'
import { requestFor, SimulatedRun } from './simulated-run.ts'
import { ref, task } from './validated.ts'

const ONCE = { retry: { max: 0 } }
/** Of a little less than an output may be. */
const LARGE = '好'.repeat(RUN_LIMITS.outputBytes / 3 - 10)
const ids = (count: number) => Array.from({ length: count }, (_, at) => `t${at}`)

/** A run of tasks that each give a large output, and whatever else. */
function large(count: number, document: object = {}, others: readonly object[] = []): SimulatedRun {
  const tasks = [...ids(count).map((id) => task(id)), ...others]
  const one = new SimulatedRun(requestFor({ tasks, ...document }))
  for (const id of ids(count)) one.give(id, { output: LARGE })
  return one
}

/** How many values are read meanwhile. */
function readsOf(one: SimulatedRun, work: (read: (name: string) => unknown) => unknown): number {
  let reads = 0
  work((name) => {
    reads += 1
    return one.read(name)
  })
  return reads
}

describe('a run', () => {
  it('keeps so much of what is said of a failure that rows hold it', () => {
    const one = new SimulatedRun(
      requestFor({ tasks: [task('a', [], { retry: { max: 3, backoff: { initial_ms: 1 } } })] }),
    )
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      one.give('a', { kind: 'failed', failure: { code: 'said', message: '𠀀'.repeat(500_000) } })
      one.wait(10)
    }
    expect(one.state.status).toBe('failed')
    const kept = one.state.tasks.get('a')
    expect(kept?.past).toHaveLength(4)
    expect(JSON.stringify(kept).length).toBeLessThan(20_000)
    expect(kept?.failure?.message.isWellFormed()).toBe(true)
  })

  it('asks its caller nothing that is too large to be kept', () => {
    const one = new SimulatedRun(requestFor({ tasks: [task('a', [], ONCE)] }))
    one.give('a', { kind: 'input_required', asks: LARGE })
    expect(one.state.tasks.get('a')).toMatchObject({ status: 'failed', failure: { code: 'invalid_output' } })
  })

  it('reads no more outputs for an input than it may hold', () => {
    const input = Array.from({ length: 5_000 }, () => ref('tasks.t0.output'))
    const reader = large(1, {}, [task('z', ['t0'], { input })])
    const reads = readsOf(reader, (read) =>
      expect(orderOf(reader.state, 'z', read)).toMatchObject({ code: 'input_too_large' }),
    )
    expect(reads).toBeLessThan(20)
    const joiner = large(30, {}, [task('z', ids(30))])
    expect(readsOf(joiner, (read) => orderOf(joiner.state, 'z', read))).toBeLessThan(20)
  })

  it('fails where its outputs cannot be told together, which are read one by one then', () => {
    const one = large(30)
    expect(one.state).toMatchObject({ status: 'failed', failure: { code: 'output_too_large' } })
    expect(one.state.tasks.get('t29')?.status).toBe('succeeded')
    expect(JSON.stringify(one.output).length).toBeLessThan(RUN_LIMITS.joinedChars * 1.1)
    expect(keptOf(one.state, null, one.read)).toBe('too_large')
    const few = large(20)
    expect(few.state.status).toBe('succeeded')
    expect(keptOf(few.state, null, few.read)).toMatchObject({ tasks: { size: 20 } })
  })
})
