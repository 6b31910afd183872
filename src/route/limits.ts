import type { LiveOffer, LiveOffers } from '../core/live.ts'
import type { Pool, Share } from '../core/routing.ts'
import type { HostState } from './decision.ts'
import type { Candidate } from './prepared-catalog.ts'

/** Calls and tokens within the last minute. */
type Taken = { requests: number; tokens: number }
type Limits = Partial<Pick<Share, 'requestsPerMinute' | 'tokensPerMinute'>>

/** What each account that has limits has taken, by all its models. Others are missing. */
export type TakenByHost = ReadonlyMap<string, Taken>

export function takenByHost(hosts: ReadonlyMap<string, HostState>, live: LiveOffers): TakenByHost {
  const taken = new Map<string, Taken>()
  for (const [id, { share }] of hosts) {
    if (share.requestsPerMinute !== null || share.tokensPerMinute !== null)
      taken.set(id, { requests: 0, tokens: 0 })
  }
  if (taken.size === 0) return taken
  for (const [key, { requestsPerMinute, tokensPerMinute }] of live) {
    const sum = taken.get(key.slice(0, key.indexOf('/')))
    if (!sum) continue
    sum.requests += requestsPerMinute
    sum.tokens += tokensPerMinute
  }
  return taken
}

/** How a model's hosts share its calls; undefined where nobody said. */
export function poolOf(modelId: string, pools: ReadonlyMap<string, Pool>): Pool | undefined {
  return pools.get(modelId) ?? pools.get('*')
}

/** What a pool says of a host; what it says of a host goes for all its accounts. */
export function shareIn(
  pool: Pool | undefined,
  host: string,
  { baseHost }: HostState,
): Partial<Share> | undefined {
  return pool && (pool.shares.get(host) ?? pool.shares.get(baseHost))
}

/** What the limits of an offer are compared with. */
export type LimitContext = {
  hosts: ReadonlyMap<string, HostState>
  live: LiveOffers
  pools: ReadonlyMap<string, Pool>
  taken: TakenByHost
}

/**
 * The share of its limits that an offer has used within the last minute; from 1 on it may not be asked. The operator's
 * limits count all models of an account, a pool's the calls for its own model; neither loosens the other.
 *
 * @param more tokens that one more call would take; they do not bar a host that is idle, which would never take them
 */
export function usedShare(
  { key, model, offer }: Pick<Candidate, 'key' | 'model' | 'offer'>,
  { hosts, live, pools, taken }: LimitContext,
  more = 0,
): number {
  if (taken.size === 0 && pools.size === 0) return 0
  const host = hosts.get(offer.host)
  if (!host) return 0
  const account = taken.get(offer.host)
  const ofAccount = account ? usedOf(account, host.share, more) : 0
  const limits = shareIn(poolOf(model.id, pools), offer.host, host)
  const ofModel = limits ? usedOf(takenBy(live.get(key)), limits, more) : 0
  return Math.max(ofAccount, ofModel)
}

function takenBy(offer: LiveOffer | undefined): Taken {
  return { requests: offer?.requestsPerMinute ?? 0, tokens: offer?.tokensPerMinute ?? 0 }
}

function usedOf(taken: Taken, { requestsPerMinute, tokensPerMinute }: Limits, more: number): number {
  const tokens = taken.tokens > 0 ? taken.tokens + more : 0
  return Math.max(taken.requests / (requestsPerMinute ?? Infinity), tokens / (tokensPerMinute ?? Infinity))
}
