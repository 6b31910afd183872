import { loseAttempt } from './attempts.ts'
import { queueTask } from './begin.ts'
import { needsAgent, type Place, placeOf } from './definitions.ts'
import { wishOf } from './dispatch.ts'
import { change, type Draft } from './draft.ts'
import { cancelChildren, endRun, failTask, revokeAttempt, succeedTask } from './ending.ts'
import { ENDED, RUN_LIMITS, type RunFailure, type RunState, type TaskState } from './state.ts'

/** When a run has to be told that time has passed, Unix ms; null for one that has ended. */
export function nextDueAt(state: RunState): number | null {
  if (ENDED.has(state.status)) return null
  let least = state.deadline
  for (const task of state.tasks.values()) least = Math.min(least, dueAt(state, task))
  return least
}

/** When something is to be done about a task. */
function dueAt(state: RunState, task: TaskState): number {
  switch (task.status) {
    case 'queued':
      return Math.min(task.deadline ?? Infinity, state.isPaused ? Infinity : queueEndsAt(state, task))
    case 'running':
      return Math.min(task.deadline ?? Infinity, task.attempt?.deadline ?? Infinity, silentAt(state, task))
    case 'waiting':
      return Math.min(
        task.deadline ?? Infinity,
        (task.waitingFor === 'time' ? task.resumeAt : null) ?? Infinity,
      )
    case 'retrying':
      return Math.min(task.deadline ?? Infinity, (state.isPaused ? null : task.resumeAt) ?? Infinity)
    case 'pending':
    case 'succeeded':
    case 'failed':
    case 'skipped':
    case 'blocked':
    case 'cancelled':
      return Infinity
  }
}

/** When an agent is looked for again, or was for too long: waiting for a place of the run takes as long as it takes. */
function queueEndsAt(state: RunState, { key, attempt, resumeAt, readyAt }: TaskState): number {
  if (!attempt && resumeAt === null) return Infinity
  const queueMs = placeOf(state.plan, key)?.body.timeout.queueMs ?? Infinity
  const againAt = attempt ? Infinity : resumeAt || Infinity
  return Math.min(againAt, (readyAt ?? 0) + queueMs)
}

/** When an attempt that is not heard of is lost. */
function silentAt(state: RunState, { attempt, key }: TaskState): number {
  const timeout = attempt && placeOf(state.plan, key)?.body.timeout
  return timeout ? attempt.heardAt + heartbeatOf(timeout.heartbeatMs) : Infinity
}

/** How long an attempt may be silent, in ms. */
export function heartbeatOf(heartbeatMs: number): number {
  return Math.max(heartbeatMs, RUN_LIMITS.minHeartbeatMs)
}

/** Does what time has come for. */
export function expire(draft: Draft): void {
  const { state, now } = draft
  if (now >= state.deadline) {
    return endRun(draft, 'failed', { code: 'deadline_exceeded', message: 'The deadline of the run is over' })
  }
  for (const { key } of [...draft.tasks.values()].filter((task) => dueAt(state, task) <= now)) {
    // What was done for the one before may have ended this one.
    const task = draft.tasks.get(key)
    const place = placeOf(state.plan, key)
    if (task && place && dueAt(state, task) <= now && !ENDED.has(state.status)) expireTask(draft, task, place)
  }
}

function expireTask(draft: Draft, task: TaskState, place: Place): void {
  const { now } = draft
  if (task.deadline !== null && task.deadline <= now) return endOverdue(draft, task, place)
  if (task.waitingFor === 'time') return succeedTask(draft, task, null)
  if (task.status === 'retrying') return queueTask(draft, task)
  if (task.status === 'queued') return expireQueued(draft, task, place)
  if (!task.attempt) return
  const { attemptMs, heartbeatMs } = place.body.timeout
  if (task.attempt.deadline <= now) {
    const failure = { code: 'attempt_timeout', message: `The attempt took longer than ${attemptMs} ms` }
    return loseAttempt(draft, task, place, 'timeout', failure)
  }
  const failure = {
    code: 'heartbeat_timeout',
    message: `Nothing was heard for ${heartbeatOf(heartbeatMs)} ms`,
  }
  loseAttempt(draft, task, place, 'lost', failure)
}

/** What a task is given for all its attempts is over. */
function endOverdue(draft: Draft, task: TaskState, { body }: Place): void {
  if (task.waitingFor === 'children') cancelChildren(draft, task.key)
  const failure: RunFailure =
    task.waitingFor === 'approval' || task.waitingFor === 'review'
      ? { code: `${task.waitingFor}_timeout`, message: 'Nobody has said anything in time' }
      : { code: 'task_timeout', message: 'The time for the task is over' }
  const left = draft.tasks.get(task.key) ?? task
  failTask(draft, revokeAttempt(draft, left), failure, body.onTimeout)
}

/**
 * Its agents may be free again: it is asked for when there is a place. Or nobody has taken it in time: nor those that want
 * the same and have waited as long.
 */
function expireQueued(draft: Draft, task: TaskState, { body }: Place): void {
  const { now, state, tasks } = draft
  if ((task.readyAt ?? 0) + body.timeout.queueMs > now) {
    change(draft, task, { resumeAt: 0 })
    return
  }
  const wish = needsAgent(body) ? wishOf(task, body) : null
  for (const other of tasks.values()) {
    if (other.status !== 'queued' || (other.readyAt ?? 0) + body.timeout.queueMs > now) continue
    const place = placeOf(state.plan, other.key)
    if (other.key !== task.key && (!place || wish === null || wishOf(other, place.body) !== wish)) continue
    const failure = { code: 'queue_timeout', message: `Nobody took it within ${body.timeout.queueMs} ms` }
    failTask(draft, revokeAttempt(draft, other), failure, place?.body.onTimeout ?? body.onTimeout)
  }
}
