import { and, eq } from 'drizzle-orm'
import type { Db } from './database.ts'
import { feedback } from './schema.ts'

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
