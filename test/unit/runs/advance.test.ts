import { describe, expect, it } from 'vitest'
import { nextDueAt } from '../../../src/runs/run/due.ts'
import { requestFor, SimulatedRun } from './simulated-run.ts'
import { ref, task, validated } from './validated.ts'

const run = (tasks: readonly object[], fields: object = {}) =>
  new SimulatedRun(requestFor({ tasks, ...fields }))
const FAILED = { kind: 'failed' } as const

const goal = () =>
  new SimulatedRun({ ...requestFor({ tasks: [task('a')] }), plan: null, goal: '寫報告', input: 5 })

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

  it('takes nothing at the moment that it ends by, and says so', () => {
    const ask = { id: 'ask', kind: 'gate', gate: { message: '可以嗎？' } }
    const one = run([ask, task('b')], { budget: { deadline_ms: 5_000 } })
    one.now += 5_000
    const approval = { kind: 'approved', task: 'ask', by: 'key', comment: null } as const
    expect([one.tell(approval), one.give('b', { output: 2 })]).toEqual(['run_ended', 'run_ended'])
    one.wait(0)
    expect(one.state).toMatchObject({ status: 'failed', failure: { code: 'deadline_exceeded' } })
    expect(one.log).not.toContain('task.approved')
  })
})

describe('a goal', () => {
  it('is made a plan first', () => {
    const one = goal()
    expect(one.state.status).toBe('planning')
    expect(one.order('$plan')).toMatchObject({ work: 'plan', goal: '寫報告', input: 5 })
    const { plan } = validated({ tasks: [task('a', [], { input: ref('input') }), task('b', ['a'])] })
    const note = { source: 'planner', topology: 'dag', reason: 'Two parts' } as const
    one.give('$plan', { output: null, plan, note })
    expect(one.state.status).toBe('running')
    expect(one.events.find(({ type }) => type === 'run.planned')?.data).toEqual({ ...note, tasks: 2 })
    expect(one.order('a')).toMatchObject({ work: 'model', goal: '寫報告', input: 5 })
  })

  it('of which no plan can be made fails', () => {
    const one = goal()
    one.give('$plan', { output: null })
    expect(one.state.tasks.get('$plan')?.past[0]?.end).toBe('invalid_output')
    one.wait(1_000)
    one.give('$plan', { ...FAILED, isFinal: true })
    expect(one.state).toMatchObject({ status: 'failed', failure: { code: 'broken' } })
    expect(one.output).toBe(null)
  })
})

describe('several outputs', () => {
  const outputs = { x: ref('tasks.a.output'), y: ref('tasks.b.output.z', { default: null }) }
  const judged = () => run([task('a'), task('b', [], { retry: { max: 0 } })], { outputs, aggregate: 'judge' })

  it('are made one by somebody who is asked last', () => {
    const one = judged()
    one.give('a', { output: 1 })
    one.give('b', { output: { z: 2 } })
    expect(one.order('$aggregate')).toMatchObject({
      work: 'aggregate',
      aggregate: 'judge',
      input: { x: 1, y: 2 },
    })
    one.give('$aggregate', { output: 2 })
    expect(one.output).toBe(2)
    expect(one.state.status).toBe('succeeded')
  })

  it('are the one that is there', () => {
    const one = judged()
    one.give('b', FAILED)
    one.give('a', { output: 1 })
    expect(one.output).toBe(1)
    expect(one.state).toMatchObject({ status: 'succeeded', isPartial: true })
  })

  it('are joined by themselves where that is no work', () => {
    const one = run([task('a'), task('b')], { aggregate: 'concat' })
    one.give('b', { output: '二' })
    one.give('a', { output: '一' })
    expect(one.output).toBe('一\n\n二')
  })
})
