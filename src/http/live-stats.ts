import type { Caller } from '../core/caller.ts'
import type { Sample } from '../core/live.ts'
import { log } from '../core/log.ts'
import { configOf, type Env } from '../env.ts'
import type { ObservedOffer } from '../stats/live-row.ts'
import { LiveTable } from '../stats/live-table.ts'
import { hostOf, type Place, publishedKey, SHARDS, shardOf, type Snapshot } from '../stats/snapshot.ts'
import type { RequestScope } from './context.ts'
import type { Tenant } from './tenant.ts'

/** Whose figures, and what may be used to share them. */
export type LiveScope = Pick<RequestScope, 'env' | 'background' | 'region'> & {
  caller: Pick<Caller, 'tenantId'>
  tenant: Pick<Tenant, 'own'>
}

/** One shard's offers here, and where the object is that this isolate shares them with. */
type Shard = { table: LiveTable; place: Place }

/** By region, what everybody shares; by region and tenant, what is of the tenant's own accounts. */
type Known = { shared: Map<string, readonly Shard[]>; own: Map<string, Shard> }

const knownOf = new WeakMap<object, Known>()

/** The most tenants whose own accounts an isolate keeps figures of; who was not there for longest goes first. */
const MAX_OWN = 500

/**
 * What this isolate knows now of models at hosts in a region, by `offerKey`: at a tenant's own accounts by its own calls,
 * elsewhere by everybody's. Never waits: others are told and asked in the background, where it is time for that.
 */
export function liveOffers(scope: LiveScope, now: number): ReadonlyMap<string, ObservedOffer> {
  const offers = new Map<string, ObservedOffer>()
  for (const shard of sharedShards(scope, now)) {
    shard.table.observe(offers, now)
    share(scope, shard, now)
  }
  const { accounts } = scope.tenant.own
  return accounts.size === 0 ? offers : withOwn(offers, scope, now)
}

function withOwn(
  offers: ReadonlyMap<string, ObservedOffer>,
  scope: LiveScope,
  now: number,
): ReadonlyMap<string, ObservedOffer> {
  const shard = ownShard(scope, now)
  const own = new Map<string, ObservedOffer>()
  shard.table.observe(own, now)
  share(scope, shard, now)
  const isOwn = ([key]: readonly [string, unknown]) => scope.tenant.own.accounts.has(hostOf(key))
  return new Map([...[...offers].filter((offer) => !isOwn(offer)), ...[...own].filter(isOwn)])
}

/** Counts a call to a model at a host, named by `offerKey`, that begins now. `callEnded` must follow. */
export function callBegan(scope: LiveScope, key: string, now: number): void {
  const shard = shardFor(scope, key, now)
  shard?.table.callBegan(key, now)
  if (shard) share(scope, shard, now)
}

/** Counts the end of a call that was begun. */
export function callEnded(scope: LiveScope, key: string, sample: Sample, now: number): void {
  const shard = shardFor(scope, key, now)
  shard?.table.callEnded(key, sample, now)
  if (shard) share(scope, shard, now)
}

function shardFor(scope: LiveScope, key: string, now: number): Shard | undefined {
  const isOwn = scope.tenant.own.accounts.has(hostOf(key))
  return isOwn ? ownShard(scope, now) : sharedShards(scope, now)[shardOf(key)]
}

/** A region's shards. */
function sharedShards(scope: LiveScope, now: number): readonly Shard[] {
  const { env, region } = scope
  const { shared } = knownFor(env)
  const known = shared.get(region)
  if (known) return known
  const shards = Array.from({ length: SHARDS }, (_, shard) => newShard(scope, { region, shard }, now))
  shared.set(region, shards)
  return shards
}

/** All of a tenant's own accounts in a region: a place of their own, so that nobody's calls touch another's figures. */
function ownShard(scope: LiveScope, now: number): Shard {
  const { env, region, caller } = scope
  const { own } = knownFor(env)
  const name = `${region}@${caller.tenantId}`
  const shard = own.get(name) ?? newShard(scope, { region: name, shard: 0 }, now)
  own.delete(name)
  own.set(name, shard)
  const oldest = own.keys().next()
  if (own.size > MAX_OWN && !oldest.done) own.delete(oldest.value)
  return shard
}

function knownFor(env: Env): Known {
  const known = knownOf.get(env) ?? { shared: new Map(), own: new Map() }
  knownOf.set(env, known)
  return known
}

/** A new isolate begins with what was published. */
function newShard({ env, background }: LiveScope, place: Place, now: number): Shard {
  const shard = { place, table: new LiveTable(place, crypto.randomUUID(), configOf(env).breaker) }
  background(beginWithPublished(env, shard, now))
  return shard
}

async function beginWithPublished({ CONFIG }: Env, { place, table }: Shard, now: number): Promise<void> {
  try {
    const published = await CONFIG.get<Snapshot>(publishedKey(place), { type: 'json', cacheTtl: 30 })
    if (published) table.absorbPublished(published, now)
  } catch (cause) {
    warn(place, cause)
  }
}

/** Tells and asks the others, if it is time for that. Nobody waits; who is not reached is asked again later. */
function share(scope: LiveScope, shard: Shard, now: number): void {
  if (shard.table.isDue(now)) scope.background(exchange(scope, shard, now))
}

async function exchange(scope: LiveScope, shard: Shard, now: number): Promise<void> {
  const { table, place } = shard
  const delta = table.takeDelta(now)
  try {
    const object = scope.env.STATS.getByName(`${place.region}:${place.shard}`)
    const snapshot = await object.sync(delta)
    if (!snapshot) return table.giveUp(delta, Date.now())
    table.absorb(delta, snapshot, Date.now())
    // What is urgent may have happened meanwhile.
    share(scope, shard, Date.now())
  } catch (cause) {
    table.giveUp(delta, Date.now())
    warn(place, cause)
  }
}

function warn({ region, shard }: Place, cause: unknown): void {
  log('warn', { message: 'Live figures were not shared', region, shard, cause: String(cause) })
}
