import { describe, expect, it } from 'vitest'
import type { FailureCode } from '../../../src/core/chat.ts'
import { type LiveOffers, UNKNOWN_OFFER } from '../../../src/core/live.ts'
import { type Call, fallbackReason, nextStep } from '../../../src/execute/next-step.ts'
import { eligible, openBreakers } from '../route/builders.ts'
import { a1, a2, b1, candidateAt, ended, NOW, PLAN, running, state } from './calls.ts'

const asked = (calls: readonly Call[], rest: Parameters<typeof state>[1] = {}) => {
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
    const meant = candidateAt('c', 'three', 1_000_000)
    const fallbacksFor = { contextWindow: [meant], contentPolicy: [] }
    expect(asked([ended(a1, { code: 'context_window' })])).toBe(a2)
    expect(asked([ended(a1, { code: 'context_window' })], { plan: { plan: PLAN, fallbacksFor } })).toBe(meant)
    expect(asked([ended(a1, { code: 'provider_failed' })], { plan: { plan: PLAN, fallbacksFor } })).toBe(b1)
  })

  it('is another model when one refused the content, those meant for it first', () => {
    const meant = candidateAt('c', 'three')
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

const one = { plan: { plan: [a1] as const, fallbacksFor: { contextWindow: [], contentPolicy: [] } } }
const failed = { code: 'provider_failed' } as const
const limited = (retryAfterMs: number) => [ended(a1, { code: 'rate_limited', retryAfterMs })]
const times = (count: number) => Array.from({ length: count }, () => ended(a1, failed))
const after = (chance: number) => nextStep(state([ended(a1, failed)], { ...one, chance: () => chance }))

describe('asking again', () => {
  it('comes after everybody was asked once, and waits longer each time', () => {
    const everybody = PLAN.map((tried) => ended(tried, failed))
    expect(nextStep(state(everybody))).toEqual({ do: 'wait', until: NOW + 125 })
    const twice = [...everybody, ...PLAN.map((tried) => ended(tried, failed))]
    expect(nextStep(state(twice))).toEqual({ do: 'wait', until: NOW + 250 })
    expect(asked(everybody, { now: NOW + 125 })).toBe(a1)
  })

  it('is spread over the whole wait', () => {
    expect(after(0)).toMatchObject({ do: 'ask' })
    expect(after(0.999)).toEqual({ do: 'wait', until: NOW + 250 * 0.999 })
  })

  it('waits as long as the host says, and not at all where that is too long', () => {
    expect(nextStep(state(limited(5_000), one))).toEqual({ do: 'wait', until: NOW + 5_000 })
    expect(asked(limited(60_000), one)).toBe('stop')
    expect(asked(limited(5_000), { ...one, deadline: NOW + 4_000 })).toBe('stop')
  })

  it('is of no use where the host does not know the model', () => {
    expect(asked([ended(a1, { code: 'provider_failed', status: 404 })], one)).toBe('stop')
    expect(asked([ended(a1, { code: 'provider_failed', status: 404 })])).toBe(b1)
  })

  it('ends with the number of retries', () => {
    const limits = { retries: 1, maxAttempts: 8, hedge: null }
    expect(nextStep(state(times(1), { ...one, limits })).do).toBe('wait')
    expect(asked(times(2), { ...one, limits })).toBe('stop')
  })
})

describe('hedging', () => {
  const limits = { retries: 2, maxAttempts: 8, hedge: { afterMs: null } }
  const live: LiveOffers = new Map([[a1.candidate.key, { ...UNKNOWN_OFFER, ttftMs: { p50: 400, p95: 900 } }]])

  it('asks another when the first is later than nearly always, and only one more', () => {
    const silent = [running(a1, NOW - 900)]
    expect(nextStep(state([running(a1, NOW)], { limits, live }))).toEqual({ do: 'wait', until: NOW + 900 })
    expect(asked(silent, { limits, live })).toBe(b1)
    expect(nextStep(state([...silent, running(b1)], { limits, live }))).toEqual({ do: 'wait', until: null })
  })

  it('is not put off by how late the late ones are', () => {
    const stalling = new Map([[a1.candidate.key, { ...UNKNOWN_OFFER, ttftMs: { p50: 100, p95: 9_000 } }]])
    expect(nextStep(state([running(a1, NOW)], { limits, live: stalling }))).toMatchObject({
      until: NOW + 300,
    })
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
    // 1,282 tokens of input at 1, and output at 10 micro-USD each.
    expect(nextStep(state([], { maxCostMicroUsd: 11_282 }))).toMatchObject({
      do: 'ask',
      allowance: { outputCap: 1_000, mostMicroUsd: 11_282 },
    })
    expect(nextStep(state([], { maxCostMicroUsd: 1_500 }))).toMatchObject({
      do: 'stop',
      failure: { code: 'provider_rejected', message: expect.stringContaining('max_cost_usd') },
    })
    const spent = [ended(a1, { code: 'provider_failed' }, { costMicroUsd: 10_000 })]
    expect(asked(spent, { maxCostMicroUsd: 11_282 })).toBe('stop')
  })

  it('leave nobody to be asked where no time is left', () => {
    expect(nextStep(state([], { deadline: NOW }))).toMatchObject({
      do: 'stop',
      failure: { code: 'timeout', message: expect.stringContaining('max_total_ms') },
    })
  })

  it('ask nobody after a call that a timer ended a moment before the deadline', () => {
    const late = [ended(a1, { code: 'timeout', message: 'deadline' })]
    expect(asked(late, { deadline: NOW + 4 })).toBe('stop')
    expect(asked(late, { deadline: NOW + 6 })).toBe(b1)
    expect(asked([], { deadline: NOW + 1 })).toBe(a1)
  })

  it('leave out who has no price, as soon as there is one', () => {
    const unpriced = eligible({ price: null })
    const plan = { plan: [unpriced, a1] as const, fallbacksFor: { contextWindow: [], contentPolicy: [] } }
    expect(asked([], { plan })).toBe(unpriced)
    expect(asked([], { plan, maxCostMicroUsd: 1_000_000 })).toBe(a1)
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
