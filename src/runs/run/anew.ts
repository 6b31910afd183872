import { deadlineOf, renewed } from './begin.ts'
import { parentOf, placeOf } from './definitions.ts'
import { change, type Draft, tell } from './draft.ts'
import { cancelChildren, revokeAttempt } from './ending.ts'
import { redoneWith } from './followers.ts'
import { considerTask } from './settle.ts'
import { TASK_ENDED, type TaskState } from './state.ts'
import type { RunRefusal } from './step.ts'

/** Begins a task anew that failed, was blocked or needs review, with all that comes after it. @returns why it is refused */
export function beginAnew(draft: Draft, key: string): RunRefusal | null {
  const task = draft.tasks.get(key)
  if (!task) return 'unknown_task'
  const redone = redoneWith(draft.state, key)
  if (!redone || !mayBeginAnew(task) || !redone.holders.every((one) => mayHold(draft, one)))
    return 'not_retryable'
  draft.state.revision += 1
  const { begun, followers, holders } = redone
  tell(draft, 'task.retrying', key, {
    reason: 'asked',
    revision: draft.state.revision,
    after: [...followers],
  })
  for (const one of holders) reopen(draft, one)
  for (const one of begun) reset(draft, one, false)
  for (const one of followers) reset(draft, one, true)
  for (const one of begun) considerTask(draft, one)
  for (const one of followers) considerTask(draft, one)
  return null
}

function mayBeginAnew({ status, waitingFor, failure }: TaskState): boolean {
  const hasFailed = status === 'failed' || status === 'blocked' || (status === 'skipped' && failure !== null)
  return hasFailed || waitingFor === 'review'
}

/** What a part is begun anew of goes on again, or goes on. */
function mayHold({ tasks }: Draft, key: string): boolean {
  const task = tasks.get(key)
  return task?.status === 'succeeded' || task?.status === 'failed' || task?.waitingFor === 'children'
}

function reopen(draft: Draft, key: string): void {
  const task = draft.tasks.get(key)
  const place = placeOf(draft.state.plan, key)
  if (!task || !place || !TASK_ENDED.has(task.status)) return
  change(draft, task, {
    status: 'running',
    waitingFor: 'children',
    endedAt: null,
    failure: null,
    deadline: deadlineOf(draft, key, place.body),
  })
}

/** @param isWhole whether what is finished of its children is done again too */
function reset(draft: Draft, key: string, isWhole: boolean): void {
  const task = draft.tasks.get(key)
  if (!task) return
  cancelChildren(draft, key)
  for (const child of draft.tasks.values()) {
    if (!isWithin(child.key, key) || (!isWhole && child.status === 'succeeded')) continue
    renew(draft, child, 'cancelled')
  }
  renew(draft, revokeAttempt(draft, task), 'pending')
}

function isWithin(key: string, holder: string): boolean {
  for (let at = parentOf(key); at !== null; at = parentOf(at)) if (at === holder) return true
  return false
}

function renew(draft: Draft, task: TaskState, status: 'pending' | 'cancelled'): void {
  const { revision, token } = draft.state
  change(draft, { ...renewed(task), status, anew: { revision, token } }, {})
  for (const name of [`partial:${task.key}`, `supplied:${task.key}`]) {
    if (draft.read(name) != null) draft.values.set(name, null)
  }
}
