import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EXCLUSIONS } from '../../../src/core/routing.ts'
import type { EligibleCandidate, Judged } from '../../../src/route/decision.ts'
import { planAttempts, type PlanInput } from '../../../src/route/plan.ts'
import type { Pin } from '../../../src/route/pin.ts'
import type { Ordering, Selection } from '../../../src/route/select.ts'
import { eligible } from './builders.ts'

const AUTO: Selection = { kind: 'auto', ordering: null }
const pinned = (modelId: string): Selection => ({ kind: 'pinned', modelId, ordering: null })

/** Eligible candidates from names such as `a@one`, best first. */
function ranking(...names: string[]): EligibleCandidate[] {
  return names.map((name, index) => {
    const [model = '', host = ''] = name.split('@')
    return eligible({ model, host, score: -index / 100 })
  })
}

/** Plans over the ranking; candidates of one model share it, as those of a catalog do. */
function planOf(names: readonly string[], rest: Partial<PlanInput> = {}) {
  const models = new Map<string, EligibleCandidate['candidate']['model']>()
  const ranked = ranking(...names).map((one) => {
    const model = models.get(one.candidate.model.id) ?? one.candidate.model
    models.set(model.id, model)
    return { ...one, candidate: { ...one.candidate, model } }
  })
  const { attempts, reason } = planAttempts({
    selection: AUTO,
    fallbacks: [],
    ranked,
    spares: [],
    judged: ranked,
    provider: {},
    pin: null,
    weights: { ordering: 'utility', costWeight: 0.1 },
    ...rest,
  })
  return {
    reason,
    attempts: attempts.map(({ candidate }) => `${candidate.model.id}@${candidate.offer.host}`),
  }
}

describe('any model', () => {
  it('tries the best first, then the best at another host, then the best other model there', () => {
    expect(planOf(['a@one', 'b@one', 'c@one', 'a@two', 'd@two']).attempts).toEqual([
      'a@one',
      'a@two',
      'd@two',
      'b@one',
      'c@one',
    ])
  })

  it('goes on at the one host there is', () => {
    expect(planOf(['a@one', 'b@one']).attempts).toEqual(['a@one', 'b@one'])
  })

  it('tries at most five', () => {
    expect(planOf(['a@1', 'b@2', 'c@3', 'd@4', 'e@5', 'f@6']).attempts).toHaveLength(5)
  })

  it('tries one only without fallbacks', () => {
    const provider = { allowFallbacks: false }
    expect(planOf(['a@one', 'b@two'], { provider }).attempts).toEqual(['a@one'])
    const named = { provider, selection: pinned('a'), fallbacks: [pinned('b')] }
    expect(planOf(['a@one', 'a@two', 'b@two'], named).attempts).toEqual(['a@one'])
  })
})

describe('named models', () => {
  it('tries every host of the model asked for, and no other model', () => {
    const plan = planOf(['b@one', 'a@one', 'a@two', 'b@two'], { selection: pinned('a') })
    expect(plan).toEqual({ attempts: ['a@one', 'a@two'], reason: 'pinned_by_request' })
  })

  it('tries one more host of it before the fallbacks, in the order asked for, then the hosts left over', () => {
    const names = ['c@one', 'b@one', 'b@two', 'a@one', 'a@two', 'a@three', 'd@one']
    const plan = planOf(names, { selection: pinned('a'), fallbacks: [pinned('b'), pinned('c')] })
    expect(plan).toEqual({
      attempts: ['a@one', 'a@two', 'b@one', 'c@one', 'a@three'],
      reason: 'pinned_by_request',
    })
  })

  it('falls to the fallbacks and their hosts when the model asked for has none', () => {
    const plan = planOf(['b@one', 'c@one', 'b@two'], {
      selection: pinned('a'),
      fallbacks: [pinned('b'), pinned('c')],
    })
    expect(plan).toEqual({ attempts: ['b@one', 'c@one', 'b@two'], reason: 'fallback_error' })
  })

  it('says that a full context window kept the model asked for from being tried', () => {
    const barred: Judged = { ...eligible({ model: 'a' }), eligible: false, excludedBy: 'context_window' }
    const others = EXCLUSIONS.map((excludedBy): Judged => ({
      ...eligible({ model: 'c' }),
      eligible: false,
      excludedBy,
    }))
    const asked = { selection: pinned('a'), fallbacks: [AUTO] }
    expect(planOf(['b@one'], { ...asked, judged: [barred] }).reason).toBe('fallback_context_window')
    expect(planOf(['b@one'], { ...asked, judged: others }).reason).toBe('fallback_error')
  })

  it('takes auto as a fallback for another model than the one asked for', () => {
    const plan = planOf(['a@one', 'a@two', 'a@three', 'b@one'], { selection: pinned('a'), fallbacks: [AUTO] })
    expect(plan.attempts.slice(0, 3)).toEqual(['a@one', 'a@two', 'b@one'])
  })

  it('does not try a model again that is asked for twice', () => {
    const plan = planOf(['a@one', 'b@one'], {
      selection: pinned('a'),
      fallbacks: [pinned('a'), pinned('b'), pinned('b')],
    })
    expect(plan.attempts).toEqual(['a@one', 'b@one'])
  })
})

describe('sessions', () => {
  const pin: Pin = {
    holds: ({ model, offer }) => model.id === 'c' && offer.host === 'two',
    reason: 'pinned_by_session',
  }

  it('stay with the model and host that answered last', () => {
    const plan = planOf(['a@one', 'c@one', 'c@two', 'b@two'], { pin })
    expect(plan).toEqual({ attempts: ['c@two', 'a@one', 'c@one', 'b@two'], reason: 'pinned_by_session' })
  })

  it('change to a model that promises much more, but never within a tool loop', () => {
    const [better, holder] = ranking('a@one', 'c@two')
    if (!better || !holder) throw new Error('no ranking')
    const ranked = [
      { ...better, score: 0.9 },
      { ...holder, score: 0.7 },
    ]
    expect(planOf([], { ranked, pin })).toMatchObject({
      attempts: ['a@one', 'c@two'],
      reason: 'cost_optimal',
    })
    const looping: Pin = { ...pin, reason: 'pinned_by_tool_loop' }
    expect(planOf([], { ranked, pin: looping }).attempts).toEqual(['c@two', 'a@one'])
    const cheapest = { ordering: 'utility', costWeight: Infinity } as const
    expect(planOf([], { ranked, pin, weights: cheapest }).attempts).toEqual(['c@two', 'a@one'])
  })

  it('say when a tool loop keeps them there', () => {
    const looping: Pin = { ...pin, reason: 'pinned_by_tool_loop' }
    expect(planOf(['a@one', 'c@two'], { pin: looping }).reason).toBe('pinned_by_tool_loop')
  })

  it('move on when their candidate may not answer any more', () => {
    expect(planOf(['a@one', 'c@one'], { pin })).toEqual({
      attempts: ['a@one', 'c@one'],
      reason: 'cost_optimal',
    })
  })

  it('do not override a model asked for by name', () => {
    const plan = planOf(['a@one', 'c@two'], { pin, selection: pinned('a') })
    expect(plan).toEqual({ attempts: ['a@one'], reason: 'pinned_by_request' })
  })
})

describe('reasons', () => {
  it.each<[Ordering, number, string]>([
    ['utility', 0.1, 'cost_optimal'],
    ['utility', 0, 'quality_optimal'],
    ['quality', 0.1, 'quality_optimal'],
    ['price', 0, 'cost_optimal'],
    ['latency', 0.1, 'latency_optimal'],
    ['throughput', 0.1, 'latency_optimal'],
  ])('of %s with cost weighing %d is %s', (ordering, costWeight, reason) => {
    expect(planOf(['a@one', 'b@one'], { weights: { ordering, costWeight } }).reason).toBe(reason)
  })

  it('say that there was no choice', () => {
    expect(planOf(['a@one'], { weights: { ordering: 'quality', costWeight: 0.1 } }).reason).toBe(
      'only_candidate',
    )
  })
})

describe('every plan', () => {
  it('holds each candidate once, at most five, and only eligible ones', () => {
    const names = fc.uniqueArray(
      fc
        .tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('one', 'two', 'three'))
        .map((pair) => pair.join('@')),
      { minLength: 1 },
    )
    const selection = fc.constantFrom(AUTO, pinned('a'), pinned('b'), pinned('c'))
    fc.assert(
      fc.property(names, selection, fc.array(selection, { maxLength: 4 }), (all, asked, fallbacks) => {
        const { attempts } = planOf(all, { selection: asked, fallbacks })
        expect(new Set(attempts).size).toBe(attempts.length)
        expect(attempts.length).toBeLessThanOrEqual(5)
        expect(attempts.every((name) => all.includes(name))).toBe(true)
        const wanted = [asked, ...fallbacks]
        const any = wanted.some(({ kind }) => kind === 'auto')
        const possible = all.filter(
          (name) => any || wanted.some((one) => one.kind === 'pinned' && name.startsWith(one.modelId)),
        )
        expect(attempts.length).toBe(Math.min(5, possible.length))
      }),
    )
  })
})
