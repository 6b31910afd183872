import { and, desc, eq, isNull, lt, or } from 'drizzle-orm'
import type { Db } from './database.ts'
import { apiKeys, tenants } from './tenancy-schema.ts'

/** A tenant's key. `hash`: SHA-256 of its secret in hex; the secret itself is nowhere. */
export type KeyRow = typeof apiKeys.$inferSelect
/** The same with what its tenant may do. */
export type FoundKey = { key: KeyRow; tenant: typeof tenants.$inferSelect }

/** The key whose secret, or whose secret before the last rotation, has this SHA-256 (hex). */
export async function findKey(db: Db, hash: string): Promise<FoundKey | null> {
  const found = db
    .select({ key: apiKeys, tenant: tenants })
    .from(apiKeys)
    .innerJoin(tenants, eq(tenants.id, apiKeys.tenantId))
    .where(or(eq(apiKeys.hash, hash), eq(apiKeys.oldHash, hash)))
  return (await found.get()) ?? null
}

/** A tenant's key that was not deleted, by its id. */
export async function findKeyOf(db: Db, tenantId: string, id: string): Promise<FoundKey | null> {
  const found = db
    .select({ key: apiKeys, tenant: tenants })
    .from(apiKeys)
    .innerJoin(tenants, eq(tenants.id, apiKeys.tenantId))
    .where(and(eq(apiKeys.tenantId, tenantId), eq(apiKeys.id, id), isNull(apiKeys.deletedAt)))
  return (await found.get()) ?? null
}

/**
 * When a key, or its tenant, was disabled or deleted, or it expires, whichever is first, in Unix ms; Infinity for never, or
 * for no such key.
 */
export async function withdrawnAt(db: Db, tenantId: string, id: string): Promise<number> {
  const found = await db
    .select({
      key: apiKeys.disabledAt,
      deleted: apiKeys.deletedAt,
      expires: apiKeys.expiresAt,
      tenant: tenants.disabledAt,
    })
    .from(apiKeys)
    .innerJoin(tenants, eq(tenants.id, apiKeys.tenantId))
    .where(and(eq(apiKeys.tenantId, tenantId), eq(apiKeys.id, id)))
    .get()
  return Math.min(...Object.values(found ?? {}).map((at) => at ?? Infinity))
}

/** A tenant's keys that were not deleted, those before an id, newest first. */
export async function listKeys(
  db: Db,
  page: { tenantId: string; before: string | null; limit: number },
): Promise<KeyRow[]> {
  const { tenantId, before, limit } = page
  return db
    .select()
    .from(apiKeys)
    .where(
      and(
        eq(apiKeys.tenantId, tenantId),
        isNull(apiKeys.deletedAt),
        before === null ? undefined : lt(apiKeys.id, before),
      ),
    )
    .orderBy(desc(apiKeys.id))
    .limit(limit)
}

/** So many of a tenant's keys that may still be used, newest first. */
export async function keysOfTenant(db: Db, tenantId: string, limit: number): Promise<KeyRow[]> {
  return db
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.tenantId, tenantId), isNull(apiKeys.disabledAt)))
    .orderBy(desc(apiKeys.id))
    .limit(limit)
}

/** Adds a key, at once or in a batch. */
export function insertKey(db: Db, row: KeyRow) {
  return db.insert(apiKeys).values(row)
}

/** Changes the key whose secret has this SHA-256, at once or in a batch. @returns its id; nothing where there is none */
export function updateKey(db: Db, hash: string, fields: Partial<KeyRow>) {
  return db.update(apiKeys).set(fields).where(eq(apiKeys.hash, hash)).returning({ id: apiKeys.id })
}
