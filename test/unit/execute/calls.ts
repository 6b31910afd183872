import type { Failure, FailureCode } from '../../../src/core/chat.ts'
import type { LiveOffers } from '../../../src/core/live.ts'
import type { Call, LoopState } from '../../../src/execute/next-step.ts'
import type { EligibleCandidate } from '../../../src/route/decision.ts'
import { demand, eligible, priced } from '../route/builders.ts'

export const NOW = 1_000_000

/** 1 USD per million tokens of input, 10 of output. */
export const candidateAt = (model: string, host: string, contextWindow = 100_000) =>
  eligible({ model, host, limits: { contextWindow }, price: priced(1, 10) })

export const a1 = candidateAt('a', 'one', 100_000)
export const b1 = candidateAt('b', 'one', 100_000)
export const a2 = candidateAt('a', 'two', 200_000)
export const PLAN = [a1, b1, a2] as const

/** What the loop rests on after some calls. */
export function state(
  calls: readonly Call[] = [],
  { live = new Map(), ...rest }: Partial<Omit<LoopState, 'live'>> & { live?: LiveOffers } = {},
): LoopState {
  return {
    stream: true,
    plan: { plan: PLAN, fallbacksFor: { contextWindow: [], contentPolicy: [] } },
    calls,
    asking: {
      inputTokens: demand({ input: 1_000 }).inputTokens,
      addedTokens: 0,
      maxOutputTokens: undefined,
      choices: 1,
    },
    limits: { retries: 2, maxAttempts: 8, hedge: null },
    deadline: NOW + 600_000,
    maxCostMicroUsd: null,
    live: () => live,
    chance: () => 0.5,
    now: NOW,
    ...rest,
  }
}

/** A call that failed a moment ago. */
export function ended(
  tried: EligibleCandidate,
  failure: Partial<Failure> & { code: FailureCode },
  more = {},
): Call {
  const times = { startedAt: NOW - 100, endedAt: NOW }
  return { tried, ...times, failure: { message: '', ...failure }, checked: false, costMicroUsd: 0, ...more }
}

/** A call that is silent so far. */
export const running = (tried: EligibleCandidate, startedAt = NOW): Call => ({
  tried,
  startedAt,
  endedAt: null,
  failure: null,
  checked: false,
  costMicroUsd: 0,
})
