import { and, desc, eq, sql } from 'drizzle-orm'
import type { Db } from './database.ts'
import { runs } from './schema.ts'

/** A run as lists show it. `goal`: at most 200 characters; `seq`: of the run's log at that time. */
export type RunRow = typeof runs.$inferSelect

/** Keeps a run's row, unless what is there was written later. */
export async function writeRun(db: Db, row: RunRow): Promise<void> {
  const target = [runs.tenantId, runs.id]
  await db
    .insert(runs)
    .values(row)
    .onConflictDoUpdate({ target, set: row, setWhere: sql`excluded.seq > ${runs.seq}` })
}

/** A tenant's runs, the latest first. `before`: the id of the run that ended the page before; null for the first page. */
export async function listRuns(
  db: Db,
  page: { tenantId: string; status: string | null; before: string | null; limit: number },
): Promise<RunRow[]> {
  const mine = eq(runs.tenantId, page.tenantId)
  const last = sql`(select created_at, id from runs where tenant_id = ${page.tenantId} and id = ${page.before})`
  const older = page.before === null ? undefined : sql`(${runs.createdAt}, ${runs.id}) < ${last}`
  const wanted = page.status === null ? undefined : eq(runs.status, page.status)
  return db
    .select()
    .from(runs)
    .where(and(mine, older, wanted))
    .orderBy(desc(runs.createdAt), desc(runs.id))
    .limit(page.limit)
}

/** Deletes at most `limit` rows of runs that ended before `before` (Unix ms). @returns whether there may be more */
export async function deleteOldRuns(
  database: D1Database,
  { before, limit }: { before: number; limit: number },
): Promise<boolean> {
  const old = 'select tenant_id, id from runs where ended_at < ? limit ?'
  const { meta } = await database
    .prepare(`delete from runs where (tenant_id, id) in (${old})`)
    .bind(before, limit)
    .run()
  return meta.changes === limit
}
