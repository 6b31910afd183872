import type { Sample } from '../core/live.ts'
import { atTime, type BreakerSettings } from './breaker.ts'
import {
  beginCall,
  endCall,
  isForgotten,
  newRow,
  type ObservedOffer,
  observed,
  putBack,
  type Row,
  takeOff,
  takeOver,
} from './live-row.ts'
import { type Delta, type Place, type Snapshot, SPAN_MS, STATS_VERSION } from './snapshot.ts'

/** How often the others are told, where there is something to tell or a host to look at; and how often only asked. */
const TELL_MS = 1_000
const ASK_MS = 5_000
/** An answer that takes longer does not come. */
const ANSWER_MS = 10_000
/** After this long without an answer an isolate goes on alone. */
const ALONE_MS = 3_000
/** The most offers kept of one shard, of some 10 kB each at most. */
const MAX_ROWS = 100

/**
 * What one isolate knows of the offers of one shard: by its own calls at once, by everybody's after each exchange with
 * the object that the isolates share.
 */
export class LiveTable {
  readonly #rows = new Map<string, Row>()
  readonly #place: Place
  readonly #isolate: string
  readonly #settings: BreakerSettings
  /** What was told and waits for its answer. */
  #told: { delta: Delta; at: number } | null = null
  #toldAt = -Infinity
  /** When it was first told of what is not answered yet. */
  #waitingSince: number | null = null
  #isUrgent = false
  #isCold = true

  /** @param isolate an id of the isolate */
  constructor(place: Place, isolate: string, settings: BreakerSettings) {
    this.#place = place
    this.#isolate = isolate
    this.#settings = settings
  }

  callBegan(key: string, now: number): void {
    if (beginCall(this.#row(key, now), now, this.#view(now))) this.#isUrgent = true
  }

  callEnded(key: string, sample: Sample, now: number): void {
    if (endCall(this.#row(key, now), sample, now, this.#settings)) this.#isUrgent = true
  }

  /** Adds every offer that something is known of. */
  observe(into: Map<string, ObservedOffer>, now: number): void {
    const view = this.#view(now)
    for (const [key, row] of this.#rows) {
      if (isForgotten(row, now)) this.#rows.delete(key)
      else into.set(key, observed(row, now, view))
    }
  }

  /** Whether it is time to tell the others, or to ask them. */
  isDue(now: number): boolean {
    if (this.#told && now - this.#told.at < ANSWER_MS) return false
    return this.#isUrgent || now - this.#toldAt >= (this.#hasNews(now) ? TELL_MS : ASK_MS)
  }

  #hasNews(now: number): boolean {
    for (const { changed, breaker } of this.#rows.values()) {
      if (changed || atTime(breaker, now, this.#settings).state === 'half-open') return true
    }
    return false
  }

  /** What there is to tell, to be followed by `absorb` or `giveUp`. */
  takeDelta(now: number): Delta {
    if (this.#told) this.giveUp(this.#told.delta, now)
    const rows = [...this.#rows]
    const delta: Delta = {
      version: STATS_VERSION,
      place: this.#place,
      isolate: this.#isolate,
      settings: this.#settings,
      offers: rows.flatMap(([key, row]) => {
        const told = takeOff(row, now)
        return told ? [{ key, delta: told }] : []
      }),
      inFlight: rows.flatMap(([key, { inFlight }]) => (inFlight > 0 ? [{ key, calls: inFlight }] : [])),
      probing: rows.filter(([, { lease }]) => lease?.begunAt != null).map(([key]) => key),
    }
    this.#told = { delta, at: now }
    this.#toldAt = now
    this.#waitingSince ??= now
    this.#isUrgent = false
    return delta
  }

  /** The others' answer to what was told. One that comes too late is ignored. */
  absorb(delta: Delta, snapshot: Snapshot, now: number): void {
    if (this.#told?.delta !== delta) return
    if (snapshot.version !== STATS_VERSION) return this.giveUp(delta, now)
    this.#told = null
    this.#waitingSince = null
    this.#isCold = false
    for (const { key, offer } of snapshot.offers) takeOver(this.#row(key, now), offer, now, this.#settings)
    for (const row of this.#rows.values()) row.flying = null
  }

  /** What was published some time ago, for an isolate that has heard nothing yet. */
  absorbPublished(snapshot: Snapshot, now: number): void {
    const isOld = now - snapshot.at > SPAN_MS
    if (!this.#isCold || isOld || snapshot.version !== STATS_VERSION) return
    for (const { key, offer } of snapshot.offers) {
      const row = this.#row(key, now)
      const { flying } = row
      takeOver(row, offer, now, this.#settings)
      row.flying = flying
    }
  }

  /** No answer comes. */
  giveUp(delta: Delta, now: number): void {
    if (this.#told?.delta !== delta) return
    this.#told = null
    for (const row of this.#rows.values()) putBack(row, now)
  }

  #view(now: number): { settings: BreakerSettings; alone: boolean } {
    const alone = this.#waitingSince !== null && now - this.#waitingSince >= ALONE_MS
    return { settings: this.#settings, alone }
  }

  #row(key: string, now: number): Row {
    const known = this.#rows.get(key)
    if (known) return known
    const row = newRow(now)
    if (this.#rows.size >= MAX_ROWS) this.#forgetOne()
    this.#rows.set(key, row)
    return row
  }

  /** The one that was not used for longest. */
  #forgetOne(): void {
    const [oldest] = [...this.#rows].toSorted(([, a], [, b]) => a.usedAt - b.usedAt)
    if (oldest) this.#rows.delete(oldest[0])
  }
}
