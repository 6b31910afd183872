import { Hono } from 'hono'
import { AppError } from '../../core/errors.ts'
import { openDb } from '../../db/database.ts'
import { deleteProviderKey, listProviderKeys, upsertProviderKey } from '../../db/provider-keys.ts'
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
  .get('/providers/:host', async (c) => {
    const row = await accountAt(c, c.req.param('host'))
    if (!row) throw noAccount()
    return c.json(providerJson(row))
  })
  .put('/providers/:host', async (c) => {
    const vault = vaultOf(c.env)
    const body = await readJsonBody(c.req.raw, MAX_BYTES)
    const { apiKey, row: wanted } = readProviderBody(c.env, c.req.param('host'), body)
    const { tenantId, keyId: createdBy } = c.var.caller
    const before = await accountAt(c, wanted.host)
    const sealed = await vault.seal(apiKey, providerKeyPlace(tenantId, wanted.host))
    const row = { ...wanted, tenantId, sealed, createdAt: Date.now(), createdBy }
    await staying(
      c,
      upsertProviderKey(openDb(c.env.DB), row).then(() => publishAccounts(c.env, tenantId)),
    )
    return c.json(providerJson(row), before ? 200 : 201)
  })
  .delete('/providers/:host', async (c) => {
    const account = { tenantId: c.var.caller.tenantId, host: c.req.param('host') }
    if (!(await deleteProviderKey(openDb(c.env.DB), account))) throw noAccount()
    await staying(c, publishAccounts(c.env, account.tenantId))
    return c.body(null, 204)
  })

async function accountAt(c: AppContext, host: string) {
  const rows = await listProviderKeys(openDb(c.env.DB), c.var.caller.tenantId)
  return rows.find((row) => row.host === host)
}

function noAccount(): AppError {
  return new AppError('not_found', 'There is no account of your own at this provider')
}
