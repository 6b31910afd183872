import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NO_USAGE, type Usage } from '../../../src/core/chat.ts'
import { allowanceOf, costBoundsOf } from '../../../src/execute/cost-budget.ts'
import type { Price } from '../../../src/route/catalog/model.ts'
import { costMicroUsd } from '../../../src/route/cost.ts'
import { demand, eligible } from '../route/builders.ts'

const source = { url: 'https://prices.example', date: '2026-11-01' }
const amount = fc.oneof(fc.integer({ min: 0, max: 80_000_000 }), fc.integer({ min: 0, max: 100_000 }))
const rates = fc.record(
  {
    input: amount,
    output: amount,
    cachedInput: fc.constant(0),
    cacheWrite: amount,
    longCacheWrite: amount,
    reasoning: amount,
    audioInput: amount,
  },
  { requiredKeys: ['input', 'output'] },
)
const price: fc.Arbitrary<Price> = fc.tuple(rates, fc.option(rates)).map(([base, above]) => ({
  ...base,
  ...(above && { tiers: [{ ...above, aboveInputTokens: 2_000 }] }),
  source,
}))

/** Each token of the input is of one kind, each of the output thought or said. */
const usage = (input: number, output: number, [cached, written, long, thought]: readonly number[]): Usage => {
  const cachedInputTokens = Math.floor(input * (cached ?? 0))
  const cacheWriteTokens = Math.floor((input - cachedInputTokens) * (written ?? 0))
  return {
    ...NO_USAGE,
    inputTokens: input,
    cachedInputTokens,
    cacheWriteTokens,
    longCacheWriteTokens: Math.floor(cacheWriteTokens * (long ?? 0)),
    audioInputTokens: Math.floor((input - cachedInputTokens - cacheWriteTokens) * (thought ?? 0)),
    outputTokens: output,
    reasoningTokens: Math.floor(output * (thought ?? 0)),
  }
}
const share = fc.double({ min: 0, max: 1, noNaN: true })

describe('what a call may cost', () => {
  it('is never more than it was allowed and the margin, whatever its host counts', () => {
    fc.assert(
      fc.property(
        price,
        fc.record({
          estimated: fc.nat(3_000),
          sure: fc.nat(9_000),
          left: fc.oneof(fc.nat(1_000_000), fc.nat(100_000)),
        }),
        fc.record({ input: share, output: share, kinds: fc.tuple(share, share, share, share) }),
        (prices, { estimated, sure, left }, used) => {
          const tried = eligible({
            model: 'a',
            host: 'one',
            price: prices,
            limits: { maxOutputTokens: 4_000 },
          })
          const inputTokens = demand({ input: estimated }).inputTokens
          const asking = { inputTokens, addedTokens: 0, maxOutputTokens: undefined, choices: 1 }
          const most = Math.max(sure, Math.ceil(estimated * 1.25) + 32)
          const bounds = costBoundsOf(tried, asking, sure)
          const allowed = allowanceOf(tried, asking, left)
          fc.pre(bounds !== null && allowed !== null)
          const output = Math.floor((allowed?.outputCap ?? 4_000) * used.output)
          const cost = costMicroUsd(prices, usage(Math.floor(most * used.input), output, used.kinds))
          expect(cost).toBeLessThanOrEqual(left + (bounds?.marginMicroUsd ?? 0))
          expect(allowed?.mostMicroUsd).toBeLessThanOrEqual(bounds?.worstMicroUsd ?? 0)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('is not known where the price is not', () => {
    const asking = { inputTokens: demand({}).inputTokens, addedTokens: 0, maxOutputTokens: 1, choices: 1 }
    expect(costBoundsOf(eligible({ model: 'a', host: 'one', price: null }), asking, 0)).toBe(null)
  })
})
