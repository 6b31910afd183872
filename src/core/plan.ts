/** Plans: tasks that take each other's outputs, as data. Nothing of a plan is code. */

import type { VerifyWish } from './collaboration.ts'
import type { Modality } from './demand.ts'

/**
 * What a task is. `model`: a model answers; `agent`: an agent works; `tool`: the one tool of its needs is called;
 * `panel`: several models answer; `judge`: one of several candidates is chosen; `map`: the same task for every item of
 * a list; `gate`: a person approves; `wait`: time passes; `subplan`: a plan of its own.
 */
export const TASK_KINDS = [
  'model',
  'agent',
  'tool',
  'panel',
  'map',
  'judge',
  'gate',
  'wait',
  'subplan',
] as const
export type TaskKind = (typeof TASK_KINDS)[number]

/** What is done about a task's failure: another agent, the same one again, the run fails, or it goes on without. */
export const FAILURE_ACTIONS = ['migrate', 'retry', 'fail', 'skip'] as const
type FailureAction = (typeof FAILURE_ACTIONS)[number]

/** What may be tried again: `lost` is an agent that is heard of no longer, `invalid_output` one that does not pass. */
export const RETRY_REASONS = ['error', 'timeout', 'invalid_output', 'lost'] as const
type RetryReason = (typeof RETRY_REASONS)[number]

/** Whether a task may be done twice: `idempotent` does no harm, `once` must not happen. */
export const SIDE_EFFECTS = ['none', 'idempotent', 'once'] as const
type SideEffect = (typeof SIDE_EFFECTS)[number]

/** How several outputs become the one of the run. */
export const PLAN_AGGREGATIONS = ['concat', 'vote', 'judge', 'merge', 'reduce'] as const
type PlanAggregation = (typeof PLAN_AGGREGATIONS)[number]

/** What all of a plan may take, retries and migrations and judges included. Null: no limit but the tenant's own. */
type PlanBudget = {
  microUsd: number | null
  tokens: number | null
  /** From the run's start until it ends, come what may. */
  deadlineMs: number
  maxAttempts: number | null
}

export type Plan = {
  goal: string | null
  budget: PlanBudget
  tasks: readonly Task[]
  /** JSON with references; null: the outputs of tasks that no other depends on. */
  outputs: Readonly<Record<string, unknown>> | null
  /** Null: the outputs stay as they are. */
  aggregate: PlanAggregation | null
}

/** What a task needs of who does it. `minContext`: tokens. */
type TaskNeeds = {
  skills: readonly string[]
  modalities: readonly Modality[]
  tools: readonly string[]
  minContext: number
}

/** `max`: attempts after the first. */
type Retry = {
  max: number
  backoff: { initialMs: number; factor: number; maxMs: number }
  on: readonly RetryReason[]
}

/**
 * `queueMs`: until somebody begins; `attemptMs`: of one attempt; `heartbeatMs`: without a sign of life; `totalMs`: of
 * all attempts and what is between them, null for the plan's deadline.
 */
type Timeout = { queueMs: number; attemptMs: number; totalMs: number | null; heartbeatMs: number }

/** What is particular to a kind. `over`: a reference to a list; `until`: Unix ms. */
export type Work =
  | { kind: Exclude<TaskKind, 'map' | 'gate' | 'wait' | 'subplan'> }
  | { kind: 'map'; over: Readonly<Record<string, unknown>>; max: number; task: TaskBody }
  | { kind: 'gate'; message: string }
  | { kind: 'wait'; forMs: number | null; until: number | null }
  | { kind: 'subplan'; plan: Plan }

/** A task apart from its place in a plan: what a map repeats. */
export type TaskBody = {
  work: Work
  needs: TaskNeeds
  /** JSON with references. */
  input: unknown
  outputSchema: Readonly<Record<string, unknown>> | null
  retry: Retry
  timeout: Timeout
  onTimeout: FailureAction
  onError: FailureAction
  /** At most one of agent and pool; null for the best that is there. A higher priority goes first. */
  assign: { agent: string | null; pool: string | null; priority: number }
  verify: VerifyWish | null
  sideEffect: SideEffect
  /** What is told beside the input: nothing, all that was said so far, or outputs by their paths. */
  context: 'isolated' | 'fork' | readonly string[]
}

export type Task = TaskBody & {
  id: string
  title: string | null
  dependsOn: readonly string[]
  /** An expression; where it is false, the task is skipped. */
  when: string | null
}

/** Bounds of plans. Counts in items, sizes in characters unless said otherwise. */
export const PLAN_LIMITS = {
  /** 5 MiB. */
  bytes: 5 * 1024 * 1024,
  /** Together with those of subplans and maps. */
  tasks: 1_000,
  /** That one tenant keeps, and JSON of one, in bytes: a row of D1 holds 2 MB. */
  templates: 100,
  templateBytes: 1024 * 1024,
  /** Subplans and maps within each other. */
  nesting: 4,
  /** Items of one map. */
  fanOut: 1_000,
  /** Tasks that are executed at most, every item of every map counted. */
  executions: 10_000,
  /** JSON of one input: a row of a Durable Object's database holds 2 MB. */
  inputBytes: 1024 * 1024,
  /** Levels of JSON in an input. */
  inputDepth: 64,
  references: 10_000,
  retries: 10,
  /** The longest one attempt: what an alarm of a Durable Object may run, 15 minutes. */
  attemptMs: 900_000,
  /** The longest run: 30 days. */
  deadlineMs: 2_592_000_000,
  /** Errors that are told. */
  faults: 100,
  names: 64,
  goalChars: 100_000,
  titleChars: 200,
  messageChars: 4_000,
  expressionChars: 1_000,
  pathSteps: 32,
  /** Brackets and negations within each other. */
  expressionDepth: 32,
} as const

/** What holds where a plan does not say. */
export const PLAN_DEFAULTS = {
  /** A day. */
  deadlineMs: 86_400_000,
  fanOut: 100,
  retries: 2,
  backoff: { initialMs: 1_000, factor: 2, maxMs: 60_000 },
  /** Of these, what is longer than the whole may take is cut to it. */
  queueMs: 300_000,
  attemptMs: 600_000,
  heartbeatMs: 60_000,
} as const

/** What ids look like: they are parts of paths. */
export const TASK_ID = /^[A-Za-z_][\w-]{0,63}$/

/** What templates of plans are called. */
export const TEMPLATE_ID = /^[a-z0-9][a-z0-9._-]{0,63}$/
