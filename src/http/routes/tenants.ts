import { Hono } from 'hono'
import * as z from 'zod'
import { AppError } from '../../core/errors.ts'
import { openDb } from '../../db/database.ts'
import { findTenant, insertTenant, listTenants, type TenantRow, updateTenant } from '../../db/tenants.ts'
import { checked } from '../../protocols/invalid-field.ts'
import { encodeLimits, limitsField, limitsOf } from '../../protocols/limit-fields.ts'
import { actFor } from '../act-for.ts'
import { audit } from '../audit.ts'
import { type AppContext, type AppEnv, staying } from '../context.ts'
import { publishTenant } from '../publish-keys.ts'
import { readJsonBody } from '../read-body.ts'
import { auditPage } from './audit.ts'

const MAX_BODY_BYTES = 16 * 1024
const MAX_NAME_CHARS = 128
const MAX_PAGE = 100
/** They are part of names in the key-value store, and of paths. */
const TENANT_ID = /^[a-z0-9][a-z0-9_-]{0,62}$/

const name = z.string().trim().min(1).max(MAX_NAME_CHARS)

/** A tenant that is to be made. */
export const newTenantBody = z.strictObject({
  id: z.string().regex(TENANT_ID, { error: 'lower-case letters, digits, - and _, at most 63' }),
  name: name.optional(),
  limits: limitsField,
})
/** What is to be changed of a tenant; a field that is absent stays. */
export const tenantPatchBody = z.strictObject({
  name: name.optional(),
  disabled: z.boolean().optional(),
  limits: limitsField,
})

export const page = z.object({
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(20),
  /** A tenant's id: those after it. */
  after: z.string().min(1).max(64).optional(),
})

/** What only operators do: tenants themselves, and what was changed of any of them. */
export const tenantRoutes = new Hono<AppEnv>()
  .post('/tenants', async (c) => {
    const { id, limits, ...body } = checked(newTenantBody, await readJsonBody(c.req.raw, MAX_BODY_BYTES))
    const db = openDb(c.env.DB)
    if (await findTenant(db, id)) {
      throw new AppError('invalid_request', `Invalid 'id': there is a tenant ${id}`, { param: 'id' })
    }
    const row: TenantRow = {
      id,
      name: body.name ?? id,
      createdAt: Date.now(),
      disabledAt: null,
      limits: limits ? limitsOf(limits) : null,
    }
    actFor(c, row)
    const note = audit(c, { action: 'tenant.create', object: id, after: tenantBody(row) })
    await db.batch([insertTenant(db, row), note])
    return c.json(tenantBody(row), 201)
  })
  .get('/tenants', async (c) => {
    const { limit, after = null } = checked(page, c.req.query())
    const rows = await listTenants(openDb(c.env.DB), { after, limit: limit + 1 })
    return c.json({
      object: 'list',
      data: rows.slice(0, limit).map(tenantBody),
      has_more: rows.length > limit,
    })
  })
  .get('/tenants/:id', async (c) => c.json(tenantBody(await requireTenant(c, c.req.param('id')))))
  .patch('/tenants/:id', async (c) => {
    const body = checked(tenantPatchBody, await readJsonBody(c.req.raw, MAX_BODY_BYTES))
    const before = await requireTenant(c, c.req.param('id'))
    const after = {
      ...before,
      ...(body.name !== undefined && { name: body.name }),
      ...(body.limits !== undefined && { limits: body.limits && limitsOf(body.limits) }),
      ...(body.disabled !== undefined && { disabledAt: body.disabled ? disabledSince(before) : null }),
    }
    return c.json(tenantBody(await staying(c, change(c, 'tenant.update', before, after))))
  })
  .delete('/tenants/:id', async (c) => {
    const before = await requireTenant(c, c.req.param('id'))
    const after = { ...before, disabledAt: disabledSince(before) }
    return c.json(tenantBody(await staying(c, change(c, 'tenant.disable', before, after))))
  })
  .get('/audit', (c) => auditPage(c, c.req.query('tenant') ?? null))

/** @throws AppError `not_found` */
async function requireTenant(c: AppContext, id: string): Promise<TenantRow> {
  const row = await findTenant(openDb(c.env.DB), id)
  if (!row) throw new AppError('not_found', `No tenant ${id.slice(0, 100)}`, { param: 'id' })
  return row
}

function disabledSince({ disabledAt }: TenantRow): number {
  return disabledAt ?? Date.now()
}

/** Changes a tenant, notes who did it, and tells all isolates. */
async function change(
  c: AppContext,
  action: string,
  before: TenantRow,
  after: TenantRow,
): Promise<TenantRow> {
  const db = openDb(c.env.DB)
  actFor(c, after)
  const note = audit(c, { action, object: after.id, before: tenantBody(before), after: tenantBody(after) })
  await db.batch([updateTenant(db, after), note])
  await publishTenant(c.env, after.id)
  return after
}

function tenantBody({ id, name: called, createdAt, disabledAt, limits }: TenantRow) {
  return {
    id,
    object: 'tenant',
    name: called,
    disabled: disabledAt !== null,
    limits: limits && encodeLimits(limits),
    created: Math.floor(createdAt / 1_000),
  }
}
