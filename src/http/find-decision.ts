import { AppError } from '../core/errors.ts'
import { idTime } from '../core/ids.ts'
import type { Db } from '../db/database.ts'
import { type DecisionRow, findDecision, findDecisionOfRequest } from '../db/decisions.ts'

/** How long a decision may be on its way to the history. */
const RECORDING_MS = 30_000
const LOOK_AGAIN_MS = 2_000
/** How long, and how often, one that was just made is waited for. */
const PATIENCE_MS = 8_000
const POLL_MS = 400

/** A tenant's decision, by its id or by that of its request. */
type Wanted = { tenantId: string } & ({ decisionId: string } | { requestId: string })

/** @throws AppError `not_found`; with a time to come back for one that was just made */
export async function requireDecision(db: Db, wanted: Wanted): Promise<DecisionRow> {
  return (await find(db, wanted)) ?? refuse(wanted)
}

/** The same, waiting a little for one that was just made: feedback follows an answer at once. */
export async function awaitDecision(db: Db, wanted: Wanted): Promise<DecisionRow> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const row = await find(db, wanted)
    if (row) return row
    if (!isFresh(idOf(wanted)) || Date.now() > deadline) return refuse(wanted)
    await scheduler.wait(POLL_MS)
  }
}

function find(db: Db, wanted: Wanted): Promise<DecisionRow | null> {
  return 'decisionId' in wanted
    ? findDecision(db, { tenantId: wanted.tenantId, id: wanted.decisionId })
    : findDecisionOfRequest(db, wanted)
}

function refuse(wanted: Wanted): never {
  const id = idOf(wanted)
  const param = 'decisionId' in wanted ? 'decision_id' : 'request_id'
  if (!isFresh(id)) throw new AppError('not_found', `No decision ${id}`, { param })
  throw new AppError('not_found', `No decision ${id} yet: it is recorded within a few seconds`, {
    param,
    retryAfterMs: LOOK_AGAIN_MS,
  })
}

function idOf(wanted: Wanted): string {
  return 'decisionId' in wanted ? wanted.decisionId : wanted.requestId
}

function isFresh(id: string): boolean {
  return Date.now() - (idTime(id) ?? 0) < RECORDING_MS
}
