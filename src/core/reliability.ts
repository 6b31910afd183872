/** How hard an answer is tried for, and how long it may take. Times in ms. */

/** How long one call may keep us waiting. */
export type Timeouts = {
  /** Until the host begins to answer a streamed call at all, with its headers. */
  connectMs: number
  /** Until the first content of a streamed answer, or until a whole one begins to arrive. */
  ttftMs: number
  /** Between two events or comments of a stream whose content has begun, or two pieces of a whole body. */
  idleMs: number
  /** Altogether. */
  totalMs: number
}

/** What happens when an answer breaks off after the caller has seen its beginning. */
type StreamFailure = {
  /** `continue`: another model writes the rest. */
  mode: 'terminate' | 'continue'
  /** How many models may take over within one answer. */
  maxFallbacks: number
}

export type Reliability = {
  timeouts: Timeouts
  /** How often one candidate may be asked again after it failed. */
  retries: number
  /** Calls for one answer, all together. */
  maxAttempts: number
  /** One deadline over all attempts, from the decision to the answer's end. */
  maxTotalMs: number
  /**
   * Asks a second candidate while the first is silent, and keeps who begins first. `afterMs` null: when the first is
   * later than it usually is. Null: never.
   */
  hedge: { afterMs: number | null } | null
  streamFailure: StreamFailure
}

/** Keeping and reusing answers to equal requests; each bound is absent where nobody asked for it. */
export type CacheWish = {
  /** How long an answer may be reused; 0 or absent: not at all. */
  ttlMs?: number
  /** True: an answer that is kept is not used. */
  noRead?: boolean
  /** True: the answer is not kept. */
  noStore?: boolean
}

/** What a caller, a tenant or the operator says of it; what nobody says is as in `DEFAULT_RELIABILITY`. */
export type ReliabilityWish = {
  timeouts?: Partial<Timeouts>
  retries?: number
  maxAttempts?: number
  maxTotalMs?: number
  hedge?: Reliability['hedge']
  streamFailure?: Partial<StreamFailure>
  cache?: CacheWish
}

/** Long enough for a thinking model's first token; short enough that a dead host is found within minutes. */
export const DEFAULT_RELIABILITY: Reliability = {
  timeouts: { connectMs: 60_000, ttftMs: 180_000, idleMs: 60_000, totalMs: 600_000 },
  retries: 2,
  maxAttempts: 8,
  maxTotalMs: 600_000,
  hedge: null,
  streamFailure: { mode: 'terminate', maxFallbacks: 1 },
}

/** The first wish that says something counts, field by field; nothing is cached where nobody wishes it. */
export function cacheWishOf(wishes: readonly ReliabilityWish[]): CacheWish {
  const whole: CacheWish = {}
  for (const { cache } of wishes.toReversed()) Object.assign(whole, cache)
  return whole
}

/** The first wish that says something counts, field by field; then the default. */
export function reliabilityOf(wishes: readonly ReliabilityWish[]): Reliability {
  const first = <T>(read: (wish: ReliabilityWish) => T | undefined, otherwise: T): T => {
    for (const wish of wishes) {
      const said = read(wish)
      if (said !== undefined) return said
    }
    return otherwise
  }
  const timeout = (name: keyof Timeouts) =>
    first(({ timeouts }) => timeouts?.[name], DEFAULT_RELIABILITY.timeouts[name])
  const { streamFailure } = DEFAULT_RELIABILITY
  return {
    timeouts: {
      connectMs: timeout('connectMs'),
      ttftMs: timeout('ttftMs'),
      idleMs: timeout('idleMs'),
      totalMs: timeout('totalMs'),
    },
    retries: first(({ retries }) => retries, DEFAULT_RELIABILITY.retries),
    maxAttempts: first(({ maxAttempts }) => maxAttempts, DEFAULT_RELIABILITY.maxAttempts),
    maxTotalMs: first(({ maxTotalMs }) => maxTotalMs, DEFAULT_RELIABILITY.maxTotalMs),
    hedge: first(({ hedge }) => hedge, DEFAULT_RELIABILITY.hedge),
    streamFailure: {
      mode: first((wish) => wish.streamFailure?.mode, streamFailure.mode),
      maxFallbacks: first((wish) => wish.streamFailure?.maxFallbacks, streamFailure.maxFallbacks),
    },
  }
}
