import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FAILURE_CODES, type FailureCode } from '../../../src/core/chat.ts'
import type { Outcome } from '../../../src/core/live.ts'
import { afterOutcome, type Breaker, BreakerBoard, CLOSED } from '../../../src/stats/breaker.ts'

const NOW = 1_000_000
const COOLDOWN = 30_000
const ILL: readonly FailureCode[] = ['provider_failed', 'timeout', 'rate_limited']

const fail = (code: FailureCode, retryAfterMs?: number): Outcome => ({
  ok: false,
  code,
  ...(retryAfterMs !== undefined && { retryAfterMs }),
})

const after = (outcomes: readonly Outcome[], from: Breaker = CLOSED, now = NOW) =>
  outcomes.reduce((breaker, outcome) => afterOutcome(breaker, outcome, now), from)

const times = (count: number, outcome: Outcome) => Array.from({ length: count }, () => outcome)

describe('afterOutcome', () => {
  it.each(ILL)('opens after five of %s in a row, not before', (code) => {
    expect(after(times(4, fail(code))).openUntil).toBe(0)
    expect(after(times(5, fail(code)))).toEqual({ failures: 5, openUntil: NOW + COOLDOWN })
  })

  it('counts anew after a success', () => {
    expect(after([...times(4, fail('timeout')), { ok: true }])).toBe(CLOSED)
    expect(after([...times(4, fail('timeout')), { ok: true }, ...times(4, fail('timeout'))]).openUntil).toBe(
      0,
    )
  })

  it.each(FAILURE_CODES.filter((code) => !ILL.includes(code)))('is not moved by %s', (code) => {
    const breaker = after(times(4, fail('timeout')))
    expect(after(times(20, fail(code, 60_000)), breaker)).toBe(breaker)
  })

  it('opens at once for as long as a rate limit asks, and no longer than five minutes', () => {
    expect(after([fail('rate_limited', 2_000)]).openUntil).toBe(NOW + 2_000)
    expect(after([fail('rate_limited', 86_400_000)]).openUntil).toBe(NOW + 300_000)
  })

  it('does not open at once for a rate limit that names no time, nor for another failure that does', () => {
    expect(after([fail('rate_limited')]).openUntil).toBe(0)
    expect(after([fail('provider_failed', 60_000)]).openUntil).toBe(0)
  })

  it('opens again at the first failure after the time is over, and closes at a success', () => {
    for (const opened of [after(times(5, fail('timeout'))), after([fail('rate_limited', 2_000)])]) {
      const later = opened.openUntil + 1
      expect(afterOutcome(opened, fail('provider_failed'), later).openUntil).toBe(later + COOLDOWN)
      expect(afterOutcome(opened, { ok: true }, later)).toBe(CLOSED)
    }
  })

  it('is never opened for a shorter time by a further failure', () => {
    const outcome = fc.oneof(
      fc.constantFrom(...ILL.map((code) => fail(code))),
      fc.integer({ min: 0, max: 1_000_000 }).map((ms) => fail('rate_limited', ms)),
    )
    fc.assert(
      fc.property(fc.array(outcome), outcome, fc.nat(60_000), (before, next, passed) => {
        const breaker = after(before)
        const then = afterOutcome(breaker, next, NOW + passed)
        expect(then.openUntil).toBeGreaterThanOrEqual(breaker.openUntil)
        expect(then.openUntil).toBeLessThanOrEqual(NOW + passed + 300_000)
      }),
    )
  })
})

describe('BreakerBoard', () => {
  it('keeps a breaker for each key, open until its time is over', () => {
    const board = new BreakerBoard()
    for (const outcome of times(5, fail('provider_failed'))) board.report('one/a', outcome, NOW)
    board.report('two/a', fail('rate_limited', 1_000), NOW)
    board.report('three/a', fail('provider_failed'), NOW)
    expect([...board.view(NOW).keys()].sort()).toEqual(['one/a', 'two/a'])
    expect([...board.view(NOW + 1_000).keys()]).toEqual(['one/a'])
    expect([...board.view(NOW + COOLDOWN).keys()]).toEqual([])
  })

  it('lets one failure after the time open it again', () => {
    const board = new BreakerBoard()
    for (const outcome of times(5, fail('timeout'))) board.report('one/a', outcome, NOW)
    board.report('one/a', fail('timeout'), NOW + COOLDOWN)
    expect(board.view(NOW + COOLDOWN + 1).has('one/a')).toBe(true)
  })

  it('closes at a success, and forgets what came before', () => {
    const board = new BreakerBoard()
    for (const outcome of times(5, fail('timeout'))) board.report('one/a', outcome, NOW)
    board.report('one/a', { ok: true }, NOW)
    for (const outcome of times(4, fail('timeout'))) board.report('one/a', outcome, NOW)
    expect(board.view(NOW).size).toBe(0)
  })
})
