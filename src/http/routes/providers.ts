import { Hono } from 'hono'
import { AppError } from '../../core/errors.ts'
import { present } from '../../core/present.ts'
import { openDb } from '../../db/database.ts'
import {
  deleteProviderKey,
  listProviderKeys,
  type ProviderKeyRow,
  upsertProviderKey,
} from '../../db/provider-keys.ts'
import { audit } from '../audit.ts'
import { type AppContext, type AppEnv, staying } from '../context.ts'
import { providerKeyPlace } from '../own-accounts.ts'
import { providerJson, readProviderBody } from '../provider-body.ts'
import { publishAccounts } from '../publish-accounts.ts'
import { readJsonBody } from '../read-body.ts'
import { vaultOf } from '../vault.ts'

const MAX_BYTES = 16 * 1024

/** A tenant's own accounts at hosts. Their keys go in and never come out. */
export const providerRoutes = new Hono<AppEnv>()
  .get('/providers', async (c) => {
    const rows = await listProviderKeys(openDb(c.env.DB), c.var.caller.tenantId)
    return c.json({ object: 'list', data: rows.map(providerJson) })
  })
  .get('/providers/:host', async (c) => c.json(providerJson(await accountAt(c, c.req.param('host')))))
  .put('/providers/:host', async (c) => {
    const vault = vaultOf(c.env)
    const body = await readJsonBody(c.req.raw, MAX_BYTES)
    const { apiKey, row: wanted } = readProviderBody(c.env, c.req.param('host'), body)
    const { tenantId, keyId: createdBy } = c.var.caller
    const before = await accountIn(c, wanted.host)
    const sealed = await vault.seal(apiKey, providerKeyPlace(tenantId, wanted.host))
    const row = { ...wanted, tenantId, sealed, createdAt: Date.now(), createdBy }
    const change = { action: 'provider.put', object: row.host, after: providerJson(row) }
    const noted = audit(c, { ...change, ...present({ before: before && providerJson(before) }) })
    const db = openDb(c.env.DB)
    await staying(
      c,
      db.batch([upsertProviderKey(db, row), noted]).then(() => publishAccounts(c.env, tenantId)),
    )
    return c.json(providerJson(row), before ? 200 : 201)
  })
  .delete('/providers/:host', async (c) => {
    const row = await accountAt(c, c.req.param('host'))
    const noted = audit(c, { action: 'provider.delete', object: row.host, before: providerJson(row) })
    const db = openDb(c.env.DB)
    const done = db
      .batch([deleteProviderKey(db, row), noted])
      .then(() => publishAccounts(c.env, row.tenantId))
    await staying(c, done)
    return c.body(null, 204)
  })

async function accountIn(c: AppContext, host: string): Promise<ProviderKeyRow | null> {
  const rows = await listProviderKeys(openDb(c.env.DB), c.var.caller.tenantId)
  return rows.find((row) => row.host === host) ?? null
}

/** @throws AppError `not_found` */
async function accountAt(c: AppContext, host: string): Promise<ProviderKeyRow> {
  const row = await accountIn(c, host)
  if (!row) throw new AppError('not_found', 'There is no account of your own at this provider')
  return row
}
