/** What a run's log has. Everything that is told of runs is told from it. */
export type RunEventType =
  | 'run.created'
  | 'run.planned'
  | 'run.paused'
  | 'run.resumed'
  | 'run.succeeded'
  | 'run.failed'
  | 'run.cancelled'
  | 'task.queued'
  | 'task.assigned'
  | 'task.started'
  | 'task.progress'
  | 'task.retrying'
  | 'task.migrated'
  | 'task.waiting'
  | 'task.input_required'
  | 'task.needs_review'
  | 'task.approved'
  | 'task.rejected'
  | 'task.supplied'
  | 'task.succeeded'
  | 'task.failed'
  | 'task.skipped'
  | 'task.blocked'
  | 'task.cancelled'
  | 'stale_result'

/** The last events of a run: there is exactly one of them. */
export const LAST_EVENTS: ReadonlySet<RunEventType> = new Set([
  'run.succeeded',
  'run.failed',
  'run.cancelled',
])

/** `seq`: from 1, without gaps. `at`: Unix ms. `data`: JSON, as the API tells it, without outputs. */
export type RunEvent = {
  seq: number
  at: number
  type: RunEventType
  task: string | null
  data: Readonly<Record<string, unknown>>
}
