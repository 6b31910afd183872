import { and, desc, eq, lt } from 'drizzle-orm'
import type { Db } from './database.ts'
import { configVersions } from './schema.ts'

/** One version of a tenant's configuration. */
export type ConfigRow = typeof configVersions.$inferSelect
/** The same without the document. */
export type ConfigHead = Omit<ConfigRow, 'document'>

const { tenantId, version, createdAt, createdBy } = configVersions

/** The version a tenant goes by, or null when it has none. */
export async function latestConfig(db: Db, tenant: string): Promise<ConfigRow | null> {
  const latest = db.select().from(configVersions).where(eq(tenantId, tenant)).orderBy(desc(version))
  return (await latest.limit(1).get()) ?? null
}

/** Adds a version. @returns false where the tenant has that one already */
export async function insertConfig(db: Db, row: ConfigRow): Promise<boolean> {
  const inserted = await db.insert(configVersions).values(row).onConflictDoNothing().returning({ version })
  return inserted.length === 1
}

/** A tenant's versions before one, newest first. */
export async function listConfigs(
  db: Db,
  page: { tenantId: string; before: number; limit: number },
): Promise<ConfigHead[]> {
  return db
    .select({ tenantId, version, createdAt, createdBy })
    .from(configVersions)
    .where(and(eq(tenantId, page.tenantId), lt(version, page.before)))
    .orderBy(desc(version))
    .limit(page.limit)
}
