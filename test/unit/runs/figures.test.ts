import { describe, expect, it } from 'vitest'
import { figuresOf } from '../../../src/runs/plan/figures.ts'
import { ref, task, validated } from './validated.ts'

const figures = (tasks: readonly object[], budget: object = {}) => {
  const { plan, faults } = validated({ tasks, budget })
  expect(faults).toEqual([])
  return figuresOf(plan)
}

/** A task of at most 11 s: three attempts of 3 s with what is waited before each, and pauses of 500 and 1,500 ms. */
const SHORT = {
  timeout: { queue_ms: 1_000, attempt_ms: 2_000 },
  retry: { max: 2, backoff: { initial_ms: 500, factor: 10, max_ms: 1_500 } },
}
const map = (max: number, inner: object) => ({
  kind: 'map',
  map: { over: ref('tasks.a.output'), max, task: inner },
})

const wait = (ms: number) => ({ kind: 'wait', wait: { for_ms: ms } })

describe('figuresOf', () => {
  it('takes every attempt at its longest, within what the whole may take', () => {
    expect(figures([task('a', [], SHORT)])).toMatchObject({ attempts: 3, least: 1, durationMs: 11_000 })
    const bounded = { ...SHORT, timeout: { ...SHORT.timeout, total_ms: 5_000 } }
    expect(figures([task('a', [], bounded), task('b', ['a'], bounded)])).toMatchObject({ durationMs: 10_000 })
    expect(figures([task('a', [], SHORT)], { deadline_ms: 3_000 })).toMatchObject({ durationMs: 3_000 })
    expect(figures([task('a', [], SHORT)], { max_attempts: 2 })).toMatchObject({ attempts: 2 })
  })

  it('counts every item of a map, which might go one after the other', () => {
    const tasks = [task('a', [], SHORT), task('b', ['a'], map(3, { kind: 'model', ...SHORT }))]
    expect(figures(tasks)).toMatchObject({
      tasks: 3,
      executions: 5,
      attempts: 12,
      least: 1,
      depth: 2,
      width: 3,
      durationMs: 44_000,
    })
  })

  it('counts what is in subplans', () => {
    const plan = {
      budget: { max_attempts: 4 },
      tasks: [task('x', [], SHORT), task('y', ['x'], SHORT), task('z')],
    }
    const tasks = [task('a', [], SHORT), task('b', ['a'], { kind: 'subplan', plan }), task('c', [], SHORT)]
    expect(figures(tasks)).toMatchObject({
      tasks: 6,
      executions: 6,
      attempts: 10,
      least: 5,
      depth: 3,
      width: 2,
    })
  })

  it('names the chain that takes longest, though it has fewer tasks', () => {
    const tasks = [
      task('long', [], wait(9_000)),
      task('a', [], wait(1_000)),
      task('b', ['a'], wait(1_000)),
      task('c', ['b', 'long'], wait(1_000)),
    ]
    expect(figures(tasks)).toMatchObject({
      depth: 3,
      width: 2,
      attempts: 0,
      durationMs: 10_000,
      criticalPath: ['long', 'c'],
    })
  })
})
