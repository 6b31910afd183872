import { and, asc, eq, sql } from 'drizzle-orm'
import type { Db } from './database.ts'
import { providerKeys } from './tenancy-schema.ts'

/** A tenant's own account at a host, its key sealed. */
export type ProviderKeyRow = typeof providerKeys.$inferSelect

const { tenantId, host, sealed } = providerKeys

/** A tenant's own accounts, by host. */
export async function listProviderKeys(db: Db, tenant: string): Promise<ProviderKeyRow[]> {
  return db.select().from(providerKeys).where(eq(tenantId, tenant)).orderBy(asc(host))
}

/** Puts an account in the place of the tenant's earlier one at that host; runs when awaited, or in a batch. */
export function upsertProviderKey(db: Db, row: ProviderKeyRow) {
  return db
    .insert(providerKeys)
    .values(row)
    .onConflictDoUpdate({ target: [tenantId, host], set: row })
}

/** Deletes an account; runs when awaited, or in a batch. */
export function deleteProviderKey(db: Db, account: Pick<ProviderKeyRow, 'tenantId' | 'host'>) {
  return db.delete(providerKeys).where(and(eq(tenantId, account.tenantId), eq(host, account.host)))
}

/** Accounts whose key was sealed otherwise than with `prefix` before it. */
export async function listSealedOtherwise(db: Db, prefix: string, limit: number): Promise<ProviderKeyRow[]> {
  const otherwise = sql`substr(${sealed}, 1, ${prefix.length}) <> ${prefix}`
  return db.select().from(providerKeys).where(otherwise).orderBy(asc(tenantId), asc(host)).limit(limit)
}

/** Seals an account's key anew. @returns false where it is not what it was any more */
export async function resealProviderKey(db: Db, row: ProviderKeyRow, anew: string): Promise<boolean> {
  const same = and(eq(tenantId, row.tenantId), eq(host, row.host), eq(sealed, row.sealed))
  const resealed = await db.update(providerKeys).set({ sealed: anew }).where(same).returning({ host })
  return resealed.length > 0
}
