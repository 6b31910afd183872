import { and, asc, eq, sql } from 'drizzle-orm'
import type { Db } from './database.ts'
import { webhookSecrets } from './tenancy-schema.ts'

/** What a tenant's webhooks are signed with, sealed. */
export type WebhookSecretRow = typeof webhookSecrets.$inferSelect

const { tenantId, sealed } = webhookSecrets

export async function findWebhookSecret(db: Db, tenant: string): Promise<WebhookSecretRow | null> {
  return (await db.select().from(webhookSecrets).where(eq(tenantId, tenant)).get()) ?? null
}

/** Adds a tenant's first secret; one that came before stays. */
export async function insertWebhookSecret(db: Db, row: WebhookSecretRow): Promise<void> {
  await db.insert(webhookSecrets).values(row).onConflictDoNothing()
}

/** Puts a secret in the place of the tenant's earlier one; runs when awaited, or in a batch. */
export function upsertWebhookSecret(db: Db, row: WebhookSecretRow) {
  return db.insert(webhookSecrets).values(row).onConflictDoUpdate({ target: tenantId, set: row })
}

/** Secrets that were sealed otherwise than with `prefix` before them. */
export async function listWebhookSecretsSealedOtherwise(
  db: Db,
  prefix: string,
  limit: number,
): Promise<WebhookSecretRow[]> {
  const otherwise = sql`substr(${sealed}, 1, ${prefix.length}) <> ${prefix}`
  return db.select().from(webhookSecrets).where(otherwise).orderBy(asc(tenantId)).limit(limit)
}

/** Seals a secret anew. @returns false where it is not what it was any more */
export async function resealWebhookSecret(db: Db, row: WebhookSecretRow, anew: string): Promise<boolean> {
  const same = and(eq(tenantId, row.tenantId), eq(sealed, row.sealed))
  const resealed = await db.update(webhookSecrets).set({ sealed: anew }).where(same).returning({ tenantId })
  return resealed.length > 0
}
