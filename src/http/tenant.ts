import * as z from 'zod'
import { log } from '../core/log.ts'
import { createSnapshotCache } from '../core/snapshot-cache.ts'
import { NO_CONFIG, ROLLOUT_MODES, type RolloutMode, type TenantConfig } from '../core/tenant-config.ts'
import type { Env } from '../env.ts'
import { type PublishedAbilities, readAbilities } from '../learn/abilities.ts'
import { type PublishedConfidence, readConfidence } from '../learn/confidence.ts'
import { decodeConfig } from '../protocols/tenant-config/decode-config.ts'
import { type Hosts, hostsFor } from './hosts.ts'
import { hostsWith, NO_ACCOUNTS, type OwnAccounts, ownAccounts, providersKey } from './own-accounts.ts'

/** Everything that an isolate knows of a tenant and that its requests go by. */
export type Tenant = {
  config: Configs
  learned: Learned
  /** The hosts that may be called for it: with its own accounts in the place of the operator's. */
  hosts: Hosts
  own: OwnAccounts
}

/** One version of a configuration. `version` 0: there is none. */
export type ConfigVersion = { version: number; rules: TenantConfig }

/** A version that is tried beside the one in force. `percent`: 0..100, of requests that go by it. */
export type CandidateConfig = ConfigVersion & { mode: RolloutMode; percent: number }

/** The version in force, and the one that is tried beside it. `revision` counts the changes of both. */
type Configs = ConfigVersion & { revision: number; candidate: CandidateConfig | null }

/** What was learned for one tenant. `parameters`: the id of a training. */
type Learned = {
  parameters: string | null
  abilities: PublishedAbilities | null
  confidence: PublishedConfidence | null
}

/** Where a tenant's configuration is published: JSON of `PublishedConfig`; absent for none. */
export const configKey = (tenantId: string) => `config:${tenantId}`
/** Where it is published which parameters a tenant's decisions go by: JSON of `ActiveParameters`; absent for none. */
export const parametersKey = (tenantId: string) => `learned:parameters:${tenantId}`
/** Where what judges said is published: JSON of `PublishedAbilities`, with `PublishedConfidence` as `confidence`. */
export const abilitiesKey = (tenantId: string) => `learned:abilities:${tenantId}`

/** One version of a configuration, and its document as parsed JSON. */
const publishedVersion = z.object({ version: z.int(), document: z.unknown().optional() })
/** Those published before there were candidates have no revision: each was a version. */
const publishedConfig = publishedVersion.extend({
  revision: z.int().optional(),
  candidate: publishedVersion.extend({ mode: z.enum(ROLLOUT_MODES), percent: z.number() }).nullish(),
})
export type PublishedConfig = z.infer<typeof publishedConfig>

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
  background: (work: Promise<unknown>) => void,
  now: number,
): Tenant | Promise<Tenant> {
  return TENANTS.get(tenantId, (known) => loadTenant(env, tenantId, known), now, background)
}

/** Makes this isolate go by a configuration at once. */
export async function holdConfig(
  env: Env,
  tenantId: string,
  published: PublishedConfig,
  now: number,
): Promise<void> {
  const known = await tenantFor(env, tenantId, () => undefined, now)
  TENANTS.put(tenantId, { ...known, config: newestOf(published, known.config) }, now)
}

/** Makes this isolate go by a tenant's own accounts at once. `published`: as they are published. */
export async function holdAccounts(
  env: Env,
  tenantId: string,
  published: string,
  now: number,
): Promise<void> {
  const known = await tenantFor(env, tenantId, () => undefined, now)
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
      config: read('A configuration', () => readConfig(config, before.config), before.config),
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
  log('warn', { message: `${what} could not be read`, tenantId, cause: String(cause) })
}

function readConfig(found: string | null | undefined, known: Configs): Configs {
  return found ? newestOf(publishedConfig.parse(JSON.parse(found)), known) : known
}

/** Changes are never taken back: what a place has of an earlier one is older news than what is known. */
function newestOf(published: PublishedConfig, known: Configs): Configs {
  const { version, document, candidate, revision = version } = published
  if (revision <= known.revision) return known
  return {
    revision,
    version,
    rules: decodeConfig(document),
    candidate: candidate
      ? {
          version: candidate.version,
          rules: decodeConfig(candidate.document),
          mode: candidate.mode,
          percent: candidate.percent,
        }
      : null,
  }
}

function learnedOf(parameters: string | null | undefined, abilities: string | null | undefined): Learned {
  const judged = judgedOf(abilities)
  return {
    parameters: parameters ? activeParameters.parse(JSON.parse(parameters)).id : null,
    abilities: readAbilities(judged),
    confidence: readConfidence(judged?.confidence),
  }
}

const judgments = z.looseObject({ confidence: z.unknown().optional() })

function judgedOf(text: string | null | undefined) {
  return text ? judgments.parse(JSON.parse(text)) : null
}

const NOTHING_LEARNED: Learned = { parameters: null, abilities: null, confidence: null }

function newTenant(env: Env): Tenant {
  const config = { revision: 0, version: 0, rules: NO_CONFIG, candidate: null }
  return { config, learned: NOTHING_LEARNED, hosts: hostsFor(env), own: NO_ACCOUNTS }
}
