import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  confidenceIn,
  type Evidence,
  type EvidenceKind,
  expectEscalation,
  keepFrom,
  qualityAfterFailure,
  screeningBy,
} from '../../../../src/route/collaboration/evidence.ts'
import { fateOf } from '../../../../src/route/collaboration/fate.ts'
import { SHARED_FATE } from '../../../../src/route/collaboration/learned-evidence.ts'

const NOTHING: Evidence = {
  prior: 0.6,
  isUnsound: false,
  meanLogprob: null,
  agreement: null,
  verdict: null,
  passedChecks: 0,
  failedChecks: 0,
}

const logOdds = (p: number) => Math.log(p / (1 - p))

/** What evidence adds. */
const gain = (known: Partial<Evidence>) => logOdds(confidence(known)) - logOdds(confidence({}))

const NEXT = { quality: 0.85, costShare: 1 }

const confidence = (known: Partial<Evidence>) => confidenceIn({ ...NOTHING, ...known })

const chance = () => fc.double({ min: 0, max: 1, noNaN: true })
const inside = () => fc.double({ min: 0.02, max: 0.98, noNaN: true })
const evidence = (): fc.Arbitrary<Evidence> =>
  fc.record({
    prior: chance(),
    isUnsound: fc.constant(false),
    meanLogprob: fc.option(fc.double({ min: -5, max: 0, noNaN: true })),
    agreement: fc.option(
      fc
        .tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 }))
        .map(([agreeing, others]) => ({ agreeing, of: agreeing + others })),
    ),
    verdict: fc.option(chance()),
    passedChecks: fc.integer({ min: 0, max: 16 }),
    failedChecks: fc.constant(0),
  })

describe('confidenceIn', () => {
  it('believes the prediction where nothing else is known', () => {
    expect(confidence({ prior: 0.73 })).toBeCloseTo(0.73, 10)
  })

  it('is none in a draft that is unsound or fails a check, whatever speaks for it', () => {
    const praised = { prior: 0.99, verdict: 1, passedChecks: 5, agreement: { agreeing: 5, of: 5 } }
    expect(confidence({ ...praised, isUnsound: true })).toBe(0)
    expect(confidence({ ...praised, failedChecks: 1 })).toBe(0)
  })

  it('lies within 0..1 and never falls as any evidence gets better', () => {
    fc.assert(
      fc.property(evidence(), chance(), (known, step) => {
        const before = confidenceIn(known)
        expect(before).toBeGreaterThan(0)
        expect(before).toBeLessThan(1)
        const { prior, meanLogprob, agreement, verdict, passedChecks } = known
        const better: Partial<Evidence>[] = [
          { prior: prior + (1 - prior) * step },
          { passedChecks: passedChecks + 1 },
          ...(meanLogprob === null ? [] : [{ meanLogprob: meanLogprob * step }]),
          ...(verdict === null ? [] : [{ verdict: verdict + (1 - verdict) * step }]),
          ...(agreement && agreement.agreeing < agreement.of
            ? [{ agreement: { ...agreement, agreeing: agreement.agreeing + 1 } }]
            : []),
        ]
        for (const change of better) {
          expect(confidenceIn({ ...known, ...change })).toBeGreaterThanOrEqual(before - 1e-12)
        }
      }),
    )
  })

  it('rises with what speaks for a draft, and falls with what speaks against it', () => {
    const even = confidence({})
    expect(confidence({ verdict: 1 })).toBeGreaterThan(even + 0.1)
    expect(confidence({ verdict: 0 })).toBeLessThan(even - 0.3)
    expect(confidence({ verdict: 0.5 })).toBeCloseTo(even, 10)
    expect(confidence({ agreement: { agreeing: 3, of: 3 } })).toBeGreaterThan(even)
    expect(confidence({ agreement: { agreeing: 0, of: 3 } })).toBeLessThan(even)
    expect(confidence({ meanLogprob: -0.02 })).toBeGreaterThan(even)
    expect(confidence({ meanLogprob: -0.9 })).toBeLessThan(even)
    expect(confidence({ passedChecks: 1 })).toBeGreaterThan(even)
  })

  it('believes several signs together more than each, but less than were they independent', () => {
    const [verdict, agreement] = [{ verdict: 1 }, { agreement: { agreeing: 3, of: 3 } }]
    const both = gain({ ...verdict, ...agreement })
    expect(both).toBeGreaterThan(Math.max(gain(verdict), gain(agreement)))
    expect(both).toBeLessThan(gain(verdict) + gain(agreement))
    expect(gain({ agreement: { agreeing: 5, of: 5 } })).toBeLessThan(
      5 * gain({ agreement: { agreeing: 1, of: 1 } }),
    )
  })
})

describe('screeningBy', () => {
  const kinds: EvidenceKind[] = ['logprobs', 'agreement', 'verifier', 'checks']

  it('rejects more bad drafts than good ones, and with more evidence better', () => {
    for (const kind of kinds) {
      const { bad, good } = screeningBy([kind])
      expect(bad).toBeGreaterThan(good)
    }
    const few = screeningBy(['logprobs'])
    const all = screeningBy(kinds)
    expect(all.bad - all.good).toBeGreaterThan(few.bad - few.good)
  })

  it('cannot tell drafts apart by nothing: it keeps all, or none where even the prior is too low', () => {
    expect(screeningBy([])).toEqual({ bad: 0, good: 0 })
    expect(screeningBy([], 0.5, 0.6)).toEqual({ bad: 1, good: 1 })
  })

  it('rejects more the higher the threshold, always within 0..1', () => {
    fc.assert(
      fc.property(fc.subarray(kinds), inside(), inside(), inside(), (some, prior, one, other) => {
        const low = screeningBy(some, prior, Math.min(one, other))
        const high = screeningBy(some, prior, Math.max(one, other))
        for (const share of ['bad', 'good'] as const) {
          expect(low[share]).toBeGreaterThanOrEqual(0)
          expect(high[share]).toBeGreaterThanOrEqual(low[share] - 1e-12)
          expect(high[share]).toBeLessThanOrEqual(1)
        }
        expect(low.bad).toBeGreaterThanOrEqual(low.good)
      }),
    )
  })

  it('rejects about as many verified drafts as their confidence would', () => {
    // A verifier that is believed as far as it is assumed to be right finds out six bad drafts of ten.
    const { bad, good } = screeningBy(['verifier'], 0.6, 0.5)
    expect(bad).toBeGreaterThan(0.5)
    expect(bad).toBeLessThan(0.75)
    expect(good).toBeLessThan(0.25)
  })
})

describe('qualityAfterFailure', () => {
  it('is less than what was predicted, the more so the better the one that failed', () => {
    fc.assert(
      fc.property(inside(), inside(), (quality, failed) => {
        const after = qualityAfterFailure(quality, failed)
        expect(after).toBeGreaterThan(0)
        expect(after).toBeLessThan(quality)
        expect(qualityAfterFailure(quality, Math.min(0.99, failed + 0.01))).toBeLessThan(after)
      }),
    )
  })

  it('leaves what is predicted of a model as it is over good and bad drafts together', () => {
    fc.assert(
      fc.property(inside(), inside(), (quality, before) => {
        const { afterSuccess, afterFailure } = fateOf(quality, before, SHARED_FATE)
        expect(before * afterSuccess + (1 - before) * afterFailure).toBeCloseTo(quality, 9)
        expect(logOdds(afterSuccess) - logOdds(afterFailure)).toBeCloseTo(SHARED_FATE, 6)
      }),
    )
  })
})

describe('keepFrom', () => {
  const next = { quality: 0.9, costShare: 1 }

  it('is the confidence at which keeping and going on are worth the same', () => {
    fc.assert(
      fc.property(inside(), inside(), chance(), fc.double({ min: 0, max: 2, noNaN: true }), (...given) => {
        const [prior, quality, costShare, costWeight] = given
        const from = keepFrom(prior, { quality, costShare }, costWeight)
        expect(from).toBeGreaterThanOrEqual(0)
        expect(from).toBeLessThan(1)
        if (from === 0) return
        const { afterSuccess, afterFailure } = fateOf(quality, prior, SHARED_FATE)
        const goingOn = from * afterSuccess + (1 - from) * afterFailure - costWeight * costShare
        expect(goingOn).toBeCloseTo(from, 9)
      }),
    )
  })

  it('is lower the dearer going on is, and higher the better the next model', () => {
    expect(keepFrom(0.6, next, 0.1)).toBeLessThan(keepFrom(0.6, next, 0.05))
    expect(keepFrom(0.6, { ...next, quality: 0.95 }, 0.1)).toBeGreaterThan(keepFrom(0.6, next, 0.1))
  })

  it('keeps everything where only the cost counts, and hardly anything where only quality does', () => {
    expect(keepFrom(0.6, next, Infinity)).toBe(0)
    expect(keepFrom(0.6, next, 0)).toBeGreaterThan(0.8)
    expect(keepFrom(0.6, { quality: 0.9, costShare: 0 }, Infinity)).toBeGreaterThan(0.8)
  })
})

describe('expectEscalation', () => {
  it('is the draft alone where all are kept, and the next model alone where none is', () => {
    expect(expectEscalation(0.6, 0.9, [], 0.5)).toEqual({ quality: 0.6, share: 0 })
    const none = expectEscalation(0.6, 0.9, [], 0.7)
    expect(none.share).toBeCloseTo(1, 12)
    expect(none.quality).toBeCloseTo(0.9, 9)
  })

  it('gains quality by asking only now and then', () => {
    const { quality, share } = expectEscalation(0.7, 0.85, ['verifier'], keepFrom(0.7, NEXT, 0.2))
    expect(quality).toBeGreaterThan(0.75)
    expect(share).toBeLessThan(0.5)
  })
})
