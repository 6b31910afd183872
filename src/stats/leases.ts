/** Who may make the one call that looks whether a host is well again. Times in Unix ms. */
type Lease = {
  isolate: string
  until: number
  /** For how long it was given. */
  spanMs: number
  begun: boolean
  /** Whether somebody else wanted it meanwhile. */
  isWanted: boolean
}

/** How long a right may wait to be used: at first, and for who is alone in wanting it and used none. */
const FIRST_MS = 3_000
const LONGEST_MS = 60_000
const GROWTH = 4
/** Isolates count from when they hear of it, and stop this much earlier. */
const MARGIN_MS = 1_000
/** After this long without an end, the call that looked is taken for lost. */
const PROBE_MS = 30_000

/** At most one right per offer at a time. */
export class Leases {
  readonly #byKey = new Map<string, Lease>()

  /**
   * What an isolate may do that asks.
   *
   * @param isProbing whether it has begun the call that it was given the right to
   * @returns for how long it may begin that call; null: not
   */
  ask(key: string, isolate: string, { isProbing, now }: { isProbing: boolean; now: number }): number | null {
    const known = this.#byKey.get(key)
    const isOurs = known?.isolate === isolate
    const isOver = known === undefined || known.until <= now || (isOurs && known.begun && !isProbing)
    if (isProbing && (isOver || isOurs)) {
      // Also who went on alone: two at a time are worse than one that nobody allowed.
      const until = known && isOurs && known.begun && !isOver ? known.until : now + PROBE_MS
      this.#byKey.set(key, { isolate, until, spanMs: FIRST_MS, begun: true, isWanted: false })
      return null
    }
    if (isProbing) return null
    if (!isOver) {
      if (!isOurs) known.isWanted = true
      return isOurs ? remaining(known, now) : null
    }
    const wasIdle = known !== undefined && isOurs && !known.begun && !known.isWanted
    const spanMs = wasIdle ? Math.min(LONGEST_MS, known.spanMs * GROWTH) : FIRST_MS
    const lease = { isolate, until: now + spanMs, spanMs, begun: false, isWanted: false }
    this.#byKey.set(key, lease)
    return remaining(lease, now)
  }

  /** The host is well, or known not to be. */
  end(key: string): void {
    this.#byKey.delete(key)
  }
}

function remaining({ until }: Lease, now: number): number {
  return Math.max(0, until - now - MARGIN_MS)
}
