import { Hono } from 'hono'
import { openDb } from '../../db/database.ts'
import { upsertWebhookSecret } from '../../db/webhook-secrets.ts'
import { newSigningSecret } from '../../webhooks/sign.ts'
import { audit } from '../audit.ts'
import type { AppEnv } from '../context.ts'
import { vaultOf } from '../vault.ts'
import { webhookSecretPlace } from '../webhook-secrets.ts'

/** What a tenant's webhooks are signed with: shown once, when it is made. */
export const webhookSecretRoutes = new Hono<AppEnv>().post('/webhook-secret/rotate', async (c) => {
  const vault = vaultOf(c.env)
  const { tenantId } = c.var.caller
  const secret = newSigningSecret()
  const sealed = await vault.seal(secret, webhookSecretPlace(tenantId))
  const noted = audit(c, { action: 'webhook_secret.rotate', object: 'signing' })
  const db = openDb(c.env.DB)
  await db.batch([upsertWebhookSecret(db, { tenantId, sealed, createdAt: Date.now() }), noted])
  return c.json({ object: 'webhook_secret', secret })
})
