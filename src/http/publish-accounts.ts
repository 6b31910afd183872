import { openDb } from '../db/database.ts'
import { listProviderKeys } from '../db/provider-keys.ts'
import type { Env } from '../env.ts'
import { providersKey, publishedText } from './own-accounts.ts'
import { putPublished } from './publish-config.ts'
import { holdAccounts } from './tenant.ts'

/**
 * Publishes a tenant's own accounts to all isolates; this one goes by them at once. They are looked at again after each
 * write, since others may have changed meanwhile.
 *
 * @throws when the key-value store does not take them
 */
export async function publishAccounts(env: Env, tenantId: string): Promise<void> {
  const db = openDb(env.DB)
  let written: string | null = null
  for (;;) {
    const rows = await listProviderKeys(db, tenantId)
    const sealed = JSON.stringify(rows)
    if (sealed === written) return
    const text = publishedText(rows, Date.now())
    await putPublished(env, providersKey(tenantId), text)
    await holdAccounts(env, tenantId, text, Date.now())
    written = sealed
  }
}
