import { describe, expect, it } from 'vitest'
import { blankCard } from '../../../src/agents/card.ts'
import { readPlan } from '../../../src/http/runs/run-body.ts'
import { runJson } from '../../../src/http/runs/run-json.ts'
import { indexRow } from '../../../src/runs/run/index-row.ts'
import type { PastAttempt, RunState, TaskState } from '../../../src/runs/run/state.ts'

const plan = readPlan(
  {
    goal: '比較三家供應商',
    tasks: [
      { id: 'find', title: '查找', kind: 'agent' },
      {
        id: 'each',
        kind: 'map',
        depends_on: ['find'],
        map: { over: { $ref: 'tasks.find.output' }, task: { kind: 'tool', needs: { tools: ['x'] } } },
      },
      { id: 's', kind: 'subplan', plan: { tasks: [{ id: 'x', kind: 'panel' }] } },
    ],
  },
  'plan',
  null,
)

const task = (key: string, fields: Partial<TaskState> = {}): TaskState => ({
  key,
  status: 'succeeded',
  waitingFor: null,
  attempt: null,
  past: [],
  readyAt: null,
  startedAt: 5_000,
  endedAt: 6_999,
  resumeAt: null,
  deadline: null,
  spent: { microUsd: 250_000, tokens: 10, attempts: 1 },
  failure: null,
  asks: null,
  items: null,
  ...fields,
})

const past = (number: number, agent: string | null, model: string | null): PastAttempt => ({
  number,
  token: number,
  agent,
  model,
  end: 'error',
  failure: null,
  spent: { microUsd: 0, tokens: 0, attempts: 1 },
  startedAt: 1,
  endedAt: 2,
})

function stateOf(tasks: readonly TaskState[], fields: Partial<RunState> = {}): RunState {
  const caller = {
    tenantId: 'ten',
    keyId: 'key',
    scopes: [],
    userId: null,
    allowedModels: null,
    limits: null,
    tenantLimits: null,
  }
  return {
    request: {
      id: 'run_1',
      caller,
      region: 'local',
      origin: '',
      goal: null,
      plan,
      budget: plan.budget,
      input: null,
      agents: null,
      tools: [],
      callback: 'https://example.com/secret',
      sessionId: null,
      forkOf: null,
      createdAt: 4_200,
    },
    plan,
    revision: 0,
    status: 'running',
    isPaused: false,
    tasks: new Map(tasks.map((one) => [one.key, one])),
    spent: { microUsd: 1_500_000, tokens: 30, attempts: 4 },
    token: 4,
    seq: 9,
    startedAt: 4_200,
    endedAt: null,
    deadline: 90_000,
    failure: null,
    isPartial: false,
    ...fields,
  }
}

describe('runJson', () => {
  it('tells of every task who works on it, how often it was tried, and who handed it on', () => {
    const attempt = {
      number: 3,
      token: 4,
      phase: 'offered' as const,
      assignment: { card: blankCard('coder', 'model'), score: null, factors: null, by: 'match' as const },
      lane: 0,
      startedAt: 1,
      heardAt: 1,
      deadline: 2,
      maxMicroUsd: null,
      progress: null,
    }
    const tried = [past(1, 'writer', 'openai/gpt-5-mini'), past(2, 'writer', null)]
    const run = runJson({
      state: stateOf([
        task('find', { status: 'running', attempt, past: tried, endedAt: null }),
        task('each[2]'),
        task('s/x'),
        task('$plan'),
      ]),
      output: undefined,
    })
    expect(run).toMatchObject({
      goal: '比較三家供應商',
      output: null,
      usage: { cost_usd: 1.5, tokens: 30, attempts: 4 },
      created_at: 4,
      deadline: 90,
      ended_at: null,
      artifacts: [{ name: 'each[2]' }, { name: 's/x' }],
      tasks: [
        {
          id: 'find',
          title: '查找',
          kind: 'agent',
          agent: 'coder',
          model: 'openai/gpt-5-mini',
          attempts: 3,
          migrations: 1,
        },
        { id: 'each[2]', title: null, kind: 'tool', attempts: 0, cost_usd: 0.25, started_at: 5, ended_at: 6 },
        { id: 's/x', kind: 'panel' },
        { id: '$plan', kind: 'plan' },
      ],
    })
    expect(JSON.stringify(run)).not.toContain('secret')
  })

  it('says why branches are missing, of a partial result alone', () => {
    const failure = { code: 'no_agent', message: 'Nobody fits' }
    const tasks = [
      task('find'),
      task('each', { status: 'failed', failure }),
      task('s', { status: 'blocked' }),
      task('skipped', { status: 'skipped' }),
    ]
    expect(runJson({ state: stateOf(tasks), output: 1 })).toMatchObject({ missing: [] })
    expect(runJson({ state: stateOf(tasks, { isPartial: true }), output: 1 })).toMatchObject({
      partial: true,
      missing: [
        { task: 'each', reason: 'no_agent', message: 'Nobody fits' },
        { task: 's', reason: 'blocked', message: null },
      ],
    })
  })
})

describe('indexRow', () => {
  it('holds the beginning of the goal, and counts the plan’s own tasks', () => {
    const state = stateOf([task('$plan'), task('find'), task('s/x')])
    const long = { ...state, request: { ...state.request, goal: '😀'.repeat(200) } }
    expect(indexRow(long)).toMatchObject({
      tenantId: 'ten',
      id: 'run_1',
      tasks: 2,
      costMicroUsd: 1_500_000,
      seq: 9,
    })
    expect(indexRow(long).goal).toBe('😀'.repeat(100))
  })
})
