import { type Caller, type Scope, SCOPES } from '../core/caller.ts'
import { AppError } from '../core/errors.ts'
import { createSnapshotCache } from '../core/snapshot-cache.ts'
import { findKey } from '../db/api-keys.ts'
import { openDb } from '../db/database.ts'

/** What is known of a key, as cached. */
type KeyRecord = {
  id: string
  tenantId: string
  scopes: readonly Scope[]
  disabledAt: number | null
  expiresAt: number | null
}

/** How long a change of a key may take to be seen: here, in this isolate, and in the key-value store of each place. */
const CACHE = createSnapshotCache<KeyRecord>({ freshMs: 15_000, staleMs: 60_000, maxEntries: 10_000 })
const KV_SECONDS = 60

/** Hashes that are no key, remembered until a time (Unix ms) so that one wrong key costs few look-ups. */
const unknown = new Map<string, number>()
const UNKNOWN_MS = 10_000
const MAX_UNKNOWN = 1_000

/** Where keys are looked up: near and a little old, or far and true. */
export type KeyStores = { config: KVNamespace; database: D1Database }

/**
 * The caller that a secret key stands for.
 *
 * @param background for what need not be waited for (`ctx.waitUntil`)
 * @throws AppError `invalid_api_key` for unknown, disabled and expired keys alike
 */
export async function authenticate(
  secret: string,
  stores: KeyStores,
  now: number,
  background: (work: Promise<unknown>) => void,
): Promise<Caller> {
  const hash = await sha256Hex(secret)
  if ((unknown.get(hash) ?? 0) > now) throw refused()
  const load = () => loadKey(hash, stores, now, background)
  const key = await CACHE.get(hash, load, now, background)
  if (!isValid(key, now)) throw refused()
  const { id: keyId, tenantId, scopes } = key
  return { keyId, tenantId, scopes, userId: null, allowedModels: null, limits: null }
}

/** The same words for every refusal: nobody learns which keys exist. */
function refused(): AppError {
  return new AppError('invalid_api_key', 'Incorrect, disabled or expired API key')
}

function isValid({ disabledAt, expiresAt }: KeyRecord, now: number): boolean {
  return disabledAt === null && (expiresAt === null || expiresAt > now)
}

function rememberUnknown(hash: string, now: number): void {
  if (unknown.size >= MAX_UNKNOWN) unknown.clear()
  unknown.set(hash, now + UNKNOWN_MS)
}

/** Only keys that exist are written to the key-value store: a key made a moment ago must work soon. */
async function loadKey(
  hash: string,
  { config, database }: KeyStores,
  now: number,
  background: (work: Promise<unknown>) => void,
): Promise<KeyRecord> {
  const name = `key:${hash}`
  const cached = await config.get<KeyRecord>(name, { type: 'json', cacheTtl: KV_SECONDS })
  if (cached) return cached
  const row = await findKey(openDb(database), hash)
  if (!row) {
    rememberUnknown(hash, now)
    throw refused()
  }
  const { id, tenantId, disabledAt, expiresAt } = row
  const key: KeyRecord = { id, tenantId, disabledAt, expiresAt, scopes: scopesIn(row.scopes) }
  background(config.put(name, JSON.stringify(key), { expirationTtl: KV_SECONDS }))
  return key
}

function scopesIn(text: string): Scope[] {
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
