import { LAST_EVENTS } from '../../src/runs/run/events.ts'
import { isDeepStrictEqual } from 'node:util'
import type { Driven } from './driver.ts'
import { type Life, upFor } from './lives.ts'
import type { OutsideCall } from './outside.ts'
import { type Event, ENDED, type Run } from './runs-api.ts'

/** A run as it was found after all. `artifacts`: outputs of tasks that succeeded. */
export type Found = {
  driven: Driven
  run: Run
  events: readonly Event[]
  artifacts: ReadonlyMap<string, unknown>
}

/** How long after its start the Worker may take to go on with what was underway, or to end what is overdue. */
export const RECOVERY_MS = 5_000
/** A call may have left before its task was told to have succeeded. */
const SAME_MOMENT_MS = 50

const lasts: ReadonlySet<string> = LAST_EVENTS

/** What is wrong with a run; nothing for a good one. */
export function faultsOf(found: Found, lives: readonly Life[], calls: readonly OutsideCall[]): string[] {
  return [...logFaults(found), ...endFaults(found, lives), ...taskFaults(found, calls)]
}

function logFaults({ events }: Found): string[] {
  const gap = events.findIndex(({ seq }, at) => seq !== at + 1)
  return gap < 0 ? [] : [`seq ${events[gap]?.seq} where ${gap + 1} was expected`]
}

function endFaults({ run, events, driven }: Found, lives: readonly Life[]): string[] {
  const faults: string[] = []
  const ends = events.filter(({ type }) => lasts.has(type))
  const [end] = ends
  if (ends.length !== 1) faults.push(`ended ${ends.length} times, and is ${run.status}`)
  if (end && events.at(-1) !== end) faults.push(`went on after its end: ${events.at(-1)?.type}`)
  if (!ENDED.has(run.status) || (end && end.type !== `run.${run.status}`)) {
    faults.push(`is ${run.status}, and its last event ${end?.type}`)
  }
  const open = run.tasks.filter(({ status }) => !TASK_ENDS.has(status))
  if (open.length > 0) faults.push(`ended with ${open.map(({ id, status }) => `${id} ${status}`).join()}`)
  const createdAt = events[0]?.at ?? 0
  const deadline = createdAt + driven.plan.body.budget.deadline_ms
  if (end && end.at > upFor(lives, deadline, RECOVERY_MS)) {
    faults.push(`ended ${end.at - deadline} ms after its deadline`)
  }
  return faults
}

const TASK_ENDS = new Set(['succeeded', 'failed', 'skipped', 'blocked', 'cancelled'])
/** Of a task that works. */
const WORKS = new Set(['task.assigned', 'task.started'])

function taskFaults({ driven, run, events, artifacts }: Found, calls: readonly OutsideCall[]): string[] {
  const faults: string[] = []
  const succeededAt = new Map<string, number>()
  for (const { type, task, at } of events) {
    const since = succeededAt.get(task ?? '')
    if (type === 'task.succeeded') {
      if (since !== undefined) faults.push(`${task} succeeded twice`)
      succeededAt.set(task ?? '', at)
    } else if (since !== undefined && WORKS.has(type)) faults.push(`${task} was begun again after its end`)
  }
  for (const call of calls) {
    const until = succeededAt.get(call.task)
    if (until !== undefined && call.at > until + SAME_MOMENT_MS) {
      faults.push(`${call.task} was called again ${call.at - until} ms after it had succeeded`)
    }
  }
  const once = calls.filter(({ effect }) => effect === 'once').map(({ task }) => task)
  if (new Set(once).size < once.length) faults.push(`an effect happened twice: ${once.join()}`)
  for (const { id, status } of run.tasks) {
    if (status !== 'succeeded') continue
    const wanted = driven.plan.outputs.get(id)
    if (!succeededAt.has(id)) faults.push(`${id} succeeded, which the log does not have`)
    const kept = bodyOf(artifacts.get(id))
    if (wanted && !isDeepStrictEqual(kept, wanted)) {
      faults.push(`${id} gave ${JSON.stringify(kept)?.slice(0, 200)}, not ${JSON.stringify(wanted)}`)
    }
  }
  return faults
}

/** Tools tell their answer with its status. */
function bodyOf(output: unknown): unknown {
  return typeof output === 'object' && output !== null && 'body' in output ? output.body : output
}

/**
 * How long after each start a run that nobody has to do with went on, in ms: of those with work underway when the Worker
 * was killed. Infinity where it did not, although there was time.
 */
export function recoveriesOf({ driven, events }: Found, lives: readonly Life[]): number[] {
  if (driven.plan.isTouched) return []
  const endedAt = events.findLast(({ type }) => lasts.has(type))?.at ?? Infinity
  return lives.flatMap(({ killedAt }, at) => {
    // What is told at the very end of a life is no recovery.
    const startedAt = lives[at + 1]?.startedAt
    if (killedAt === null || startedAt === undefined || killedAt > endedAt) return []
    if (!isWorking(events, startedAt)) return []
    const next = lives.slice(at + 1).find(({ readyAt }) => readyAt !== null)
    if (next?.readyAt == null) return []
    const first = events.find((event) => event.at > startedAt)
    if (first && first.at <= (next.killedAt ?? Infinity)) return [Math.max(0, first.at - next.readyAt)]
    const wasTime = (next.killedAt ?? Infinity) - next.readyAt > RECOVERY_MS
    return wasTime ? [Infinity] : []
  })
}

/** Whether an attempt at a task was being made at that time. */
function isWorking(events: readonly Event[], at: number): boolean {
  const last = new Map<string, Event>()
  for (const event of events) {
    if (event.at <= at && event.task && event.type.startsWith('task.')) last.set(event.task, event)
  }
  return [...last.values()].some(({ type, data }) => WORKS.has(type) && data['token'] !== undefined)
}
