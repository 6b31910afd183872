import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { calibrated } from '../../../src/core/log-odds.ts'
import { calibrationError } from '../../../src/learn/calibrate.ts'
import { fitConfidence, type JudgedDraft, readConfidence } from '../../../src/learn/confidence.ts'
import { createRandom } from '../../../src/learn/random.ts'

/** Drafts that are kept at 0.5 and above, as good as `truth` says. */
function judged(count: number, truth: (confidence: number) => number, seed = 1): JudgedDraft[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, () => {
    const confidence = 0.5 + 0.49 * random()
    return { confidence, score: Number(random() < truth(confidence)) }
  })
}

/** How far confidence lies from what happened, among drafts not learned from. */
function errorAfter(drafts: readonly JudgedDraft[], correct: (confidence: number) => number): number {
  const said = Float64Array.from(drafts, ({ confidence }) => correct(confidence))
  return calibrationError(
    said,
    Float64Array.from(drafts, ({ score }) => score),
  )
}

const boastful = (confidence: number) => calibrated(confidence, { offset: -1, slope: 0.8 })

describe('fitConfidence', () => {
  it('corrects a confidence that is too high, also in drafts it has not seen', () => {
    const fit = fitConfidence(judged(1_000, boastful))
    if (fit === null) throw new Error('nothing learned')
    const fresh = judged(5_000, boastful, 2)
    expect(errorAfter(fresh, (confidence) => confidence)).toBeGreaterThan(0.15)
    expect(errorAfter(fresh, (confidence) => calibrated(confidence, fit))).toBeLessThan(0.04)
  })

  it('leaves a confidence that is right much as it is', () => {
    const fit = fitConfidence(judged(2_000, (confidence) => confidence))
    expect(Math.abs(fit?.offset ?? Infinity)).toBeLessThan(0.25)
    expect(fit?.slope).toBeGreaterThan(0.8)
    expect(fit?.slope).toBeLessThan(1.2)
  })

  it('is slow to believe few opinions, and says nothing by very few', () => {
    const bad = judged(1_000, () => 0)
    const few = fitConfidence(bad.slice(0, 30))
    const many = fitConfidence(bad)
    expect(calibrated(0.8, few ?? { offset: 0, slope: 1 })).toBeGreaterThan(
      calibrated(0.8, many ?? { offset: 0, slope: 1 }) + 0.1,
    )
    expect(fitConfidence(bad.slice(0, 29))).toBeNull()
  })

  it('keeps confidence rising and within its bounds, whatever is said', () => {
    const share = fc.double({ min: -0.1, max: 1.1 })
    const drafts = fc.array(fc.record({ confidence: share, score: share }), { maxLength: 200 })
    fc.assert(
      fc.property(drafts, (said) => {
        const fit = fitConfidence(said)
        if (fit === null) return
        expect(calibrated(0.9, fit)).toBeGreaterThan(calibrated(0.5, fit))
        expect(Math.abs(fit.offset)).toBeLessThanOrEqual(2)
        expect(readConfidence(JSON.parse(JSON.stringify(fit)))).toEqual(fit)
      }),
    )
  })
})

describe('readConfidence', () => {
  const fit = { version: 1, drafts: 40, offset: -0.2, slope: 1.1 }

  it.each([
    ['of another version', { ...fit, version: 2 }],
    ['of too few drafts', { ...fit, drafts: 3 }],
    ['that bends too far', { ...fit, offset: 9 }],
    ['that turns confidence round', { ...fit, slope: -1 }],
    ['without numbers', { version: 1, drafts: 40 }],
    ['that is none', null],
  ])('reads no correction %s', (_, value) => {
    expect(readConfidence(value)).toBeNull()
    expect(readConfidence(fit)).toEqual(fit)
  })
})
