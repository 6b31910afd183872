import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FAILURE_CODES, type Failure } from '../../../src/core/chat.ts'
import { FALLBACK_POLICY } from '../../../src/core/errors.ts'
import { type Call, type LoopState, nextStep } from '../../../src/execute/next-step.ts'
import type { EligibleCandidate } from '../../../src/route/decision.ts'
import { a1, candidateAt, NOW, running, state } from './calls.ts'

const anyCandidate = fc
  .record({
    model: fc.constantFrom('a', 'b', 'c'),
    host: fc.constantFrom('one', 'two', 'three'),
    window: fc.constantFrom(8_000, 128_000, 1_000_000),
  })
  .map(({ model, host, window }) => candidateAt(model, host, window))
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
      calls = calls.concat(call)
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
      const place = calls.findIndex((call) => call === next.call)
      calls = calls.with(place, {
        ...next.call,
        endedAt: now,
        failure: next.failure,
        costMicroUsd: next.cost,
      })
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
