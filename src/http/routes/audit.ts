import { Hono } from 'hono'
import * as z from 'zod'
import { type AuditRow, listAudit } from '../../db/audit.ts'
import { openDb } from '../../db/database.ts'
import { checked } from '../../protocols/invalid-field.ts'
import type { AppContext, AppEnv } from '../context.ts'

const MAX_PAGE = 100

export const page = z.object({
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(20),
  /** An entry's id: those before it. */
  before: z.string().min(1).max(64).optional(),
})

/** What was changed for the caller's tenant, and by whom. */
export const auditRoutes = new Hono<AppEnv>().get('/audit', (c) => auditPage(c, c.var.caller.tenantId))

/** A page of the changes of one tenant, or of all: null. */
export async function auditPage(c: AppContext, tenantId: string | null): Promise<Response> {
  const { limit, before = null } = checked(page, c.req.query())
  const rows = await listAudit(openDb(c.env.DB), { tenantId, before, limit: limit + 1 })
  return c.json({ object: 'list', data: rows.slice(0, limit).map(entryBody), has_more: rows.length > limit })
}

function entryBody({ id, tenantId, actor, action, object, before, after, ...row }: AuditRow) {
  return {
    id,
    object: 'audit.entry',
    created: Math.floor(row.createdAt / 1_000),
    tenant: tenantId,
    actor,
    action,
    target: object,
    before: parsed(before),
    after: parsed(after),
    request_id: row.requestId,
  }
}

function parsed(json: string | null): unknown {
  return json === null ? null : JSON.parse(json)
}
