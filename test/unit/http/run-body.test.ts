import { describe, expect, it } from 'vitest'
import { PLAN_DEFAULTS } from '../../../src/core/plan.ts'
import { AppError } from '../../../src/core/errors.ts'
import { budgetOfFork, readPlan, readRunBody, toolOf } from '../../../src/http/runs/run-body.ts'

const read = (body: unknown) => readRunBody(body, { allowLoopback: false })
function refusalOf(work: () => unknown): AppError {
  try {
    work()
  } catch (error) {
    if (error instanceof AppError) return error
  }
  throw new Error('It was taken')
}
const paramOf = (body: unknown) => refusalOf(() => read(body)).param

describe('readRunBody', () => {
  it.each([
    ['nothing to do', {}, 'goal'],
    ['two things to do', { goal: '比較三家供應商', plan: { tasks: [] } }, 'plan'],
    ['an empty goal', { goal: '' }, 'goal'],
    ['a field that is none', { goal: 'x', wait: 1 }, 'wait'],
    ['a wait beyond a minute', { goal: 'x', wait_ms: 60_001 }, 'wait_ms'],
    ['an input that a fork has', { fork: { run: 'run_1' }, input: 1 }, 'input'],
    ['an input that no row holds', { goal: 'x', input: '字'.repeat(400_000) }, 'input'],
    ['a callback within', { goal: 'x', callback: 'http://10.0.0.1/' }, 'callback'],
    ['two tools of one name', { goal: 'x', tools: [{ name: 'a' }, { name: 'a' }] }, 'tools[1]'],
    [
      'a tool without a name',
      { goal: 'x', tools: [{ type: 'function', function: {} }] },
      'tools[0].function.name',
    ],
    ['money below nothing', { goal: 'x', budget: { usd: -1 } }, 'budget.usd'],
  ])('refuses %s', (_, body, param) => {
    expect(paramOf(body)).toBe(param)
  })

  it('takes a goal in any language, and null for what is not said', () => {
    const said = read({
      goal: '比較三家供應商',
      plan: null,
      callback: 'https://example.com/done',
      wait_ms: 0,
    })
    expect(said.goal).toBe('比較三家供應商')
  })
})

describe('toolOf', () => {
  it('reads tools as OpenAI Chat and OpenAI Responses write them', () => {
    const { tools } = read({
      goal: 'x',
      tools: [
        {
          type: 'function',
          function: { name: 'find', description: 'Finds', parameters: { type: 'object' } },
        },
        { type: 'function', name: 'ask', strict: true },
      ],
    })
    expect(tools?.map(toolOf)).toEqual([
      { name: 'find', description: 'Finds', parameters: { type: 'object' } },
      { name: 'ask', description: '', parameters: { type: 'object' } },
    ])
  })
})

describe('readPlan', () => {
  const tasks = [{ id: 'a', kind: 'model' }]

  it('tells all that is wrong with a plan by its paths in the request', () => {
    const plan = {
      tasks: [
        { id: 'a', kind: 'model', depends_on: ['b'] },
        { id: 'a', kind: 'gate' },
      ],
    }
    const { param, faults } = refusalOf(() => readPlan(plan, 'plan', null))
    expect(faults?.map(({ path, code }) => `${path} ${code}`)).toEqual([
      'plan.tasks[1].gate missing_field',
      'plan.tasks[0].depends_on[0] unknown_task',
      'plan.tasks[1].id duplicate_id',
    ])
    expect(param).toBe('plan.tasks[1].gate')
  })

  it('takes the tighter of the plan’s budget and the request’s', () => {
    const plan = { tasks, budget: { usd: 1, tokens: 500, deadline_ms: 9_000 } }
    expect(
      readPlan(plan, 'plan', { usd: 2, tokens: 100, deadline_ms: 20_000, max_attempts: 3 }).budget,
    ).toEqual({
      microUsd: 1_000_000,
      tokens: 100,
      deadlineMs: 9_000,
      maxAttempts: 3,
    })
  })

  it('goes by the request’s deadline where the plan has none, longer or shorter than the default', () => {
    const longer = 3 * PLAN_DEFAULTS.deadlineMs
    expect(readPlan({ tasks }, 'plan', { deadline_ms: longer }).budget.deadlineMs).toBe(longer)
    const short = readPlan({ tasks, budget: null }, 'plan', { deadline_ms: 5_000 })
    expect([short.budget.deadlineMs, short.tasks[0]?.timeout.attemptMs]).toEqual([5_000, 5_000])
    expect(readPlan({ tasks }, 'plan', null).budget.deadlineMs).toBe(PLAN_DEFAULTS.deadlineMs)
  })
})

describe('budgetOfFork', () => {
  it('lets a fork take more than its run might', () => {
    const own = { microUsd: 10, tokens: 5, deadlineMs: 1_000, maxAttempts: 1 }
    expect(budgetOfFork(own, { usd: 1, max_attempts: 9 })).toEqual({
      ...own,
      microUsd: 1_000_000,
      maxAttempts: 9,
    })
  })
})
