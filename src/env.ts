import * as z from 'zod'
import { DEFAULT_RELIABILITY, type Timeouts } from './core/reliability.ts'
import type { ResponseObject } from './agents/response-object.ts'
import type { SessionObject } from './agents/session-object.ts'
import { azureAccess, azureVariables } from './providers/azure.ts'
import { bedrockAccess, bedrockVariables } from './providers/bedrock.ts'
import { HOSTS } from './providers/hosts.ts'
import { jsonText } from './providers/json-text.ts'
import { type HostSettings, localServers } from './providers/live-hosts.ts'
import { vertexAccess, vertexVariables } from './providers/vertex.ts'

/** What the runtime gives the Worker: bindings of wrangler.toml, then variables and secrets as text. */
export type Env = {
  ASSETS: Fetcher
  DB: D1Database
  CONFIG: KVNamespace
  EVENTS: Queue
  RATE_LIMIT: RateLimit
  SESSIONS: DurableObjectNamespace<SessionObject>
  RESPONSES: DurableObjectNamespace<ResponseObject>
  BACKGROUND: Queue
  TRAININGS: Queue
} & Partial<Record<string, unknown>>

const DEFAULT_TIMEOUTS = DEFAULT_RELIABILITY.timeouts
const milliseconds = z.coerce.number().int().positive()

const configSchema = z.object({
  /** Base URL of the simulated hosts; set by `npm start` only. */
  SIMULATED_HOSTS_URL: z.url().optional(),
  LOCAL_HOSTS: jsonText(localServers).default([]),
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
  ...bedrockVariables,
  ...vertexVariables,
  ...azureVariables,
})
type Variables = z.infer<typeof configSchema>

/** Configuration with every default filled in. */
export type Config = HostSettings & {
  localHosts: z.infer<typeof localServers>
  explorationRate: number
  retentionDays: number
  timeouts: Timeouts
}

const parsed = new WeakMap<object, Config>()

/**
 * Configuration of this isolate, parsed once.
 *
 * @throws naming the variable that is wrong, never its value
 */
export function configOf(env: Env): Config {
  const known = parsed.get(env)
  if (known) return known
  // A variable that is there but empty, as in a copied example file, is not set.
  const result = configSchema.safeParse(
    Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')),
  )
  if (!result.success) throw new Error(`Bad configuration: ${z.prettifyError(result.error)}`)
  const config: Config = {
    simulatedHostsUrl: result.data.SIMULATED_HOSTS_URL ?? null,
    localHosts: result.data.LOCAL_HOSTS,
    cloudflareAccountId: result.data.CLOUDFLARE_ACCOUNT_ID ?? null,
    explorationRate: result.data.EXPLORATION_RATE,
    retentionDays: result.data.RETENTION_DAYS,
    timeouts: timeouts(result.data),
    hostKeys: hostKeys(env),
    clouds: clouds(result.data),
  }
  parsed.set(env, config)
  return config
}

function timeouts(variables: Variables): Timeouts {
  return {
    connectMs: variables.HOST_CONNECT_MS,
    ttftMs: variables.HOST_TTFT_MS,
    idleMs: variables.HOST_IDLE_MS,
    totalMs: variables.HOST_TOTAL_MS,
  }
}

function hostKeys(env: Env): Map<string, string> {
  const keys = new Map<string, string>()
  for (const { id, keyNames } of HOSTS) {
    const key = keyNames.map((name) => env[name]).find((value) => typeof value === 'string' && value !== '')
    if (typeof key === 'string') keys.set(id, key)
  }
  return keys
}

function clouds(variables: Variables): HostSettings['clouds'] {
  const all = {
    bedrock: bedrockAccess(variables),
    vertex: vertexAccess(variables),
    azure: azureAccess(variables),
  }
  return new Map(Object.entries(all).flatMap(([id, access]) => (access ? [[id, access] as const] : [])))
}
