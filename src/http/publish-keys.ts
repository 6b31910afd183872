import { log } from '../core/log.ts'
import { findKey, keysOfTenant } from '../db/api-keys.ts'
import { openDb } from '../db/database.ts'
import { findTenant } from '../db/tenants.ts'
import type { Env } from '../env.ts'
import { holdKey } from '../tenants/keys.ts'
import { holdTenant } from '../tenants/known-tenants.ts'
import { putPublished } from './publish-config.ts'

/** A Worker may make a thousand calls for one request. The keys beyond are put right when they are used. */
const MAX_KEYS = 500
const AT_ONCE = 20

/**
 * Tells all isolates what a key is now; this one goes by it at once. What the key-value store does not take is logged: D1
 * has it, and is asked within seconds.
 *
 * @param hash of the key's secret
 * @param dropped hash of a secret that is not the key's any more, nor its last one
 */
export async function publishKey(env: Env, hash: string, dropped: string | null): Promise<void> {
  const found = await findKey(openDb(env.DB), hash)
  if (found) await publish(env, holdKey(found, dropped, Date.now()))
}

/** The same for a tenant and all of its keys. */
export async function publishTenant(env: Env, tenantId: string): Promise<void> {
  const db = openDb(env.DB)
  const tenant = await findTenant(db, tenantId)
  if (!tenant) return
  await publish(env, holdTenant(tenant, Date.now()))
  const keys = await keysOfTenant(db, tenantId, MAX_KEYS)
  for (let start = 0; start < keys.length; start += AT_ONCE) {
    const some = keys.slice(start, start + AT_ONCE)
    await Promise.all(some.map((key) => publish(env, holdKey({ key, tenant }, null, Date.now()))))
  }
}

async function publish(env: Env, records: ReadonlyMap<string, string>): Promise<void> {
  await Promise.all(
    Array.from(records, async ([name, text]) => {
      try {
        await putPublished(env, name, text)
      } catch (cause) {
        log('error', { message: 'A change of a key could not be published', cause: String(cause) })
      }
    }),
  )
}
