import { describe, expect, it } from 'vitest'
import { keptOf } from '../../../src/runs/run/fork.ts'
import { requestFor, SimulatedRun } from './simulated-run.ts'
import { ref, task } from './validated.ts'

const FAILED = { kind: 'failed' } as const
const ONCE = { retry: { max: 0 } }
/** A chain, and a map of three items after its first task, of which the last task makes one. */
const TASKS = [
  task('a', [], ONCE),
  task('b', ['a'], ONCE),
  {
    id: 'm',
    kind: 'map',
    depends_on: ['a'],
    map: { over: ref('tasks.a.output'), task: { kind: 'model', ...ONCE } },
  },
  task('z', ['b', 'm'], ONCE),
]
const request = requestFor({ tasks: TASKS, budget: { deadline_ms: 60_000 } })
/** As far as `b`, which failed, and two of three items. */
function stuck(): SimulatedRun {
  const one = new SimulatedRun(request)
  one.give('a', { output: [1, 2, 3] })
  one.give('m[0]', { output: 10 })
  one.give('m[1]', FAILED)
  one.give('b', FAILED)
  return one
}

const keptBy = (one: SimulatedRun, from: string | null) => {
  const kept = keptOf(one.state, from, one.read)
  return kept === 'too_large' ? null : kept
}
const forked = (one: SimulatedRun, from: string | null) => {
  const kept = keptBy(one, from)
  return kept && new SimulatedRun({ ...request, id: 'run_2', forkOf: 'run_1' }, kept)
}

describe('a task that is begun anew', () => {
  it('takes all after it along, with as many attempts as at first', () => {
    const one = stuck()
    expect(one.statuses).toMatchObject({ b: 'failed', z: 'blocked', 'm[2]': 'running' })
    expect(one.tell({ kind: 'task-retried', task: 'a' })).toBe('not_retryable')
    expect(one.tell({ kind: 'task-retried', task: 'x' })).toBe('unknown_task')
    one.tell({ kind: 'task-retried', task: 'b' })
    expect(one.statuses).toMatchObject({ a: 'succeeded', b: 'running', z: 'pending', 'm[2]': 'running' })
    one.give('b', { output: 'B' })
    one.give('m[2]', { output: 30 })
    expect(one.order('z').input).toEqual({ b: 'B', m: [10, null, 30] })
    expect(one.state.tasks.get('b')?.past).toHaveLength(2)
  })

  it('may be the cause of what is blocked, or an item of what had ended', () => {
    const one = stuck()
    one.tell({ kind: 'task-retried', task: 'z' })
    expect(one.statuses).toMatchObject({ b: 'running', z: 'pending' })
    one.give('m[2]', { output: 30 })
    expect(one.statuses['m']).toBe('succeeded')
    one.tell({ kind: 'task-retried', task: 'm[1]' })
    expect(one.statuses).toMatchObject({
      m: 'running',
      'm[0]': 'succeeded',
      'm[1]': 'running',
      'm[2]': 'succeeded',
    })
    one.give('m[1]', { output: 20 })
    one.give('b', { output: 'B' })
    expect(one.order('z').input).toEqual({ b: 'B', m: [10, 20, 30] })
  })
})

describe('keptOf', () => {
  it('keeps what is finished, also within what is not', () => {
    const one = stuck()
    one.wait(60_000)
    const other = forked(one, null)
    expect(other?.statuses).toMatchObject({ a: 'succeeded', b: 'running', m: 'running', 'm[0]': 'succeeded' })
    other?.give('m[1]', { output: 20 })
    other?.give('m[2]', { output: 30 })
    other?.give('b', { output: 'B' })
    expect(other?.order('z').input).toEqual({ b: 'B', m: [10, 20, 30] })
    expect(other?.log.filter((each) => each === 'task.started m[0]')).toEqual([])
    expect(other?.state.spent.attempts).toBe(4)
  })

  it('keeps nothing of a task that is to be done anew, nor of what comes after it', () => {
    const one = stuck()
    one.tell({ kind: 'cancelled', reason: null })
    expect(keptOf(one.state, 'x', one.read)).toBe(null)
    expect([...(keptBy(one, 'a')?.tasks.keys() ?? [])]).toEqual([])
    expect([...(keptBy(one, 'm[0]')?.tasks.keys() ?? [])]).toEqual(['a'])
    expect([...(keptBy(one, 'm')?.tasks.keys() ?? [])]).toEqual(['a', 'm[0]'])
  })

  it('leaves the run it is from as it was', () => {
    const one = stuck()
    one.tell({ kind: 'cancelled', reason: 'enough' })
    const before = structuredClone(one.state)
    forked(one, 'b')?.give('b', { output: 1 })
    expect(one.state).toEqual(before)
  })
})
