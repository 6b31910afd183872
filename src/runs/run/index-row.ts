import type { RunRow } from '../../db/runs.ts'
import type { RunState } from './state.ts'

/** In characters: enough to tell runs apart in a list. */
const GOAL_CHARS = 200

/** A run's row in its tenant's list. */
export function indexRow({ request, plan, ...state }: RunState): RunRow {
  const goal = request.goal ?? plan?.goal ?? null
  return {
    tenantId: request.caller.tenantId,
    id: request.id,
    status: state.status,
    goal: goal && goal.slice(0, GOAL_CHARS).toWellFormed(),
    tasks: state.tasks.keys().reduce((count, key) => count + (key.includes('$') ? 0 : 1), 0),
    costMicroUsd: state.spent.microUsd,
    isPartial: state.isPartial,
    failureCode: state.failure?.code ?? null,
    forkOf: request.forkOf,
    createdAt: request.createdAt,
    endedAt: state.endedAt,
    seq: state.seq,
  }
}
