import { configOf, type Env } from '../env.ts'
import { type LiveHost, liveHosts } from '../providers/live-hosts.ts'

/** Hosts by id. */
export type Hosts = ReadonlyMap<string, LiveHost>

const hostsOf = new WeakMap<object, Hosts>()

/** The hosts that can be called with this isolate's configuration. */
export function hostsFor(env: Env): Hosts {
  const known = hostsOf.get(env)
  if (known) return known
  const hosts = liveHosts(configOf(env))
  hostsOf.set(env, hosts)
  return hosts
}
