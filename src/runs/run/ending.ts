import type { FAILURE_ACTIONS, TaskBody } from '../../core/plan.ts'
import { usdOf } from '../../core/money.ts'
import type { AttemptCost } from '../attempt.ts'
import { placeOf } from './definitions.ts'
import { change, type Draft, tell } from './draft.ts'
import {
  type AttemptEnd,
  ENDED,
  type PastAttempt,
  type RunFailure,
  type RunStatus,
  TASK_ENDED,
  type TaskState,
  type TaskStatus,
} from './state.ts'

/**
 * How an attempt ended. `isTold`: by its lane, which need not be called back. `saysOfAgent`: whether its agent is to be
 * judged by it.
 */
export type End = {
  end: AttemptEnd
  failure: RunFailure | null
  cost: AttemptCost
  isTold: boolean
  saysOfAgent: boolean
}

/** Ends a task's attempt: its agent is free, its lane called back. @returns the task without it */
export function endAttempt(draft: Draft, task: TaskState, how: End): TaskState {
  const { attempt } = task
  if (!attempt) return task
  const { token, lane, assignment, progress } = attempt
  if (progress !== null) draft.values.set(`partial:${task.key}`, progress)
  if (lane !== null && !how.isTold) draft.effects.push({ kind: 'revoke', token, lane })
  if (assignment) {
    const outcome = how.saysOfAgent
      ? {
          skill: placeOf(draft.state.plan, task.key)?.body.needs.skills[0] ?? '',
          success: how.end === 'succeeded' ? 1 : 0,
          latencyMs: Math.max(0, draft.now - attempt.startedAt),
          costUsd: usdOf(how.cost.microUsd),
          from: handedBy(draft, task.key),
        }
      : null
    draft.effects.push({ kind: 'free', agent: assignment.card.id, token, outcome })
  }
  if (attempt.phase === 'assigning') return change(draft, task, { attempt: null })
  const { microUsd, tokens, model } = how.cost
  const past: PastAttempt = {
    number: attempt.number,
    token,
    agent: assignment?.card.id ?? null,
    model,
    end: how.end,
    failure: how.failure,
    spent: { microUsd, tokens, attempts: 1 },
    startedAt: attempt.startedAt,
    endedAt: draft.now,
  }
  return change(draft, task, { attempt: null, past: [...task.past, past] })
}

/** Whose work a task goes on from: the agent of what it depends on that ended last. */
export function handedBy(draft: Draft, key: string): string | null {
  const place = placeOf(draft.state.plan, key)
  let last: { agent: string; endedAt: number } | null = null
  for (const id of place?.task?.dependsOn ?? []) {
    const done = draft.tasks.get(`${place?.prefix ?? ''}${id}`)?.past.at(-1)
    if (done?.agent != null && (!last || done.endedAt > last.endedAt))
      last = { agent: done.agent, endedAt: done.endedAt }
  }
  return last?.agent ?? null
}

/** Ends a task for good, or until it is begun anew; who waits for it is looked at next. */
export function endTask(
  draft: Draft,
  task: TaskState,
  status: TaskStatus,
  failure: RunFailure | null = null,
): void {
  change(draft, task, {
    status,
    failure,
    attempt: null,
    waitingFor: null,
    resumeAt: null,
    asks: null,
    endedAt: draft.now,
  })
  draft.ended.push(task.key)
}

export function succeedTask(draft: Draft, task: TaskState, output: unknown): void {
  const { key, past, spent } = task
  draft.values.set(`output:${key}`, output)
  const last = past.at(-1)
  tell(draft, 'task.succeeded', key, {
    attempts: past.length,
    agent: last?.agent ?? null,
    model: last?.model ?? null,
    cost_usd: usdOf(spent.microUsd),
    tokens: spent.tokens,
    duration_ms: draft.now - (task.startedAt ?? draft.now),
  })
  endTask(draft, task, 'succeeded')
}

/** What is done about a task's failure. */
type Action = (typeof FAILURE_ACTIONS)[number]

/** Ends a task that failed and is not tried again, as its action says. @param output of one that is skipped */
export function failTask(
  draft: Draft,
  task: TaskState,
  failure: RunFailure,
  action: Action,
  output?: unknown,
): void {
  const { key } = task
  if (action === 'skip') {
    if (output !== undefined) draft.values.set(`output:${key}`, output)
    tell(draft, 'task.skipped', key, { reason: 'failed', ...failure })
    return endTask(draft, task, 'skipped', failure)
  }
  tell(draft, 'task.failed', key, { ...failure })
  endTask(draft, task, 'failed', failure)
  if (action === 'fail') endRun(draft, 'failed', failureOf(key, failure))
}

/** A task's failure as its run's. */
export function failureOf(key: string, { code, message }: RunFailure): RunFailure {
  return { code, message: `Task '${key}' failed: ${message}` }
}

/** By what is done about it: how a task failed. */
export function actionFor(body: TaskBody, how: 'timeout' | 'error'): Action {
  return how === 'timeout' ? body.onTimeout : body.onError
}

const REVOKED: End = {
  end: 'revoked',
  failure: null,
  cost: { microUsd: 0, tokens: 0, model: null },
  isTold: false,
  saysOfAgent: false,
}

/** Takes a task's attempt back, for no fault of anybody. */
export function revokeAttempt(draft: Draft, task: TaskState): TaskState {
  return endAttempt(draft, task, REVOKED)
}

/** Takes back all that a task has children for. */
export function cancelChildren(draft: Draft, key: string): void {
  for (const task of draft.tasks.values()) {
    if (task.key.startsWith(`${key}[`) || task.key.startsWith(`${key}/`)) cancelTask(draft, task)
  }
}

function cancelTask(draft: Draft, task: TaskState): void {
  if (TASK_ENDED.has(task.status)) return
  if (task.status !== 'pending') tell(draft, 'task.cancelled', task.key)
  const left = revokeAttempt(draft, task)
  change(draft, left, {
    status: 'cancelled',
    waitingFor: null,
    resumeAt: null,
    asks: null,
    endedAt: draft.now,
  })
}

/** Ends the run, with all that goes on in it. Does nothing to one that has ended. */
export function endRun(
  draft: Draft,
  status: Extract<RunStatus, 'succeeded' | 'failed' | 'cancelled'>,
  failure: RunFailure | null,
): void {
  const { state, tasks } = draft
  if (ENDED.has(state.status)) return
  for (const task of tasks.values()) cancelTask(draft, task)
  state.status = status
  state.failure = failure
  state.endedAt = draft.now
  state.isPartial = status !== 'succeeded' || isLacking(draft)
  draft.ended = []
  const { microUsd, tokens, attempts } = state.spent
  tell(draft, `run.${status}`, null, {
    ...failure,
    partial: state.isPartial,
    cost_usd: usdOf(microUsd),
    tokens,
    attempts,
    duration_ms: draft.now - state.startedAt,
  })
  draft.effects.push({ kind: 'ended' })
}

/** Whether something failed that others went on without. What a person has said is nothing that is missing. */
function isLacking({ tasks }: Draft): boolean {
  return tasks
    .values()
    .some(
      ({ status, failure }) =>
        status === 'failed' || status === 'blocked' || (failure !== null && failure.code !== 'rejected'),
    )
}
