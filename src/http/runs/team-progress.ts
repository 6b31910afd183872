import type { RunEvent, RunEventType } from '../../runs/run/events.ts'

const ENDS: ReadonlySet<RunEventType> = new Set([
  'task.succeeded',
  'task.failed',
  'task.skipped',
  'task.blocked',
  'task.cancelled',
])
const TOLD: ReadonlySet<RunEventType> = new Set([...ENDS, 'task.started', 'task.retrying', 'task.migrated'])
/** Of the plan's own level: those within others are not told of. */
const PLAIN = /^[\w-]+$/

/**
 * Tells of a run's events, in their order, as comments of server-sent events:
 * `: switchyard team task.succeeded write 1/3`. What says nothing of how far it is, is ''.
 */
export function createProgress(): (event: RunEvent) => string {
  let planned = 0
  const done = new Set<string>()
  return ({ type, task, data }) => {
    if (type === 'run.planned') {
      planned = Number(data['tasks']) || 0
      return comment(type, done.size, planned)
    }
    if (!TOLD.has(type) || task === null || !PLAIN.test(task)) return ''
    if (ENDS.has(type)) done.add(task)
    return comment(`${type} ${task}`, done.size, planned)
  }
}

function comment(words: string, done: number, planned: number): string {
  return `: switchyard team ${words} ${done}/${planned}\n\n`
}
