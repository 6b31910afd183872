import { describe, expect, it } from 'vitest'
import { nextDueAt } from '../../../src/runs/run/due.ts'
import { requestFor, SimulatedRun } from './simulated-run.ts'
import { ref, task } from './validated.ts'

const run = (tasks: readonly object[], fields: object = {}, request: object = {}) =>
  new SimulatedRun(requestFor({ tasks, ...fields }, request))
const FAILED = { kind: 'failed' } as const
const ONCE = { retry: { max: 0 } }

const map = (fields: object = {}, inner: object = {}) => ({
  id: 'm',
  kind: 'map',
  map: {
    over: ref('input.list'),
    max: 3,
    task: { kind: 'model', input: [ref('index'), ref('item.x')], ...ONCE, ...inner },
    ...fields,
  },
})

const sub = (tasks: readonly object[], fields: object = {}, plan: object = {}) => ({
  id: 's',
  kind: 'subplan',
  plan: { tasks, ...plan },
  ...fields,
})

const gate = (fields: object = {}) => ({ id: 'g', kind: 'gate', gate: { message: 'Go?' }, ...fields })

const over = (list: unknown) => run([map(), task('b', ['m'])], {}, { input: { list } })

describe('a map', () => {
  it('does its task for every item, and gives their outputs in order', () => {
    const one = over([{ x: 'a' }, { x: 'b' }])
    expect(one.order('m[1]').input).toEqual([1, 'b'])
    one.give('m[1]', { output: 'B' })
    one.give('m[0]', { output: 'A' })
    expect(one.order('b').input).toEqual({ m: ['A', 'B'] })
  })

  it('goes on without items that failed, unless all did', () => {
    const some = over([{}, {}])
    some.give('m[0]', FAILED)
    some.give('m[1]', { output: 2 })
    some.give('b', { output: 'b' })
    expect(some.values.get('output:m')).toEqual([null, 2])
    expect(some.state).toMatchObject({ status: 'succeeded', isPartial: true })
    const none = over([{}])
    none.give('m[0]', FAILED)
    expect(none.state).toMatchObject({ status: 'failed', failure: { code: 'broken' } })
  })

  it('is over a list of as many items as it says', () => {
    expect(over([]).order('b').input).toEqual({ m: [] })
    expect(over([1, 2, 3, 4]).state.failure?.code).toBe('too_many_items')
    expect(over('abc').state.failure?.code).toBe('not_a_list')
  })

  it('takes as many places as there are, the most important first', () => {
    const list = Array.from({ length: 100 }, (_, x) => ({ x }))
    const one = run([map({ max: 100 }), task('z', [], { assign: { priority: 1 } })], {}, { input: { list } })
    const running = Object.entries(one.statuses).filter(([, status]) => status === 'running')
    // The map itself is running by its items.
    expect(running).toHaveLength(31)
    expect(one.statuses).toMatchObject({ z: 'running', 'm[28]': 'running', 'm[29]': 'queued' })
    const lanes = Array.from(one.state.tasks.values(), ({ attempt }) => attempt?.lane ?? -1)
    expect([0, 1, 2, 3, 4, 5].map((lane) => lanes.filter((each) => each === lane).length)).toEqual(
      Array.from({ length: 6 }, () => 5),
    )
    one.give('m[0]', { output: 0 })
    expect(one.statuses).toMatchObject({ 'm[29]': 'running', 'm[30]': 'queued' })
  })
})

describe('a subplan', () => {
  it('has its own input and gives its own output', () => {
    const inner = [task('x', [], { input: ref('input.y') }), task('z', ['x'])]
    const one = run([sub(inner, { input: { y: ref('input') } }), task('b', ['s'])], {}, { input: 7 })
    expect(one.order('s/x').input).toBe(7)
    one.give('s/x', { output: 'X' })
    one.give('s/z', { output: 'Z' })
    expect(one.order('b').input).toEqual({ s: 'Z' })
    expect(one.state.tasks.get('s')?.spent.attempts).toBe(2)
  })

  it('ends at its own deadline, and at the end of its own budget', () => {
    const late = run([
      sub([task('x')], { on_timeout: 'skip' }, { budget: { deadline_ms: 2_000 } }),
      task('b'),
    ])
    expect(nextDueAt(late.state)).toBe(late.now + 2_000)
    late.wait(2_000)
    expect(late.statuses).toEqual({ s: 'skipped', b: 'running', 's/x': 'cancelled' })
    const poor = run([sub([task('x'), task('y', ['x'])], {}, { budget: { usd: 0.000002 } }), task('b')])
    poor.give('s/x', { output: 1, cost: { microUsd: 2, tokens: 0, model: null } })
    expect(poor.statuses).toEqual({ s: 'failed', b: 'running', 's/x': 'succeeded', 's/y': 'cancelled' })
    expect(poor.state.tasks.get('s')?.failure?.code).toBe('budget_exceeded')
  })

  it('may be in a map, and have maps', () => {
    const inner = sub([
      { id: 'n', kind: 'map', map: { over: ref('input'), max: 9, task: { kind: 'model' } } },
      task('w', ['n']),
    ])
    const { id: _id, ...body } = inner
    const outer = {
      id: 'm',
      kind: 'map',
      map: { over: ref('input'), max: 9, task: { ...body, input: ref('item') } },
    }
    const one = run([outer], {}, { input: [[1], [2, 3]] })
    expect(one.order('m[1]/n[1]').input).toBe(3)
    for (const key of ['m[0]/n[0]', 'm[1]/n[1]', 'm[1]/n[0]', 'm[0]/w', 'm[1]/w'])
      one.give(key, { output: key })
    expect(one.output).toEqual(['m[0]/w', 'm[1]/w'])
    expect(one.state.status).toBe('succeeded')
  })
})

describe('a gate', () => {
  it('waits for a person, and tells what was said', () => {
    const one = run([gate(), task('b', ['g'])])
    expect(one.state.status).toBe('input_required')
    expect(one.tell({ kind: 'approved', task: 'g', by: 'ann', comment: '好' })).toBe(null)
    expect(one.order('b').input).toEqual({ g: { approved: true, comment: '好' } })
    expect(one.tell({ kind: 'rejected', task: 'g', by: 'bob', comment: null })).toBe('not_waiting')
  })

  it('fails where it is rejected, or is skipped with what was said', () => {
    const tells = { kind: 'rejected', task: 'g', by: 'ann', comment: null } as const
    const failed = run([gate(), task('b', ['g'])])
    failed.tell(tells)
    expect(failed.state).toMatchObject({ status: 'failed', failure: { code: 'rejected' } })
    const skipped = run([gate({ on_error: 'skip' }), task('b', ['g'])])
    skipped.tell(tells)
    expect(skipped.order('b').input).toEqual({ g: { approved: false, comment: null } })
  })

  it('has a time', () => {
    const one = run([gate({ timeout: { total_ms: 1_000 }, on_timeout: 'skip' }), task('b', ['g'])])
    one.wait(1_000)
    expect(one.statuses).toEqual({ g: 'skipped', b: 'running' })
  })
})

it('a wait takes its time, and a condition skips', () => {
  const one = run([
    { id: 'w', kind: 'wait', wait: { for_ms: 500 } },
    task('a'),
    task('b', ['a', 'w'], { when: 'tasks.a.output.n > 2' }),
    task('c', ['b']),
  ])
  one.give('a', { output: { n: 2 } })
  expect(nextDueAt(one.state)).toBe(one.now + 500)
  one.wait(500)
  expect(one.statuses).toMatchObject({ w: 'succeeded', b: 'skipped', c: 'running' })
  expect(one.order('c').input).toEqual({ b: null })
})
