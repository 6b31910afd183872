import { advance, atTime, type Breaker, type BreakerSettings, CLOSED } from './breaker.ts'
import { addTally, emptyTally, isEmpty, type LastError, MINUTE_MS, newest, type Tally } from './figures.ts'
import { Gauges } from './gauges.ts'
import { Leases } from './leases.ts'
import { afterLatencies, type Peak } from './peak.ts'
import { type Spread, spreadOf } from './sketch.ts'
import { merged, type SlidingCounts } from './sliding-counts.ts'
import {
  type Delta,
  hostOf,
  type MinuteEntry,
  type OfferDelta,
  type OfferMinute,
  type Place,
  type Snapshot,
  SPAN_MS,
  STATS_VERSION,
} from './snapshot.ts'

/** The most offers of one object: their figures are stored as one value of at most 2 MB. */
const MAX_OFFERS = 100
/** Finished minutes that wait for the queue; older ones are given up. */
const MAX_MINUTES = 10

/** One offer by everybody's calls: in this span of five minutes, in the one before, and in this minute. */
type StoredOffer = {
  current: Tally
  previous: Tally
  minute: Tally
  lastMinute: SlidingCounts
  lastErrors: readonly LastError[]
  peak: Peak | null
  breaker: Breaker
}

/** All that must survive the object's leaving memory; plain data. */
export type StoredTable = {
  version: number
  place: Place
  /** Numbers of the span and the minute counted now, since the Unix epoch. */
  span: number
  minute: number
  offers: [key: string, offer: StoredOffer][]
  finished: MinuteEntry[]
}

/** How often the distributions of many values are reckoned, in numbers of a sketch; those of fewer always. */
const SPREADS_MS = 1_000
const MANY = 100

/** `both`: the current span and the one before as one; `spreads`: how its values are distributed, as last reckoned. */
type Offer = StoredOffer & { both: Tally; spreads: Spreads | null }
type Spreads = { at: number; isStale: boolean; ttftMs: Spread | null; tokensPerSecond: Spread | null }

/** What all isolates of a region know together of the offers of one shard. */
export class SharedTable {
  readonly place: Place
  readonly #offers: Map<string, Offer>
  readonly #gauges = new Gauges()
  readonly #leases = new Leases()
  #span: number
  #minute: number
  #finished: MinuteEntry[]

  constructor(stored: StoredTable) {
    this.place = stored.place
    this.#span = stored.span
    this.#minute = stored.minute
    this.#finished = stored.finished
    this.#offers = new Map(
      stored.offers.map(([key, offer]) => [key, { ...offer, both: bothOf(offer), spreads: null }]),
    )
  }

  /** A table of which nothing is known yet. */
  static empty(place: Place, now: number): SharedTable {
    const [span, minute] = [Math.floor(now / SPAN_MS), Math.floor(now / MINUTE_MS)]
    return new SharedTable({ version: STATS_VERSION, place, span, minute, offers: [], finished: [] })
  }

  /** Takes in what an isolate tells. @returns what everybody knows now, for that isolate */
  sync(delta: Delta, now: number): Snapshot {
    this.roll(now)
    this.#gauges.tell(delta.isolate, delta.inFlight, now)
    for (const offer of delta.offers) this.#add(offer.key, offer.delta, now, delta.settings)
    return this.#snapshot(delta, now)
  }

  /** What everybody knows now, for nobody in particular. */
  published(now: number): Snapshot {
    return this.#snapshot(null, now)
  }

  /** Minutes that are over and have not been taken away. */
  finishedMinutes(now: number): readonly MinuteEntry[] {
    this.roll(now)
    return this.#finished
  }

  takenAway(entry: MinuteEntry): void {
    this.#finished = this.#finished.filter((finished) => finished !== entry)
  }

  /** When a minute will be over that has something in it, or others are to be sent again; null for never. Unix ms. */
  nextWorkAt(now: number): number | null {
    if (this.#finished.length > 0) return now + MINUTE_MS
    const counted = [...this.#offers.values()].some(({ minute }) => !isEmpty(minute))
    return counted ? (this.#minute + 1) * MINUTE_MS : null
  }

  stored(): StoredTable {
    return {
      version: STATS_VERSION,
      place: this.place,
      span: this.#span,
      minute: this.#minute,
      offers: [...this.#offers].map(([key, { both: _both, spreads: _spreads, ...offer }]) => [key, offer]),
      finished: this.#finished,
    }
  }

  /** Begins the span and the minute that it is now. */
  roll(now: number): void {
    const minute = Math.floor(now / MINUTE_MS)
    if (minute > this.#minute) this.#finishMinute(minute)
    const span = Math.floor(now / SPAN_MS)
    if (span > this.#span) this.#beginSpan(span, now)
  }

  #finishMinute(next: number): void {
    const offers = [...this.#offers].flatMap(([key, { minute }]) =>
      isEmpty(minute) ? [] : [offerMinute(key, minute)],
    )
    for (const offer of this.#offers.values()) offer.minute = emptyTally()
    const { region } = this.place
    const entry = { version: 1, type: 'minute', region, minute: this.#minute * MINUTE_MS, offers } as const
    if (offers.length > 0) this.#finished = [...this.#finished, entry].slice(-MAX_MINUTES)
    this.#minute = next
  }

  /** Offers without a call in two spans are forgotten, unless their breaker is still open. */
  #beginSpan(span: number, now: number): void {
    const isNext = span === this.#span + 1
    for (const [key, offer] of this.#offers) {
      offer.previous = isNext ? offer.current : emptyTally()
      offer.current = emptyTally()
      offer.both = bothOf(offer)
      offer.spreads = null
      if (isEmpty(offer.both) && offer.breaker.openUntil <= now) this.#offers.delete(key)
    }
    this.#span = span
  }

  #add(key: string, delta: OfferDelta, now: number, settings: BreakerSettings): void {
    const offer = this.#offers.get(key) ?? this.#newOffer(key)
    if (!offer) return
    const { figures, latencies, outcomes } = delta
    if (offer.spreads) offer.spreads.isStale = true
    for (const tally of [offer.current, offer.both, offer.minute]) addTally(tally, figures)
    offer.lastMinute = merged(offer.lastMinute, figures.lastMinute, { now, windowMs: MINUTE_MS })
    offer.lastErrors = newest([...figures.lastErrors, ...offer.lastErrors])
    offer.peak = afterLatencies(offer.peak, latencies)
    offer.breaker = advance(offer.breaker, outcomes, now, settings)
  }

  /** Null when there are too many already: who asks for that one goes on alone. */
  #newOffer(key: string): Offer | null {
    if (this.#offers.size >= MAX_OFFERS) return null
    const tallies = {
      current: emptyTally(),
      previous: emptyTally(),
      minute: emptyTally(),
      both: emptyTally(),
    }
    const offer = { ...tallies, lastMinute: [], lastErrors: [], peak: null, breaker: CLOSED, spreads: null }
    this.#offers.set(key, offer)
    return offer
  }

  #snapshot(asked: Delta | null, now: number): Snapshot {
    const offers = [...this.#offers].map(([key, offer]) => {
      const { both, lastMinute, lastErrors, peak, breaker } = offer
      const { ttftMs, tokensPerSecond } = freshSpreads(offer, now)
      const { requests, failures } = both
      const figures = { requests, failures, lastMinute, lastErrors, ttftMs, tokensPerSecond }
      const inFlight = this.#gauges.elsewhere(key, asked?.isolate ?? null)
      const probeMs = asked && this.#probeMs(key, offer, asked, now)
      return { key, offer: { ...figures, peak, breaker, inFlight, probeMs } }
    })
    return { version: STATS_VERSION, at: now, offers }
  }

  #probeMs(
    key: string,
    { breaker }: Offer,
    { isolate, settings, probing }: Delta,
    now: number,
  ): number | null {
    if (atTime(breaker, now, settings).state === 'half-open') {
      return this.#leases.ask(key, isolate, { isProbing: probing.includes(key), now })
    }
    this.#leases.end(key)
    return null
  }
}

function bothOf({ current, previous }: StoredOffer): Tally {
  const both = emptyTally()
  addTally(both, previous)
  addTally(both, current)
  return both
}

function freshSpreads(offer: Offer, now: number): Spreads {
  const { spreads, both } = offer
  const { ttftMs, tokensPerSecond } = both
  const isMany = Math.max(ttftMs.length, tokensPerSecond.length) > MANY
  if (spreads && (!spreads.isStale || (isMany && now - spreads.at < SPREADS_MS))) return spreads
  const fresh = { ttftMs: spreadOf(ttftMs), tokensPerSecond: spreadOf(tokensPerSecond) }
  offer.spreads = { at: now, isStale: false, ...fresh }
  return offer.spreads
}

function offerMinute(key: string, tally: Tally): OfferMinute {
  const ttft = spreadOf(tally.ttftMs)
  const host = hostOf(key)
  return {
    host,
    model: key.slice(host.length + 1),
    requests: tally.requests,
    failures: tally.byCode,
    ttftMs: ttft && { p50: ttft.p50, p95: ttft.p95 },
    tokensPerSecond: spreadOf(tally.tokensPerSecond)?.p50 ?? null,
    costMicroUsd: tally.costMicroUsd,
  }
}
