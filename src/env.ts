import * as z from 'zod'
import { bytesOf } from './core/base64.ts'
import { neverShow } from './core/redact.ts'
import { DEFAULT_RELIABILITY, type Timeouts } from './core/reliability.ts'
import type { GraphObject } from './agents/graph-object.ts'
import type { ResponseObject } from './agents/response-object.ts'
import type { SessionObject } from './agents/session-object.ts'
import type { LaneObject } from './runs/lane-object.ts'
import type { RunObject } from './runs/run-object.ts'
import { accountIssues, accountsOf, hostAccounts, keysIn } from './providers/accounts.ts'
import { cloudsOf, cloudVariables } from './providers/clouds.ts'
import { HOSTS } from './providers/hosts.ts'
import { jsonText } from './providers/json-text.ts'
import { type HostSettings, localServers } from './providers/live-hosts.ts'
import { type BreakerSettings, DEFAULT_BREAKER } from './stats/breaker.ts'
import type { StatsObject } from './stats/stats-object.ts'
import { createVault, type MasterKey, type Vault } from './tenants/envelope.ts'
import type { LedgerObject } from './tenants/ledger/ledger-object.ts'
import type { JwtIssuer } from './tenants/jwt.ts'

/** What the runtime gives the Worker: bindings of wrangler.toml, then variables and secrets as text. */
export type Env = {
  ASSETS: Fetcher
  DB: D1Database
  CONFIG: KVNamespace
  EVENTS: Queue
  RATE_LIMIT: RateLimit
  SESSIONS: DurableObjectNamespace<SessionObject>
  RESPONSES: DurableObjectNamespace<ResponseObject>
  STATS: DurableObjectNamespace<StatsObject>
  LEDGER: DurableObjectNamespace<LedgerObject>
  GRAPH: DurableObjectNamespace<GraphObject>
  RUNS: DurableObjectNamespace<RunObject>
  ATTEMPTS: DurableObjectNamespace<LaneObject>
  BACKGROUND: Queue
  TRAININGS: Queue
  WEBHOOKS: Queue
} & Partial<Record<string, unknown>>

const DEFAULT_TIMEOUTS = DEFAULT_RELIABILITY.timeouts
/** A day at most: timers of the runtime overflow after 24 days, and then end at once. */
const milliseconds = z.coerce.number().int().positive().max(86_400_000)

/** When a host is left alone, in Portkey's words: share in percent, interval in ms. */
const breaker = z
  .strictObject({
    failure_threshold: z.int().positive().default(DEFAULT_BREAKER.failureThreshold),
    failure_threshold_percentage: z
      .number()
      .positive()
      .max(100)
      .default(DEFAULT_BREAKER.failureShare * 100),
    minimum_requests: z.int().positive().default(DEFAULT_BREAKER.minimumRequests),
    cooldown_interval: z.int().positive().max(300_000).default(DEFAULT_BREAKER.cooldownMs),
  })
  .transform((said): BreakerSettings => ({
    failureThreshold: said.failure_threshold,
    failureShare: said.failure_threshold_percentage / 100,
    minimumRequests: said.minimum_requests,
    cooldownMs: said.cooldown_interval,
  }))

/** Where a master key has no name before it, as the only one may. */
const UNNAMED_KEY = 'default'

/** Master keys, the first of which seals: `id:key` with commas between, each key 32 bytes in base64. */
const masterKeys = z.string().transform((text, context) => {
  const parts = text.split(',')
  const keys = parts.flatMap((part) => masterKeyIn(part.trim()) ?? [])
  if (keys.length < parts.length) context.addIssue('expected 32 bytes in base64, or several as id:key,id:key')
  if (new Set(keys.map(({ id }) => id)).size < keys.length) context.addIssue('two keys have one id')
  return keys
})

function masterKeyIn(part: string): MasterKey | null {
  const found = /^(?:([\w-]{1,32}):)?([A-Za-z0-9+/]{43}=)$/.exec(part)
  return found ? { id: found[1] ?? UNNAMED_KEY, bytes: bytesOf(found[2] ?? '') } : null
}

/** Only `npm start` may read an issuer's keys without encryption, and from this machine. */
const LOOPBACK = /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/]|$)/
const claim = z.string().min(1)

/** Who makes tokens that are taken in place of keys. */
const jwtIssuer = z
  .strictObject({
    issuer: z.string().min(1),
    jwks_url: z.url({ protocol: /^https?$/ }),
    audience: z.string().min(1),
    tenant_claim: claim.default('tenant'),
    scopes_claim: claim.default('scope'),
    user_claim: claim.default('sub'),
    admin_claim: z.strictObject({ name: claim, value: z.union([z.string(), z.boolean()]) }).optional(),
  })
  .transform((said): JwtIssuer => ({
    issuer: said.issuer,
    jwksUrl: said.jwks_url,
    audience: said.audience,
    tenantClaim: said.tenant_claim,
    scopesClaim: said.scopes_claim,
    userClaim: said.user_claim,
    adminClaim: said.admin_claim ?? null,
  }))

const configSchema = z.object({
  /** What operators call `/admin` with; without it only tokens with an admin claim open that. */
  ADMIN_KEY: z.string().min(16).optional(),
  JWT_ISSUERS: jsonText(z.array(jwtIssuer)).default([]),
  /** Base URL of the simulated hosts; set by `npm start` only. */
  SIMULATED_HOSTS_URL: z.url().optional(),
  LOCAL_HOSTS: jsonText(localServers).default([]),
  /** Further accounts of hosts, and what each may take. */
  HOST_ACCOUNTS: jsonText(hostAccounts).default([]),
  CLOUDFLARE_ACCOUNT_ID: z.string().min(1).optional(),
  /** Share of decisions that may try a model whose quality is not known well enough. */
  EXPLORATION_RATE: z.coerce.number().min(0).max(1).default(0),
  /** Days that single decisions are kept; rollups stay. */
  RETENTION_DAYS: z.coerce.number().int().min(1).max(3_650).default(30),
  /** How long one call to a host may keep us waiting, see `Timeouts`. */
  HOST_CONNECT_MS: milliseconds.default(DEFAULT_TIMEOUTS.connectMs),
  HOST_TTFT_MS: milliseconds.default(DEFAULT_TIMEOUTS.ttftMs),
  HOST_IDLE_MS: milliseconds.default(DEFAULT_TIMEOUTS.idleMs),
  HOST_TOTAL_MS: milliseconds.default(DEFAULT_TIMEOUTS.totalMs),
  BREAKER: jsonText(breaker).default(DEFAULT_BREAKER),
  /** What the secrets of tenants are encrypted with; without it none can be kept. */
  SECRETS_KEY: masterKeys.default([]),
  ...cloudVariables,
})
type Variables = z.infer<typeof configSchema>

/** Configuration with every default filled in. */
export type Config = HostSettings & {
  localHosts: z.infer<typeof localServers>
  explorationRate: number
  retentionDays: number
  timeouts: Timeouts
  breaker: BreakerSettings
  /** Null where there is no key for one. */
  vault: Vault | null
  /** Null where nobody may call `/admin` with a secret. */
  adminKey: string | null
  jwtIssuers: readonly JwtIssuer[]
}

const parsed = new WeakMap<object, Config>()

/**
 * Configuration of this isolate, parsed once.
 *
 * @throws naming the variable that is wrong, never its value
 */
export function configOf(env: Readonly<Record<string, unknown>>): Config {
  const known = parsed.get(env)
  if (known) return known
  keepSecrets(env)
  const keys = hostKeys(env)
  // A variable that is there but empty, as in a copied example file, is not set.
  const result = configSchema
    .superRefine((variables, context) => {
      refuseAccounts(variables, keys, context)
      refuseIssuers(variables, context)
    })
    .safeParse(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')))
  if (!result.success) throw new Error(`Bad configuration: ${z.prettifyError(result.error)}`)
  const accounts = accountsOf(keys, result.data.HOST_ACCOUNTS)
  const config: Config = {
    simulatedHostsUrl: result.data.SIMULATED_HOSTS_URL ?? null,
    localHosts: result.data.LOCAL_HOSTS,
    cloudflareAccountId: result.data.CLOUDFLARE_ACCOUNT_ID ?? null,
    explorationRate: result.data.EXPLORATION_RATE,
    retentionDays: result.data.RETENTION_DAYS,
    timeouts: timeouts(result.data),
    breaker: result.data.BREAKER,
    adminKey: result.data.ADMIN_KEY ?? null,
    jwtIssuers: result.data.JWT_ISSUERS,
    accounts,
    clouds: cloudsOf(result.data, accounts),
    vault: vaultWith(result.data.SECRETS_KEY),
  }
  for (const { apiKey } of accounts) neverShow(apiKey ?? '')
  for (const { api_key: apiKey } of config.localHosts) neverShow(apiKey ?? '')
  parsed.set(env, config)
  return config
}

const SECRET_VARIABLE = /KEY|TOKEN|SECRET/

/** Neither a whole variable nor one of several secrets in it is ever shown. */
function keepSecrets(env: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(env)) {
    if (typeof value !== 'string' || !SECRET_VARIABLE.test(name)) continue
    neverShow(value)
    for (const part of value.split(',')) neverShow(part.trim().replace(/^[\w-]{1,32}:/, ''))
  }
}

function vaultWith([first, ...others]: readonly MasterKey[]): Vault | null {
  return first ? createVault([first, ...others]) : null
}

function timeouts(variables: Variables): Timeouts {
  return {
    connectMs: variables.HOST_CONNECT_MS,
    ttftMs: variables.HOST_TTFT_MS,
    idleMs: variables.HOST_IDLE_MS,
    totalMs: variables.HOST_TOTAL_MS,
  }
}

/** By host, the keys in the first of its variables that is set. */
function hostKeys(env: Readonly<Record<string, unknown>>): Map<string, readonly string[]> {
  const keys = new Map<string, readonly string[]>()
  for (const { id, keyNames } of HOSTS) {
    const value = keyNames.map((name) => env[name]).find((one) => typeof one === 'string' && one !== '')
    if (typeof value === 'string') keys.set(id, keysIn(value))
  }
  return keys
}

function refuseAccounts(
  { HOST_ACCOUNTS, LOCAL_HOSTS }: Variables,
  keys: ReadonlyMap<string, readonly string[]>,
  context: z.RefinementCtx,
): void {
  const servers = LOCAL_HOSTS.map(({ id }) => id)
  for (const { path, message } of accountIssues(HOST_ACCOUNTS, keys, servers)) {
    context.addIssue({ code: 'custom', path: ['HOST_ACCOUNTS', ...path], message })
  }
}

function refuseIssuers({ JWT_ISSUERS, SIMULATED_HOSTS_URL }: Variables, context: z.RefinementCtx): void {
  for (const [index, { jwksUrl }] of JWT_ISSUERS.entries()) {
    if (jwksUrl.startsWith('https:') || (SIMULATED_HOSTS_URL && LOOPBACK.test(jwksUrl))) continue
    context.addIssue({ code: 'custom', path: ['JWT_ISSUERS', index, 'jwks_url'], message: 'expected https' })
  }
}
