import { and, asc, eq, getTableColumns } from 'drizzle-orm'
import type { Db } from './database.ts'
import { planTemplates } from './tenancy-schema.ts'

/** A plan that a tenant keeps. `document`: its JSON. Times in Unix ms. */
export type TemplateRow = typeof planTemplates.$inferSelect
/** The same without the plan. */
export type TemplateHead = Omit<TemplateRow, 'document'>

const { document: _document, ...head } = getTableColumns(planTemplates)

export async function findTemplate(db: Db, tenant: string, id: string): Promise<TemplateRow | null> {
  return (await db.select().from(planTemplates).where(isOne(tenant, id)).get()) ?? null
}

/** A tenant's templates, by id. */
export async function listTemplates(db: Db, tenant: string): Promise<TemplateHead[]> {
  return db
    .select(head)
    .from(planTemplates)
    .where(eq(planTemplates.tenantId, tenant))
    .orderBy(asc(planTemplates.id))
}

/**
 * Keeps a template, in the place of an earlier one of its id.
 *
 * @param seen the revision that may be replaced; null for whatever is there, or nothing
 * @param most how many a tenant may have
 * @returns null where another one is there by now, or `most` others are
 */
export async function putTemplate(
  database: D1Database,
  row: Omit<TemplateRow, 'revision' | 'createdAt'>,
  { seen, most }: { seen: number | null; most: number },
): Promise<{ revision: number; createdAt: number } | null> {
  const { tenantId, id, document, goal, tasks, updatedAt, updatedBy } = row
  const kept = await database
    .prepare(
      `insert into plan_templates
       select ?1, ?2, 1, ?3, ?4, ?5, ?6, ?6, ?7
       where (select count(*) from plan_templates where tenant_id = ?1 and id <> ?2) < ?8
         and (?9 is null or exists (select 1 from plan_templates where tenant_id = ?1 and id = ?2))
       on conflict (tenant_id, id) do update
       set revision = revision + 1, document = ?3, goal = ?4, tasks = ?5, updated_at = ?6, updated_by = ?7
       where ?9 is null or revision = ?9
       returning revision, created_at as createdAt`,
    )
    .bind(tenantId, id, document, goal, tasks, updatedAt, updatedBy, most, seen)
    .first<{ revision: number; createdAt: number }>()
  return kept
}

/** @returns false where there is none */
export async function deleteTemplate(db: Db, tenant: string, id: string): Promise<boolean> {
  const gone = await db.delete(planTemplates).where(isOne(tenant, id)).returning({ id: planTemplates.id })
  return gone.length > 0
}

function isOne(tenant: string, id: string) {
  return and(eq(planTemplates.tenantId, tenant), eq(planTemplates.id, id))
}
