import type { Limits } from '../../core/limits.ts'
import { windowOf } from './window.ts'

/**
 * One thing that is counted, and how much of it there may be; null for no limit. Money is counted in windows, each a
 * meter of its own; requests and tokens by the minute.
 */
export type Meter = {
  /** What is counted, and for money the window it is counted in: who counts the same has the same id. */
  id: string
  /** Whose it is: `tenant`, `key:…`, `user:…` or `model:…`. */
  subject: string
  maxMicroUsd: number | null
  /** Somebody is told once this much is spent. */
  softMicroUsd: number | null
  /** When its window begins and ends, Unix ms; both null where it has none. */
  startsAt: number | null
  endsAt: number | null
  requestsPerMinute: number | null
  tokensPerMinute: number | null
  parallel: number | null
  /** True: the ledger itself lets every request begin. */
  strict: boolean
}

/** The meters that one subject's limits are held by at a time, Unix ms: none, one, or one for money and one for rates. */
export function metersOf(subject: string, limits: Limits, now: number): Meter[] {
  const { budget, requestsPerMinute, tokensPerMinute, parallel } = limits
  const meters: Meter[] = []
  if (budget) {
    const { startsAt, endsAt } = windowOf(budget.duration, now)
    meters.push({
      ...NO_LIMITS,
      id: `${subject} ${budget.duration ?? 'ever'} ${startsAt}`,
      subject,
      maxMicroUsd: budget.maxMicroUsd,
      softMicroUsd: budget.softMicroUsd,
      startsAt: endsAt === null ? null : startsAt,
      endsAt,
      strict: limits.strict,
    })
  }
  if (requestsPerMinute !== null || tokensPerMinute !== null || parallel !== null) {
    meters.push({
      ...NO_LIMITS,
      id: `${subject} minute`,
      subject,
      requestsPerMinute,
      tokensPerMinute,
      parallel,
      strict: limits.strict || parallel !== null,
    })
  }
  return meters
}

const NO_LIMITS = {
  maxMicroUsd: null,
  softMicroUsd: null,
  startsAt: null,
  endsAt: null,
  requestsPerMinute: null,
  tokensPerMinute: null,
  parallel: null,
  strict: false,
}

/** The same meters, each once: where several limits are held by one, the least of each counts. */
export function tightest(meters: readonly Meter[]): Meter[] {
  const byId = new Map<string, Meter>()
  for (const meter of meters) {
    const known = byId.get(meter.id)
    byId.set(meter.id, known ? tighter(known, meter) : meter)
  }
  return [...byId.values()]
}

function tighter(one: Meter, other: Meter): Meter {
  return {
    ...one,
    maxMicroUsd: least(one.maxMicroUsd, other.maxMicroUsd),
    softMicroUsd: least(one.softMicroUsd, other.softMicroUsd),
    requestsPerMinute: least(one.requestsPerMinute, other.requestsPerMinute),
    tokensPerMinute: least(one.tokensPerMinute, other.tokensPerMinute),
    parallel: least(one.parallel, other.parallel),
    strict: one.strict || other.strict,
  }
}

/** The lesser of two limits; null for no limit. */
export function least(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other
  return Math.min(one, other)
}
