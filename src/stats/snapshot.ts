import { fnv1a } from '../core/hash.ts'
import type { Breaker, BreakerSettings, Outcomes } from './breaker.ts'
import type { Figures } from './figures.ts'
import type { Latencies, Peak } from './peak.ts'
import type { Spread } from './sketch.ts'

/** What isolates and the object they share tell each other. Plain data: it crosses RPC, KV and storage. */

/** Changes whenever the shapes below do: after a deploy, old and new ones meet. */
export const STATS_VERSION = 1

/** Into how many objects a region's hosts are divided. */
export const SHARDS = 8

/** The object that knows of an offer, by its host. */
export function shardOf(key: string): number {
  return fnv1a(hostOf(key)) % SHARDS
}

/** The host in an `offerKey`; the rest is the model, which may have slashes of its own. */
export function hostOf(key: string): string {
  return key.slice(0, key.indexOf('/'))
}

/** Over how long figures are kept apart; what is told is of one to two such spans. */
export const SPAN_MS = 300_000

/** How long an isolate that says nothing is believed to have calls on their way. */
export const IN_FLIGHT_MS = 30_000

/** Where an object is: `{region}:{shard}` is its name. */
export type Place = { region: string; shard: number }

/** Where a place's snapshot is published to cold isolates: JSON of `Snapshot`. */
export function publishedKey({ region, shard }: Place): string {
  return `stats:${region}:${shard}`
}

/** What happened to one offer in one isolate since it last told. */
export type OfferDelta = { figures: Figures; latencies: Latencies | null; outcomes: Outcomes }

/** Of one offer. */
export type CallsOnTheirWay = { key: string; calls: number }

/** What one isolate tells. Telling nothing asks for news. */
export type Delta = {
  version: number
  place: Place
  /** An id of the isolate. */
  isolate: string
  settings: BreakerSettings
  offers: readonly { key: string; delta: OfferDelta }[]
  /** All calls on their way, by offer; in place of what the isolate told before. */
  inFlight: readonly CallsOnTheirWay[]
  /** Offers that the isolate is looking at with a call that it was given the right to. */
  probing: readonly string[]
}

/** One offer by everybody's calls. */
export type SharedOffer = Pick<Figures, 'requests' | 'failures' | 'lastMinute' | 'lastErrors'> & {
  /** Of all values that were told; isolates need no more of how they are distributed. */
  ttftMs: Spread | null
  tokensPerSecond: Spread | null
  peak: Peak | null
  breaker: Breaker
  /** Calls on their way elsewhere. */
  inFlight: number
  /** For how long the asking isolate may begin the one call that looks whether the host is well again; null: not. */
  probeMs: number | null
}

export type Snapshot = {
  version: number
  /** Unix ms. */
  at: number
  offers: readonly { key: string; offer: SharedOffer }[]
}

/** What the calls for one offer came to within one minute (by its beginning, Unix ms). */
export type OfferMinute = {
  host: string
  model: string
  requests: number
  /** All failures, by class. */
  failures: Figures['byCode']
  ttftMs: { p50: number; p95: number } | null
  /** Median. */
  tokensPerSecond: number | null
  costMicroUsd: number
}

/** A finished minute, as the queue carries it. */
export type MinuteEntry = {
  version: 1
  type: 'minute'
  region: string
  minute: number
  offers: OfferMinute[]
}
