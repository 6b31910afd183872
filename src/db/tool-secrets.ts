import { and, asc, eq, sql } from 'drizzle-orm'
import type { Db } from './database.ts'
import { toolSecrets } from './tenancy-schema.ts'

/** What a tenant's tools prove themselves with, sealed. */
export type ToolSecretRow = typeof toolSecrets.$inferSelect

const { tenantId, name, sealed } = toolSecrets

/** A tenant's secrets, by name. */
export async function listToolSecrets(db: Db, tenant: string): Promise<ToolSecretRow[]> {
  return db.select().from(toolSecrets).where(eq(tenantId, tenant)).orderBy(asc(name))
}

/** Puts a secret in the place of the tenant's earlier one of that name; runs when awaited, or in a batch. */
export function upsertToolSecret(db: Db, row: ToolSecretRow) {
  return db
    .insert(toolSecrets)
    .values(row)
    .onConflictDoUpdate({ target: [tenantId, name], set: row })
}

/** Deletes a secret; runs when awaited, or in a batch. */
export function deleteToolSecret(db: Db, secret: Pick<ToolSecretRow, 'tenantId' | 'name'>) {
  return db.delete(toolSecrets).where(and(eq(tenantId, secret.tenantId), eq(name, secret.name)))
}

/** Secrets that were sealed otherwise than with `prefix` before them. */
export async function listToolSecretsSealedOtherwise(
  db: Db,
  prefix: string,
  limit: number,
): Promise<ToolSecretRow[]> {
  const otherwise = sql`substr(${sealed}, 1, ${prefix.length}) <> ${prefix}`
  return db.select().from(toolSecrets).where(otherwise).orderBy(asc(tenantId), asc(name)).limit(limit)
}

/** Seals a secret anew. @returns false where it is not what it was any more */
export async function resealToolSecret(db: Db, row: ToolSecretRow, anew: string): Promise<boolean> {
  const same = and(eq(tenantId, row.tenantId), eq(name, row.name), eq(sealed, row.sealed))
  const resealed = await db.update(toolSecrets).set({ sealed: anew }).where(same).returning({ name })
  return resealed.length > 0
}
