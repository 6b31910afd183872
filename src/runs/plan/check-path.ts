import type { FaultPath, FoundFaults } from '../../core/found-faults.ts'
import type { Task } from '../../core/plan.ts'
import type { Step, ValuePath } from './expression.ts'
import type { Graph } from './graph.ts'
import { excludedBy } from './schema-path.ts'

/** The tasks of one plan, and what they need of each other. `ordered`: those of the graph's order. */
export type Level = { tasks: readonly Task[]; graph: Graph; ordered: ReadonlySet<number> }

/**
 * Who reads values: the task of this index, or the plan's outputs (null). `roots`: what paths may begin with. `use`: a
 * condition may ask for what may be missing, which is null then; so may outputs.
 */
export type Reader = { level: Level; index: number | null; roots: readonly string[] }
type Use = { isCondition?: true; hasDefault?: boolean }

/** Finds why a path leads to nothing. */
export function checkPath(
  { root, steps }: ValuePath,
  at: FaultPath,
  { level, index, roots }: Reader,
  found: FoundFaults,
  use: Use,
): void {
  if (!roots.includes(root)) {
    const message = `Paths begin with ${roots.join(', ')} here, not with '${root.slice(0, 100)}'`
    return found.add(at, 'invalid_ref', message)
  }
  if (root !== 'tasks') return
  const [first, second, ...rest] = steps
  const field = second?.is === 'field' ? second.name : ''
  if (first?.is !== 'field' || (field !== 'output' && !(use.isCondition && field === 'status'))) {
    const wanted = use.isCondition ? 'tasks.<id>.output or tasks.<id>.status' : 'tasks.<id>.output'
    return found.add(at, 'invalid_ref', `The path begins otherwise than ${wanted}`)
  }
  const target = level.graph.ids.get(first.name)
  const task = target === undefined ? undefined : level.tasks[target]
  if (target === undefined || !task) {
    return found.add(at, 'unknown_task', `There is no task '${first.name.slice(0, 100)}'`)
  }
  if (!isReachable(target, level, index)) {
    const message =
      target === index
        ? 'A task cannot take its own output'
        : `'${task.id}' need not be done by then: the task does not depend on it`
    return found.add(at, 'unreachable_ref', message)
  }
  if (field === 'status') return
  if (index !== null && !use.isCondition && !use.hasDefault && mayBeSkipped(task)) {
    const message = `'${task.id}' may be skipped: give a default beside $ref`
    return found.add(at, 'optional_ref', message)
  }
  const why = excludedIn(task, rest)
  if (why) found.add(at, 'no_such_output', `The output of '${task.id}' has no such value: ${why}`)
}

/** Of what is in a cycle, or behind one, more is wrong than its references. */
function isReachable(target: number, { graph, ordered }: Level, index: number | null): boolean {
  if (index === null) return true
  return target !== index && (!ordered.has(index) || graph.isAncestor(target, index))
}

function mayBeSkipped({ when, onError, onTimeout }: Task): boolean {
  return when !== null || onError === 'skip' || onTimeout === 'skip'
}

/** What a gate says: a person's answer. */
const GATE_OUTPUT = {
  type: 'object',
  properties: { approved: { type: 'boolean' }, comment: { type: ['string', 'null'] } },
  additionalProperties: false,
}

function excludedIn({ work, outputSchema }: Task, steps: readonly Step[]): string | null {
  if (work.kind === 'gate') return excludedBy(GATE_OUTPUT, steps)
  if (work.kind === 'wait') return excludedBy({ type: 'null' }, steps)
  if (work.kind !== 'map') return outputSchema && excludedBy(outputSchema, steps)
  const [item, ...rest] = steps
  if (!item) return null
  const { outputSchema: ofItems } = work.task
  return (
    excludedBy({ type: 'array', maxItems: work.max }, [item]) ??
    (ofItems && excludedBy(ofItems, rest)) ??
    null
  )
}
