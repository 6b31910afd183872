import { isRecord } from '../../core/canonical-json.ts'
import { evaluate, isTrue, valueAt } from './evaluate.ts'
import {
  type Expression,
  ExpressionFault,
  parseExpression,
  parsePath,
  pathsIn,
  type ValuePath,
} from './expression.ts'
import type { Taking } from './room.ts'

/** What references in a task lead into. `task`: of a task beside it; null for none. */
export type Surroundings = {
  task: (id: string) => { status: string; output: unknown } | null
  /** What `item`, `index` and `input` stand for there. */
  roots: () => Readonly<Record<string, unknown>>
}

/** JSON with every reference replaced by what it leads to, or its default, or null, as far as there is room for that. */
export function resolveJson(value: unknown, around: Surroundings, take: Taking): unknown {
  if (Array.isArray(value)) return value.map((each) => resolveJson(each, around, take))
  if (!isRecord(value)) return value
  if (Object.hasOwn(value, '$literal')) return value['$literal']
  if (Object.hasOwn(value, '$ref')) {
    const found = take(() => resolvePath(value['$ref'], around))
    return found === null && Object.hasOwn(value, 'default') ? value['default'] : found
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, resolveJson(each, around, take)]),
  )
}

/** What a path such as `tasks.a.output.title` leads to; null for nothing. */
export function resolvePath(text: unknown, around: Surroundings): unknown {
  const path = typeof text === 'string' ? readOr(() => parsePath(text)) : null
  return path ? valueAt(path, valuesFor([path], around)) : null
}

/** Whether a condition is true; one that cannot be read is not. */
export function holds(condition: string, around: Surroundings): boolean {
  const expression: Expression | null = readOr(() => parseExpression(condition))
  return expression !== null && isTrue(evaluate(expression, valuesFor(pathsIn(expression), around)))
}

/** The id of the task a path leads into; null where it leads elsewhere. */
export function taskIn({ root, steps: [first] }: ValuePath): string | null {
  return root === 'tasks' && first?.is === 'field' ? first.name : null
}

/** Only what the paths lead into is read: outputs may be large. */
function valuesFor(paths: readonly ValuePath[], around: Surroundings): Readonly<Record<string, unknown>> {
  const tasks: Record<string, unknown> = {}
  let others: Readonly<Record<string, unknown>> = {}
  for (const path of paths) {
    const id = taskIn(path)
    if (id !== null) tasks[id] = around.task(id)
    else others = around.roots()
  }
  return { ...others, tasks }
}

function readOr<T>(read: () => T): T | null {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof ExpressionFault)) throw cause
    return null
  }
}
