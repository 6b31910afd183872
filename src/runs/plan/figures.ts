import type { Plan, Task, TaskBody } from '../../core/plan.ts'
import { type Graph, graphOf } from './graph.ts'

/** How often something may be done. `least`: attempts that are made when all goes well and conditions are false. */
type Counts = { tasks: number; executions: number; attempts: number; least: number }

/** What a plan may come to. `tasks` and `attempts` with those of subplans; `executions`: every item of a map counted. */
export type PlanFigures = Counts & {
  /** Tasks of the longest chain. */
  depth: number
  /** The most tasks on one level: those whose longest chain is equally long. */
  width: number
  /** At the most, in ms. */
  durationMs: number
  /** Ids of the chain that takes longest at the most. */
  criticalPath: readonly string[]
}

/** How often the tasks of a plan may be done, whether it is valid or not. */
export function countsOf({ tasks, budget }: Plan): Counts {
  const sum = { tasks: 0, executions: 0, attempts: 0, least: 0 }
  for (const task of tasks) {
    const { tasks: inner, executions, attempts, least } = countsOfTask(task)
    sum.tasks += inner
    sum.executions += executions
    sum.attempts += attempts
    if (task.when === null) sum.least += least
  }
  return { ...sum, attempts: Math.min(sum.attempts, budget.maxAttempts ?? Infinity) }
}

function countsOfTask({ work, retry }: TaskBody): Counts {
  const own = { tasks: 1, executions: 1, attempts: 0, least: 0 }
  switch (work.kind) {
    case 'gate':
    case 'wait':
      return own
    case 'map': {
      const each = countsOfTask(work.task)
      // The list may be empty.
      return {
        tasks: 1 + each.tasks,
        executions: 1 + work.max * each.executions,
        attempts: work.max * each.attempts,
        least: 0,
      }
    }
    case 'subplan': {
      const inner = countsOf(work.plan)
      return { ...inner, tasks: 1 + inner.tasks, executions: 1 + inner.executions }
    }
    case 'model':
    case 'agent':
    case 'tool':
    case 'panel':
    case 'judge':
      return { ...own, attempts: 1 + retry.max, least: 1 }
  }
}

/** @param plan a valid one */
export function figuresOf(plan: Plan): PlanFigures {
  const { tasks, budget } = plan
  const graph = graphOf(tasks)
  const shapes = tasks.map((task) => shapeOf(task, budget.deadlineMs))
  const level = longest(graph, () => 1)
  const depth = longest(graph, (index) => shapes[index]?.depth ?? 0)
  const duration = longest(graph, (index) => shapes[index]?.durationMs ?? 0)
  const widths = new Map<number, number>()
  for (const [index, { width }] of shapes.entries()) {
    const at = level.through[index] ?? 0
    widths.set(at, (widths.get(at) ?? 0) + width)
  }
  return {
    ...countsOf(plan),
    depth: depth.most,
    width: Math.max(0, ...widths.values()),
    durationMs: Math.min(duration.most, budget.deadlineMs),
    criticalPath: duration.path.map((index) => tasks[index]?.id ?? ''),
  }
}

/** Chains of tasks by a measure: the greatest sum up to and with each task, the greatest of all, and its chain. */
function longest({ order, dependencies }: Graph, measure: (index: number) => number) {
  const through: number[] = []
  const before: (number | undefined)[] = []
  let last: number | undefined
  for (const index of order) {
    for (const each of dependencies[index] ?? []) {
      const best = before[index]
      if (best === undefined || (through[each] ?? 0) > (through[best] ?? 0)) before[index] = each
    }
    through[index] = measure(index) + (through[before[index] ?? -1] ?? 0)
    if (last === undefined || (through[index] ?? 0) > (through[last] ?? 0)) last = index
  }
  const path: number[] = []
  for (let at = last; at !== undefined; at = before[at]) path.push(at)
  return { through, most: through[last ?? -1] ?? 0, path: path.toReversed() }
}

type Shape = { depth: number; width: number; durationMs: number }

function shapeOf(task: TaskBody | Task, deadlineMs: number): Shape {
  const { work, timeout } = task
  const most = timeout.totalMs ?? deadlineMs
  const within = (shape: Shape) => ({ ...shape, durationMs: Math.min(shape.durationMs, most) })
  switch (work.kind) {
    case 'gate':
      return { depth: 1, width: 1, durationMs: most }
    case 'wait':
      return { depth: 1, width: 1, durationMs: work.forMs ?? most }
    case 'map': {
      const { depth, width, durationMs } = shapeOf(work.task, deadlineMs)
      return within({ depth, width: width * work.max, durationMs: durationMs * work.max })
    }
    case 'subplan':
      return within(figuresOf(work.plan))
    case 'model':
    case 'agent':
    case 'tool':
    case 'panel':
    case 'judge':
      return within({ depth: 1, width: 1, durationMs: workingMs(task) })
  }
}

/** All attempts at their longest, and what is between them. */
function workingMs({ timeout: { queueMs, attemptMs }, retry: { max, backoff } }: TaskBody): number {
  const pauses = Array.from({ length: max }, (_, number) =>
    Math.min(backoff.initialMs * backoff.factor ** number, backoff.maxMs),
  )
  return pauses.reduce((sum, ms) => sum + ms, (1 + max) * (queueMs + attemptMs))
}
