import type { Failure, FailureCode } from '../core/chat.ts'
import { FALLBACK_POLICY } from '../core/errors.ts'
import type { LiveOffer, LiveOffers } from '../core/live.ts'
import type { Reliability } from '../core/reliability.ts'
import type { Reason } from '../core/routing.ts'
import type { Decision, EligibleCandidate } from '../route/decision.ts'
import { type Allowance, allowanceOf, type Asking } from './cost-budget.ts'

/** One call at a candidate as the attempt loop sees it. Times in Unix ms, money in micro-USD. */
export type Call = {
  tried: EligibleCandidate
  startedAt: number
  /** Null while it is on its way. */
  endedAt: number | null
  /** Null while it is on its way, and where nobody waited for its end. */
  failure: Failure | null
  /** An answer came, and did not stand its check. */
  checked: boolean
  /** What it cost; while it is on its way, the most it may cost. */
  costMicroUsd: number
}

/** Everything the next step rests on. */
export type LoopState = {
  /** The answer is streamed. */
  stream: boolean
  plan: Pick<Decision, 'plan' | 'fallbacksFor'>
  calls: readonly Call[]
  asking: Asking
  limits: Pick<Reliability, 'retries' | 'maxAttempts' | 'hedge'>
  /** Unix ms. */
  deadline: number
  /** Null for no budget. */
  maxCostMicroUsd: number | null
  /** What is known of hosts now; asked for only where it matters. */
  live: () => LiveOffers
  /** 0..1 for the nth call: what spreads retries over time. */
  chance: (call: number) => number
  now: number
}

/** `until`: Unix ms, null while only a call's end can change anything. `stop` tells the failure that is handed on. */
export type NextStep =
  | { do: 'ask'; tried: EligibleCandidate; allowance: Allowance }
  | { do: 'wait'; until: number | null }
  | { do: 'stop'; failure: Failure }

/** The first wait before a host is asked again doubles with each failure there, up to the second; in ms. */
const FIRST_WAIT_MS = 250
const LONGEST_BACKOFF_MS = 8_000
/** A host that wants to be left alone for longer is not waited for, in ms: a caller may come back as well. */
const LONGEST_WAIT_MS = 20_000
/** Answers that did not stand their check, after which the first of them has to do. */
const MAX_CHECKED = 2
/** A hedge is not worth a call before this, in ms: ordinary scatter. */
const LEAST_HEDGE_MS = 50
/** What another call needs at the least, in ms: less is what a timer may be early by, when it ends a call at the deadline. */
const LEAST_CALL_MS = 5
/** Where many calls are late the 95th percentile is one of those: later than so many medians is late in any case. */
const LATE_MEDIANS = 3

/**
 * What to do next for an answer: ask a candidate, wait, or stop. Pure; never more than `maxAttempts` calls, none after
 * the deadline or beyond the cost budget, and none where an earlier failure says that it cannot help.
 */
export function nextStep(state: LoopState): NextStep {
  const { calls, now, limits } = state
  const running = calls.filter(({ endedAt }) => endedAt === null)
  const failures = calls.flatMap(({ failure }) => failure ?? [])
  const stop: NextStep = { do: 'stop', failure: failures.at(-1) ?? unasked(state) }
  if (failures.some(({ code }) => !FALLBACK_POLICY[code])) return stop
  const latest = state.deadline - (calls.length > 0 ? LEAST_CALL_MS : 0)
  const mayAsk = calls.length < limits.maxAttempts && now < latest
  const [first] = running
  if (first) return hedged(first, mayAsk && running.length === 1, state)
  if (!mayAsk || calls.filter(({ checked }) => checked).length >= MAX_CHECKED) return stop
  const options = optionsOf(state).filter(({ at }) => at < latest)
  const [next] = options.toSorted(
    (a, b) => Number(a.isIll) - Number(b.isIll) || a.at - b.at || a.rank - b.rank,
  )
  if (!next) return stop
  if (next.at > now) return { do: 'wait', until: next.at }
  return { do: 'ask', tried: next.tried, allowance: next.allowance }
}

/** Why nobody was asked at all. */
function unasked({ now, deadline, maxCostMicroUsd }: LoopState): Failure {
  if (now >= deadline) {
    return { code: 'timeout', message: 'No time was left to ask anybody: max_total_ms (total timeout)' }
  }
  return maxCostMicroUsd === null
    ? { code: 'provider_failed', message: 'Nobody to ask' }
    : { code: 'provider_rejected', message: 'Nobody can answer for so little: max_cost_usd' }
}

/** While one call is silent: a second candidate when the first takes longer than it usually does. */
function hedged(first: Call, mayAsk: boolean, state: LoopState): NextStep {
  const at = mayAsk ? hedgeTime(first, state) : null
  if (at === null) return { do: 'wait', until: null }
  if (at > state.now) return { do: 'wait', until: at }
  const fresh = optionsOf(state).find(
    ({ tried, isIll }) => tried !== first.tried && !isIll && isFresh(tried, state),
  )
  return fresh ? { do: 'ask', ...fresh } : { do: 'wait', until: null }
}

/**
 * When a silent call is late: when the caller says, else by the times to first content there. A whole answer is written
 * before any of it is seen, which takes longer by what is expected of it.
 */
function hedgeTime({ tried, startedAt }: Call, { limits, live, stream }: LoopState): number | null {
  if (!limits.hedge) return null
  const usual = limits.hedge.afterMs ?? lateTime(live().get(tried.candidate.key)?.ttftMs)
  if (usual === null) return null
  const writing = stream ? 0 : 1.5 * (tried.prediction.latencyMs - tried.prediction.ttftMs)
  return startedAt + Math.max(LEAST_HEDGE_MS, usual + writing)
}

function lateTime(ttftMs: LiveOffer['ttftMs'] | undefined): number | null {
  return ttftMs ? Math.min(ttftMs.p95, LATE_MEDIANS * ttftMs.p50) : null
}

/** A candidate that may be asked, from when on (Unix ms), and how gladly: the lower the rank the more so. */
type Option = { tried: EligibleCandidate; allowance: Allowance; at: number; rank: number; isIll: boolean }

function optionsOf(state: LoopState): Option[] {
  const { calls, asking, maxCostMicroUsd } = state
  // The plan was made with what was known a moment ago.
  const live = calls.length > 0 ? state.live() : null
  const spent = calls.reduce((sum, { costMicroUsd }) => sum + costMicroUsd, 0)
  const left = (maxCostMicroUsd ?? Infinity) - spent
  const order = inOrder(state)
  return order.flatMap((tried, rank) => {
    const at = timeFor(tried, state)
    const allowance = at === null ? null : allowanceOf(tried, asking, left)
    if (at === null || allowance === null) return []
    const isIll = live?.get(tried.candidate.key)?.admitted === 0 && order.length > 1
    return { tried, allowance, at, rank: tried === stale(calls) ? -1 : rank, isIll }
  })
}

/** The candidates in the order that the last failure suggests: those meant for it, then as planned. */
function inOrder({ plan: { plan, fallbacksFor }, calls }: LoopState): EligibleCandidate[] {
  const last = calls.findLast(({ failure }) => failure !== null)
  const code = last?.failure?.code
  if (code === 'context_window') return [...new Set([...fallbacksFor.contextWindow, ...plan])]
  if (code === 'content_policy') return [...new Set([...fallbacksFor.contentPolicy, ...plan])]
  if (code !== 'rate_limited') return [...plan]
  // Another key of the same model first: nothing else changes for the caller.
  return plan.toSorted((one, other) => Number(isOther(one, last)) - Number(isOther(other, last)))
}

function isOther({ candidate }: EligibleCandidate, call: Call | undefined): boolean {
  return candidate.model.id !== call?.tried.candidate.model.id
}

function isFresh(tried: EligibleCandidate, { calls }: LoopState): boolean {
  return calls.every((call) => call.tried !== tried)
}

/** From when on a candidate may be asked, Unix ms; null when it may not any more. */
function timeFor(tried: EligibleCandidate, state: LoopState): number | null {
  const { calls, limits, now, chance } = state
  if (calls.some((call) => call.failure && !mayFollow(tried, call.tried, call.failure))) return null
  const own = calls.filter((call) => call.tried === tried)
  const last = own.at(-1)
  if (!last) return now
  const { failure, endedAt } = last
  if (!failure || endedAt === null || own.length > limits.retries || !mayPass(failure)) return null
  if (tried === stale(calls)) return now
  const backoff = Math.min(LONGEST_BACKOFF_MS, FIRST_WAIT_MS * 2 ** (own.length - 1)) * chance(calls.length)
  const wait = Math.max(backoff, failure.retryAfterMs ?? 0)
  return wait > LONGEST_WAIT_MS ? null : endedAt + wait
}

/** Whether the same host may answer the same request another time: not where it does not know the model. */
function mayPass({ code, status }: Failure): boolean {
  return code !== 'provider_failed' || status === undefined || status >= 500 || status < 400
}

/** A connection that was kept open may have been closed at its other end: that says nothing of the host. Once. */
function stale(calls: readonly Call[]): EligibleCandidate | null {
  const last = calls.at(-1)
  if (!last?.failure?.beforeResponse) return null
  return calls.filter(({ tried }) => tried === last.tried).length === 1 ? last.tried : null
}

/** Whether a candidate can do better than an earlier one that failed; also whether that one may be asked again. */
function mayFollow(next: EligibleCandidate, tried: EligibleCandidate, { code }: Failure): boolean {
  switch (code) {
    case 'provider_auth':
      return next.candidate.offer.host !== tried.candidate.offer.host
    case 'context_window':
      return next.candidate.contextWindow > tried.candidate.contextWindow
    case 'content_policy':
      return next.candidate.model.id !== tried.candidate.model.id
    case 'provider_failed':
    case 'rate_limited':
    case 'timeout':
    case 'provider_rejected':
      return true
  }
}

/** Why another candidate than the chosen one answered. */
export function fallbackReason(code: FailureCode): Reason {
  switch (code) {
    case 'timeout':
      return 'fallback_timeout'
    case 'rate_limited':
      return 'fallback_rate_limit'
    case 'context_window':
      return 'fallback_context_window'
    case 'content_policy':
      return 'fallback_content_policy'
    case 'provider_failed':
    case 'provider_auth':
    case 'provider_rejected':
      return 'fallback_error'
  }
}
