import { type CallsOnTheirWay, IN_FLIGHT_MS } from './snapshot.ts'

type Gauge = { at: number; calls: ReadonlyMap<string, number> }

/** How often isolates that fell silent are looked for. */
const SWEEP_MS = 1_000
/** The most isolates believed to have calls on their way; the one silent for longest goes first. */
const MAX_ISOLATES = 2_000

/** Calls on their way in all isolates, each of which tells its own from time to time. */
export class Gauges {
  /** In the order in which they last told. */
  readonly #byIsolate = new Map<string, Gauge>()
  readonly #totals = new Map<string, number>()
  #sweptAt = 0

  /** Puts what an isolate tells in place of what it told before. */
  tell(isolate: string, told: readonly CallsOnTheirWay[], now: number): void {
    this.#drop(isolate)
    if (told.length > 0) {
      const calls = new Map(told.map((one) => [one.key, one.calls]))
      this.#byIsolate.set(isolate, { at: now, calls })
      for (const [key, more] of calls) this.#totals.set(key, (this.#totals.get(key) ?? 0) + more)
    }
    if (now - this.#sweptAt < SWEEP_MS) return
    this.#sweptAt = now
    for (const [silent, { at }] of this.#byIsolate) {
      if (now - at < IN_FLIGHT_MS && this.#byIsolate.size <= MAX_ISOLATES) return
      this.#drop(silent)
    }
  }

  /** Calls on their way to an offer, without those of one isolate. */
  elsewhere(key: string, isolate: string | null): number {
    const own = isolate === null ? 0 : (this.#byIsolate.get(isolate)?.calls.get(key) ?? 0)
    return (this.#totals.get(key) ?? 0) - own
  }

  #drop(isolate: string): void {
    const known = this.#byIsolate.get(isolate)
    if (!known) return
    this.#byIsolate.delete(isolate)
    for (const [key, calls] of known.calls) {
      const left = (this.#totals.get(key) ?? 0) - calls
      if (left > 0) this.#totals.set(key, left)
      else this.#totals.delete(key)
    }
  }
}
