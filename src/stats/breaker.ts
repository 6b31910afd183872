import { HEALTH_POLICY } from '../core/errors.ts'
import type { BreakerState, Outcome } from '../core/live.ts'
import { type SlidingCounts, sumsOf, withMore } from './sliding-counts.ts'

/** When a breaker opens, and how long it then stays open where the host names no time. */
export type BreakerSettings = {
  /** Failures in a row that open it. */
  failureThreshold: number
  /** Share (0..1) of failures that opens it, once `minimumRequests` have ended within 30 s. */
  failureShare: number
  minimumRequests: number
  cooldownMs: number
}

export const DEFAULT_BREAKER: BreakerSettings = {
  failureThreshold: 5,
  failureShare: 0.5,
  minimumRequests: 20,
  cooldownMs: 30_000,
}

/** Over how long the share of failures is taken. */
const WINDOW_MS = 30_000
/** The longest a host's own Retry-After may keep a breaker open. */
const MAX_OPEN_MS = 300_000
/** The share of requests that a host gets as soon as it recovers, growing to all of them over half a cool-down. */
const FIRST_SHARE = 0.1
/** While a host recovers, this part of the usual evidence is enough to open its breaker again. */
const RAMP_EVIDENCE = { inRow: 1 / 2, minimum: 1 / 4 }

/** Whether one host serving one model is well enough to be asked. Times in Unix ms. */
export type Breaker = {
  state: BreakerState
  /** When this state began. */
  since: number
  /** When it last opened, 0 for never: calls begun before that say nothing any more. */
  openedAt: number
  /** Until when it is open; 0 when it is not. */
  openUntil: number
  failuresInRow: number
  /** Successes and failures of the last 30 s; while recovering, those since then. */
  recent: SlidingCounts
}

/** A breaker that lets everything through, as all begin. */
export const CLOSED: Breaker = {
  state: 'closed',
  since: 0,
  openedAt: 0,
  openUntil: 0,
  failuresInRow: 0,
  recent: [],
}

/** Outcomes since some moment. */
export type Outcomes = {
  ok: number
  ill: number
  /** Those of the successes whose calls were made in the knowledge that the breaker was open. */
  dared: number
  /** Failures since the last success. */
  trailingIll: number
  /** When the first of these calls began (Unix ms). */
  begunAt: number
  /** When the last of them failed (Unix ms); 0 for none. */
  illAt: number
  /** Until when a rate limit asked to be left alone (Unix ms); 0 for never. */
  openUntil: number
}

export const NO_OUTCOMES: Outcomes = {
  ok: 0,
  ill: 0,
  dared: 0,
  trailingIll: 0,
  begunAt: Infinity,
  illAt: 0,
  openUntil: 0,
}

/** Whether an outcome speaks against the host's health. */
export function isIll(outcome: Outcome): boolean {
  return !outcome.ok && HEALTH_POLICY[outcome.code]
}

/** One outcome as a batch. A failure that does not speak of the host's health is none. */
export function outcomesOf(outcome: Outcome, begunAt: number, now: number): Outcomes {
  if (outcome.ok) return { ...NO_OUTCOMES, ok: 1, begunAt }
  if (!isIll(outcome)) return NO_OUTCOMES
  const asked = outcome.code === 'rate_limited' ? outcome.retryAfterMs : undefined
  const openUntil = asked === undefined ? 0 : now + Math.min(asked, MAX_OPEN_MS)
  return { ok: 0, ill: 1, dared: 0, trailingIll: 1, begunAt, illAt: now, openUntil }
}

/** Outcomes and those that came after them as one batch. */
export function withOutcomes(earlier: Outcomes, later: Outcomes): Outcomes {
  return {
    ok: earlier.ok + later.ok,
    ill: earlier.ill + later.ill,
    dared: earlier.dared + later.dared,
    trailingIll: later.ok > 0 ? later.trailingIll : earlier.trailingIll + later.ill,
    begunAt: Math.min(earlier.begunAt, later.begunAt),
    illAt: Math.max(earlier.illAt, later.illAt),
    openUntil: later.dared > 0 ? later.openUntil : Math.max(earlier.openUntil, later.openUntil),
  }
}

/** What of some outcomes still counts: of calls begun before the breaker opened, only for how long they ask. */
export function relevant(outcomes: Outcomes, { openedAt }: Breaker): Outcomes {
  return outcomes.begunAt < openedAt ? { ...NO_OUTCOMES, openUntil: outcomes.openUntil } : outcomes
}

/** The breaker as time alone has changed it: an open one is tried again, one that recovered long enough closes. */
export function atTime(breaker: Breaker, now: number, { cooldownMs }: BreakerSettings): Breaker {
  const { state, since, openUntil } = breaker
  if (state === 'open' && now >= openUntil) {
    return { ...breaker, state: 'half-open', since: openUntil, openUntil: 0 }
  }
  const closesAt = since + cooldownMs / 2
  return state === 'ramping' && now >= closesAt ? { ...breaker, state: 'closed', since: closesAt } : breaker
}

/**
 * The breaker after more outcomes; those of calls begun before it opened do not count. It opens by failures in a row, by
 * their share, or for as long as a rate limit asks. After that one success begins a slow recovery and one failure opens it again; a
 * recovering one needs several failures for that, fewer than a closed one. A failure never shortens the time that
 * another one set; only a success that was dared does.
 */
export function advance(breaker: Breaker, all: Outcomes, now: number, settings: BreakerSettings): Breaker {
  const before = atTime(breaker, now, settings)
  const outcomes = relevant(all, before)
  const { ok, ill } = outcomes
  const asked = outcomes.openUntil > now ? Math.min(outcomes.openUntil, now + MAX_OPEN_MS) : 0
  if (ok + ill === 0 && asked === 0) return before
  // As the one who saw it opened it, whoever else hears of it later.
  const at = outcomes.illAt === 0 ? now : Math.min(now, outcomes.illAt)
  const judged = (after: Breaker): Breaker => {
    const enough = isEnough(after, now, settings)
    return enough || asked > 0 ? opened(Math.max(asked, enough ? at + settings.cooldownMs : 0), at) : after
  }
  switch (before.state) {
    case 'open':
      // Others that have not heard of it go on calling for a moment, and some of their calls succeed.
      if (outcomes.dared > 0 && asked === 0) return judged(recovering(before, outcomes, now))
      return asked > before.openUntil ? { ...before, openUntil: asked } : before
    case 'half-open':
      if (asked === 0 && ill === 0) return recovering(before, outcomes, now)
      return opened(asked || at + settings.cooldownMs, at)
    case 'closed':
    case 'ramping':
      return judged(counted(before, outcomes, now))
  }
}

function opened(openUntil: number, at: number): Breaker {
  return { ...CLOSED, state: 'open', since: at, openedAt: at, openUntil }
}

function recovering({ openedAt }: Breaker, outcomes: Outcomes, now: number): Breaker {
  return counted({ ...CLOSED, state: 'ramping', since: now, openedAt }, outcomes, now)
}

function counted(breaker: Breaker, { ok, ill, trailingIll }: Outcomes, now: number): Breaker {
  return {
    ...breaker,
    failuresInRow: ok > 0 ? trailingIll : breaker.failuresInRow + ill,
    recent: withMore(breaker.recent, [ok, ill], { now, windowMs: WINDOW_MS }),
  }
}

/** Whether the failures counted are enough to open it. */
function isEnough(
  { state, failuresInRow, recent }: Breaker,
  now: number,
  settings: BreakerSettings,
): boolean {
  const part = state === 'ramping' ? RAMP_EVIDENCE : { inRow: 1, minimum: 1 }
  if (failuresInRow >= Math.ceil(settings.failureThreshold * part.inRow)) return true
  const [ok, ill] = sumsOf(recent, { now, windowMs: WINDOW_MS })
  const isMany = ok + ill >= Math.ceil(settings.minimumRequests * part.minimum)
  return isMany && ill >= settings.failureShare * (ok + ill)
}

/** The share (0..1) of requests that may go there now. `mayProbe`: whether the one call that looks may be made here. */
export function admittedShare(
  { state, since }: Breaker,
  now: number,
  { cooldownMs }: BreakerSettings,
  mayProbe: boolean,
): number {
  switch (state) {
    case 'closed':
      return 1
    case 'open':
      return 0
    case 'half-open':
      return mayProbe ? 1 : 0
    case 'ramping':
      return Math.min(1, FIRST_SHARE + ((1 - FIRST_SHARE) * Math.max(0, now - since)) / (cooldownMs / 2))
  }
}
