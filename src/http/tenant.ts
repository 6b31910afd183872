import * as z from 'zod'
import { createSnapshotCache } from '../core/snapshot-cache.ts'
import { NO_CONFIG, type TenantConfig } from '../core/tenant-config.ts'
import type { Env } from '../env.ts'
import { type PublishedAbilities, readAbilities } from '../learn/abilities.ts'
import { decodeConfig } from '../protocols/tenant-config/decode-config.ts'
import type { RequestScope } from './context.ts'
import { type Hosts, hostsFor } from './hosts.ts'
import { hostsWith, NO_ACCOUNTS, type OwnAccounts, ownAccounts, providersKey } from './own-accounts.ts'

/** Everything that an isolate knows of a tenant and that its requests go by. */
export type Tenant = {
  /** `version` 0: there is none. */
  config: { version: number; rules: TenantConfig }
  learned: Learned
  /** The hosts that may be called for it: with its own accounts in the place of the operator's. */
  hosts: Hosts
  own: OwnAccounts
}

/** What was learned for one tenant. `parameters`: the id of a training. */
type Learned = { parameters: string | null; abilities: PublishedAbilities | null }

/** Where a tenant's configuration is published: JSON of `PublishedConfig`; absent for none. */
export const configKey = (tenantId: string) => `config:${tenantId}`
/** Where it is published which parameters a tenant's decisions go by: JSON of `ActiveParameters`; absent for none. */
export const parametersKey = (tenantId: string) => `learned:parameters:${tenantId}`
/** Where what judges said is published: JSON of `PublishedAbilities`. */
export const abilitiesKey = (tenantId: string) => `learned:abilities:${tenantId}`

/** One version of a configuration, and its document as parsed JSON. */
export type PublishedConfig = { version: number; document: unknown }
const publishedConfig = z.object({ version: z.int(), document: z.unknown().optional() })

/** `id` of a training. */
export type ActiveParameters = { id: string }
const activeParameters = z.object({ id: z.string() })

/** A change is seen within a minute: half of it may pass in the key-value store of a place, half in an isolate. */
const TENANTS = createSnapshotCache<Tenant>({ freshMs: 10_000, staleMs: 30_000, maxEntries: 10_000 })
const KV_SECONDS = 30

/** What is known of a tenant: nothing is read while it is fresh, and all of it at once when it is not. */
export function tenantFor(
  env: Env,
  tenantId: string,
  background: RequestScope['background'],
  now: number,
): Tenant | Promise<Tenant> {
  return TENANTS.get(tenantId, (known) => loadTenant(env, tenantId, known), now, background)
}

/** Makes this isolate go by a configuration at once. */
export async function holdConfig(
  env: Env,
  tenantId: string,
  { version, document }: PublishedConfig,
  now: number,
): Promise<void> {
  const known = await TENANTS.get(
    tenantId,
    (before) => loadTenant(env, tenantId, before),
    now,
    () => undefined,
  )
  TENANTS.put(tenantId, { ...known, config: { version, rules: decodeConfig(document) } }, now)
}

/** Makes this isolate go by a tenant's own accounts at once. `published`: as they are published. */
export async function holdAccounts(
  env: Env,
  tenantId: string,
  published: string,
  now: number,
): Promise<void> {
  const known = await TENANTS.get(
    tenantId,
    (before) => loadTenant(env, tenantId, before),
    now,
    () => undefined,
  )
  const own = await ownAccounts(env, tenantId, published, known.own)
  TENANTS.put(tenantId, { ...known, own, hosts: hostsWith(hostsFor(env), own) }, now)
}

/** What cannot be read is logged, and leaves what was known before. */
async function loadTenant(env: Env, tenantId: string, known: Tenant | undefined): Promise<Tenant> {
  const before = known ?? newTenant(env)
  const names = [configKey(tenantId), parametersKey(tenantId), abilitiesKey(tenantId), providersKey(tenantId)]
  try {
    const found = await env.CONFIG.get(names, { type: 'text', cacheTtl: KV_SECONDS })
    const [config, parameters, abilities, providers] = names.map((name) => found.get(name) ?? null)
    const read = <T>(what: string, decode: () => T, otherwise: T) =>
      orElse(otherwise, decode, (cause) => warn(what, tenantId, cause))
    const own = await ownAccounts(env, tenantId, providers ?? null, before.own)
    return {
      config: read('A configuration', () => newestOf(config, before.config), before.config),
      learned: read('What was learned', () => learnedOf(parameters, abilities), NOTHING_LEARNED),
      hosts: hostsWith(hostsFor(env), own),
      own,
    }
  } catch (cause) {
    warn('A tenant', tenantId, cause)
    return before
  }
}

function orElse<T>(otherwise: T, decode: () => T, warned: (cause: unknown) => void): T {
  try {
    return decode()
  } catch (cause) {
    warned(cause)
    return otherwise
  }
}

function warn(what: string, tenantId: string, cause: unknown): void {
  console.warn({ message: `${what} could not be read`, tenantId, cause: String(cause) })
}

/** Versions are never taken back: what a place has of an earlier one is older news than what is known. */
function newestOf(found: string | null | undefined, known: Tenant['config']): Tenant['config'] {
  if (!found) return known
  const { version, document } = publishedConfig.parse(JSON.parse(found))
  return version <= known.version ? known : { version, rules: decodeConfig(document) }
}

function learnedOf(parameters: string | null | undefined, abilities: string | null | undefined): Learned {
  return {
    parameters: parameters ? activeParameters.parse(JSON.parse(parameters)).id : null,
    abilities: abilities ? readAbilities(JSON.parse(abilities)) : null,
  }
}

const NOTHING_LEARNED: Learned = { parameters: null, abilities: null }

function newTenant(env: Env): Tenant {
  const config = { version: 0, rules: NO_CONFIG }
  return { config, learned: NOTHING_LEARNED, hosts: hostsFor(env), own: NO_ACCOUNTS }
}
