import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Need, shareOf } from '../../../src/collaborate/purse.ts'

const amount = fc.integer({ min: 0, max: 10_000 })
const need = fc
  .tuple(amount, amount)
  .map(([likelyMicroUsd, more]): Need => ({ likelyMicroUsd, mostMicroUsd: likelyMicroUsd + more }))
const needs = fc.array(need, { minLength: 1, maxLength: 6 })

/** What each gets that is begun before any other has ended. */
function sharesOf(total: number, all: readonly Need[], kept: number): (number | null)[] {
  let left = total
  return all.map((one, index) => {
    const share = shareOf(left, one, all.slice(index + 1), kept)
    left -= share ?? 0
    return share
  })
}

describe('shares of a budget', () => {
  it('are never more than there is together, and leave what is kept', () => {
    fc.assert(
      fc.property(amount, needs, amount, (total, all, kept) => {
        const sum = sharesOf(total, all, kept).reduce<number>((shares, share) => shares + (share ?? 0), 0)
        expect(sum).toBeLessThanOrEqual(Math.max(0, total - kept))
      }),
    )
  })

  it('are enough for what is likely, and never more than what may be needed', () => {
    fc.assert(
      fc.property(amount, needs, (total, all) => {
        for (const [index, share] of sharesOf(total, all, 0).entries()) {
          if (share === null) continue
          expect(share).toBeGreaterThanOrEqual(all[index]?.likelyMicroUsd ?? Infinity)
          expect(share).toBeLessThanOrEqual(all[index]?.mostMicroUsd ?? 0)
        }
      }),
    )
  })

  it('give everybody all that they may need where there is enough', () => {
    fc.assert(
      fc.property(needs, (all) => {
        const total = all.reduce((sum, { mostMicroUsd }) => sum + mostMicroUsd, 0)
        const likely = all.every(({ likelyMicroUsd, mostMicroUsd }) => likelyMicroUsd === mostMicroUsd)
        const shares = sharesOf(total, all, 0)
        expect(shares).not.toContain(null)
        if (likely) expect(shares).toEqual(all.map(({ mostMicroUsd }) => mostMicroUsd))
      }),
    )
  })

  it('pay for the first rather than for the last', () => {
    const alike: Need = { likelyMicroUsd: 100, mostMicroUsd: 300 }
    expect(sharesOf(250, [alike, alike, alike], 0)).toEqual([125, 125, null])
    expect(sharesOf(250, [alike, alike, alike], 100)).toEqual([150, null, null])
    expect(shareOf(Infinity, alike, [alike], 50)).toBe(Infinity)
  })
})
