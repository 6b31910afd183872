import { isLarger } from '../../core/json-size.ts'
import { queueTask } from './begin.ts'
import { RUN_LIMITS, type TaskState } from './state.ts'
import { change, type Draft, taskAt, tell } from './draft.ts'
import { actionFor, failTask, succeedTask } from './ending.ts'
import { considerTask, faultOf } from './settle.ts'
import type { RunInput, RunRefusal } from './step.ts'

/** Takes an approval. @returns why it is refused; null where it is not */
export function approve(draft: Draft, input: Extract<RunInput, { kind: 'approved' }>): RunRefusal | null {
  const { by, comment } = input
  const found = taskAt(draft, input.task)
  if (!found) return 'unknown_task'
  const { task } = found
  if (!isAsked(task)) return 'not_waiting'
  const isGate = task.waitingFor === 'approval'
  const output = isGate ? { approved: true, comment } : (input.output ?? null)
  if (isLarger(output, RUN_LIMITS.outputBytes)) return 'too_large'
  tell(draft, 'task.approved', task.key, { by, comment })
  const fault = isGate ? null : faultOf(output, found.place.body.outputSchema)
  if (fault) failTask(draft, task, fault, actionFor(found.place.body, 'error'))
  else succeedTask(draft, task, output)
  return null
}

/** Takes a refusal. @returns as above */
export function reject(draft: Draft, input: Extract<RunInput, { kind: 'rejected' }>): RunRefusal | null {
  const { by, comment } = input
  const found = taskAt(draft, input.task)
  if (!found) return 'unknown_task'
  if (!isAsked(found.task)) return 'not_waiting'
  tell(draft, 'task.rejected', found.task.key, { by, comment })
  const failure = { code: 'rejected', message: comment ?? 'It was rejected' }
  const output = found.task.waitingFor === 'approval' ? { approved: false, comment } : undefined
  failTask(draft, found.task, failure, actionFor(found.place.body, 'error'), output)
  return null
}

function isAsked({ waitingFor }: TaskState): boolean {
  return waitingFor === 'approval' || waitingFor === 'review'
}

/** Takes what a task asked for. @returns as above */
export function supply(draft: Draft, key: string, input: unknown): RunRefusal | null {
  const found = taskAt(draft, key)
  if (!found) return 'unknown_task'
  if (found.task.waitingFor !== 'input') return 'not_waiting'
  if (isLarger(input, RUN_LIMITS.carriedBytes)) return 'too_large'
  draft.values.set(`supplied:${key}`, input)
  tell(draft, 'task.supplied', key)
  queueTask(draft, found.task)
  return null
}

/** Nothing new begins from now on. */
export function pause(draft: Draft): RunRefusal | null {
  if (draft.state.isPaused) return null
  draft.state.isPaused = true
  tell(draft, 'run.paused', null)
  return null
}

/** It goes on; what waited in the queue begins to wait now. @returns as above */
export function resume(draft: Draft): RunRefusal | null {
  if (!draft.state.isPaused) return 'not_paused'
  draft.state.isPaused = false
  tell(draft, 'run.resumed', null)
  for (const task of draft.tasks.values()) {
    if (task.status === 'queued') change(draft, task, { readyAt: draft.now, resumeAt: null })
    else considerTask(draft, task.key)
  }
  return null
}
