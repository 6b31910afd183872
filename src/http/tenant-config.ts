import { cacheWishOf, type CacheWish } from '../core/reliability.ts'
import { createSnapshotCache } from '../core/snapshot-cache.ts'
import { NO_CONFIG, type TenantConfig } from '../core/tenant-config.ts'
import type { ConfigRow } from '../db/config-versions.ts'
import type { Inbound } from '../protocols/inbound.ts'
import { decodeConfig } from '../protocols/tenant-config/decode-config.ts'
import { rulesFor } from '../route/tenant-rules.ts'
import type { PreparedCatalog } from '../route/prepared-catalog.ts'
import type { Env } from '../env.ts'
import type { RequestScope } from './context.ts'

/** Where a tenant's configuration is published: JSON of `Published`; absent for none. */
const configKey = (tenantId: string) => `config:${tenantId}`

/** One version of a configuration, and its document as parsed JSON. */
type Published = { version: number; document: unknown }
type Loaded = { version: number; config: TenantConfig }

const NONE: Loaded = { version: 0, config: NO_CONFIG }

/** A change is seen within a minute: half of it may pass in the key-value store of a place, half in an isolate. */
const CONFIGS = createSnapshotCache<Loaded>({ freshMs: 10_000, staleMs: 30_000, maxEntries: 10_000 })
const KV_SECONDS = 30

/** What the tenant goes by. What cannot be read is logged, and leaves what was known before. */
export async function configFor(
  { env, caller, background }: Pick<RequestScope, 'env' | 'caller' | 'background'>,
  now: number,
): Promise<TenantConfig> {
  const { tenantId } = caller
  const load = (known: Loaded | undefined) => loadConfig(env, tenantId, known ?? NONE)
  const { config } = await CONFIGS.get(tenantId, load, now, background)
  return config
}

/** Versions are never taken back: what a place has of an earlier one is older news than what is known. */
async function loadConfig({ CONFIG }: Env, tenantId: string, known: Loaded): Promise<Loaded> {
  try {
    const published = await CONFIG.get<Published>(configKey(tenantId), { type: 'json', cacheTtl: KV_SECONDS })
    if (!published || published.version <= known.version) return known
    return { version: published.version, config: decodeConfig(published.document) }
  } catch (cause) {
    console.warn({ message: 'A configuration could not be read', tenantId, cause: String(cause) })
    return known
  }
}

/** The key-value store takes one write a second of each key. */
const WRITES_APART_MS = 1_100
const MAX_WRITES = 4

/**
 * Publishes a tenant's configuration to all isolates; this one goes by it at once.
 *
 * @param latest what is to be published now: asked again after each write, since another version may have come meanwhile
 * @throws when the key-value store does not take it
 */
export async function publishConfig(env: Env, latest: () => Promise<ConfigRow | null>): Promise<void> {
  let published = 0
  for (let row = await latest(); row && row.version > published; row = await latest()) {
    const { tenantId, version } = row
    const document: unknown = JSON.parse(row.document)
    await write(env, configKey(tenantId), JSON.stringify({ version, document } satisfies Published))
    CONFIGS.put(tenantId, { version, config: decodeConfig(document) }, Date.now())
    published = version
  }
}

async function write({ CONFIG }: Env, key: string, text: string): Promise<void> {
  for (let writes = 1; ; writes += 1) {
    try {
      return await CONFIG.put(key, text)
    } catch (cause) {
      if (writes === MAX_WRITES) throw cause
      await new Promise((resolve) => setTimeout(resolve, WRITES_APART_MS))
    }
  }
}

const rules = new WeakMap<TenantConfig, { catalog: PreparedCatalog; rules: TenantConfig }>()

/** A configuration as it reads with this catalog, worked out once for each. */
export function rulesIn(config: TenantConfig, catalog: PreparedCatalog): TenantConfig {
  const known = rules.get(config)
  if (known?.catalog === catalog) return known.rules
  const made = { catalog, rules: rulesFor(config, catalog) }
  rules.set(config, made)
  return made.rules
}

/** Whether and how long an answer may be kept and reused: as the body says, then the header, then the tenant. */
export async function cacheWishFor(scope: RequestScope, inbound: Inbound, now: number): Promise<CacheWish> {
  const { cacheTtlMs: ttlMs } = scope
  const header = ttlMs === null ? {} : { cache: { ttlMs } }
  const config = await configFor(scope, now)
  return cacheWishOf([inbound.routing.reliability, header, config.reliability])
}
