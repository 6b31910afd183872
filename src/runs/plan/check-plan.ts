import type { FaultPath, FoundFaults } from '../../core/found-faults.ts'
import { type Plan, PLAN_LIMITS, type TaskBody } from '../../core/plan.ts'
import { budgetFaults } from './budget-faults.ts'
import { checkPath, type Level, type Reader } from './check-path.ts'
import { evaluate, isTrue } from './evaluate.ts'
import { ExpressionFault, parseExpression, parsePath, pathsIn } from './expression.ts'
import { countsOf } from './figures.ts'
import { graphOf } from './graph.ts'
import { findReferences, type Reference } from './references.ts'
import { taskFaults } from './task-faults.ts'

/**
 * Finds all that is wrong with a plan beyond its form: ids, cycles, references, conditions, timeouts and budgets.
 *
 * @param broken tasks whose form is wrong: what they hold says little
 * @param found where it is told, with paths from the plan
 */
export function checkPlan(plan: Plan, broken: ReadonlySet<object>, found: FoundFaults): void {
  checkLevel(plan, [], ['tasks', 'input'], { broken, found, references: 0 })
  const { executions } = countsOf(plan)
  if (executions > PLAN_LIMITS.executions) {
    const message = `With every item of its maps the plan has ${executions} tasks, more than ${PLAN_LIMITS.executions}`
    found.add(['tasks'], 'too_many_executions', message)
  }
}

/** `references`: how many were met so far. */
type Check = { broken: ReadonlySet<object>; found: FoundFaults; references: number }

function checkLevel(plan: Plan, path: FaultPath, roots: readonly string[], check: Check): void {
  const { tasks } = plan
  const graph = graphOf(tasks)
  const level: Level = { tasks, graph, ordered: new Set(graph.order) }
  graphFaults(level, path, check.found)
  for (const [index, task] of tasks.entries()) {
    const at = [...path, 'tasks', index]
    const reader: Reader = { level, index, roots }
    if (task.when !== null) checkCondition(task.when, [...at, 'when'], reader, check)
    checkBody(task, at, { reader, deadlineMs: plan.budget.deadlineMs, check })
  }
  checkReferences(plan.outputs, [...path, 'outputs'], { level, index: null, roots }, check)
  if (plan.aggregate !== null && plan.outputs !== null && Object.keys(plan.outputs).length < 2) {
    const message = 'There is but one output: nothing becomes one of several'
    check.found.add([...path, 'aggregate'], 'misplaced_field', message)
  }
  budgetFaults(plan, path, check.found)
}

/** Of a cycle, so many tasks are named. */
const MAX_NAMED = 20

function graphFaults({ tasks, graph }: Level, path: FaultPath, found: FoundFaults): void {
  for (const [index, { id, dependsOn }] of tasks.entries()) {
    const at = [...path, 'tasks', index]
    const first = graph.ids.get(id)
    if (first !== undefined && first !== index) {
      found.add([...at, 'id'], 'duplicate_id', `Task ${first} has the id '${id.slice(0, 100)}' too`)
    }
    for (const [number, other] of dependsOn.entries()) {
      if (graph.ids.has(other)) continue
      found.add([...at, 'depends_on', number], 'unknown_task', `There is no task '${other.slice(0, 100)}'`)
    }
  }
  for (const cycle of graph.cycles) {
    const [first = 0, second = first] = cycle
    const ids = [...cycle, first].map((index) => tasks[index]?.id ?? '')
    const named = ids.length > MAX_NAMED ? [...ids.slice(0, MAX_NAMED), '…'] : ids
    const number = tasks[first]?.dependsOn.indexOf(tasks[second]?.id ?? '') ?? 0
    const message = `Tasks depend on each other in a cycle: ${named.join(' → ')}`
    found.add([...path, 'tasks', first, 'depends_on', number], 'cycle', message)
  }
}

type Place = { reader: Reader; deadlineMs: number; check: Check }

function checkBody(task: TaskBody, at: FaultPath, place: Place): void {
  const { reader, deadlineMs, check } = place
  const { work, input, context } = task
  if (!check.broken.has(task)) taskFaults(task, { path: at, deadlineMs, found: check.found })
  checkReferences(input, [...at, 'input'], reader, check)
  if (typeof context !== 'string') {
    for (const [index, path] of context.entries()) {
      const reference = { at: [...at, 'context', index], path, hasDefault: true, isAlone: true }
      checkReference(reference, reader, check)
    }
  }
  if (work.kind === 'map') {
    checkReferences(work.over, [...at, 'map', 'over'], reader, check, 'list')
    const roots = ['item', 'index', ...reader.roots.filter((root) => !ITEM_ROOTS.has(root))]
    checkBody(work.task, [...at, 'map', 'task'], { ...place, reader: { ...reader, roots } })
  }
  if (work.kind === 'subplan') {
    const { budget } = work.plan
    if (budget.deadlineMs > deadlineMs) {
      const message = `${budget.deadlineMs} ms is longer than the plan's deadline, ${deadlineMs} ms`
      check.found.add([...at, 'plan', 'budget', 'deadline_ms'], 'inconsistent_timeout', message)
    }
    checkLevel(work.plan, [...at, 'plan'], ['tasks', 'input'], check)
  }
}

/** What a map's task calls its item: that of the innermost map. */
const ITEM_ROOTS: ReadonlySet<string> = new Set(['item', 'index'])

function checkReferences(value: unknown, at: FaultPath, reader: Reader, check: Check, wanted?: 'list'): void {
  const visit = (reference: Reference) => checkReference(reference, reader, check, wanted)
  if (!findReferences(value, at, visit)) {
    check.found.add(at, 'too_deep', `It is nested more than ${PLAN_LIMITS.inputDepth} levels deep`)
  }
}

function checkReference(reference: Reference, reader: Reader, check: Check, wanted?: 'list'): void {
  const { at, path, hasDefault, isAlone } = reference
  check.references += 1
  if (check.references > PLAN_LIMITS.references) {
    if (check.references > PLAN_LIMITS.references + 1) return
    return check.found.add(at, 'too_many_refs', `A plan has at most ${PLAN_LIMITS.references} references`)
  }
  if (typeof path !== 'string' || !isAlone) {
    const message = 'A reference is {"$ref": "path"}, with nothing else but a default; $literal keeps others'
    return check.found.add(at, 'invalid_ref', message)
  }
  const parsed = readOr(() => parsePath(path), at, 'invalid_ref', check.found)
  if (!parsed) return
  const steps = wanted === 'list' ? [...parsed.steps, { is: 'each' as const }] : parsed.steps
  checkPath({ ...parsed, steps }, at, reader, check.found, { hasDefault })
}

function readOr<T>(read: () => T, at: FaultPath, code: string, found: FoundFaults): T | null {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof ExpressionFault)) throw cause
    found.add(at, code, `${cause.message}, at character ${cause.at + 1}`)
    return null
  }
}

function checkCondition(text: string, at: FaultPath, reader: Reader, { found }: Check): void {
  const condition = readOr(() => parseExpression(text), at, 'invalid_expression', found)
  if (!condition) return
  const paths = pathsIn(condition)
  for (const path of paths) checkPath(path, at, reader, found, { isCondition: true })
  if (paths.length === 0) {
    const message = `It hangs on no output: it is always ${String(isTrue(evaluate(condition, {})))}`
    found.add(at, 'constant_expression', message)
  }
}
