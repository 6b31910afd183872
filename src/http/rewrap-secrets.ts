import { log } from '../core/log.ts'
import { openDb } from '../db/database.ts'
import { listSealedOtherwise, resealProviderKey } from '../db/provider-keys.ts'
import { listToolSecretsSealedOtherwise, resealToolSecret } from '../db/tool-secrets.ts'
import { listWebhookSecretsSealedOtherwise, resealWebhookSecret } from '../db/webhook-secrets.ts'
import type { Env } from '../env.ts'
import type { SecretPlace, Vault } from '../tenants/envelope.ts'
import { providerKeyPlace } from './own-accounts.ts'
import { publishAccounts } from './publish-accounts.ts'
import { toolSecretPlace } from './tool-secrets.ts'
import { vaultOf } from './vault.ts'
import { webhookSecretPlace } from './webhook-secrets.ts'

/** How many secrets of a kind one call takes: each costs a call to the database and may cost one to the store. */
const BATCH = 200

/** `unreadable`: under a master key that is not here any more. `more`: whether another call has work to do. */
export type Rewrapped = { rewrapped: number; unreadable: number; more: boolean }

/** Puts the keys of secrets under the first master key, some at a time, so that the others can be dropped in the end. */
export async function rewrapSecrets(env: Env): Promise<Rewrapped> {
  const vault = vaultOf(env)
  const db = openDb(env.DB)
  const accounts = await listSealedOtherwise(db, vault.newest, BATCH)
  const secrets = await listWebhookSecretsSealedOtherwise(db, vault.newest, BATCH)
  const ofTools = await listToolSecretsSealedOtherwise(db, vault.newest, BATCH)
  const tenants = new Set<string>()
  let rewrapped = 0
  for (const row of accounts) {
    const anew = await rewrap(vault, row.sealed, providerKeyPlace(row.tenantId, row.host))
    if (anew === null || !(await resealProviderKey(db, row, anew))) continue
    tenants.add(row.tenantId)
    rewrapped += 1
  }
  for (const row of secrets) {
    const anew = await rewrap(vault, row.sealed, webhookSecretPlace(row.tenantId))
    if (anew !== null && (await resealWebhookSecret(db, row, anew))) rewrapped += 1
  }
  for (const row of ofTools) {
    const anew = await rewrap(vault, row.sealed, toolSecretPlace(row.tenantId, row.name))
    if (anew !== null && (await resealToolSecret(db, row, anew))) rewrapped += 1
  }
  for (const tenantId of tenants) await publishAccounts(env, tenantId)
  const kinds = [accounts.length, secrets.length, ofTools.length]
  const full = kinds.includes(BATCH)
  const unreadable = kinds.reduce((sum, count) => sum + count, -rewrapped)
  return { rewrapped, unreadable, more: full && rewrapped > 0 }
}

async function rewrap(vault: Vault, sealed: string, place: SecretPlace): Promise<string | null> {
  try {
    return await vault.rewrap(sealed, place)
  } catch (cause) {
    log('error', { message: 'A secret could not be rewrapped', ...place, cause: String(cause) })
    return null
  }
}
