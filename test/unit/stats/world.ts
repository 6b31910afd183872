import type { Outcome, Sample } from '../../../src/core/live.ts'
import { DEFAULT_BREAKER } from '../../../src/stats/breaker.ts'
import type { ObservedOffer } from '../../../src/stats/live-row.ts'
import { LiveTable } from '../../../src/stats/live-table.ts'
import { SharedTable } from '../../../src/stats/shared-table.ts'

const PLACE = { region: 'EU', shard: 3 }
export const KEY = 'acme/acme/large'
/** The beginning of a span of five minutes, and of a minute. */
export const START = 1_800_000_000_000
export const COOLDOWN = DEFAULT_BREAKER.cooldownMs

export const OK: Outcome = { ok: true }
export const TIMEOUT: Outcome = { ok: false, code: 'timeout' }

export const sharedTable = () => SharedTable.empty(PLACE, START)
export const isolate = (id: string) => new LiveTable(PLACE, id, DEFAULT_BREAKER)

export function sample(outcome: Outcome | null, startedAt: number, more: Partial<Sample> = {}): Sample {
  return { outcome, startedAt, ttftMs: null, tokensPerSecond: null, tokens: 0, costMicroUsd: null, ...more }
}

/** A call that begins and ends at one moment. */
export function call(
  table: LiveTable,
  outcome: Outcome | null,
  now: number,
  more: Partial<Sample> = {},
): void {
  table.callBegan(KEY, now)
  table.callEnded(KEY, sample(outcome, now, more), now)
}

/** One exchange, as a copy: nothing is shared but what is told. */
export function exchange(table: LiveTable, shared: SharedTable, now: number): void {
  const delta = table.takeDelta(now)
  table.absorb(delta, structuredClone(shared.sync(structuredClone(delta), now)), now)
}

/** What an isolate knows of the one offer. */
export function seen(table: LiveTable, now: number): ObservedOffer | undefined {
  const offers = new Map<string, ObservedOffer>()
  table.observe(offers, now)
  return offers.get(KEY)
}
