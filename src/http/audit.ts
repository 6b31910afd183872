import { createId } from '../core/ids.ts'
import { isSecretName, redact } from '../core/redact.ts'
import { insertAudit } from '../db/audit.ts'
import { openDb } from '../db/database.ts'
import { type AppContext, randomBytes } from './context.ts'

/** What somebody changed. */
export type Change = {
  /** A kind of thing and what was done to it: `key.create`. */
  action: string
  /** Which one of its kind: its id, or a version's number. */
  object: string
  /** As the API shows it; absent where there was or is nothing. */
  before?: object
  after?: object
}

/**
 * Notes a change of the caller's: the statement runs when it is awaited, or in the batch of the change itself. Every route
 * that writes configuration, keys or secrets calls it.
 */
export function audit(c: AppContext, { action, object, before, after }: Change) {
  const now = Date.now()
  const { caller, requestId } = c.var
  return insertAudit(openDb(c.env.DB), {
    id: createId('aud', now, randomBytes()),
    tenantId: caller.tenantId,
    actor: caller.keyId,
    action,
    object,
    before: jsonOrNull(before),
    after: jsonOrNull(after),
    requestId,
    createdAt: now,
  })
}

function jsonOrNull(shown: object | undefined): string | null {
  return shown ? JSON.stringify(shown, withoutSecrets) : null
}

/** Nobody reads secrets here, whoever hands them over. */
function withoutSecrets(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return value
  return isSecretName(name) ? '[redacted]' : redact(value)
}
