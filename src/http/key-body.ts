import * as z from 'zod'
import { type Caller, SCOPES } from '../core/caller.ts'
import { AppError } from '../core/errors.ts'
import type { KeyRow } from '../db/api-keys.ts'
import { encodeLimits, limitsField, limitsOf } from '../protocols/limit-fields.ts'
import { LIMITS } from '../protocols/limits.ts'
import { scopesIn } from '../tenants/keys.ts'
import { seconds } from './seconds.ts'

const MAX_NAME_CHARS = 128
const MAX_PATTERNS = 512
/** How long the secret before may stay good: a week, in seconds. */
const MAX_GRACE = 7 * 24 * 60 * 60

const keyFields = {
  name: z.string().trim().min(1).max(MAX_NAME_CHARS).nullish(),
  scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length).optional(),
  /** Ids or patterns such as `openai/*`; null for all. */
  allowed_models: z.array(z.string().min(1).max(LIMITS.modelNameChars)).min(1).max(MAX_PATTERNS).nullish(),
  limits: limitsField,
  /** Unix seconds; null for never. */
  expires_at: z.int().positive().nullish(),
}

/** A key that is to be made. */
export const newKeyBody = z.strictObject(keyFields)
/** What is to be changed of a key; a field that is absent stays, null takes away. */
export const keyPatchBody = z.strictObject({ ...keyFields, disabled: z.boolean().optional() })
/** `grace_seconds`: how long the secret before stays good. */
export const rotationBody = z.strictObject({ grace_seconds: z.int().min(0).max(MAX_GRACE).default(0) })

/**
 * The columns that a body's fields set.
 *
 * @param now Unix ms
 * @throws AppError for scopes that the caller has not itself, and for a time that has passed
 */
export function columnsOf(body: z.infer<typeof keyPatchBody>, caller: Caller, now: number): Partial<KeyRow> {
  const { name, scopes, allowed_models: allowedModels, limits, expires_at: expiresAt } = body
  if (expiresAt != null && expiresAt * 1_000 <= now) {
    throw new AppError('invalid_request', "Invalid 'expires_at': that time has passed", {
      param: 'expires_at',
    })
  }
  return {
    ...(name !== undefined && { name }),
    ...(scopes && { scopes: grantable(scopes, caller).join(' ') }),
    ...(allowedModels !== undefined && { allowedModels }),
    ...(limits !== undefined && { limits: limits && limitsOf(limits) }),
    ...(expiresAt !== undefined && { expiresAt: expiresAt && expiresAt * 1_000 }),
  }
}

/** @throws AppError `insufficient_scope` for scopes that the caller has not itself */
export function grantable(scopes: readonly Caller['scopes'][number][], caller: Caller): typeof scopes {
  const lacking = scopes.filter((scope) => !caller.scopes.includes(scope))
  if (lacking.length === 0) return scopes
  const names = lacking.map((scope) => `'${scope}'`).join(' and ')
  throw new AppError('insufficient_scope', `This key cannot give what it lacks itself: the scope ${names}`, {
    param: 'scopes',
  })
}

/** What the API shows of a key: never its secret. */
export function keyBody(row: KeyRow) {
  return {
    id: row.id,
    object: 'api_key',
    name: row.name,
    prefix: row.prefix,
    scopes: scopesIn(row.scopes),
    allowed_models: row.allowedModels,
    limits: row.limits && encodeLimits(row.limits),
    disabled: row.disabledAt !== null,
    expires_at: seconds(row.expiresAt),
    created: seconds(row.createdAt),
    created_by: row.createdBy,
    rotated_at: seconds(row.rotatedAt),
    old_secret_expires_at: seconds(row.oldHashUntil),
  }
}
