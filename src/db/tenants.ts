import { asc, eq, gt } from 'drizzle-orm'
import type { Db } from './database.ts'
import { tenants } from './tenancy-schema.ts'

export type TenantRow = typeof tenants.$inferSelect

export async function findTenant(db: Db, id: string): Promise<TenantRow | null> {
  return (await db.select().from(tenants).where(eq(tenants.id, id)).get()) ?? null
}

/** Tenants after an id, by their ids. */
export async function listTenants(
  db: Db,
  page: { after: string | null; limit: number },
): Promise<TenantRow[]> {
  return db
    .select()
    .from(tenants)
    .where(page.after === null ? undefined : gt(tenants.id, page.after))
    .orderBy(asc(tenants.id))
    .limit(page.limit)
}

/** Adds a tenant, at once or in a batch, which fails where there is one of that id. */
export function insertTenant(db: Db, row: TenantRow) {
  return db.insert(tenants).values(row)
}

/** Changes a tenant, at once or in a batch. */
export function updateTenant(db: Db, { id, ...fields }: TenantRow) {
  return db.update(tenants).set(fields).where(eq(tenants.id, id))
}
