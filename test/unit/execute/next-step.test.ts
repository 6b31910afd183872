import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FAILURE_CODES, type Failure, type FailureCode } from '../../../src/core/chat.ts'
import { FALLBACK_POLICY } from '../../../src/core/errors.ts'
import { type LiveOffers, UNKNOWN_OFFER } from '../../../src/core/live.ts'
import { type Call, fallbackReason, type LoopState, nextStep } from '../../../src/execute/next-step.ts'
import type { EligibleCandidate } from '../../../src/route/decision.ts'
import { demand, eligible, openBreakers, priced } from '../route/builders.ts'

const NOW = 1_000_000

const at = (model: string, host: string, contextWindow = 100_000) =>
  eligible({ model, host, limits: { contextWindow }, price: priced(1, 10) })

const a1 = at('a', 'one', 100_000)
const b1 = at('b', 'one', 100_000)
const a2 = at('a', 'two', 200_000)
const PLAN = [a1, b1, a2] as const

function state(calls: readonly Call[] = [], rest: Partial<LoopState> = {}): LoopState {
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
    live: new Map(),
    chance: () => 0.5,
    now: NOW,
    ...rest,
  }
}

function ended(tried: EligibleCandidate, failure: Partial<Failure> & { code: FailureCode }, more = {}): Call {
  const times = { startedAt: NOW - 100, endedAt: NOW }
  return { tried, ...times, failure: { message: '', ...failure }, checked: false, costMicroUsd: 0, ...more }
}

const running = (tried: EligibleCandidate, startedAt = NOW): Call => ({
  tried,
  startedAt,
  endedAt: null,
  failure: null,
  checked: false,
  costMicroUsd: 0,
})

const asked = (calls: readonly Call[], rest: Partial<LoopState> = {}) => {
  const step = nextStep(state(calls, rest))
  return step.do === 'ask' ? step.tried : step.do
}

describe('who is asked next', () => {
  it('is the first, then the others in order', () => {
    expect(asked([])).toBe(a1)
    expect(asked([ended(a1, { code: 'provider_failed' })])).toBe(b1)
    expect(asked([ended(a1, { code: 'timeout' }), ended(b1, { code: 'provider_failed' })])).toBe(a2)
  })

  it('is not at a host whose key was refused', () => {
    expect(asked([ended(a1, { code: 'provider_auth' })])).toBe(a2)
    expect(asked([ended(a1, { code: 'provider_auth' }), ended(a2, { code: 'provider_auth' })])).toBe('stop')
  })

  it('has a larger context window when one was full, those meant for it first', () => {
    const meant = at('c', 'three', 1_000_000)
    const fallbacksFor = { contextWindow: [meant], contentPolicy: [] }
    expect(asked([ended(a1, { code: 'context_window' })])).toBe(a2)
    expect(asked([ended(a1, { code: 'context_window' })], { plan: { plan: PLAN, fallbacksFor } })).toBe(meant)
    expect(asked([ended(a1, { code: 'provider_failed' })], { plan: { plan: PLAN, fallbacksFor } })).toBe(b1)
  })

  it('is another model when one refused the content, those meant for it first', () => {
    const meant = at('c', 'three')
    const fallbacksFor = { contextWindow: [], contentPolicy: [meant] }
    expect(asked([ended(a1, { code: 'content_policy' })])).toBe(b1)
    expect(asked([ended(a1, { code: 'content_policy' })], { plan: { plan: PLAN, fallbacksFor } })).toBe(meant)
  })

  it('is the same model with another key after a rate limit', () => {
    expect(asked([ended(a1, { code: 'rate_limited' })])).toBe(a2)
  })

  it('is nobody after a refused request', () => {
    expect(nextStep(state([ended(a1, { code: 'provider_rejected', status: 400 })]))).toMatchObject({
      do: 'stop',
      failure: { code: 'provider_rejected', status: 400 },
    })
  })

  it('is the same again, at once and once, where a connection broke before any answer', () => {
    const broken = { code: 'provider_failed', beforeResponse: true } as const
    expect(asked([ended(a1, broken)])).toBe(a1)
    expect(asked([ended(a1, broken), ended(a1, broken)])).toBe(b1)
  })

  it('passes by who is known to be ill, while another can be asked', () => {
    const live = openBreakers(b1.candidate.key)
    expect(asked([ended(a1, { code: 'provider_failed' })], { live })).toBe(a2)
  })

  it('is nobody after two answers that did not stand their check', () => {
    const failed = { code: 'provider_failed' } as const
    const unsound = [ended(a1, failed, { checked: true }), ended(b1, failed, { checked: true })]
    expect(asked(unsound.slice(0, 1))).toBe(b1)
    expect(asked(unsound)).toBe('stop')
  })
})

describe('asking again', () => {
  const one = { plan: { plan: [a1] as const, fallbacksFor: { contextWindow: [], contentPolicy: [] } } }
  const failed = { code: 'provider_failed' } as const

  it('comes after everybody was asked once, and waits longer each time', () => {
    const everybody = PLAN.map((tried) => ended(tried, failed))
    expect(nextStep(state(everybody))).toEqual({ do: 'wait', until: NOW + 125 })
    const twice = [...everybody, ...PLAN.map((tried) => ended(tried, failed))]
    expect(nextStep(state(twice))).toEqual({ do: 'wait', until: NOW + 250 })
    expect(asked(everybody, { now: NOW + 125 })).toBe(a1)
  })

  it('is spread over the whole wait', () => {
    const until = (chance: number) => nextStep(state([ended(a1, failed)], { ...one, chance: () => chance }))
    expect(until(0)).toMatchObject({ do: 'ask' })
    expect(until(0.999)).toEqual({ do: 'wait', until: NOW + 250 * 0.999 })
  })

  it('waits as long as the host says, and not at all where that is too long', () => {
    const limited = (retryAfterMs: number) => [ended(a1, { code: 'rate_limited', retryAfterMs })]
    expect(nextStep(state(limited(5_000), one))).toEqual({ do: 'wait', until: NOW + 5_000 })
    expect(asked(limited(60_000), one)).toBe('stop')
    expect(asked(limited(5_000), { ...one, deadline: NOW + 4_000 })).toBe('stop')
  })

  it('is of no use where the host does not know the model', () => {
    expect(asked([ended(a1, { code: 'provider_failed', status: 404 })], one)).toBe('stop')
    expect(asked([ended(a1, { code: 'provider_failed', status: 404 })])).toBe(b1)
  })

  it('ends with the number of retries', () => {
    const times = (count: number) => Array.from({ length: count }, () => ended(a1, failed))
    const limits = { retries: 1, maxAttempts: 8, hedge: null }
    expect(nextStep(state(times(1), { ...one, limits })).do).toBe('wait')
    expect(asked(times(2), { ...one, limits })).toBe('stop')
  })
})

describe('hedging', () => {
  const limits = { retries: 2, maxAttempts: 8, hedge: { afterMs: null } }
  const live: LiveOffers = new Map([[a1.candidate.key, { ...UNKNOWN_OFFER, ttftMs: { p50: 200, p95: 900 } }]])

  it('asks another when the first is later than nearly always, and only one more', () => {
    const silent = [running(a1, NOW - 900)]
    expect(nextStep(state([running(a1, NOW)], { limits, live }))).toEqual({ do: 'wait', until: NOW + 900 })
    expect(asked(silent, { limits, live })).toBe(b1)
    expect(nextStep(state([...silent, running(b1)], { limits, live }))).toEqual({ do: 'wait', until: null })
  })

  it('waits for a whole answer as long as it takes to write', () => {
    const slow = eligible({ model: 'a', host: 'one', latencyMs: 2_100 })
    const plan = { plan: [slow, b1] as const, fallbacksFor: { contextWindow: [], contentPolicy: [] } }
    const calls = [running(slow, NOW)]
    expect(nextStep(state(calls, { plan, limits, live, stream: false }))).toEqual({
      do: 'wait',
      until: NOW + 900 + 3_000,
    })
  })

  it('does not happen unasked, nor where nobody knows how long it takes, unless the caller says', () => {
    const silent = [running(a1, NOW - 100_000)]
    expect(asked(silent, { live })).toBe('wait')
    expect(asked(silent, { limits })).toBe('wait')
    expect(asked(silent, { limits: { ...limits, hedge: { afterMs: 400 } } })).toBe(b1)
  })

  it('does not ask who is ill, or was asked', () => {
    const late = [ended(b1, { code: 'timeout' }), running(a1, NOW - 900)]
    const ill = new Map([...live, ...openBreakers(a2.candidate.key)])
    expect(asked(late, { limits, live })).toBe(a2)
    expect(asked(late, { limits, live: ill })).toBe('wait')
  })
})

describe('the budgets', () => {
  it('leave out who costs more than is left, and bound what the others write', () => {
    // 1,250 tokens of input at 1, and output at 10 micro-USD each.
    expect(nextStep(state([], { maxCostMicroUsd: 11_250 }))).toMatchObject({
      do: 'ask',
      allowance: { outputCap: 1_000, mostMicroUsd: 11_250 },
    })
    expect(asked([], { maxCostMicroUsd: 1_500 })).toBe('stop')
    const spent = [ended(a1, { code: 'provider_failed' }, { costMicroUsd: 10_000 })]
    expect(asked(spent, { maxCostMicroUsd: 11_250 })).toBe('stop')
  })

  it('leave out who has no price, as soon as there is one', () => {
    const unpriced = eligible({ price: null })
    const plan = { plan: [unpriced, a1] as const, fallbacksFor: { contextWindow: [], contentPolicy: [] } }
    expect(asked([], { plan })).toBe(unpriced)
    expect(asked([], { plan, maxCostMicroUsd: 1_000_000 })).toBe(a1)
  })
})

const anyCandidate = fc
  .record({
    model: fc.constantFrom('a', 'b', 'c'),
    host: fc.constantFrom('one', 'two', 'three'),
    window: fc.constantFrom(8_000, 128_000, 1_000_000),
  })
  .map(({ model, host, window }) => at(model, host, window))
const anyEnd = fc.record({
  code: fc.constantFrom(...FAILURE_CODES),
  takes: fc.nat(20_000),
  costShare: fc.double({ min: 0, max: 1, noNaN: true }),
  retryAfterMs: fc.option(fc.nat(30_000), { nil: undefined }),
  beforeResponse: fc.boolean(),
})
const anyWorld = fc.record({
  candidates: fc.array(anyCandidate, { minLength: 1, maxLength: 5 }),
  meant: fc.array(anyCandidate, { maxLength: 2 }),
  ends: fc.array(anyEnd, { minLength: 40, maxLength: 40 }),
  retries: fc.nat(3),
  maxAttempts: fc.integer({ min: 1, max: 10 }),
  maxTotalMs: fc.integer({ min: 1, max: 60_000 }),
  maxCostMicroUsd: fc.option(fc.nat(200_000), { nil: null }),
  hedge: fc.option(fc.record({ afterMs: fc.nat(5_000) }), { nil: null }),
  chance: fc.double({ min: 0, max: 0.999, noNaN: true }),
})
type World = typeof anyWorld extends fc.Arbitrary<infer W> ? W : never

/** Plays a world to its end: every call fails as scripted. Returns the calls and the state in which each was begun. */
function play(world: World): { state: LoopState; tried: EligibleCandidate; most: number }[] {
  const { candidates, meant, ends, retries, maxAttempts, maxTotalMs, hedge, chance } = world
  const [choice = a1, ...others] = candidates
  const deadline = NOW + maxTotalMs
  const begun: ReturnType<typeof play> = []
  const due: { call: Call; failure: Failure; at: number; cost: number }[] = []
  let calls: Call[] = []
  let now = NOW
  for (let steps = 0; steps < 500; steps++) {
    const seen = state(calls, {
      plan: { plan: [choice, ...others], fallbacksFor: { contextWindow: meant, contentPolicy: meant } },
      limits: { retries, maxAttempts, hedge },
      deadline,
      maxCostMicroUsd: world.maxCostMicroUsd,
      chance: () => chance,
      now,
    })
    const step = nextStep(seen)
    if (step.do === 'stop') return begun
    if (step.do === 'ask') {
      const { tried, allowance } = step
      const end = ends[calls.length] ?? ends[0]
      if (!end) return begun
      begun.push({ state: seen, tried, most: allowance.mostMicroUsd })
      const call = { ...running(tried, now), costMicroUsd: allowance.mostMicroUsd }
      calls = [...calls, call]
      const { code, retryAfterMs, beforeResponse } = end
      const failure: Failure = {
        code,
        message: '',
        ...(retryAfterMs !== undefined && { retryAfterMs }),
        ...(beforeResponse && code === 'provider_failed' && { beforeResponse: true as const }),
      }
      due.push({
        call,
        failure,
        at: now + end.takes,
        cost: Math.floor(allowance.mostMicroUsd * end.costShare),
      })
      continue
    }
    const [next] = due.toSorted((x, y) => x.at - y.at)
    if (step.until === null && !next) throw new Error('waits for nothing')
    if (next && next.at <= (step.until ?? Infinity)) {
      now = Math.max(now, next.at)
      const at = calls.findIndex((call) => call === next.call)
      calls = calls.with(at, { ...next.call, endedAt: now, failure: next.failure, costMicroUsd: next.cost })
      due.splice(due.indexOf(next), 1)
    } else {
      expect(step.until).toBeGreaterThan(now)
      now = step.until ?? now
    }
  }
  throw new Error('does not end')
}

describe('nextStep, whatever happens', () => {
  it('never asks more often, later or dearer than allowed', () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        const begun = play(world)
        expect(begun.length).toBeLessThanOrEqual(world.maxAttempts)
        for (const { state: seen, most } of begun) {
          expect(seen.now).toBeLessThan(seen.deadline)
          const spent = seen.calls.reduce((sum, { costMicroUsd }) => sum + costMicroUsd, 0)
          expect(spent + most).toBeLessThanOrEqual(world.maxCostMicroUsd ?? Infinity)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('never asks again who must not be asked again', () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        for (const { state: seen, tried } of play(world)) {
          const own = seen.calls.filter((call) => call.tried === tried)
          expect(own.length).toBeLessThanOrEqual(world.retries)
          expect(own.every(({ endedAt }) => endedAt !== null)).toBe(true)
          for (const { tried: then, failure } of seen.calls) {
            if (!failure) continue
            expect(FALLBACK_POLICY[failure.code]).toBe(true)
            const [now, earlier] = [tried.candidate, then.candidate]
            if (failure.code === 'provider_auth') expect(now.offer.host).not.toBe(earlier.offer.host)
            if (failure.code === 'content_policy') expect(now.model.id).not.toBe(earlier.model.id)
            if (failure.code === 'context_window')
              expect(now.contextWindow).toBeGreaterThan(earlier.contextWindow)
          }
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('fallbackReason', () => {
  it.each<[FailureCode, string]>([
    ['timeout', 'fallback_timeout'],
    ['rate_limited', 'fallback_rate_limit'],
    ['context_window', 'fallback_context_window'],
    ['content_policy', 'fallback_content_policy'],
    ['provider_failed', 'fallback_error'],
    ['provider_auth', 'fallback_error'],
    ['provider_rejected', 'fallback_error'],
  ])('tells of %s as %s', (code, reason) => {
    expect(fallbackReason(code)).toBe(reason)
  })
})
