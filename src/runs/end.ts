import { log } from '../core/log.ts'
import { usdOf } from '../core/money.ts'
import { openDb } from '../db/database.ts'
import { writeRun } from '../db/runs.ts'
import type { RunBindings } from './doors.ts'
import { indexRow } from './run/index-row.ts'
import type { RunState } from './run/state.ts'

/** JSON of an output that a callback carries, in characters: what a queue takes is 128 kB. */
const MAX_OUTPUT_CHARS = 30_000

/** Keeps a run's row in the tenant's index. One that is not taken is mended by the next. */
export async function listRun({ DB }: Pick<RunBindings, 'DB'>, state: RunState): Promise<void> {
  const { id } = state.request
  await writeRun(openDb(DB), indexRow(state)).catch((cause: unknown) =>
    log('warn', { message: 'A run was not listed', id, cause: String(cause) }),
  )
}

/**
 * Keeps an ended run in the tenant's index, and has the caller told of it, if it wanted to be: by the queue that webhooks
 * go through.
 *
 * @returns nothing more to tell the run
 * @throws when the index or the queue does not take it
 */
export async function tellEnd(
  { DB, WEBHOOKS }: RunBindings,
  state: RunState,
  output: unknown,
): Promise<readonly never[]> {
  const { id, caller, callback: url, createdAt } = state.request
  await writeRun(openDb(DB), indexRow(state))
  if (url === null) return []
  const at = state.endedAt ?? createdAt
  const isSmall = (JSON.stringify(output) ?? '').length <= MAX_OUTPUT_CHARS
  const data = {
    id,
    object: 'run',
    status: state.status,
    partial: state.isPartial,
    failure: state.failure,
    output: isSmall ? output : null,
    output_omitted: !isSmall,
    cost_usd: usdOf(state.spent.microUsd),
    created_at: Math.floor(createdAt / 1_000),
    ended_at: Math.floor(at / 1_000),
  }
  const event = { id: `evt_${id}_end`, tenantId: caller.tenantId, url, type: `run.${state.status}`, data }
  await WEBHOOKS.send({ version: 1, at, ...event })
  return []
}
