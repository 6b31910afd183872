import * as z from 'zod'
import { REASONING_EFFORTS, WIRE_FORMATS } from '../core/chat.ts'
import { MODALITIES } from '../core/demand.ts'
import type { Share } from '../core/routing.ts'
import { accountsAt, type HostAccount, hostId } from './accounts.ts'
import type { HostAccess } from './call.ts'
import type { CloudAccess } from './credentials.ts'
import { CLOUD_HOSTS, type Host, HOSTS, localHost } from './hosts.ts'

/**
 * An account that can be called now. Simulated ones answer in the real wire format, from this machine. `region`: where
 * it is; null where nobody says.
 */
export type LiveHost = { access: HostAccess; simulated: boolean; share: Share; region: string | null }

/** What of it does not depend on how its account is set up. */
type Reached = Pick<LiveHost, 'access' | 'simulated'>

/** How a host stands: `off` when it cannot be called. */
export type HostStanding = 'live' | 'simulated' | 'off'

export function standingOf(host: LiveHost | undefined): HostStanding {
  if (!host) return 'off'
  return host.simulated ? 'simulated' : 'live'
}

const localModel = z.strictObject({
  id: z.string().min(1),
  like: z.string().min(1).optional(),
  context_window: z.int().positive().default(8_192),
  max_output_tokens: z.int().positive().default(4_096),
  price: z
    .strictObject({ prompt: z.number().nonnegative(), completion: z.number().nonnegative() })
    .optional(),
  tools: z.boolean().default(false),
  input_modalities: z.array(z.enum(MODALITIES)).optional(),
  structured_output: z.enum(['none', 'json_object', 'json_schema']).optional(),
  reasoning_efforts: z.array(z.enum(REASONING_EFFORTS)).min(1).optional(),
})

/** Servers of the operator's own. Prices in USD per million tokens; none: only used when asked for by name. */
export const localServers = z.array(
  z.strictObject({
    id: hostId,
    base_url: z.url({ protocol: /^https?$/ }),
    format: z.enum(WIRE_FORMATS).optional(),
    api_key: z.string().optional(),
    models: z.array(localModel).min(1),
  }),
)
type LocalServer = z.infer<typeof localServers>[number]

/** What decides which hosts are live: accounts, the simulator's address, servers of the operator's own. */
export type HostSettings = {
  accounts: readonly HostAccount[]
  /** By account, the clouds that are set up. */
  clouds: ReadonlyMap<string, CloudAccess>
  simulatedHostsUrl: string | null
  cloudflareAccountId: string | null
  localHosts: readonly Omit<LocalServer, 'models'>[]
}

/** A tenant's own account at a host. Its key is sent to its own address, or else the host's. */
export type OwnAccount = { apiKey: string; baseUrl?: string; share: Share }

/** Sent to simulated hosts, which want a key like real ones. */
const SIMULATED_KEY = 'sk-simulated'
/** Sent to servers that want none. */
const NO_KEY = 'none'

/**
 * Every host that can be called, by account: the real one where there is a key or an address of its own, else the
 * simulated one where there is a simulator, else none. Clouds are not simulated: their models have simulated hosts
 * already. No account's key is ever sent to another's address.
 */
export function liveHosts(settings: HostSettings): ReadonlyMap<string, LiveHost> {
  const live = new Map<string, LiveHost>()
  const { accounts, clouds, localHosts } = settings
  const add = ({ id, share, region }: HostAccount, host: Reached | null, place?: string) => {
    if (host) live.set(id, { ...host, share, region: region ?? place ?? null })
  }
  for (const host of HOSTS) {
    for (const account of accountsAt(host.id, accounts)) add(account, keyed(host, account, settings))
  }
  for (const host of CLOUD_HOSTS) {
    for (const account of accountsAt(host.id, accounts)) {
      const access = clouds.get(account.id)
      add(account, cloud(host, access), access?.place['region'])
    }
  }
  for (const server of localHosts) {
    for (const account of accountsAt(server.id, accounts)) add(account, local(server, account))
  }
  return live
}

/** A tenant's own account at a host that a key opens; null where its address has gaps that nobody fills. */
export function ownHost(host: Host, { apiKey, baseUrl, share }: OwnAccount): LiveHost | null {
  const address = baseUrl ?? filled(host.baseUrl, {})
  if (address === null) return null
  return { access: { host, baseUrl: address, apiKey }, simulated: false, share, region: null }
}

function keyed(
  host: Host,
  { apiKey, baseUrl }: HostAccount,
  { simulatedHostsUrl, cloudflareAccountId: account }: HostSettings,
): Reached | null {
  const address = baseUrl ?? filled(host.baseUrl, account === null ? {} : { account })
  const key = apiKey ?? (baseUrl === undefined ? undefined : NO_KEY)
  if (key !== undefined && address !== null) {
    return { access: { host, baseUrl: address, apiKey: key }, simulated: false }
  }
  if (simulatedHostsUrl === null) return null
  // The simulator serves each wire format under the version that its real API has.
  const version = host.baseUrl.endsWith('/v1beta') ? 'v1beta' : 'v1'
  const simulatedUrl = `${simulatedHostsUrl}/${host.id}/${version}`
  return { access: { host, baseUrl: simulatedUrl, apiKey: SIMULATED_KEY }, simulated: true }
}

function cloud(host: Host, access: CloudAccess | undefined): Reached | null {
  const baseUrl = access && (access.baseUrl ?? filled(host.baseUrl, access.place))
  return access && baseUrl ? { access: { host, baseUrl, signer: access.signer }, simulated: false } : null
}

function local(server: HostSettings['localHosts'][number], { apiKey, baseUrl }: HostAccount): Reached {
  const host = localHost(server.id, server.base_url, server.format)
  const own = baseUrl === undefined ? server.api_key : undefined
  const access = { host, baseUrl: baseUrl ?? server.base_url, apiKey: apiKey ?? own ?? NO_KEY }
  return { access, simulated: false }
}

/** An address with its gaps filled; null where something is missing. */
function filled(template: string, place: Readonly<Record<string, string>>): string | null {
  const address = template.replaceAll(/\{(\w+)\}/g, (gap, name: string) => place[name] ?? gap)
  return address.includes('{') ? null : address
}
