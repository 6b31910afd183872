import { type Plan, PLAN_DEFAULTS, type Task, type TaskBody } from '../../core/plan.ts'
import { findReferences } from '../plan/references.ts'
import { parsePath } from '../plan/expression.ts'
import { taskIn } from '../plan/resolve.ts'

/** The task that makes a plan of the goal. */
export const PLAN_TASK = '$plan'
/** The task that makes one of several outputs, on its level. */
export const AGGREGATE_TASK = '$aggregate'

/** One plan's tasks as they need each other. `dependents`: indices of those that depend on each. */
export type Level = {
  index: ReadonlyMap<string, number>
  dependents: readonly (readonly number[])[]
  /** Ids of the tasks whose outputs are wanted. */
  wanted: readonly string[]
}

/** Where a task is. `prefix`: of the keys on its level; `rank`: its place in the order of the whole plan. */
export type Place = {
  prefix: string
  plan: Plan
  /** Null for what a run does besides its plan. */
  task: Task | null
  /** What is done: of an item, its map's. */
  body: TaskBody
  /** The number of an item in its map; null for others. */
  item: number | null
  rank: readonly number[]
}

const levels = new WeakMap<Plan, Level>()

/** A plan's level, made once. */
export function levelOf(plan: Plan): Level {
  const known = levels.get(plan)
  if (known) return known
  const index = new Map(plan.tasks.map(({ id }, at) => [id, at]))
  const dependents: number[][] = plan.tasks.map(() => [])
  for (const [at, { dependsOn }] of plan.tasks.entries()) {
    for (const id of new Set(dependsOn)) dependents[index.get(id) ?? -1]?.push(at)
  }
  const level = { index, dependents, wanted: wantedIn(plan, dependents) }
  levels.set(plan, level)
  return level
}

/** Those that the outputs are of; without outputs, those nobody depends on. */
function wantedIn({ tasks, outputs }: Plan, dependents: readonly (readonly number[])[]): readonly string[] {
  const named = new Set<string>()
  findReferences(outputs, [], ({ path }) => {
    const id = typeof path === 'string' ? idIn(path) : null
    if (id !== null) named.add(id)
  })
  const ids = tasks.map(({ id }) => id)
  if (named.size > 0) return ids.filter((id) => named.has(id))
  return ids.filter((_, at) => dependents[at]?.length === 0)
}

function idIn(path: string): string | null {
  try {
    return taskIn(parsePath(path))
  } catch {
    return null
  }
}

const places = new WeakMap<Plan, Map<string, Place | null>>()

/** Where the task of a key is; null for a key of none. */
export function placeOf(plan: Plan | null, key: string): Place | null {
  if (plan === null) return key === PLAN_TASK ? ownPlace(NO_PLAN, '', key, []) : null
  const known = places.get(plan) ?? new Map<string, Place | null>()
  const found = known.get(key)
  if (found !== undefined) return found
  const place = findPlace(plan, key)
  places.set(plan, known)
  // A key of nothing may be anything that a caller says.
  if (place) known.set(key, place)
  return place
}

/** What the task of a key is; null for a key of none. */
export function taskOf(plan: Plan | null, key: string): Task | TaskBody | null {
  const place = placeOf(plan, key)
  return place && (place.item === null ? (place.task ?? place.body) : place.body)
}

/** `a`, `a[3]`, `a[3][0]`: one step of a key. */
const STEP = /^([$\w-]+)((?:\[\d+\])*)$/

function findPlace(root: Plan, key: string): Place | null {
  let plan = root
  let prefix = ''
  const rank: number[] = []
  let place: Place | null = null
  for (const step of key.split('/')) {
    if (place) {
      if (place.body.work.kind !== 'subplan') return null
      plan = place.body.work.plan
    }
    const [, id = '', brackets = ''] = STEP.exec(step) ?? []
    if (id === PLAN_TASK || id === AGGREGATE_TASK) return ownPlace(plan, prefix, key, rank)
    const at = levelOf(plan).index.get(id)
    const task = at === undefined ? undefined : plan.tasks[at]
    if (at === undefined || !task) return null
    rank.push(at)
    let body: TaskBody = task
    const items = brackets
      .split(/[[\]]+/)
      .filter(Boolean)
      .map(Number)
    for (const item of items) {
      if (body.work.kind !== 'map') return null
      body = body.work.task
      rank.push(item)
    }
    place = { prefix, plan, task, body, item: items.at(-1) ?? null, rank: [...rank] }
    prefix += `${step}/`
  }
  return place
}

function ownPlace(plan: Plan, prefix: string, key: string, rank: readonly number[]): Place | null {
  if (key !== `${prefix}${PLAN_TASK}` && key !== `${prefix}${AGGREGATE_TASK}`) return null
  if (key.endsWith(PLAN_TASK) && prefix !== '') return null
  return { prefix, plan, task: null, body: OWN_BODY, item: null, rank: [...rank, Infinity] }
}

const OWN_BODY: TaskBody = {
  work: { kind: 'model' },
  needs: { skills: [], modalities: [], tools: [], minContext: 0 },
  input: null,
  outputSchema: null,
  retry: {
    max: PLAN_DEFAULTS.retries,
    backoff: PLAN_DEFAULTS.backoff,
    on: ['error', 'timeout', 'lost', 'invalid_output'],
  },
  timeout: {
    queueMs: PLAN_DEFAULTS.queueMs,
    attemptMs: PLAN_DEFAULTS.attemptMs,
    totalMs: null,
    heartbeatMs: PLAN_DEFAULTS.heartbeatMs,
  },
  onTimeout: 'retry',
  onError: 'retry',
  assign: { agent: null, pool: null, priority: 0 },
  verify: null,
  sideEffect: 'none',
  context: 'isolated',
}

const NO_PLAN: Plan = {
  goal: null,
  budget: { microUsd: null, tokens: null, deadlineMs: PLAN_DEFAULTS.deadlineMs, maxAttempts: null },
  tasks: [],
  outputs: null,
  aggregate: null,
}

/** What a task is a part of: the map of an item, the subplan of a task in it; null on the run's own level. */
export function parentOf(key: string): string | null {
  if (key.endsWith(']')) return key.slice(0, key.lastIndexOf('['))
  const at = key.lastIndexOf('/')
  return at === -1 ? null : key.slice(0, at)
}

/** Whether an agent is to be chosen for it. */
export function needsAgent({ work: { kind }, assign }: TaskBody): boolean {
  return kind === 'agent' || assign.agent !== null || assign.pool !== null
}

/** Whether it is done by attempts. */
export function hasAttempts({ work: { kind } }: TaskBody): boolean {
  return kind !== 'map' && kind !== 'subplan' && kind !== 'gate' && kind !== 'wait'
}

/** By places in the plan. */
export function byRank(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0)
    if (difference !== 0 && !Number.isNaN(difference)) return difference
  }
  return a.length - b.length
}
