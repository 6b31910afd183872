import { Hono } from 'hono'
import * as z from 'zod'
import { AppError } from '../../core/errors.ts'
import { createId, createSecret, PREFIX_CHARS } from '../../core/ids.ts'
import { findKeyOf, type FoundKey, insertKey, type KeyRow, listKeys, updateKey } from '../../db/api-keys.ts'
import { openDb } from '../../db/database.ts'
import { checked } from '../../protocols/invalid-field.ts'
import { scopesIn, sha256Hex } from '../../tenants/keys.ts'
import { audit } from '../audit.ts'
import { type AppContext, type AppEnv, randomBytes, staying } from '../context.ts'
import { columnsOf, grantable, keyBody, keyPatchBody, newKeyBody, rotationBody } from '../key-body.ts'
import { publishKey } from '../publish-keys.ts'
import { readJsonBody, readOptionalBody } from '../read-body.ts'

const MAX_BODY_BYTES = 256 * 1024
const MAX_PAGE = 100

export const page = z.object({
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(20),
  /** A key's id: those before it. */
  before: z.string().min(1).max(64).optional(),
})

/** A tenant's keys. A secret is in the answer that made it, and nowhere else. */
export const keyRoutes = new Hono<AppEnv>()
  .post('/keys', async (c) => {
    const body = checked(newKeyBody, await readJsonBody(c.req.raw, MAX_BODY_BYTES))
    const { caller } = c.var
    const now = Date.now()
    const { secret, ...made } = await newSecret()
    const row: KeyRow = {
      ...NEW_KEY,
      ...made,
      ...columnsOf({ scopes: ['inference'], ...body }, caller, now),
      id: createId('key', now, randomBytes()),
      tenantId: caller.tenantId,
      createdAt: now,
      createdBy: caller.keyId,
    }
    const db = openDb(c.env.DB)
    const note = audit(c, { action: 'key.create', object: row.id, after: keyBody(row) })
    await db.batch([insertKey(db, row), note])
    return withSecret(c, row, secret, 201)
  })
  .get('/keys', async (c) => {
    const { limit, before = null } = checked(page, c.req.query())
    const { tenantId } = c.var.caller
    const rows = await listKeys(openDb(c.env.DB), { tenantId, before, limit: limit + 1 })
    return c.json({ object: 'list', data: rows.slice(0, limit).map(keyBody), has_more: rows.length > limit })
  })
  .get('/keys/:id', async (c) => c.json(keyBody((await requireKeyOf(c, c.req.param('id'))).key)))
  .patch('/keys/:id', async (c) => {
    const body = checked(keyPatchBody, await readJsonBody(c.req.raw, MAX_BODY_BYTES))
    const found = await requireKeyOf(c, c.req.param('id'))
    const now = Date.now()
    if (body.disabled) refuseOwn(c, found.key, 'disabled')
    const disabledAt = body.disabled ? (found.key.disabledAt ?? now) : null
    const changes = {
      ...columnsOf(body, c.var.caller, now),
      ...(body.disabled !== undefined && { disabledAt }),
    }
    return c.json(keyBody(await staying(c, change(c, found, 'key.update', changes))))
  })
  .post('/keys/:id/rotate', async (c) => {
    const { grace_seconds: grace } = checked(rotationBody, await readOptionalBody(c.req.raw, MAX_BODY_BYTES))
    const found = await requireKeyOf(c, c.req.param('id'))
    // Who gets the secret can do all that the key can.
    grantable(scopesIn(found.key.scopes), c.var.caller)
    const now = Date.now()
    const { secret, ...made } = await newSecret()
    const old = { oldHash: found.key.hash, oldHashUntil: now + grace * 1_000 }
    const row = await staying(c, change(c, found, 'key.rotate', { ...made, ...old, rotatedAt: now }))
    return withSecret(c, row, secret, 200)
  })
  .delete('/keys/:id', async (c) => {
    const found = await requireKeyOf(c, c.req.param('id'))
    refuseOwn(c, found.key, 'id')
    const now = Date.now()
    const row = await staying(c, change(c, found, 'key.delete', { disabledAt: now, deletedAt: now }))
    return c.json({ id: row.id, object: 'api_key.deleted', deleted: true })
  })

/** A key that nothing was said of. */
const NEW_KEY = {
  scopes: '',
  name: null,
  allowedModels: null,
  limits: null,
  disabledAt: null,
  expiresAt: null,
  rotatedAt: null,
  oldHash: null,
  oldHashUntil: null,
  deletedAt: null,
} as const

async function newSecret(): Promise<Pick<KeyRow, 'hash' | 'prefix'> & { secret: string }> {
  const secret = createSecret('sk-sy-', randomBytes(40))
  return { secret, hash: await sha256Hex(secret), prefix: secret.slice(0, PREFIX_CHARS) }
}

/** @throws AppError `not_found`, also for keys of others */
async function requireKeyOf(c: AppContext, id: string): Promise<FoundKey> {
  const found = await findKeyOf(openDb(c.env.DB), c.var.caller.tenantId, id)
  if (!found) throw new AppError('not_found', `No key ${id.slice(0, 100)}`, { param: 'id' })
  return found
}

/**
 * Changes a key, notes who did it, and tells all isolates.
 *
 * @throws AppError where somebody else rotated it just now; what was meant is noted all the same
 */
async function change(
  c: AppContext,
  { key }: FoundKey,
  action: string,
  changes: Partial<KeyRow>,
): Promise<KeyRow> {
  if (Object.keys(changes).length === 0) return key
  const after = { ...key, ...changes }
  const db = openDb(c.env.DB)
  const note = audit(c, { action, object: key.id, before: keyBody(key), after: keyBody(after) })
  const [changed] = await db.batch([updateKey(db, key.hash, changes), note])
  if (changed.length === 0) {
    throw new AppError('precondition_failed', 'This key was rotated at the same time: GET it first')
  }
  const dropped = changes.oldHash === undefined ? null : key.oldHash
  await publishKey(c.env, after.hash, dropped)
  return after
}

/** Nobody saws off the branch they sit on. @throws AppError */
function refuseOwn(c: AppContext, { id }: KeyRow, param: string): void {
  if (id !== c.var.caller.keyId) return
  const message = `Invalid '${param}': a key cannot disable itself, call with another one`
  throw new AppError('invalid_request', message, { param })
}

/** The one answer that has the secret. */
function withSecret(c: AppContext, row: KeyRow, secret: string, status: 200 | 201): Response {
  c.header('cache-control', 'no-store')
  return c.json({ ...keyBody(row), key: secret }, status)
}
