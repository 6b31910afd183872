import type { Sample } from '../core/live.ts'
import { configOf, type Env } from '../env.ts'
import type { ObservedOffer } from '../stats/live-row.ts'
import { LiveTable } from '../stats/live-table.ts'
import { type Place, publishedKey, SHARDS, shardOf, type Snapshot } from '../stats/snapshot.ts'
import type { RequestScope } from './context.ts'

/** Whose figures, and what may be used to share them. */
export type LiveScope = Pick<RequestScope, 'env' | 'background' | 'region'>

/** One shard's offers here, and where the object is that this isolate shares them with. */
type Shard = { table: LiveTable; place: Place }

const shardsOf = new WeakMap<object, Map<string, readonly Shard[]>>()

/**
 * What this isolate knows now of models at hosts in a region, by `offerKey`. Never waits: others are told and asked in
 * the background, where it is time for that.
 */
export function liveOffers(scope: LiveScope, now: number): ReadonlyMap<string, ObservedOffer> {
  const offers = new Map<string, ObservedOffer>()
  for (const shard of shardsFor(scope, now)) {
    shard.table.observe(offers, now)
    share(scope, shard, now)
  }
  return offers
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
  return shardsFor(scope, now)[shardOf(key)]
}

/** A region's shards; a new isolate begins with what was published. */
function shardsFor(scope: LiveScope, now: number): readonly Shard[] {
  const { env, region, background } = scope
  const regions = shardsOf.get(env) ?? new Map<string, readonly Shard[]>()
  shardsOf.set(env, regions)
  const known = regions.get(region)
  if (known) return known
  const isolate = crypto.randomUUID()
  const { breaker } = configOf(env)
  const shards = Array.from({ length: SHARDS }, (_, shard) => {
    const place = { region, shard }
    return { place, table: new LiveTable(place, isolate, breaker) }
  })
  regions.set(region, shards)
  background(Promise.all(shards.map((shard) => beginWithPublished(env, shard, now))))
  return shards
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
  console.warn({ message: 'Live figures were not shared', region, shard, cause: String(cause) })
}
