import type { LiveOffer, Sample } from '../core/live.ts'
import {
  admittedShare,
  advance,
  atTime,
  type Breaker,
  type BreakerSettings,
  CLOSED,
  NO_OUTCOMES,
  outcomesOf,
  relevant,
  withOutcomes,
} from './breaker.ts'
import {
  addFigures,
  countBegun,
  countEnded,
  emptyFigures,
  type Figures,
  type LastError,
  MINUTE_MS,
  newest,
} from './figures.ts'
import { afterLatencies, type Peak, peakAt, withLatencies } from './peak.ts'
import { addSketch, type Sketch, type Spread, spreadOf } from './sketch.ts'
import { sumsOf } from './sliding-counts.ts'
import { IN_FLIGHT_MS, type OfferDelta, type SharedOffer, SPAN_MS } from './snapshot.ts'

/** What an isolate knows of an offer, with its last failures, newest first. */
export type ObservedOffer = LiveOffer & { lastErrors: readonly LastError[] }

/** The right to make the one call that looks whether a host is well again. Unix ms. */
type Lease = {
  /** Until when that call may begin. */
  until: number
  /** When it began; null: not yet. */
  begunAt: number | null
}

type Spreads = Pick<SharedOffer, 'ttftMs' | 'tokensPerSecond'>

/** One offer in one isolate. Peak and breaker hold everything that is known; figures add up. */
export type Row = {
  /** As last heard of everybody. */
  shared: SharedOffer | null
  sharedAt: number
  /** Told and not yet acknowledged. */
  flying: OfferDelta | null
  /** What happened since, from `since.from` on; outcomes from `since.outcomesFrom` on. */
  since: OfferDelta & { from: number; outcomesFrom: number }
  /** Whether there is something to tell. */
  changed: boolean
  inFlight: number
  peak: Peak | null
  breaker: Breaker
  /** When it was first known here that the breaker is open. */
  openSeenAt: number
  lease: Lease | null
  usedAt: number
  /** How what is not shared yet is distributed. */
  own: Spreads | null
}

/** Fewer values than this do not tell how the next will be. */
const MIN_VALUES = 5
/** Outcomes that wait to be told are of this span at most: a breaker goes by the last moments. */
const OUTCOMES_MS = 30_000
/** After this long without an end, the call that looked is taken for lost. */
const PROBE_MS = 30_000

export function newRow(now: number): Row {
  return {
    shared: null,
    sharedAt: 0,
    flying: null,
    since: emptySince(now),
    changed: false,
    inFlight: 0,
    peak: null,
    breaker: CLOSED,
    openSeenAt: 0,
    lease: null,
    usedAt: now,
    own: null,
  }
}

function emptySince(now: number): Row['since'] {
  return { figures: emptyFigures(), latencies: null, outcomes: NO_OUTCOMES, from: now, outcomesFrom: now }
}

/** Whether the one call that looks may begin here. */
function mayProbe({ lease }: Row, now: number, alone: boolean): boolean {
  if (lease?.begunAt != null) return now - lease.begunAt >= PROBE_MS && alone
  return alone || (lease !== null && now < lease.until)
}

/** @returns whether the others should hear of it at once: somebody looks whether the host is well */
export function beginCall(
  row: Row,
  now: number,
  { settings, alone }: { settings: BreakerSettings; alone: boolean },
): boolean {
  rollOver(row, now)
  countBegun(row.since.figures, now)
  row.inFlight += 1
  row.changed = true
  row.usedAt = now
  const probes = atTime(row.breaker, now, settings).state === 'half-open' && mayProbe(row, now, alone)
  if (probes) row.lease = { until: now, begunAt: now }
  return probes
}

/** @returns whether the others should hear of it at once: the breaker is in another state, or the one call is over */
export function endCall(row: Row, sample: Sample, now: number, settings: BreakerSettings): boolean {
  rollOver(row, now)
  const { since } = row
  row.inFlight = Math.max(0, row.inFlight - 1)
  row.changed = true
  row.usedAt = now
  row.own = null
  countEnded(since.figures, sample, now)
  const { ttftMs, startedAt } = sample
  if (ttftMs !== null) {
    const latencies = { count: 1, sumMs: ttftMs, maxMs: ttftMs, at: now }
    since.latencies = withLatencies(since.latencies, latencies)
    row.peak = afterLatencies(row.peak, latencies)
  }
  const before = atTime(row.breaker, now, settings).state
  countOutcome(row, sample, now, settings)
  const probeBegan = row.lease?.begunAt ?? Infinity
  const probeEnded = startedAt >= probeBegan
  if (probeEnded) row.lease = null
  return probeEnded || row.breaker.state !== before
}

function countOutcome(
  row: Row,
  { outcome, startedAt }: Sample,
  now: number,
  settings: BreakerSettings,
): void {
  if (!outcome) return
  const one = outcomesOf(outcome, startedAt, now)
  const isDared = row.breaker.openUntil > now && startedAt >= row.openSeenAt
  const counted = relevant(isDared ? { ...one, dared: one.ok } : one, row.breaker)
  setBreaker(row, advance(row.breaker, counted, now, settings), now)
  const { since } = row
  if (now - since.outcomesFrom > OUTCOMES_MS) {
    since.outcomes = NO_OUTCOMES
    since.outcomesFrom = now
  }
  since.outcomes = withOutcomes(since.outcomes, counted)
}

function setBreaker(row: Row, next: Breaker, now: number): void {
  if (next.openedAt !== row.breaker.openedAt) row.openSeenAt = now
  row.breaker = next
}

/** An isolate that nobody listens to is its own company: after one span, its own figures count as the shared ones. */
function rollOver(row: Row, now: number): void {
  const { since, shared } = row
  if (!row.changed) since.from = now
  if (row.flying || now - since.from < SPAN_MS) return
  const { requests, failures, lastMinute, lastErrors } = since.figures
  const { peak, breaker } = row
  const counted = { requests, failures, lastMinute, lastErrors, ...spreadsOf([since.figures]) }
  row.shared = { ...counted, peak, breaker, inFlight: shared?.inFlight ?? 0, probeMs: null }
  row.sharedAt = now
  row.since = emptySince(now)
  row.own = null
}

/** What there is to tell of an offer; null for nothing. It is flying until it is acknowledged or given up. */
export function takeOff(row: Row, now: number): OfferDelta | null {
  if (!row.changed) return null
  const { figures, latencies, outcomes } = row.since
  row.flying = { figures, latencies, outcomes }
  row.since = emptySince(now)
  row.changed = false
  return row.flying
}

/** What was told did not arrive: it is to be told again. */
export function putBack(row: Row, now: number): void {
  const { flying, since } = row
  if (!flying) return
  const { figures } = flying
  addFigures(figures, since.figures, now)
  since.figures = figures
  since.latencies =
    since.latencies && flying.latencies
      ? withLatencies(flying.latencies, since.latencies)
      : (since.latencies ?? flying.latencies)
  since.outcomes = withOutcomes(flying.outcomes, since.outcomes)
  row.flying = null
  row.changed = true
}

/** What everybody knows, and on top of it what happened here since. */
export function takeOver(row: Row, shared: SharedOffer, now: number, settings: BreakerSettings): void {
  row.shared = shared
  row.sharedAt = now
  row.flying = null
  row.own = null
  row.peak = afterLatencies(shared.peak, row.since.latencies)
  row.since.outcomes = relevant(row.since.outcomes, shared.breaker)
  setBreaker(row, advance(shared.breaker, row.since.outcomes, now, settings), now)
  const begunAt = row.lease?.begunAt ?? -Infinity
  if (row.breaker.state === 'half-open' && now - begunAt < PROBE_MS) return
  row.lease = shared.probeMs === null ? null : { until: now + shared.probeMs, begunAt: null }
}

/** Whether nothing is known of an offer any more. */
export function isForgotten(row: Row, now: number): boolean {
  const quiet = now - row.usedAt > 2 * SPAN_MS && row.inFlight === 0
  return quiet && now - row.sharedAt > SPAN_MS && row.breaker.openUntil <= now
}

export function observed(
  row: Row,
  now: number,
  { settings, alone }: { settings: BreakerSettings; alone: boolean },
): ObservedOffer {
  const { since, flying } = row
  const own = flying ? [since.figures, flying.figures] : [since.figures]
  const shared = now - row.sharedAt < SPAN_MS ? row.shared : null
  const parts = shared ? [...own, shared] : own
  row.own ??= spreadsOf(own)
  const ttft = better(row.own.ttftMs, shared?.ttftMs)
  const speed = better(row.own.tokensPerSecond, shared?.tokensPerSecond)
  const breaker = atTime(row.breaker, now, settings)
  const [requestsPerMinute, tokensPerMinute] = lastMinuteOf(parts, now)
  const elsewhere = now - row.sharedAt < IN_FLIGHT_MS ? (shared?.inFlight ?? 0) : 0
  return {
    requests: parts.reduce((total, { requests }) => total + requests, 0),
    failures: parts.reduce((total, { failures }) => total + failures, 0),
    ttftMs: ttft && ttft.count >= MIN_VALUES ? { p50: ttft.p50, p95: ttft.p95 } : null,
    tokensPerSecond: speed && speed.count >= MIN_VALUES ? speed.p50 : null,
    peakTtftMs: row.peak && peakAt(row.peak, ttft?.p50 ?? row.peak.valueMs, now),
    inFlight: row.inFlight + elsewhere,
    requestsPerMinute,
    tokensPerMinute,
    breaker: breaker.state,
    admitted: admittedShare(breaker, now, settings, mayProbe(row, now, alone)),
    openUntil: breaker.state === 'open' ? breaker.openUntil : null,
    lastErrors: newest(parts.flatMap(({ lastErrors }) => lastErrors)),
  }
}

function lastMinuteOf(parts: readonly Pick<Figures, 'lastMinute'>[], now: number): [number, number] {
  let [requests, tokens] = [0, 0]
  for (const { lastMinute } of parts) {
    const [begun, used] = sumsOf(lastMinute, { now, windowMs: MINUTE_MS })
    requests += begun
    tokens += used
  }
  return [requests, tokens]
}

/** What was told of more values tells more; what is not shared yet is mostly of the last second. */
function better(own: Spread | null, shared: Spread | null | undefined): Spread | null {
  return shared && shared.count >= (own?.count ?? 0) ? shared : own
}

function spreadsOf(parts: readonly Figures[]): Spreads {
  const spread = (read: (part: Figures) => Sketch): Spread | null => {
    const all: Sketch = []
    for (const part of parts) addSketch(all, read(part))
    return spreadOf(all)
  }
  return { ttftMs: spread((part) => part.ttftMs), tokensPerSecond: spread((part) => part.tokensPerSecond) }
}
