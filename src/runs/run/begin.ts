import { isLarger } from '../../core/json-size.ts'
import type { TaskBody } from '../../core/plan.ts'
import { RUN_LIMITS, type TaskState } from './state.ts'
import { holds, resolveJson } from '../plan/resolve.ts'
import { takingOf } from '../plan/room.ts'
import { parentOf, type Place } from './definitions.ts'
import { change, type Draft, newTask, taskAt, tell } from './draft.ts'
import { actionFor, endTask, failTask, succeedTask } from './ending.ts'
import { inputOf, taskAround } from './surroundings.ts'

/** Begins a task whose time has come: it is skipped, queued, waits, or its children are begun. */
export function beginTask(draft: Draft, key: string): void {
  const found = taskAt(draft, key)
  if (found?.task.status !== 'pending') return
  const { task, place } = found
  const { work } = place.body
  const when = place.item === null ? place.task?.when : null
  if (when != null && !holds(when, taskAround(draft.state, draft.read, key))) {
    tell(draft, 'task.skipped', key, { reason: 'when' })
    return endTask(draft, task, 'skipped')
  }
  const own = { readyAt: draft.now, deadline: deadlineOf(draft, key, place.body) }
  if (work.kind === 'gate') {
    change(draft, task, {
      ...own,
      startedAt: draft.now,
      status: 'waiting',
      waitingFor: 'approval',
      asks: work.message,
    })
    return tell(draft, 'task.waiting', key, { for: 'approval', message: work.message })
  }
  if (work.kind === 'wait') {
    const resumeAt = work.until ?? draft.now + (work.forMs ?? 0)
    const fields = { ...own, startedAt: draft.now, status: 'waiting', waitingFor: 'time', resumeAt } as const
    const waiting = change(draft, task, fields)
    tell(draft, 'task.waiting', key, { for: 'time', until: resumeAt })
    return resumeAt > draft.now ? undefined : succeedTask(draft, waiting, null)
  }
  const begun = change(draft, task, own)
  if (work.kind === 'map') return beginMap(draft, begun, place, work)
  if (work.kind === 'subplan') return beginSubplan(draft, begun, place, work)
  queueTask(draft, begun)
}

/** Has a task wait for a place. */
export function queueTask(draft: Draft, task: TaskState): void {
  change(draft, task, { status: 'queued', waitingFor: null, readyAt: draft.now, resumeAt: null, asks: null })
  tell(draft, 'task.queued', task.key)
}

/** The earliest of its own, its subplan's and those of what it is a part of; null for the run's. */
export function deadlineOf(
  { tasks, now, state }: Draft,
  key: string,
  { work, timeout }: TaskBody,
): number | null {
  const parent = parentOf(key)
  const whole = (parent === null ? null : tasks.get(parent)?.deadline) ?? state.deadline
  const own = now + (timeout.totalMs ?? Infinity)
  const within = work.kind === 'subplan' ? now + work.plan.budget.deadlineMs : Infinity
  const least = Math.min(own, within, whole)
  return least < state.deadline ? least : null
}

type WorkOf<K> = Extract<TaskBody['work'], { kind: K }>

function beginMap(draft: Draft, task: TaskState, { body }: Place, { over, max }: WorkOf<'map'>): void {
  const { key } = task
  const list = resolveJson(over, taskAround(draft.state, draft.read, key), takingOf(RUN_LIMITS.outputBytes))
  if (!Array.isArray(list) || list.length > max) {
    const failure = Array.isArray(list)
      ? { code: 'too_many_items', message: `The list has ${list.length} items, more than ${max}` }
      : { code: 'not_a_list', message: 'What the map is over is not a list' }
    return failTask(draft, task, failure, actionFor(body, 'error'))
  }
  if (list.length === 0) return succeedTask(draft, change(draft, task, { items: 0 }), [])
  const keys = list.map((item, index) => {
    draft.values.set(`item:${key}[${index}]`, item)
    return `${key}[${index}]`
  })
  beginChildren(draft, change(draft, task, { items: list.length }), keys)
  for (const child of keys) beginTask(draft, child)
}

function beginSubplan(draft: Draft, task: TaskState, { body }: Place, { plan }: WorkOf<'subplan'>): void {
  const { key } = task
  const input = inputOf(draft.state, draft.read, key)
  if (isLarger(input, RUN_LIMITS.outputBytes)) {
    const failure = {
      code: 'input_too_large',
      message: `The input has more than ${RUN_LIMITS.outputBytes} bytes`,
    }
    return failTask(draft, task, failure, actionFor(body, 'error'))
  }
  draft.values.set(`input:${key}`, input)
  beginChildren(
    draft,
    task,
    plan.tasks.map(({ id }) => `${key}/${id}`),
  )
  for (const { id, dependsOn } of plan.tasks) if (dependsOn.length === 0) beginTask(draft, `${key}/${id}`)
}

/** Children that are there and done were kept from another run, or from before. */
function beginChildren(draft: Draft, task: TaskState, keys: readonly string[]): void {
  change(draft, task, { status: 'running', waitingFor: 'children', startedAt: task.startedAt ?? draft.now })
  tell(draft, 'task.started', task.key, { children: keys.length })
  for (const key of keys) {
    const known = draft.tasks.get(key)
    if (known?.status === 'succeeded' || known?.status === 'skipped') draft.ended.push(key)
    else change(draft, { ...newTask(key), ...(known && renewed(known)) }, {})
  }
}

/** What stays of a task that is begun anew: what it was tried, and took. */
export function renewed({ key, past, spent, anew }: TaskState): TaskState {
  return { ...newTask(key), past, spent, ...(anew && { anew }) }
}
