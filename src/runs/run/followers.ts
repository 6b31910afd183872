import { AGGREGATE_TASK, levelOf, parentOf, placeOf } from './definitions.ts'
import type { RunState } from './state.ts'

/**
 * What is done again when a task is. `begun`: it, and those that failed before it where it was blocked; `followers`:
 * all that come after, on their levels; `holders`: maps and subplans that these are parts of, the outermost first.
 */
export type Redone = {
  begun: ReadonlySet<string>
  followers: ReadonlySet<string>
  holders: readonly string[]
}

/** @returns null for a key of no task */
export function redoneWith({ plan, tasks }: RunState, key: string): Redone | null {
  if (!placeOf(plan, key)) return null
  const begun = new Set<string>()
  const causes = [key]
  for (const each of causes) {
    if (begun.has(each)) continue
    begun.add(each)
    const place = placeOf(plan, each)
    if (tasks.get(each)?.status !== 'blocked' || !place?.task) continue
    const before = place.task.dependsOn.map((id) => `${place.prefix}${id}`)
    causes.push(...before.filter((one) => isFailed(tasks.get(one)?.status)))
  }
  const holders: string[] = []
  for (let at = parentOf(key); at !== null; at = parentOf(at)) holders.unshift(at)
  const followers = new Set<string>()
  const level = [...begun, ...holders]
  for (const each of level) {
    const place = placeOf(plan, each)
    if (!place) continue
    const joint = `${place.prefix}${AGGREGATE_TASK}`
    if (tasks.has(joint) && joint !== key) followers.add(joint)
    if (!place.task || place.item !== null) continue
    const { index, dependents } = levelOf(place.plan)
    for (const at of dependents[index.get(place.task.id) ?? -1] ?? []) {
      const after = `${place.prefix}${place.plan.tasks[at]?.id ?? ''}`
      if (begun.has(after) || followers.has(after)) continue
      followers.add(after)
      level.push(after)
    }
  }
  return { begun, followers, holders }
}

function isFailed(status: string | undefined): boolean {
  return status === 'failed' || status === 'blocked' || status === 'cancelled'
}
