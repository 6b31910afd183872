import { describe, expect, it } from 'vitest'
import { ref, task, validated, wrongWith } from './validated.ts'

/** What is wrong with one task of a plan with a deadline of 10 s. */
const wrong = (fields: object, budget: object = {}) =>
  wrongWith({ budget: { deadline_ms: 10_000, ...budget }, tasks: [task('a', [], fields)] })

const many = (count: number) => Array.from({ length: count }, (_, index) => task(`t${index}`))

const subplan = (id: string, budget: object) =>
  task(id, [], { kind: 'subplan', plan: { budget, tasks: [task('x')] } })

describe('the form of a plan', () => {
  it('is told with every place that is wrong', () => {
    const document = {
      version: 2,
      budget: { usd: -1 },
      more: 1,
      aggregate: 'sum',
      tasks: [
        { id: 'a', kind: 'code', retry: { max: 11, on: ['fire'] }, depends_on: ['b', 5, 'c'] },
        'b',
        task('c', [], { timeout: { attempt_ms: 900_001, total_s: 1 }, verify: { checks: ['poetry'] } }),
      ],
    }
    expect(wrongWith(document)).toEqual([
      'version invalid_value',
      'budget.usd out_of_range',
      'aggregate invalid_value',
      'more unknown_field',
      'tasks[0].kind invalid_value',
      'tasks[0].retry.max out_of_range',
      'tasks[0].retry.on[0] invalid_value',
      'tasks[0].depends_on[1] invalid_type',
      'tasks[1] invalid_type',
      'tasks[2].timeout.attempt_ms out_of_range',
      'tasks[2].timeout.total_s unknown_field',
      'tasks[2].verify.checks[0] invalid',
      'tasks[0].depends_on[0] unknown_task',
    ])
  })

  it('has tasks', () => {
    expect(wrongWith({})).toEqual(['tasks invalid_type'])
    expect(wrongWith({ tasks: [] })).toEqual(['tasks out_of_range'])
  })

  it('says nothing for others of what one task or budget has wrong', () => {
    const week = { deadline_ms: 604_800_000 }
    const inner = task('a', [], { kind: 'subplan', plan: { budget: week, tasks: [task('x')] } })
    expect(wrongWith({ budget: { ...week, usd: -1 }, tasks: [inner] })).toEqual(['budget.usd out_of_range'])
    const document = {
      tasks: [
        task('a', [], { retry: 1 }),
        task('b', ['a'], { input: ref('tasks.a.output') }),
        task('c', ['d']),
      ],
    }
    expect(wrongWith(document)).toEqual([
      'tasks[0].retry invalid_type',
      'tasks[2].depends_on[0] unknown_task',
    ])
  })

  it('has defaults for all that is not said', () => {
    const { plan } = validated({
      tasks: [{ id: 'a', kind: 'model' }, task('b', [], { side_effect: 'once' })],
    })
    expect(plan).toMatchObject({
      budget: { microUsd: null, tokens: null, deadlineMs: 86_400_000, maxAttempts: null },
      tasks: [
        {
          dependsOn: [],
          retry: { max: 2, backoff: { initialMs: 1_000, factor: 2, maxMs: 60_000 } },
          timeout: { queueMs: 300_000, attemptMs: 600_000, totalMs: null, heartbeatMs: 60_000 },
          onTimeout: 'migrate',
          onError: 'retry',
          sideEffect: 'none',
          context: 'isolated',
        },
        { onTimeout: 'fail' },
      ],
    })
  })
})

describe('limits', () => {
  it('hold for tasks, with those within others', () => {
    expect(wrongWith({ tasks: many(1_000) })).toEqual([])
    const { faults } = validated({ tasks: many(10_000) })
    expect(faults).toEqual([
      {
        path: 'tasks',
        code: 'too_many_tasks',
        message: 'A plan has at most 1000 tasks with those of its subplans and maps, not 10000',
      },
    ])
    const inner = { kind: 'subplan', plan: { tasks: many(999) } }
    expect(wrong(inner)).toEqual([])
    expect(wrong({ kind: 'subplan', plan: { tasks: many(1_000) } })).toEqual([
      'tasks[0].plan.tasks too_many_tasks',
    ])
    const three = ['a', 'b', 'c'].map((id) => task(id, [], { kind: 'subplan', plan: { tasks: many(600) } }))
    expect(wrongWith({ tasks: three })).toEqual(['tasks[1].plan.tasks too_many_tasks'])
  })

  it('hold for inputs, by their bytes and levels', () => {
    expect(wrong({ input: '文'.repeat(349_524) })).toEqual([])
    expect(wrong({ input: '文'.repeat(349_526) })).toEqual(['tasks[0].input too_large'])
    const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)])
    expect(wrong({ input: nested(64) })).toEqual([])
    expect(wrong({ input: nested(65) })).toEqual(['tasks[0].input too_deep'])
  })

  it('hold for references', () => {
    const input = Array.from({ length: 10_001 }, () => ref('tasks.b.output'))
    const document = { tasks: [task('a', ['b'], { input }), task('b', [], { input: ref('nowhere') })] }
    expect(wrongWith(document)).toEqual(['tasks[0].input[10000] too_many_refs'])
  })

  it('hold for what is told', () => {
    const { faults, hasMore } = validated({ tasks: many(1_000).map((each) => ({ ...each, id: '?' })) })
    expect({ told: faults.length, hasMore }).toEqual({ told: 100, hasMore: true })
    expect(validated({ tasks: [] }).hasMore).toBe(false)
  })
})

describe('timeouts', () => {
  it.each([
    [{ timeout: { total_ms: 10_001 } }, 'timeout.total_ms'],
    [{ timeout: { attempt_ms: 10_001 } }, 'timeout.attempt_ms'],
    [{ timeout: { attempt_ms: 6_000, total_ms: 5_000 } }, 'timeout.attempt_ms'],
    [{ timeout: { queue_ms: 6_000, total_ms: 5_000 } }, 'timeout.queue_ms'],
    [{ timeout: { heartbeat_ms: 2_000, attempt_ms: 1_000 } }, 'timeout.heartbeat_ms'],
    [{ retry: { backoff: { initial_ms: 2_000, max_ms: 1_000 } } }, 'retry.backoff.initial_ms'],
    [{ kind: 'wait', wait: { for_ms: 10_001 } }, 'wait.for_ms'],
    [
      { kind: 'subplan', plan: { budget: { deadline_ms: 10_001 }, tasks: [task('x')] } },
      'plan.budget.deadline_ms',
    ],
  ])('are within each other: %j', (fields, path) => {
    expect(wrong(fields)).toEqual([`tasks[0].${path} inconsistent_timeout`])
  })

  it('fit as they are where nothing is said', () => {
    expect(wrong({})).toEqual([])
    expect(wrong({ timeout: { total_ms: 50 } })).toEqual([])
  })
})

describe('kinds', () => {
  it.each([
    [{ kind: 'map' }, ['map missing_field']],
    [{ kind: 'gate', wait: { for_ms: 1 } }, ['gate missing_field', 'wait misplaced_field']],
    [{ plan: { tasks: [task('x')] } }, ['plan misplaced_field']],
    [{ kind: 'wait', wait: {} }, ['wait missing_field']],
    [{ kind: 'wait', wait: { for_ms: 1, until: '2027-01-01T00:00:00Z' } }, ['wait missing_field']],
    [{ kind: 'wait', wait: { until: 'tomorrow' } }, ['wait.until invalid']],
    [{ kind: 'tool' }, ['needs.tools wrong_tool_count']],
    [{ kind: 'tool', needs: { tools: ['a', 'b'] } }, ['needs.tools wrong_tool_count']],
    [{ kind: 'judge' }, ['input.candidates too_few_candidates']],
    [{ kind: 'judge', input: { candidates: ['only'] } }, ['input.candidates too_few_candidates']],
    [{ kind: 'judge', input: { candidates: ['one', 'other'] } }, []],
    [{ assign: { agent: 'a', pool: 'b' } }, ['assign.pool misplaced_field']],
    [{ side_effect: 'once', on_timeout: 'migrate' }, ['on_timeout unsafe_retry']],
    [{ side_effect: 'idempotent', on_timeout: 'migrate' }, []],
    [{ kind: 'gate', gate: { message: 'Go?' }, on_timeout: 'retry' }, ['on_timeout invalid_value']],
    [
      { kind: 'gate', gate: { message: 'Go?' }, needs: { skills: ['x'] }, verify: {}, output_schema: {} },
      ['needs misplaced_field', 'verify misplaced_field', 'output_schema misplaced_field'],
    ],
  ])('%j: %j', (fields, faults) => {
    expect(wrong(fields)).toEqual(faults.map((fault) => `tasks[0].${fault}`))
  })
})

describe('budgets', () => {
  it('are enough for one attempt of every task that must be done', () => {
    const tasks = [task('a'), task('b', ['a'], { when: 'tasks.a.output' }), subplan('c', {})]
    expect(wrongWith({ budget: { max_attempts: 2 }, tasks })).toEqual([])
    expect(wrongWith({ budget: { max_attempts: 1 }, tasks })).toEqual(['budget.max_attempts budget_exceeded'])
  })

  it('of subplans are together within the whole', () => {
    const tasks = [
      subplan('a', { usd: 1.5, tokens: 10, max_attempts: 5 }),
      subplan('b', { usd: 0.5, tokens: 10, max_attempts: 5 }),
    ]
    expect(wrongWith({ budget: { usd: 2, tokens: 20, max_attempts: 10 }, tasks })).toEqual([])
    expect(wrongWith({ budget: { usd: 1.9, tokens: 19, max_attempts: 9 }, tasks })).toEqual([
      'budget.usd budget_exceeded',
      'budget.tokens budget_exceeded',
      'budget.max_attempts budget_exceeded',
    ])
  })

  it('make one of several outputs', () => {
    const outputs = { a: ref('tasks.a.output'), b: ref('tasks.b.output') }
    expect(wrongWith({ tasks: [task('a')], outputs, aggregate: 'vote' })).toEqual(['outputs.b unknown_task'])
    expect(wrongWith({ tasks: [task('a')], outputs: { a: 1 }, aggregate: 'vote' })).toEqual([
      'aggregate misplaced_field',
    ])
  })
})
