import { and, desc, eq, exists, gt, isNotNull, or } from 'drizzle-orm'
import type { Db } from './database.ts'
import { feedback } from './schema.ts'
import { tenants } from './tenancy-schema.ts'

/** What one source says of one decision. */
export type FeedbackRow = typeof feedback.$inferSelect

/** Keeps an opinion; it takes the place of an earlier one of the same source. */
export async function upsertFeedback(db: Db, row: FeedbackRow): Promise<void> {
  const { tenantId: _tenantId, decisionId: _decisionId, source: _source, ...opinion } = row
  const target = [feedback.tenantId, feedback.decisionId, feedback.source]
  await db.insert(feedback).values(row).onConflictDoUpdate({ target, set: opinion })
}

/** The feedback that was given under a tenant's idempotency key, or null. */
export async function findFeedback(
  db: Db,
  { tenantId, idempotencyKey }: { tenantId: string; idempotencyKey: string },
): Promise<FeedbackRow | null> {
  const mine = and(eq(feedback.tenantId, tenantId), eq(feedback.idempotencyKey, idempotencyKey))
  return (await db.select().from(feedback).where(mine).get()) ?? null
}

/** The tenants that gave feedback after a time (Unix ms). */
export async function tenantsJudgedSince(db: Db, since: number): Promise<string[]> {
  const own = and(eq(feedback.tenantId, tenants.id), gt(feedback.createdAt, since))
  const rows = await db
    .select({ id: tenants.id })
    .from(tenants)
    .where(exists(db.select({ at: feedback.createdAt }).from(feedback).where(own)))
  return rows.map(({ id }) => id)
}

/** What one source says of how good an answer was. */
export type JudgedRow = Pick<
  FeedbackRow,
  'decisionId' | 'source' | 'model' | 'taskType' | 'predicted' | 'confidence' | 'score' | 'createdAt'
>

/** A tenant's feedback after a time (Unix ms) where something was expected of the answer, newest first. */
export async function latestJudged(
  db: Db,
  { tenantId, after, limit }: { tenantId: string; after: number; limit: number },
): Promise<JudgedRow[]> {
  const { decisionId, source, model, taskType, predicted, confidence, score, createdAt } = feedback
  const isExpected = or(isNotNull(predicted), isNotNull(confidence))
  return db
    .select({ decisionId, source, model, taskType, predicted, confidence, score, createdAt })
    .from(feedback)
    .where(and(eq(feedback.tenantId, tenantId), gt(createdAt, after), isExpected))
    .orderBy(desc(createdAt))
    .limit(limit)
}
