import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NO_USAGE, type Usage } from '../../../src/core/chat.ts'
import type { Price } from '../../../src/route/catalog/model.ts'
import { costMicroUsd } from '../../../src/route/cost.ts'
import { priced, SOURCE } from './builders.ts'

/** Tokens of each kind, no token in two kinds. */
type Parts = { plain: number; cached: number; written: number; answer: number; thought: number }

const KINDS = ['plain', 'cached', 'written', 'answer', 'thought'] as const
const NOTHING: Parts = { plain: 0, cached: 0, written: 0, answer: 0, thought: 0 }

function usageOf({ plain, cached, written, answer, thought }: Parts): Usage {
  return {
    ...NO_USAGE,
    inputTokens: plain + cached + written,
    cachedInputTokens: cached,
    cacheWriteTokens: written,
    outputTokens: answer + thought,
    reasoningTokens: thought,
  }
}

const cost = (price: Price, parts: Partial<Parts>) => costMicroUsd(price, usageOf({ ...NOTHING, ...parts }))

const amount = fc.integer({ min: 1, max: 90_000_000 })
const count = fc.integer({ min: 0, max: 1_000_000 })
const rates = fc.record({
  input: amount,
  output: amount,
  cachedInput: amount,
  cacheWrite: amount,
  reasoning: amount,
})
const counts = fc.record({ plain: count, cached: count, written: count, answer: count, thought: count })

const DISTINCT = priced(2, 8, { cachedInput: 500_000, cacheWrite: 2_500_000, reasoning: 9_000_000 })

describe('costMicroUsd', () => {
  it('prices each kind of token once, at its own price', () => {
    const million = 1_000_000
    expect(cost(DISTINCT, { plain: million })).toBe(2_000_000)
    expect(cost(DISTINCT, { cached: million })).toBe(500_000)
    expect(cost(DISTINCT, { written: million })).toBe(2_500_000)
    expect(cost(DISTINCT, { answer: million })).toBe(8_000_000)
    expect(cost(DISTINCT, { thought: million })).toBe(9_000_000)
    expect(
      cost(DISTINCT, {
        plain: million,
        cached: million,
        written: million,
        answer: million,
        thought: million,
      }),
    ).toBe(22_000_000)
  })

  it('prices what has no price of its own as input or output', () => {
    const plain = priced(2, 8)
    expect(cost(plain, { plain: 1_000, cached: 1_000, written: 1_000 })).toBe(6_000)
    expect(cost(plain, { answer: 1_000, thought: 1_000 })).toBe(16_000)
  })

  it('gives the bill of a real answer to the micro-USD', () => {
    const gpt5 = priced(1.25, 10, { cachedInput: 125_000 })
    const usage = { plain: 1_234, cached: 1_024, answer: 321, thought: 640 }
    expect(cost(gpt5, usage)).toBe(Math.ceil(1_234 * 1.25 + 1_024 * 0.125 + 961 * 10))
  })

  it('rounds up, so that a used token never costs nothing', () => {
    expect(cost({ input: 1, output: 1, source: SOURCE }, { plain: 1 })).toBe(1)
    expect(cost(priced(0.05, 0.4), { plain: 21 })).toBe(2)
    expect(cost(priced(1, 1), {})).toBe(0)
  })

  it('takes the prices of the highest tier that the input exceeds, for the whole request', () => {
    const tiered = priced(1, 10, {
      cachedInput: 100_000,
      tiers: [
        { aboveInputTokens: 400_000, input: 4_000_000, output: 40_000_000 },
        { aboveInputTokens: 200_000, input: 2_000_000, output: 20_000_000, cachedInput: 200_000 },
      ],
    })
    expect(cost(tiered, { plain: 200_000, answer: 10 })).toBe(200_100)
    expect(cost(tiered, { plain: 200_001, answer: 10 })).toBe(400_202)
    expect(cost(tiered, { plain: 400_001, answer: 10 })).toBe(1_600_404)
    expect(cost(tiered, { plain: 100_001, cached: 100_000 })).toBe(220_002)
    expect(cost(tiered, { cached: 400_001 })).toBe(1_600_004)
  })

  it('never asks for less than nothing when a host counts more cached tokens than tokens', () => {
    const odd = { ...NO_USAGE, inputTokens: 5, cachedInputTokens: 10, outputTokens: 1, reasoningTokens: 4 }
    expect(costMicroUsd(priced(1, 1), odd)).toBeGreaterThanOrEqual(0)
  })

  it('is a whole number, more than zero exactly when a token was used', () => {
    fc.assert(
      fc.property(rates, counts, (price, parts) => {
        const total = cost({ ...price, source: SOURCE }, parts)
        expect(Number.isSafeInteger(total)).toBe(true)
        expect(total > 0).toBe(KINDS.some((kind) => parts[kind] > 0))
      }),
    )
  })

  it('is the sum of its parts, but for the rounding', () => {
    fc.assert(
      fc.property(rates, counts, (rate, parts) => {
        const price = { ...rate, source: SOURCE }
        const sum = KINDS.reduce((total, kind) => total + cost(price, { [kind]: parts[kind] }), 0)
        const total = cost(price, parts)
        expect(total).toBeLessThanOrEqual(sum)
        expect(total).toBeGreaterThan(sum - KINDS.length)
      }),
    )
  })

  it('never falls when tokens of any kind are added, also across a tier', () => {
    const added = fc.tuple(fc.constantFrom(...KINDS), count)
    fc.assert(
      fc.property(
        rates,
        fc.integer({ min: 1, max: 5 }),
        count,
        counts,
        added,
        (rate, dearer, bound, parts, more) => {
          const tier = { input: rate.input * dearer, output: rate.output * dearer, aboveInputTokens: bound }
          const price = { input: rate.input, output: rate.output, tiers: [tier], source: SOURCE }
          const [kind, extra] = more
          const grown = { ...parts, [kind]: parts[kind] + extra }
          expect(cost(price, grown)).toBeGreaterThanOrEqual(cost(price, parts))
        },
      ),
    )
  })
})
