import { describe, expect, it } from 'vitest'
import { blankCard } from '../../../src/agents/card.ts'
import { nextDueAt } from '../../../src/runs/run/due.ts'
import type { RunEffect } from '../../../src/runs/run/advance.ts'
import { requestFor, SimulatedRun } from './simulated-run.ts'
import { task } from './validated.ts'

const run = (tasks: readonly object[], fields: object = {}) =>
  new SimulatedRun(requestFor({ tasks, ...fields }))
const FAILED = { kind: 'failed' } as const
const AT_ONCE = { backoff: { initial_ms: 1 } }
const agent = (id: string, fields: object = {}) => ({
  id,
  kind: 'agent',
  needs: { skills: ['dig'] },
  ...fields,
})
const kindsOf = (effects: readonly RunEffect[]) => effects.map(({ kind }) => kind)

/** What was last asked for, or what asked for a task. */
function askOf(one: SimulatedRun, key: string) {
  const ask = one.effects.findLast((each) => each.kind === 'assign' && each.task === key)
  return ask?.kind === 'assign' ? ask : null
}
function assign(one: SimulatedRun, key: string, id: string) {
  const token = askOf(one, key)?.token ?? -1
  const assignment = { card: blankCard(id, 'http'), score: 1, factors: null, by: 'match' } as const
  return one.tell({ kind: 'assigned', task: key, token, assignment })
}
function unassign(one: SimulatedRun, key: string, reason: 'busy' | 'none') {
  const token = askOf(one, key)?.token ?? -1
  return one.tell({ kind: 'unassigned', task: key, token, reason, why: 'Nobody digs' })
}

describe('an agent', () => {
  it('is looked for, works, and is freed with what came of it', () => {
    const one = run([agent('a')])
    expect(askOf(one, 'a')).toMatchObject({ agent: null, wanted: { task: { skills: ['dig'] }, exclude: [] } })
    assign(one, 'a', 'mole')
    expect(one.order('a').agent?.id).toBe('mole')
    one.now += 700
    one.give('a', { output: 1, cost: { microUsd: 2_000_000, tokens: 9, model: 'm' } })
    const outcome = { skill: 'dig', success: 1, latencyMs: 700, costUsd: 2, from: null }
    expect(one.effects.at(-2)).toMatchObject({ kind: 'free', agent: 'mole', outcome })
  })

  it('is another one where it was silent, which goes on from what was told', () => {
    const one = run([agent('a', { retry: AT_ONCE, timeout: { heartbeat_ms: 20_000 } })])
    assign(one, 'a', 'mole')
    const token = one.state.tasks.get('a')?.attempt?.token ?? 0
    one.now += 19_000
    one.tell({ kind: 'heard', beats: [{ token, progress: 'half' }] })
    one.now += 1_000
    one.tell({ kind: 'heard', beats: [{ token, progress: 'more' }] })
    expect(nextDueAt(one.state)).toBe(one.now + 20_000)
    one.wait(20_000)
    one.wait(1)
    expect(kindsOf(one.effects.slice(-3))).toEqual(['revoke', 'free', 'assign'])
    expect(askOf(one, 'a')?.wanted.exclude).toEqual(['mole'])
    assign(one, 'a', 'badger')
    expect(one.order('a')).toMatchObject({ number: 2, carryOver: 'more' })
    expect(one.events.findLast(({ type }) => type === 'task.migrated')?.data).toEqual({
      from: 'mole',
      to: 'badger',
      reason: 'lost',
    })
    expect(one.log.filter((each) => each === 'task.progress a')).toHaveLength(1)
  })

  it('is the same one again, or anybody where it is gone', () => {
    const one = run([agent('a', { retry: AT_ONCE })])
    assign(one, 'a', 'mole')
    one.give('a', FAILED)
    one.wait(1)
    expect(askOf(one, 'a')).toMatchObject({ agent: 'mole' })
    unassign(one, 'a', 'none')
    expect(askOf(one, 'a')).toMatchObject({ agent: null, wanted: { exclude: [] } })
    unassign(one, 'a', 'none')
    expect(one.state).toMatchObject({ status: 'failed', failure: { code: 'no_agent' } })
  })

  it('is waited for while all are busy, until the queue takes too long', () => {
    const one = run([agent('a', { timeout: { queue_ms: 12_000 } })])
    const began = one.now
    unassign(one, 'a', 'busy')
    one.wait(4_999)
    one.tell({ kind: 'tick' })
    expect(one.effects).toHaveLength(1)
    one.tell({ kind: 'slot-freed' })
    expect(one.effects).toHaveLength(2)
    unassign(one, 'a', 'busy')
    one.wait(5_000)
    unassign(one, 'a', 'busy')
    expect(nextDueAt(one.state)).toBe(began + 12_000)
    one.wait(12_000)
    expect(one.state.failure?.code).toBe('queue_timeout')
  })

  it('is not asked for by all who want it at once', () => {
    const one = run(Array.from({ length: 20 }, (_, at) => agent(`a${at}`)))
    expect(one.effects).toHaveLength(4)
    for (let at = 0; at < 4; at += 1) unassign(one, `a${at}`, 'busy')
    one.tell({ kind: 'slot-freed' })
    expect(one.effects).toHaveLength(5)
    assign(one, 'a0', 'mole')
    expect(one.effects.filter(({ kind }) => kind === 'assign')).toHaveLength(6)
  })

  it('has its place back where it came too late', () => {
    const late = run([agent('a', { timeout: { total_ms: 1_000 } }), task('b')])
    late.wait(1_000)
    assign(late, 'a', 'mole')
    expect(late.statuses).toEqual({ a: 'failed', b: 'running' })
    expect(late.effects.at(-1)).toMatchObject({ kind: 'free', agent: 'mole', outcome: null })
    const one = run([agent('a')])
    one.tell({ kind: 'paused' })
    assign(one, 'a', 'mole')
    expect(one.effects.at(-1)).toMatchObject({ kind: 'free', agent: 'mole', outcome: null })
    one.tell({ kind: 'resumed' })
    const token = askOf(one, 'a')?.token
    one.tell({ kind: 'cancelled', reason: null })
    assign(one, 'a', 'mole')
    expect(one.effects.at(-1)).toMatchObject({ kind: 'free', agent: 'mole', token, outcome: null })
  })
})

describe('a result', () => {
  it('of another attempt changes nothing, but what it cost is counted once', () => {
    const one = run([task('a', [], { retry: AT_ONCE, timeout: { attempt_ms: 1_000 } })])
    one.wait(1_000)
    one.wait(1)
    const late = { kind: 'succeeded', output: 1, cost: { microUsd: 5, tokens: 3, model: 'm' } } as const
    const tells = () => one.tell({ kind: 'told', task: 'a', token: 1, outcome: late })
    for (let times = 0; times < 150; times += 1) tells()
    expect(tells()).toBe('stale')
    expect(one.log.filter((each) => each === 'stale_result a')).toHaveLength(100)
    expect(one.state.spent).toEqual({ microUsd: 5, tokens: 3, attempts: 2 })
    expect(one.statuses).toEqual({ a: 'running' })
  })

  it('has to fit its schema and its row', () => {
    const one = run([task('a', [], { retry: { ...AT_ONCE, max: 1 }, output_schema: { type: 'string' } })])
    one.give('a', { output: 1 })
    expect(one.state.tasks.get('a')?.past[0]).toMatchObject({ end: 'invalid_output' })
    one.wait(1)
    one.give('a', { output: '字'.repeat(400_000) })
    expect(one.state.failure?.code).toBe('invalid_output')
  })

  it('may be a question, after which it goes on', () => {
    const one = run([task('a', [], { retry: { max: 0 } })])
    one.give('a', { kind: 'input_required', asks: ['q'], partial: ['p'] })
    expect(one.state).toMatchObject({
      status: 'input_required',
      tasks: new Map([['a', one.state.tasks.get('a')]]),
    })
    expect(one.state.tasks.get('a')?.asks).toEqual(['q'])
    expect(one.tell({ kind: 'supplied', task: 'a', input: 'x'.repeat(300_000) })).toBe('too_large')
    one.tell({ kind: 'supplied', task: 'a', input: 42 })
    expect(one.order('a')).toMatchObject({ number: 2, supplied: 42, carryOver: ['p'] })
    one.give('a', { output: 'done' })
    expect(one.output).toBe('done')
  })
})

describe('what must happen once', () => {
  const once = { side_effect: 'once', retry: AT_ONCE, timeout: { attempt_ms: 1_000 } }

  it('is not done again when nobody knows what came of it, but by a person', () => {
    const one = run([task('a', [], once)])
    const key = one.order('a').idempotencyKey
    one.give('a', FAILED)
    one.wait(1)
    expect(one.order('a').idempotencyKey).toBe(key)
    one.wait(1_000)
    expect(one.state).toMatchObject({ status: 'input_required' })
    expect(one.log.at(-1)).toBe('task.needs_review a')
    one.tell({ kind: 'task-retried', task: 'a' })
    expect(one.order('a').idempotencyKey).not.toBe(key)
    one.wait(1_000)
    one.tell({ kind: 'approved', task: 'a', by: 'ann', comment: null, output: 'sent' })
    expect(one.output).toBe('sent')
  })
})

describe('a budget', () => {
  it('is shared by the tasks that may still need it', () => {
    const one = run([task('a'), task('b'), task('c', ['a'])], { budget: { usd: 0.0009 } })
    expect([one.order('a').maxMicroUsd, one.order('b').maxMicroUsd]).toEqual([300, 300])
    one.give('a', { cost: { microUsd: 100, tokens: 0, model: null } })
    expect(one.order('c').maxMicroUsd).toBe(500)
  })

  it('ends the run when it is used up and nothing goes on', () => {
    const one = run([task('a'), task('b', ['a'])], { budget: { tokens: 10 } })
    expect(one.order('a').maxTokens).toBe(10)
    one.give('a', { output: 1, cost: { microUsd: 0, tokens: 10, model: null } })
    expect(one.state).toMatchObject({ status: 'failed', failure: { code: 'budget_exceeded' } })
  })
})
