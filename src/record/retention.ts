import { deleteOldDecisions } from '../db/decisions.ts'
import { deleteOldMinutes } from '../db/offer-minutes.ts'

const DAY_MS = 24 * 60 * 60 * 1_000
/** Rows deleted at once, and how often in one run: the rest waits for the next. */
const CHUNK = 1_000
const MAX_CHUNKS = 100

/** Deletes single decisions and live figures older than the retention, in chunks that leave D1 free for others. */
export async function deleteExpired(database: D1Database, retentionDays: number, now: number): Promise<void> {
  const before = now - retentionDays * DAY_MS
  for (const deleteOld of [deleteOldDecisions, deleteOldMinutes]) {
    for (let chunk = 0; chunk < MAX_CHUNKS; chunk++) {
      if (!(await deleteOld(database, { before, limit: CHUNK }))) break
    }
  }
}
