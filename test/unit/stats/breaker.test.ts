import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FAILURE_CODES, type FailureCode } from '../../../src/core/chat.ts'
import type { Outcome } from '../../../src/core/live.ts'
import {
  admittedShare,
  advance,
  atTime,
  type Breaker,
  CLOSED,
  DEFAULT_BREAKER,
  NO_OUTCOMES,
  outcomesOf,
  withOutcomes,
} from '../../../src/stats/breaker.ts'

const NOW = 1_000_000
const COOLDOWN = DEFAULT_BREAKER.cooldownMs
const ILL: readonly FailureCode[] = ['provider_failed', 'timeout', 'rate_limited']
const OK: Outcome = { ok: true }

const fail = (code: FailureCode, retryAfterMs?: number): Outcome => ({
  ok: false,
  code,
  ...(retryAfterMs !== undefined && { retryAfterMs }),
})
const times = (count: number, ...outcomes: Outcome[]) => Array.from({ length: count }, () => outcomes).flat()

/** One outcome after another, at one moment. */
const after = (outcomes: readonly Outcome[], from: Breaker = CLOSED, now = NOW) =>
  outcomes.reduce(
    (breaker, outcome) => advance(breaker, outcomesOf(outcome, now, now), now, DEFAULT_BREAKER),
    from,
  )
const batchOf = (outcomes: readonly Outcome[], now = NOW) =>
  outcomes.reduce((batch, outcome) => withOutcomes(batch, outcomesOf(outcome, now, now)), NO_OUTCOMES)
const share = (breaker: Breaker, now: number, mayProbe = false) =>
  admittedShare(atTime(breaker, now, DEFAULT_BREAKER), now, DEFAULT_BREAKER, mayProbe)

const OPEN = after(times(5, fail('timeout')))
const RAMPING = after([OK], OPEN, NOW + COOLDOWN)
const RAMP_BEGAN = NOW + COOLDOWN

describe('a closed breaker', () => {
  it.each(ILL)('opens for the cool-down after five of %s in a row, not before', (code) => {
    expect(after(times(4, fail(code))).state).toBe('closed')
    expect(after(times(5, fail(code)))).toMatchObject({ state: 'open', openUntil: NOW + COOLDOWN })
  })

  it('opens when half of at least twenty calls within half a minute fail, though no five in a row', () => {
    const nineteen = [...times(9, OK, fail('timeout')), fail('timeout')]
    expect(after(nineteen).state).toBe('closed')
    expect(after([...nineteen, OK]).state).toBe('open')
    expect(after([...nineteen, OK], after(times(2, OK))).state).toBe('closed')
    expect(after([OK], after(nineteen), NOW + 60_000).state).toBe('closed')
  })

  it.each(FAILURE_CODES.filter((code) => !ILL.includes(code)))('is not moved by %s', (code) => {
    const breaker = after(times(4, fail('timeout')))
    expect(after(times(50, fail(code, 60_000)), breaker)).toBe(breaker)
  })

  it('opens at once for as long as a rate limit asks, and no longer than five minutes', () => {
    expect(after([fail('rate_limited', 2_000)]).openUntil).toBe(NOW + 2_000)
    expect(after([fail('rate_limited', 86_400_000)]).openUntil).toBe(NOW + 300_000)
    expect(after([fail('rate_limited')]).state).toBe('closed')
    expect(after([fail('provider_failed', 60_000)]).state).toBe('closed')
  })
})

describe('an open breaker', () => {
  it('lets nobody through, then one that looks', () => {
    expect(share(OPEN, NOW + COOLDOWN - 1, true)).toBe(0)
    expect(atTime(OPEN, NOW + COOLDOWN, DEFAULT_BREAKER).state).toBe('half-open')
    expect(share(OPEN, NOW + COOLDOWN, true)).toBe(1)
    expect(share(OPEN, NOW + COOLDOWN, false)).toBe(0)
  })

  it('opens again when that one fails', () => {
    const again = after([fail('provider_failed')], OPEN, NOW + COOLDOWN)
    expect(again).toMatchObject({ state: 'open', openUntil: NOW + 2 * COOLDOWN, openedAt: NOW + COOLDOWN })
  })

  it('recovers slowly when it succeeds, and takes everything half a cool-down later', () => {
    const shares = [0, 0.25, 0.5, 0.75, 1].map((part) => share(RAMPING, RAMP_BEGAN + (part * COOLDOWN) / 2))
    expect(shares).toEqual([0.1, 0.325, 0.55, expect.closeTo(0.775), 1])
    expect(atTime(RAMPING, RAMP_BEGAN + COOLDOWN / 2, DEFAULT_BREAKER).state).toBe('closed')
  })

  it('is never opened for a shorter time by a further failure', () => {
    const outcome = fc.oneof(
      fc.constantFrom(...ILL.map((code) => fail(code))),
      fc.integer({ min: 0, max: 1_000_000 }).map((ms) => fail('rate_limited', ms)),
    )
    fc.assert(
      fc.property(fc.array(outcome), outcome, fc.nat(60_000), (before, next, passed) => {
        const breaker = after(before)
        const then = after([next], breaker, NOW + passed)
        if (breaker.openUntil > NOW + passed) expect(then.openUntil).toBeGreaterThanOrEqual(breaker.openUntil)
        expect(then.openUntil).toBeLessThanOrEqual(NOW + passed + 300_000)
      }),
    )
  })
})

describe('a recovering breaker', () => {
  it('takes one failure among successes', () => {
    expect(after([OK, OK, fail('timeout'), OK, OK], RAMPING, RAMP_BEGAN + 1_000).state).toBe('ramping')
  })

  it('opens again on less evidence than a closed one: three in a row, or half of five', () => {
    const now = RAMP_BEGAN + 1_000
    expect(after(times(2, fail('timeout')), RAMPING, now).state).toBe('ramping')
    expect(after(times(3, fail('timeout')), RAMPING, now).state).toBe('open')
    expect(after([fail('timeout'), OK, fail('timeout'), fail('timeout')], RAMPING, now).state).toBe('open')
  })
})

describe('advance', () => {
  const outcomes = fc.array(
    fc.oneof(fc.constant(OK), fc.constantFrom(...FAILURE_CODES.map((code) => fail(code)))),
    { maxLength: 60 },
  )

  it('counts a batch as it counts one after another', () => {
    fc.assert(
      fc.property(outcomes, (said) => {
        const oneByOne = after(said)
        fc.pre(oneByOne.state === 'closed')
        const atOnce = advance(CLOSED, batchOf(said), NOW, DEFAULT_BREAKER)
        expect(atOnce.failuresInRow).toBe(oneByOne.failuresInRow)
        expect(atOnce.state).toBe('closed')
      }),
    )
  })

  it('always lets through everything again, as long as nothing fails', () => {
    fc.assert(
      fc.property(outcomes, fc.nat(400_000), (said, passed) => {
        const later = NOW + COOLDOWN + passed
        const well = after([OK], after(said), later)
        expect(share(well, later + COOLDOWN / 2)).toBe(1)
      }),
    )
  })
})
