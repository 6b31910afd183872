import { resolveJson, type Surroundings } from '../plan/resolve.ts'
import { takingOf } from '../plan/room.ts'
import { placeOf } from './definitions.ts'
import { RUN_LIMITS, type RunState, type TaskState } from './state.ts'
import type { ReadValue } from './step.ts'

/** What a task gave; null for nothing, or not yet. */
export function outputAt(task: TaskState | undefined, read: ReadValue): unknown {
  const isDone = task?.status === 'succeeded' || task?.status === 'skipped'
  return isDone ? (read(`output:${task.key}`) ?? null) : null
}

/** What paths on a level lead into. @param prefix of the keys there */
export function levelAround(state: RunState, read: ReadValue, prefix: string): Surroundings {
  return {
    task: (id) => {
      const task = state.tasks.get(`${prefix}${id}`)
      return task ? { status: task.status, output: outputAt(task, read) } : null
    },
    roots: () => ({
      input: prefix === '' ? state.request.input : (read(`input:${prefix.slice(0, -1)}`) ?? null),
    }),
  }
}

/** What paths in a task lead into. */
export function taskAround(state: RunState, read: ReadValue, key: string): Surroundings {
  const place = placeOf(state.plan, key)
  const level = levelAround(state, read, place?.prefix ?? '')
  if (place?.item == null) return level
  const { item: index } = place
  return { ...level, roots: () => ({ ...level.roots(), item: read(`item:${key}`) ?? null, index }) }
}

/**
 * A task's input with references resolved. Without one it is given the outputs of what it depends on, by id. One that is too
 * large has only so much in it that this can be seen.
 */
export function inputOf(state: RunState, read: ReadValue, key: string): unknown {
  const place = placeOf(state.plan, key)
  if (!place) return null
  const { body, task, prefix, item } = place
  const take = takingOf(RUN_LIMITS.outputBytes)
  if (body.input !== null) return resolveJson(body.input, taskAround(state, read, key), take)
  if (item !== null) return read(`item:${key}`) ?? null
  if (!task || task.dependsOn.length === 0) return null
  const outputs = task.dependsOn.map((id) => [
    id,
    take(() => outputAt(state.tasks.get(`${prefix}${id}`), read)),
  ])
  return Object.fromEntries(outputs)
}
