import { and, desc, eq, getTableColumns, lt } from 'drizzle-orm'
import type { TrialRow } from './config-trials.ts'
import type { Db } from './database.ts'
import { insertRows } from './insert-rows.ts'
import { attempts, decisions } from './schema.ts'
import { configTrials } from './tenancy-schema.ts'

/** One decision and what became of it. */
export type DecisionRow = typeof decisions.$inferSelect
/** One try at one host; a decision has as many as it took. */
export type AttemptRow = typeof attempts.$inferSelect

/**
 * Writes decisions with their attempts in one transaction. Rows already there are left alone, so a queue message may
 * be delivered twice.
 */
export async function insertDecisions(
  database: D1Database,
  rows: {
    decisions: readonly DecisionRow[]
    attempts: readonly AttemptRow[]
    trials: readonly TrialRow[]
  },
): Promise<void> {
  await database.batch([
    ...insertRows(database, decisions, rows.decisions, 'ignore'),
    ...insertRows(database, attempts, rows.attempts, 'ignore'),
    ...insertRows(database, configTrials, rows.trials, 'ignore'),
  ])
}

/** A tenant's decision, or null. */
export async function findDecision(
  db: Db,
  { tenantId, id }: { tenantId: string; id: string },
): Promise<DecisionRow | null> {
  const mine = and(eq(decisions.tenantId, tenantId), eq(decisions.id, id))
  return (await db.select().from(decisions).where(mine).get()) ?? null
}

/** A tenant's latest decision for a request, or null: callers may use a request id again. */
export async function findDecisionOfRequest(
  db: Db,
  { tenantId, requestId }: { tenantId: string; requestId: string },
): Promise<DecisionRow | null> {
  const mine = and(eq(decisions.tenantId, tenantId), eq(decisions.requestId, requestId))
  return (await db.select().from(decisions).where(mine).orderBy(desc(decisions.id)).limit(1).get()) ?? null
}

/** A tenant's decisions, newest first, without their details. `before`: the id that ended the page before. */
export async function listDecisions(
  db: Db,
  page: { tenantId: string; limit: number; before?: string },
): Promise<Omit<DecisionRow, 'detail'>[]> {
  const { detail: _detail, ...columns } = getTableColumns(decisions)
  const older = page.before === undefined ? undefined : lt(decisions.id, page.before)
  return db
    .select(columns)
    .from(decisions)
    .where(and(eq(decisions.tenantId, page.tenantId), older))
    .orderBy(desc(decisions.id))
    .limit(page.limit)
}

/**
 * Deletes raw rows made before `before` (Unix ms), at most `limit` decisions with their attempts and what was said of
 * them; rollups stay.
 *
 * @returns whether there may be more
 */
export async function deleteOldDecisions(
  database: D1Database,
  { before, limit }: { before: number; limit: number },
): Promise<boolean> {
  const old = 'select id from decisions where created_at < ? order by id limit ?'
  const owned = old.replace('id', 'tenant_id, id')
  const results = await database.batch([
    database.prepare(`delete from attempts where decision_id in (${old})`).bind(before, limit),
    database.prepare(`delete from config_trials where decision_id in (${old})`).bind(before, limit),
    database.prepare(`delete from feedback where (tenant_id, decision_id) in (${owned})`).bind(before, limit),
    database.prepare(`delete from decisions where id in (${old})`).bind(before, limit),
  ])
  return (results.at(-1)?.meta.changes ?? 0) === limit
}
