import { isLarger } from '../../core/json-size.ts'
import type { Plan } from '../../core/plan.ts'
import { misfitOf } from '../../execute/matches-schema.ts'
import { beginTask, queueTask } from './begin.ts'
import { AGGREGATE_TASK, levelOf, parentOf, PLAN_TASK, placeOf } from './definitions.ts'
import { change, type Draft, newTask, taskAt, tell } from './draft.ts'
import { actionFor, endRun, endTask, failTask, failureOf, succeedTask } from './ending.ts'
import { takingOf } from '../plan/room.ts'
import { levelOutput, piecesOf } from './output.ts'
import { ENDED, RUN_LIMITS, type RunFailure, TASK_ENDED, type TaskState } from './state.ts'
import { outputAt } from './surroundings.ts'

/** Goes on from all that ended: who waited for it begins, what it was the last part of ends. */
export function settle(draft: Draft): void {
  while (draft.ended.length > 0) {
    const keys = draft.ended
    draft.ended = []
    const parents = new Set<string>()
    for (const key of keys) {
      followTask(draft, key)
      const parent = parentOf(key)
      if (parent !== null) parents.add(parent)
    }
    for (const parent of parents) concludeTask(draft, parent)
  }
  const { plan, status } = draft.state
  if (ENDED.has(status)) return
  if (!plan) {
    const failure = draft.tasks.get(PLAN_TASK)?.failure
    return failure ? endRun(draft, 'failed', failureOf(PLAN_TASK, failure)) : undefined
  }
  const end = conclude(draft, plan, '')
  if (end) endRun(draft, end.failure ? 'failed' : 'succeeded', end.failure)
}

/** Looks at those that depend on a task. */
function followTask(draft: Draft, key: string): void {
  const place = placeOf(draft.state.plan, key)
  if (!place?.task || place.item !== null) return
  const { plan, prefix, task } = place
  const { index, dependents } = levelOf(plan)
  for (const at of dependents[index.get(task.id) ?? -1] ?? []) {
    considerTask(draft, `${prefix}${plan.tasks[at]?.id ?? ''}`)
  }
}

/** Begins a task that waits for nobody any more; it is blocked by one that failed. Nothing begins in a pause. */
export function considerTask(draft: Draft, key: string): void {
  const found = taskAt(draft, key)
  if (found?.task.status !== 'pending' || draft.state.isPaused || ENDED.has(draft.state.status)) return
  const { prefix, task } = found.place
  if (!task) return
  let isReady = true
  for (const id of task.dependsOn) {
    const status = draft.tasks.get(`${prefix}${id}`)?.status ?? 'pending'
    if (status === 'failed' || status === 'blocked' || status === 'cancelled') {
      tell(draft, 'task.blocked', key, { by: `${prefix}${id}` })
      return endTask(draft, found.task, 'blocked')
    }
    isReady &&= TASK_ENDED.has(status)
  }
  if (isReady) beginTask(draft, key)
}

/** Ends a map or subplan whose children are all done. */
function concludeTask(draft: Draft, key: string): void {
  const found = taskAt(draft, key)
  if (found?.task.waitingFor !== 'children') return
  const { task, place } = found
  const { work } = place.body
  const end =
    work.kind === 'map'
      ? concludeMap(draft, task)
      : work.kind === 'subplan'
        ? conclude(draft, work.plan, `${key}/`)
        : null
  if (!end) return
  const failure = end.failure ?? faultOf(end.output, place.body.outputSchema)
  if (failure) failTask(draft, task, failure, actionFor(place.body, 'error'))
  else succeedTask(draft, task, end.output)
}

/** Why an output cannot be one; null for none. */
export function faultOf(
  output: unknown,
  schema: Readonly<Record<string, unknown>> | null,
): RunFailure | null {
  if (isLarger(output, RUN_LIMITS.outputBytes)) {
    return {
      code: 'invalid_output',
      message: `The output has more than ${RUN_LIMITS.outputBytes} bytes of JSON`,
    }
  }
  const misfit = schema && misfitOf(schema, output)
  if (!misfit) return null
  const at = misfit.path.length > 0 ? ` at ${misfit.path.join('.')}` : ''
  return {
    code: 'invalid_output',
    message: `The output does not fit its schema: it must${at} ${misfit.must}`,
  }
}

/** How a level or a map ended; `failure`: null where it gave something. */
type Conclusion = { failure: RunFailure | null; output: unknown }

function concludeMap(draft: Draft, { key, items }: TaskState): Conclusion | null {
  const children: (TaskState | undefined)[] = []
  for (let index = 0; index < (items ?? 0); index += 1) {
    const child = draft.tasks.get(`${key}[${index}]`)
    if (!child || !TASK_ENDED.has(child.status)) return null
    children.push(child)
  }
  const isEmpty = children.every((child) => child?.status !== 'succeeded' && child?.status !== 'skipped')
  const [first] = children
  if (isEmpty && first) {
    const failure = first.failure ?? { code: 'cancelled', message: 'All items failed' }
    return { failure: failureOf(first.key, failure), output: null }
  }
  const take = takingOf(RUN_LIMITS.outputBytes)
  return { failure: null, output: children.map((child) => take(() => outputAt(child, draft.read))) }
}

/** How a level ended; null where it goes on. @param prefix of its keys */
function conclude(draft: Draft, plan: Plan, prefix: string): Conclusion | null {
  const tasks: TaskState[] = []
  for (const { id } of plan.tasks) {
    const task = draft.tasks.get(`${prefix}${id}`)
    if (!task || !TASK_ENDED.has(task.status)) return null
    tasks.push(task)
  }
  const wanted = levelOf(plan).wanted.map((id) => draft.tasks.get(`${prefix}${id}`)?.status)
  const isLacking = wanted.some((status) => status !== 'succeeded' && status !== 'skipped')
  if (isLacking && !wanted.includes('succeeded')) {
    const cause = tasks.find(({ status, failure }) => status === 'failed' && failure !== null)
    const failure = cause?.failure ?? { code: 'blocked', message: 'No task went on' }
    return { failure: cause ? failureOf(cause.key, failure) : failure, output: null }
  }
  const joined =
    plan.aggregate === 'judge' || plan.aggregate === 'reduce' ? joinOutputs(draft, plan, prefix) : 'done'
  if (joined === 'open') return null
  if (joined !== 'done') return { failure: joined, output: null }
  const output = levelOutput(draft.state, draft.read, plan, prefix)
  if (prefix !== '') return { failure: null, output }
  const isTooLarge = (JSON.stringify(output) ?? '').length > RUN_LIMITS.joinedChars
  return { failure: isTooLarge ? TOO_LARGE : null, output: null }
}

const TOO_LARGE: RunFailure = {
  code: 'output_too_large',
  message: `The outputs have more than ${RUN_LIMITS.joinedChars} characters of JSON together: read them one by one`,
}

/** Has several outputs made into one by somebody; one alone is the one. */
function joinOutputs(draft: Draft, plan: Plan, prefix: string): 'open' | 'done' | RunFailure {
  const key = `${prefix}${AGGREGATE_TASK}`
  const task = draft.tasks.get(key)
  if (task && task.status !== 'pending') {
    if (!TASK_ENDED.has(task.status)) return 'open'
    return task.status === 'succeeded' ? 'done' : failureOf(key, task.failure ?? LOST)
  }
  const there = piecesOf(draft.state, draft.read, plan, prefix).filter(({ value }) => value !== null)
  if (there.length < 2) return 'done'
  const deadline = (prefix === '' ? null : draft.tasks.get(prefix.slice(0, -1))?.deadline) ?? null
  queueTask(draft, change(draft, task ?? newTask(key), { deadline }))
  return 'open'
}

const LOST: RunFailure = { code: 'cancelled', message: 'It was taken back' }

/** Puts a plan's tasks into a run that has none yet, but those that were kept for it. */
export function beginPlan(draft: Draft, plan: Plan): void {
  draft.state.plan = plan
  draft.state.status = 'running'
  for (const { id } of plan.tasks) if (!draft.tasks.has(id)) change(draft, newTask(id), {})
  for (const { id } of plan.tasks) considerTask(draft, id)
}
