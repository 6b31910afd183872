import type { KeptTasks } from '../run-object.ts'
import { AGGREGATE_TASK, parentOf, placeOf, PLAN_TASK } from './definitions.ts'
import { type Redone, redoneWith } from './followers.ts'
import { RUN_LIMITS, type RunState } from './state.ts'
import type { ReadValue } from './step.ts'

/**
 * What a run has that goes on from this one: its finished tasks, but the one that is to be done anew with all after it.
 * Of maps and subplans that are not finished, what is finished in them.
 *
 * @param from null for none to be done anew
 * @returns null where there is no task `from`; `too_large` where that cannot be told at once
 */
export function keptOf(
  state: RunState,
  from: string | null,
  read: ReadValue,
): KeptTasks | 'too_large' | null {
  const redone = from === null ? NONE : redoneWith(state, from)
  if (!redone) return null
  const keeping = new Map<string, boolean>()
  const tasks = new Map(Array.from(state.tasks).filter(([key]) => isKept(key, { state, redone, keeping })))
  const names = Array.from(tasks.keys()).flatMap((key) => [`output:${key}`, `item:${key}`, `input:${key}`])
  const values: { name: string; value: unknown }[] = []
  let left = RUN_LIMITS.joinedChars
  for (const name of names) {
    const value = read(name)
    if (value === undefined) continue
    left -= JSON.stringify(value).length
    if (left < 0) return 'too_large'
    values.push({ name, value })
  }
  return { tasks, values }
}

const NONE: Redone = { begun: new Set(), followers: new Set(), holders: [] }

type Keeping = { state: RunState; redone: Redone; keeping: Map<string, boolean> }

function isKept(key: string, all: Keeping): boolean {
  const known = all.keeping.get(key)
  if (known !== undefined) return known
  const { state, redone } = all
  const parent = parentOf(key)
  const status = state.tasks.get(key)?.status
  const isDone = status === 'succeeded' || status === 'skipped'
  const isOwn = key === PLAN_TASK || key.endsWith(AGGREGATE_TASK) || !placeOf(state.plan, key)
  const kept =
    (parent !== null && isKept(parent, all)) ||
    (isDone && !isOwn && !redone.holders.includes(key) && isUntouched(key, state, redone))
  all.keeping.set(key, kept)
  return kept
}

/** What had succeeded as a whole is done anew as a whole; of what had not, only what had failed. */
function isUntouched(key: string, state: RunState, redone: Redone): boolean {
  if (redone.begun.has(key) || redone.followers.has(key)) return false
  const parent = parentOf(key)
  if (parent === null || redone.holders.includes(parent)) return true
  if (redone.begun.has(parent)) return state.tasks.get(parent)?.status !== 'succeeded'
  return isUntouched(parent, state, redone)
}
