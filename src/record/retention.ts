import { deleteOldDecisions } from '../db/decisions.ts'
import { deleteOldMinutes } from '../db/offer-minutes.ts'
import { deleteOldRuns } from '../db/runs.ts'

const DAY_MS = 24 * 60 * 60 * 1_000
/** Rows deleted at once, and how often in one run: the rest waits for the next. */
const CHUNK = 1_000
const MAX_CHUNKS = 100

/** Deletes single decisions, live figures and rows of ended runs older than the retention, in chunks that leave D1 free. */
export async function deleteExpired(database: D1Database, retentionDays: number, now: number): Promise<void> {
  const before = now - retentionDays * DAY_MS
  for (const deleteOld of [deleteOldDecisions, deleteOldMinutes, deleteOldRuns]) {
    for (let chunk = 0; chunk < MAX_CHUNKS; chunk++) {
      if (!(await deleteOld(database, { before, limit: CHUNK }))) break
    }
  }
}
