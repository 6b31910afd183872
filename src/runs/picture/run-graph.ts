import type { Plan, Task, TaskKind } from '../../core/plan.ts'
import { usdOf } from '../../core/money.ts'
import { newTask } from '../run/draft.ts'
import { AGGREGATE_TASK, levelOf, PLAN_TASK } from '../run/definitions.ts'
import { TASK_ENDED, type RunState, type TaskState, type TaskStatus } from '../run/state.ts'

/**
 * A task as it is shown. `parent`: the subplan or map it is within. `model`: who answered its last attempt. `retries`:
 * further attempts by the same agent; `migrations`: by another. `durationMs`: once it has ended. `items`: of a map, how
 * many are of each status.
 */
export type RunGraphNode = {
  key: string
  parent: string | null
  title: string | null
  kind: TaskKind | 'plan' | 'aggregate' | 'item'
  status: TaskStatus
  waitingFor: TaskState['waitingFor']
  agent: string | null
  model: string | null
  costUsd: number
  tokens: number
  attempts: number
  retries: number
  migrations: number
  durationMs: number | null
  failure: string | null
  items: Readonly<Partial<Record<TaskStatus, number>>> | null
}

/** Edges lead from what is depended on. */
export type RunGraph = {
  nodes: readonly RunGraphNode[]
  edges: readonly { from: string; to: string }[]
}

/** Maps of more items are shown as one node. */
const SHOWN_ITEMS = 20

type Mutable = { nodes: RunGraphNode[]; edges: { from: string; to: string }[] }

/** A run's tasks and what they wait for, in the plan's order, with those of subplans and the items of short maps. */
export function graphOfRun(state: RunState): RunGraph {
  const graph: Mutable = { nodes: [], edges: [] }
  const { plan, tasks } = state
  const planning = tasks.get(PLAN_TASK)
  if (planning) graph.nodes.push(nodeOf(planning, { kind: 'plan' }))
  if (!plan) return graph
  addLevel(plan, '', null, state, graph)
  if (planning) {
    const roots = plan.tasks.filter(({ dependsOn }) => dependsOn.length === 0)
    graph.edges.push(...roots.map(({ id }) => ({ from: PLAN_TASK, to: id })))
  }
  return graph
}

function addLevel(plan: Plan, prefix: string, parent: string | null, state: RunState, graph: Mutable): void {
  for (const task of plan.tasks) {
    const key = prefix + task.id
    const known = state.tasks.get(key) ?? newTask(key)
    const items = task.work.kind === 'map' ? itemsOf(known, state) : null
    graph.nodes.push(
      nodeOf(known, { parent, title: task.title, kind: task.work.kind, items: countsOf(items) }),
    )
    graph.edges.push(...task.dependsOn.map((id) => ({ from: prefix + id, to: key })))
    addWithin(task, key, items, state, graph)
  }
  const aggregation = state.tasks.get(prefix + AGGREGATE_TASK)
  if (!aggregation) return
  graph.nodes.push(nodeOf(aggregation, { parent, kind: 'aggregate' }))
  const { wanted } = levelOf(plan)
  graph.edges.push(...wanted.map((id) => ({ from: prefix + id, to: aggregation.key })))
}

function addWithin(
  { work }: Task,
  key: string,
  items: readonly TaskState[] | null,
  state: RunState,
  graph: Mutable,
): void {
  if (work.kind === 'subplan') addLevel(work.plan, `${key}/`, key, state, graph)
  if (items && items.length <= SHOWN_ITEMS) {
    graph.nodes.push(...items.map((item) => nodeOf(item, { parent: key, kind: 'item' })))
  }
}

function itemsOf({ key, items }: TaskState, { tasks }: RunState): readonly TaskState[] {
  return Array.from({ length: items ?? 0 }, (_, at) => {
    const item = `${key}[${at}]`
    return tasks.get(item) ?? newTask(item)
  })
}

function countsOf(items: readonly TaskState[] | null): RunGraphNode['items'] {
  if (!items) return null
  const counts: Partial<Record<TaskStatus, number>> = {}
  for (const { status } of items) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

type Known = Pick<RunGraphNode, 'kind'> & Partial<Pick<RunGraphNode, 'parent' | 'title' | 'items'>>

function nodeOf(task: TaskState, { kind, parent = null, title = null, items = null }: Known): RunGraphNode {
  const { key, status, waitingFor, spent, failure, startedAt, endedAt } = task
  const tries = triesOf(task)
  return {
    key,
    parent,
    title,
    kind,
    status,
    waitingFor,
    ...tries,
    costUsd: usdOf(spent.microUsd),
    tokens: spent.tokens,
    retries: Math.max(0, tries.attempts - 1 - tries.migrations),
    durationMs: TASK_ENDED.has(status) && startedAt !== null && endedAt !== null ? endedAt - startedAt : null,
    failure: failure?.code ?? null,
    items,
  }
}

/** Who works on a task, or did last, and how it came to that. `migrations`: attempts by another agent than the one before. */
export function triesOf({ attempt, past }: TaskState) {
  const agents = [
    ...past.map(({ agent }) => agent),
    ...(attempt ? [attempt.assignment?.card.id ?? null] : []),
  ]
  return {
    agent: agents.findLast((agent) => agent !== null) ?? null,
    model: past.findLast(({ model }) => model !== null)?.model ?? null,
    attempts: agents.length,
    migrations: agents.filter((agent, at) => isOther(agent, agents[at - 1])).length,
  }
}

function isOther(agent: string | null, before: string | null | undefined): boolean {
  return agent !== null && before !== null && before !== undefined && agent !== before
}
