import type * as z from 'zod'
import { isRecord } from '../../core/canonical-json.ts'
import { type FaultPath, type FoundFaults, startFaults } from '../../core/found-faults.ts'
import { microUsdOf } from '../../core/money.ts'
import { type Plan, PLAN_DEFAULTS, PLAN_LIMITS, type Task, type TaskBody } from '../../core/plan.ts'
import { faultsOf } from '../invalid-field.ts'
import { bodyOf } from './decode-task.ts'
import { planBody, task as taskForm, taskBody, type TaskBodyForm } from './schema.ts'

/**
 * A plan as far as it can be read. `broken`: tasks something is wrong with, which hold defaults in its place;
 * an id that is none is ''. `found` has all that is wrong with the form.
 */
export type ReadPlan = { plan: Plan; broken: ReadonlySet<object>; found: FoundFaults }

/** @param document parsed JSON */
export function decodePlan(document: unknown): ReadPlan {
  const reading: Reading = { found: startFaults(PLAN_LIMITS.faults), broken: new Set(), tasks: 0 }
  const at = { path: [], nesting: 1, deadlineMs: PLAN_DEFAULTS.deadlineMs }
  return { plan: planAt(document, reading, at), broken: reading.broken, found: reading.found }
}

/** `tasks`: how many were met so far. */
type Reading = { found: FoundFaults; broken: Set<object>; tasks: number }
/** `deadlineMs`: where the plan says none. */
type Place = { path: FaultPath; nesting: number; deadlineMs: number }

function planAt(raw: unknown, reading: Reading, at: Place): Plan {
  const { data, isBroken } = readForm(planBody, raw, { ...at, fill: { tasks: [] }, found: reading.found })
  if (!isBroken && data.tasks.length === 0) {
    reading.found.add([...at.path, 'tasks'], 'out_of_range', 'A plan has at least one task')
  }
  const { usd, tokens, deadline_ms, max_attempts } = data.budget ?? {}
  // What may have been said of it contradicts nothing.
  const deadlineMs = deadline_ms ?? (isBroken ? PLAN_LIMITS.deadlineMs : at.deadlineMs)
  const within = { ...at, deadlineMs }
  return {
    goal: data.goal ?? null,
    budget: {
      microUsd: usd == null ? null : microUsdOf(usd),
      tokens: tokens ?? null,
      deadlineMs,
      maxAttempts: max_attempts ?? null,
    },
    tasks: isCrowded(data.tasks.length, reading, at)
      ? []
      : data.tasks.map((each, index) => taskAt(each, reading, placeIn(within, 'tasks', index))),
    outputs: data.outputs ?? null,
    aggregate: data.aggregate ?? null,
  }
}

function isCrowded(more: number, reading: Reading, { path }: Place): boolean {
  const before = reading.tasks
  reading.tasks += more
  if (reading.tasks <= PLAN_LIMITS.tasks) return false
  if (before > PLAN_LIMITS.tasks) return true
  const message = `A plan has at most ${PLAN_LIMITS.tasks} tasks with those of its subplans and maps, not ${reading.tasks}`
  reading.found.add([...path, 'tasks'], 'too_many_tasks', message)
  return true
}

function placeIn(at: Place, ...steps: FaultPath): Place {
  return { ...at, path: [...at.path, ...steps] }
}

function taskAt(raw: unknown, reading: Reading, at: Place): Task {
  const fill = { id: 'unread', kind: 'model' }
  const { data, isBroken } = readForm(taskForm, raw, { ...at, fill, found: reading.found })
  const said = isRecord(raw) ? raw : {}
  const waited = Array.isArray(said['depends_on']) ? said['depends_on'] : []
  const task = {
    ...workingBody(data, reading, at, isBroken),
    id: isBroken ? textOf(said['id']) : data.id,
    title: data.title ?? null,
    // What is still readable of it is kept: other tasks are reached through it.
    dependsOn: data.depends_on ?? waited.slice(0, PLAN_LIMITS.tasks).filter(isText),
    when: data.when ?? null,
  }
  if (isBroken) reading.broken.add(task)
  return task
}

function workingBody(form: TaskBodyForm, reading: Reading, at: Place, isBroken: boolean): TaskBody {
  const inner = {
    plan: (raw: unknown) => planAt(raw, reading, deeper(placeIn(at, 'plan'))),
    task: (raw: unknown) => repeatedAt(raw, reading, deeper(placeIn(at, 'map', 'task'))),
  }
  const isTooDeep = at.nesting > PLAN_LIMITS.nesting && (form.map != null || form.plan != null)
  if (isTooDeep) {
    const message = `Subplans and maps are nested more than ${PLAN_LIMITS.nesting} levels deep`
    reading.found.add(at.path, 'too_deep', message)
  }
  const found = isBroken || isTooDeep ? null : reading.found
  const body = isTooDeep ? { ...form, map: null, plan: null } : form
  return bodyOf(body, { deadlineMs: at.deadlineMs, path: at.path, found, inner })
}

function deeper(at: Place): Place {
  return { ...at, nesting: at.nesting + 1 }
}

function repeatedAt(raw: unknown, reading: Reading, at: Place): TaskBody {
  isCrowded(1, reading, at)
  const { data, isBroken } = readForm(taskBody, raw, { ...at, fill: { kind: 'model' }, found: reading.found })
  const body = workingBody(data, reading, at, isBroken)
  if (isBroken) reading.broken.add(body)
  return body
}

/** Reads a form; fields at fault are left out, and told. @param fill what takes the place of fields that must be there */
function readForm<T extends z.ZodType>(
  form: T,
  raw: unknown,
  { path, fill, found }: { path: FaultPath; fill: object; found: FoundFaults },
): { data: z.infer<T>; isBroken: boolean } {
  const { data, error } = form.safeParse(raw)
  if (!error) return { data, isBroken: false }
  const wrong = new Set<PropertyKey>()
  for (const issue of error.issues) {
    const keys =
      issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : [issue.path[0] ?? '']
    for (const key of keys) wrong.add(key)
    for (const fault of faultsOf(issue)) found.add([...path, ...fault.path], fault.code, fault.message)
  }
  const kept = isRecord(raw) ? Object.entries(raw).filter(([key]) => !wrong.has(key)) : []
  return { data: form.parse({ ...fill, ...Object.fromEntries(kept) }), isBroken: true }
}

function textOf(value: unknown): string {
  return isText(value) ? value : ''
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
