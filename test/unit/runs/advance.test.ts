import { describe, expect, it } from 'vitest'
import { nextDueAt } from '../../../src/runs/run/due.ts'
import { requestFor, SimulatedRun } from './simulated-run.ts'
import { ref, task } from './validated.ts'

const run = (tasks: readonly object[], fields: object = {}) =>
  new SimulatedRun(requestFor({ tasks, ...fields }))
const FAILED = { kind: 'failed' } as const

describe('a run', () => {
  it('gives what its last tasks gave, each with what it depends on', () => {
    const one = run([
      task('a'),
      task('b'),
      task('c', ['a', 'b']),
      task('d', ['c'], { input: ref('tasks.c.output.x') }),
    ])
    expect(one.statuses).toEqual({ a: 'running', b: 'running', c: 'pending', d: 'pending' })
    one.give('b', { output: 2 })
    one.give('a', { output: '一' })
    expect(one.order('c').input).toEqual({ a: '一', b: 2 })
    one.give('c', { output: { x: [3] } })
    expect(one.order('d').input).toEqual([3])
    one.give('d', { output: 'done' })
    expect(one.state).toMatchObject({ status: 'succeeded', isPartial: false })
    expect(one.output).toBe('done')
    expect(one.events.map(({ seq }) => seq)).toEqual(one.events.map((_, at) => at + 1))
    expect(one.log.at(-1)).toBe('run.succeeded')
    expect(nextDueAt(one.state)).toBe(null)
  })

  it('tries again after a pause, which grows, and goes on without what failed for good', () => {
    const retry = { max: 2, backoff: { initial_ms: 1_000, factor: 3, max_ms: 10_000 } }
    const one = run([task('a', [], { retry }), task('b', ['a']), task('c')])
    one.give('c', { output: 1 })
    for (const pause of [1_000, 3_000]) {
      one.give('a', FAILED)
      expect(nextDueAt(one.state)).toBe(one.now + pause)
      one.wait(pause)
    }
    expect(one.order('a').number).toBe(3)
    one.give('a', FAILED)
    expect(one.statuses).toEqual({ a: 'failed', b: 'blocked', c: 'succeeded' })
    expect(one.state).toMatchObject({ status: 'succeeded', isPartial: true })
    expect(one.output).toEqual({ b: null, c: 1 })
  })

  it('ends at its deadline with what is there', () => {
    const one = run([task('a'), task('b'), task('c', ['b'])], { budget: { deadline_ms: 5_000 } })
    one.give('a', { output: 1 })
    one.wait(4_999)
    expect(one.state.status).toBe('running')
    one.wait(1)
    expect(one.state).toMatchObject({
      status: 'failed',
      isPartial: true,
      failure: { code: 'deadline_exceeded' },
    })
    expect(one.output).toEqual({ a: 1, c: null })
    expect(one.statuses).toEqual({ a: 'succeeded', b: 'cancelled', c: 'cancelled' })
    expect(one.effects.slice(-2).map(({ kind }) => kind)).toEqual(['revoke', 'ended'])
    expect(one.give('b', { output: 2 })).toBe('run_ended')
  })
})
