import type { KeptTasks } from '../run-object.ts'
import { queueTask } from './begin.ts'
import { PLAN_TASK } from './definitions.ts'
import { change, draftOf, newTask, tell } from './draft.ts'
import { finishStep } from './advance.ts'
import { beginPlan } from './settle.ts'
import { NOTHING_SPENT, type RunRequest, type RunState } from './state.ts'
import type { Advanced, ReadValue } from './step.ts'

/**
 * A run's first step.
 *
 * @param kept finished tasks of the run it goes on from
 * @param now Unix ms
 */
export function newRun(request: RunRequest, kept: KeptTasks | null, now: number): Advanced {
  const values = new Map(kept?.values.map(({ name, value }) => [name, value]))
  const read: ReadValue = (name) => values.get(name)
  const draft = draftOf(stateFor(request, now), { now, read })
  for (const { name, value } of kept?.values ?? []) draft.values.set(name, value)
  for (const task of kept?.tasks.values() ?? []) {
    change(draft, { ...task, spent: NOTHING_SPENT }, {})
    draft.state.token = Math.max(draft.state.token, task.past.at(-1)?.token ?? 0)
  }
  tell(draft, 'run.created', null, {
    goal: request.goal,
    fork_of: request.forkOf,
    kept: kept?.tasks.size ?? 0,
  })
  if (request.plan) {
    tell(draft, 'run.planned', null, { source: 'caller', tasks: request.plan.tasks.length })
    beginPlan(draft, request.plan)
  } else queueTask(draft, change(draft, newTask(PLAN_TASK), {}))
  return finishStep(draft, false)
}

function stateFor(request: RunRequest, now: number): RunState {
  return {
    request,
    plan: null,
    revision: 0,
    status: 'planning',
    isPaused: false,
    tasks: new Map(),
    spent: NOTHING_SPENT,
    token: 0,
    seq: 0,
    startedAt: now,
    endedAt: null,
    deadline: now + request.budget.deadlineMs,
    failure: null,
    isPartial: false,
  }
}
