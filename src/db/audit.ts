import { and, desc, eq, lt } from 'drizzle-orm'
import type { Db } from './database.ts'
import { audit } from './tenancy-schema.ts'

/** One change that somebody made. `before` and `after`: JSON without secrets. */
export type AuditRow = typeof audit.$inferSelect

/** Notes a change, at once or in the batch of the change itself. */
export function insertAudit(db: Db, row: AuditRow) {
  return db.insert(audit).values(row)
}

/** Changes before an id, newest first. @param page `tenantId` null for those of all tenants */
export async function listAudit(
  db: Db,
  page: { tenantId: string | null; before: string | null; limit: number },
): Promise<AuditRow[]> {
  return db
    .select()
    .from(audit)
    .where(
      and(
        page.tenantId === null ? undefined : eq(audit.tenantId, page.tenantId),
        page.before === null ? undefined : lt(audit.id, page.before),
      ),
    )
    .orderBy(desc(audit.id))
    .limit(page.limit)
}
