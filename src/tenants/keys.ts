import { type Caller, type Scope, SCOPES } from '../core/caller.ts'
import { AppError } from '../core/errors.ts'
import type { Limits } from '../core/limits.ts'
import { findKey, type FoundKey } from '../db/api-keys.ts'
import { createLookup, type Stores } from './lookup.ts'

/** What is known of a secret's key, as cached. */
type KeyRecord = {
  id: string
  tenantId: string
  scopes: readonly Scope[]
  allowedModels: readonly string[] | null
  limits: Limits | null
  tenantLimits: Limits | null
  /** Unix ms, of the key or its tenant. */
  disabledAt: number | null
  /** Unix ms, of the key or of a secret that was replaced. */
  expiresAt: number | null
}

const KEYS = createLookup<KeyRecord>(
  'api-key:',
  async (db, hash) => {
    const found = await findKey(db, hash)
    return found && recordOf(found, hash)
  },
  refused,
)

/**
 * The caller that a secret key stands for.
 *
 * @param background for what need not be waited for (`ctx.waitUntil`)
 * @throws AppError `invalid_api_key` for unknown, disabled and expired keys alike
 */
export async function authenticate(
  secret: string,
  stores: Stores,
  now: number,
  background: (work: Promise<unknown>) => void,
): Promise<Caller> {
  const key = await KEYS.get(await sha256Hex(secret), stores, now, background)
  const { id: keyId, disabledAt, expiresAt, ...rest } = key
  if (disabledAt !== null || (expiresAt !== null && expiresAt <= now)) throw refused()
  return { ...rest, keyId, userId: null }
}

/** The same words for every refusal: nobody learns which keys exist. */
export function refused(): AppError {
  return new AppError('invalid_api_key', 'Incorrect, disabled or expired API key')
}

/**
 * Makes this isolate go by a key as it is now.
 *
 * @param dropped hash of a secret that is not the key's any more, nor its last one
 * @param now Unix ms
 * @returns what others must find in the key-value store, by name: one for each secret that the key has or had
 */
export function holdKey(found: FoundKey, dropped: string | null, now: number): ReadonlyMap<string, string> {
  const { hash, oldHash } = found.key
  const published = new Map<string, string>()
  for (const one of [hash, oldHash, dropped]) {
    if (one === null) continue
    const record = one === dropped ? { ...recordOf(found, one), disabledAt: now } : recordOf(found, one)
    KEYS.hold(one, record, now)
    published.set(KEYS.keyOf(one), JSON.stringify(record))
  }
  return published
}

function recordOf({ key, tenant }: FoundKey, hash: string): KeyRecord {
  const ends = [key.expiresAt, hash === key.hash ? null : key.oldHashUntil].filter((end) => end !== null)
  return {
    id: key.id,
    tenantId: key.tenantId,
    scopes: scopesIn(key.scopes),
    allowedModels: key.allowedModels,
    limits: key.limits,
    tenantLimits: tenant.limits,
    disabledAt: key.disabledAt ?? tenant.disabledAt,
    expiresAt: ends.length === 0 ? null : Math.min(...ends),
  }
}

/** Scopes from the text they are stored as. Names that are none of ours are left out. */
export function scopesIn(text: string): Scope[] {
  const named = text.split(' ')
  return SCOPES.filter((scope) => named.includes(scope))
}

/** @throws AppError `insufficient_scope` */
export function requireScope(caller: Caller, scope: Scope): void {
  if (!caller.scopes.includes(scope)) {
    throw new AppError('insufficient_scope', `This key lacks the scope '${scope}'`)
  }
}

/** SHA-256 of a key's secret in lower-case hex, the only form in which keys are stored. */
export async function sha256Hex(secret: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(secret))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
