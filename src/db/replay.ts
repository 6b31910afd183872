import { and, desc, eq, gte, inArray, lt, not, type SQL, sql } from 'drizzle-orm'
import type { Db } from './database.ts'
import { decisions, feedback } from './schema.ts'

/** A decision, and what became of it, as far as replaying needs to know. */
export type ReplayRow = {
  id: string
  createdAt: number
  requestedModel: string
  status: string
  costMicroUsd: number | null
  latencyMs: number
  /** Mean of what each source of feedback last said, 0..1; null without feedback. */
  score: number | null
  /** Null where the router was not free to choose: such details are many and not small. */
  detail: string | null
}

/** Which decisions: ids in [from, before); `freeModels` and `boundReasons` tell where the router was free. */
export type ReplaySpan = {
  tenantId: string
  from: string
  before: string
  limit: number
  /** Lower-case names that leave the choice to the router. */
  freeModels: readonly string[]
  /** Reasons of decisions that could not have gone otherwise. */
  boundReasons: readonly string[]
}

/** A tenant's decisions, newest first. */
export async function listReplayRows(db: Db, span: ReplaySpan): Promise<ReplayRow[]> {
  const { tenantId, from, before, limit } = span
  return db
    .select({
      id: decisions.id,
      createdAt: decisions.createdAt,
      requestedModel: decisions.requestedModel,
      status: decisions.status,
      costMicroUsd: decisions.costMicroUsd,
      latencyMs: decisions.latencyMs,
      score: meanScore(db, tenantId),
      detail: sql<string | null>`case when ${isFree(span)} then ${decisions.detail} end`,
    })
    .from(decisions)
    .where(and(eq(decisions.tenantId, tenantId), gte(decisions.id, from), lt(decisions.id, before)))
    .orderBy(desc(decisions.id))
    .limit(limit)
}

function meanScore(db: Db, tenantId: string): SQL<number | null> {
  const mine = and(eq(feedback.tenantId, tenantId), eq(feedback.decisionId, decisions.id))
  const mean = db
    .select({ mean: sql`avg(${feedback.score})` })
    .from(feedback)
    .where(mine)
  return sql<number | null>`${mean}`
}

function isFree({ freeModels, boundReasons }: ReplaySpan): SQL | undefined {
  const asked = inArray(sql`lower(${decisions.requestedModel})`, [...freeModels])
  // What came of a fallback was planned for another reason.
  const planned = sql`case when ${decisions.reason} like 'fallback%'
    then coalesce(json_extract(${decisions.detail}, '$.planned_reason'), ${decisions.reason})
    else ${decisions.reason} end`
  return and(asked, not(inArray(planned, [...boundReasons])))
}

/** A tenant's decisions before an id, newest first, with what was asked (JSON; null where that was not recorded). */
export async function listAsked(
  db: Db,
  page: { tenantId: string; before: string; limit: number },
): Promise<{ id: string; createdAt: number; asked: string | null }[]> {
  return db
    .select({
      id: decisions.id,
      createdAt: decisions.createdAt,
      asked: sql<string | null>`json_extract(${decisions.detail}, '$.asked')`,
    })
    .from(decisions)
    .where(and(eq(decisions.tenantId, page.tenantId), lt(decisions.id, page.before)))
    .orderBy(desc(decisions.id))
    .limit(page.limit)
}
