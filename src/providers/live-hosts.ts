import * as z from 'zod'
import { REASONING_EFFORTS, WIRE_FORMATS } from '../core/chat.ts'
import { MODALITIES } from '../core/demand.ts'
import type { HostAccess } from './call.ts'
import type { CloudAccess } from './credentials.ts'
import { CLOUD_HOSTS, HOSTS, localHost } from './hosts.ts'

/** A host that can be called now. Simulated ones answer in the real wire format, from this machine. */
export type LiveHost = { access: HostAccess; simulated: boolean }

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
    id: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'lower-case letters, digits and dashes'),
    base_url: z.url({ protocol: /^https?$/ }),
    format: z.enum(WIRE_FORMATS).optional(),
    api_key: z.string().optional(),
    models: z.array(localModel).min(1),
  }),
)
type LocalServer = z.infer<typeof localServers>[number]

/** What decides which hosts are live: keys per host, the simulator's address, servers of the operator's own. */
export type HostSettings = {
  hostKeys: ReadonlyMap<string, string>
  /** By host id, the clouds that are set up. */
  clouds: ReadonlyMap<string, CloudAccess>
  simulatedHostsUrl: string | null
  cloudflareAccountId: string | null
  localHosts: readonly Omit<LocalServer, 'models'>[]
}

/** Sent to simulated hosts, which want a key like real ones. */
const SIMULATED_KEY = 'sk-simulated'

/**
 * Every host that can be called, by id: the real one where its key is set, else the simulated one where there is a
 * simulator, else none. Clouds are not simulated: their models have simulated hosts already.
 */
export function liveHosts(settings: HostSettings): ReadonlyMap<string, LiveHost> {
  const live = new Map<string, LiveHost>()
  const { simulatedHostsUrl, cloudflareAccountId: account } = settings
  for (const host of HOSTS) {
    const apiKey = settings.hostKeys.get(host.id)
    const baseUrl = filled(host.baseUrl, account === null ? {} : { account })
    if (apiKey !== undefined && baseUrl !== null) {
      live.set(host.id, { access: { host, baseUrl, apiKey }, simulated: false })
    } else if (simulatedHostsUrl !== null) {
      // The simulator serves each wire format under the version that its real API has.
      const version = host.baseUrl.endsWith('/v1beta') ? 'v1beta' : 'v1'
      const simulatedUrl = `${simulatedHostsUrl}/${host.id}/${version}`
      live.set(host.id, { access: { host, baseUrl: simulatedUrl, apiKey: SIMULATED_KEY }, simulated: true })
    }
  }
  for (const host of CLOUD_HOSTS) {
    const cloud = settings.clouds.get(host.id)
    const baseUrl = cloud && (cloud.baseUrl ?? filled(host.baseUrl, cloud.place))
    if (cloud && baseUrl) {
      live.set(host.id, { access: { host, baseUrl, signer: cloud.signer }, simulated: false })
    }
  }
  for (const { id, base_url, format, api_key } of settings.localHosts) {
    const host = localHost(id, base_url, format)
    live.set(id, { access: { host, baseUrl: base_url, apiKey: api_key ?? 'none' }, simulated: false })
  }
  return live
}

/** An address with its gaps filled; null where something is missing. */
function filled(template: string, place: Readonly<Record<string, string>>): string | null {
  const address = template.replaceAll(/\{(\w+)\}/g, (gap, name: string) => place[name] ?? gap)
  return address.includes('{') ? null : address
}
