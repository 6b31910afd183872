import { createHash } from 'node:crypto'
import { PREFIX_CHARS } from '../core/ids.ts'

/** The tenant and the key that every local start has, and no deployment. */
export const DEV_TENANT = 'default'
export const DEV_KEY = 'sk-switchyard-dev'
/** What tenants' secrets are encrypted with on this machine, and in no deployment. */
export const DEV_SECRETS_KEY = Buffer.from('switchyard-secrets-key-for-dev-0').toString('base64')
/** What `/admin` opens with there. */
export const DEV_ADMIN_KEY = 'switchyard-admin-dev'

/** A tenant's key that is to be made. Names are letters, digits and dashes: they go into SQL as they are. */
export type NewKey = { tenantId: string; keyId: string; secret: string; now: number }

/** SQL that makes a tenant, where there is none of that name, and a key of its own with every scope. */
export function newKeySql({ tenantId, keyId, secret, now }: NewKey): string {
  const hash = createHash('sha256').update(secret).digest('hex')
  const prefix = secret.slice(0, PREFIX_CHARS)
  return (
    `insert or ignore into tenants (id, name, created_at) values ('${tenantId}', '${tenantId}', ${now}); ` +
    'insert or ignore into api_keys (hash, id, tenant_id, prefix, scopes, created_at) ' +
    `values ('${hash}', '${keyId}', '${tenantId}', '${prefix}', 'inference agents admin', ${now})`
  )
}
