import { PLAN_DEFAULTS } from '../../../src/core/plan.ts'
import { STARTERS } from '../../../src/agents/starter-team.ts'
import { newTask } from '../../../src/runs/run/draft.ts'
import {
  type Attempt,
  NOTHING_SPENT,
  type PastAttempt,
  type RunState,
  type TaskState,
} from '../../../src/runs/run/state.ts'
import { validated } from './validated.ts'

/** A task nobody has begun. */
export function taskState(key: string, fields: Partial<TaskState> = {}): TaskState {
  return { ...newTask(key), ...fields }
}

/** An attempt that is over. */
export function past(number: number, fields: Partial<PastAttempt> = {}): PastAttempt {
  const spent = { microUsd: 100, tokens: 10, attempts: 1 }
  const ended = { agent: 'writer', model: null, end: 'error' as const, failure: null, spent }
  return { number, token: number, startedAt: 0, endedAt: 1, ...ended, ...fields }
}

/** An attempt by one of the starter team. */
export function attempt(number: number, agent: string): Attempt {
  const card = STARTERS.get(agent)?.card
  if (!card) throw new Error(`Nobody is called ${agent}`)
  return {
    number,
    token: number,
    phase: 'offered',
    assignment: { card, score: 0.5, factors: null, by: 'match' },
    lane: 0,
    startedAt: 0,
    heardAt: 0,
    deadline: 1,
    maxMicroUsd: null,
    progress: null,
  }
}

/** A run of a plan as it is sent; null while it is made. */
export function runState(plan: object | null, tasks: readonly TaskState[] = []): RunState {
  const budget = { microUsd: null, tokens: null, deadlineMs: PLAN_DEFAULTS.deadlineMs, maxAttempts: null }
  const keyed = { keyId: 'key_a', scopes: ['agents' as const], userId: null, allowedModels: null }
  return {
    request: {
      id: 'run_a',
      caller: { tenantId: 'acme', ...keyed, limits: null, tenantLimits: null },
      region: 'local',
      origin: 'https://ai.example.com',
      goal: 'A goal',
      plan: null,
      budget,
      input: null,
      agents: null,
      tools: [],
      callback: null,
      sessionId: null,
      forkOf: null,
      createdAt: 0,
    },
    plan: plan && validated(plan).plan,
    revision: 0,
    status: 'running',
    isPaused: false,
    tasks: new Map(tasks.map((task) => [task.key, task])),
    spent: NOTHING_SPENT,
    token: 0,
    seq: 0,
    startedAt: 0,
    endedAt: null,
    deadline: budget.deadlineMs,
    failure: null,
    isPartial: false,
  }
}
