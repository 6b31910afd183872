/**
 * `npm run new-key -- <tenant>`: a new API key, and the command that makes it known to a deployment. Only its hash
 * is stored, so the key is shown this once.
 */
import { randomBytes } from 'node:crypto'
import { createId, createSecret } from '../core/ids.ts'
import { newKeySql } from './seed.ts'

const tenantId = process.argv[2] ?? ''
if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(tenantId)) {
  console.error('Usage: npm run new-key -- <tenant>   (lower-case letters, digits, dashes)')
  process.exit(1)
}

const secret = createSecret('sk-sy-', randomBytes(40))
const keyId = createId('key', Date.now(), randomBytes(16))
const sql = newKeySql({ tenantId, keyId, secret, now: Date.now() })
console.log(`API key of tenant ${tenantId}, shown once:\n\n  ${secret}\n`)
console.log(
  `Make it known to your deployment:\n\n  npx wrangler d1 execute DB --env production --remote --command "${sql}"`,
)
