import { Hono } from 'hono'
import { AppError } from '../../core/errors.ts'
import { TOOL_LIMITS } from '../../core/tools.ts'
import { openDb } from '../../db/database.ts'
import { deleteToolSecret, listToolSecrets, upsertToolSecret } from '../../db/tool-secrets.ts'
import { checked } from '../../protocols/invalid-field.ts'
import { audit } from '../audit.ts'
import { type AppContext, type AppEnv, staying } from '../context.ts'
import { readJsonBody } from '../read-body.ts'
import { prefixOf, secretName, toolSecretBody, toolSecretJson, toolSecretPlace } from '../tool-secrets.ts'
import { vaultOf } from '../vault.ts'

const MAX_BYTES = 16 * 1024

/** What a tenant's tools prove themselves with. Secrets go in and never come out. */
export const toolSecretRoutes = new Hono<AppEnv>()
  .get('/tool-secrets', async (c) => {
    const rows = await listToolSecrets(openDb(c.env.DB), c.var.caller.tenantId)
    return c.json({ object: 'list', data: rows.map(toolSecretJson) })
  })
  .put('/tool-secrets/:name', async (c) => {
    const vault = vaultOf(c.env)
    const name = c.req.param('name')
    if (!secretName.safeParse(name).success) {
      const message = "Invalid 'name': begins with a capital and has at most 64 capitals, digits and _"
      throw new AppError('invalid_request', message, { param: 'name' })
    }
    const { value } = checked(toolSecretBody, await readJsonBody(c.req.raw, MAX_BYTES))
    const { tenantId, keyId: createdBy } = c.var.caller
    const { before, count } = await known(c, name)
    if (!before && count >= TOOL_LIMITS.secrets) {
      throw new AppError('invalid_request', `There are ${TOOL_LIMITS.secrets} secrets, which is the most`)
    }
    const sealed = await vault.seal(value, toolSecretPlace(tenantId, name))
    const row = { tenantId, name, sealed, prefix: prefixOf(value), createdAt: Date.now(), createdBy }
    const change = { action: 'tool_secret.put', object: name, after: toolSecretJson(row) }
    const noted = audit(c, { ...change, ...(before && { before: toolSecretJson(before) }) })
    const db = openDb(c.env.DB)
    await staying(c, db.batch([upsertToolSecret(db, row), noted]))
    return c.json(toolSecretJson(row), before ? 200 : 201)
  })
  .delete('/tool-secrets/:name', async (c) => {
    const { before } = await known(c, c.req.param('name'))
    if (!before) throw new AppError('not_found', 'There is no such secret')
    const change = { action: 'tool_secret.delete', object: before.name, before: toolSecretJson(before) }
    const db = openDb(c.env.DB)
    await staying(c, db.batch([deleteToolSecret(db, before), audit(c, change)]))
    return c.body(null, 204)
  })

async function known(c: AppContext, name: string) {
  const rows = await listToolSecrets(openDb(c.env.DB), c.var.caller.tenantId)
  return { before: rows.find((row) => row.name === name) ?? null, count: rows.length }
}
