import { parentOf, placeOf, type Place } from './definitions.ts'
import type { RunEventType } from './events.ts'
import { NOTHING_SPENT, type RunState, type Spent, type TaskState } from './state.ts'
import type { Advanced, ReadValue, RunEffect } from './step.ts'

/** A step while it is made: `state` and `tasks` are its own, and may be changed. */
export type Draft = {
  state: RunState
  tasks: Map<string, TaskState>
  now: number
  read: ReadValue
  changed: Set<string>
  events: Extract<Advanced, { kind: 'stepped' }>['events'][number][]
  effects: RunEffect[]
  values: Map<string, unknown>
  /** Keys of tasks that have ended, whose followers were not looked at yet. */
  ended: string[]
}

export function draftOf(state: RunState, { now, read }: { now: number; read: ReadValue }): Draft {
  const tasks = new Map(state.tasks)
  const values = new Map<string, unknown>()
  return {
    state: { ...state, tasks },
    tasks,
    now,
    read: (name) => (values.has(name) ? values.get(name) : read(name)),
    changed: new Set(),
    events: [],
    effects: [],
    values,
    ended: [],
  }
}

export function stepOf({
  state,
  changed,
  events,
  effects,
  values,
}: Draft): Extract<Advanced, { kind: 'stepped' }> {
  return {
    kind: 'stepped',
    state,
    changed: [...changed],
    events,
    effects,
    values: Array.from(values, ([name, value]) => ({ name, value })),
  }
}

/** Changes fields of a task. @returns the task as it is then */
export function change(draft: Draft, task: TaskState, fields: Partial<TaskState>): TaskState {
  const changed = { ...task, ...fields }
  draft.tasks.set(task.key, changed)
  draft.changed.add(task.key)
  return changed
}

export function tell(
  draft: Draft,
  type: RunEventType,
  task: string | null,
  data: Record<string, unknown> = {},
): void {
  draft.state.seq += 1
  draft.events.push({ seq: draft.state.seq, at: draft.now, type, task, data })
}

/** A task with its place; null where there is none (any more). */
export function taskAt(draft: Draft, key: string): { task: TaskState; place: Place } | null {
  const task = draft.tasks.get(key)
  const place = placeOf(draft.state.plan, key)
  return task && place ? { task, place } : null
}

/** Counts what was spent on a task, also for what it is a part of. */
export function spend(draft: Draft, key: string, spent: Spent): void {
  if (spent.microUsd === 0 && spent.tokens === 0 && spent.attempts === 0) return
  draft.state.spent = sumOf(draft.state.spent, spent)
  for (let at: string | null = key; at !== null; at = parentOf(at)) {
    const task = draft.tasks.get(at)
    if (task) change(draft, task, { spent: sumOf(task.spent, spent) })
  }
}

function sumOf(a: Spent, b: Spent): Spent {
  return { microUsd: a.microUsd + b.microUsd, tokens: a.tokens + b.tokens, attempts: a.attempts + b.attempts }
}

/** A task that nobody has looked at. */
export function newTask(key: string): TaskState {
  return {
    key,
    status: 'pending',
    waitingFor: null,
    attempt: null,
    past: [],
    readyAt: null,
    startedAt: null,
    endedAt: null,
    resumeAt: null,
    deadline: null,
    spent: NOTHING_SPENT,
    failure: null,
    asks: null,
    items: null,
  }
}
