import { openDb } from '../db/database.ts'
import { findWebhookSecret, insertWebhookSecret } from '../db/webhook-secrets.ts'
import type { Env } from '../env.ts'
import type { SecretPlace } from '../tenants/envelope.ts'
import { newSigningSecret } from '../webhooks/sign.ts'
import { vaultOf } from './vault.ts'

/** The place of the secret that a tenant's webhooks are signed with. */
export function webhookSecretPlace(tenantId: string): SecretPlace {
  return { tenantId, purpose: 'webhook_secret', name: 'signing' }
}

/** What a tenant's webhooks are signed with, made when it is first wanted. @throws where it cannot be opened */
export async function signingSecret(env: Env, tenantId: string): Promise<string> {
  const vault = vaultOf(env)
  const db = openDb(env.DB)
  const place = webhookSecretPlace(tenantId)
  const known = await findWebhookSecret(db, tenantId)
  if (known) return vault.open(known.sealed, place)
  const sealed = await vault.seal(newSigningSecret(), place)
  await insertWebhookSecret(db, { tenantId, sealed, createdAt: Date.now() })
  // Somebody else's may have come first.
  const kept = await findWebhookSecret(db, tenantId)
  return vault.open(kept?.sealed ?? sealed, place)
}
