import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeLimits, limitsField, limitsOf } from '../../../src/protocols/limit-fields.ts'

const UNITS = ['s', 'm', 'h', 'd', 'mo']

describe('limitsOf', () => {
  it('reads what it writes, to the micro-USD', () => {
    const budget = fc.record({
      max_budget_usd: fc.integer({ min: 0, max: 1e15 }).map((micro) => micro / 1_000_000),
      budget_duration: fc.option(
        fc.tuple(fc.integer({ min: 1, max: 99 }), fc.constantFrom(...UNITS)).map((parts) => parts.join('')),
      ),
      soft_budget_usd: fc.constantFrom(null, 0),
    })
    const count = fc.option(fc.integer({ min: 1, max: 100_000 }))
    const rates = fc.record({ rpm: count, tpm: count, max_parallel_requests: count, strict: fc.boolean() })
    const none = fc.constant({ max_budget_usd: null, budget_duration: null, soft_budget_usd: null })
    fc.assert(
      fc.property(fc.oneof(budget, none), rates, (money, others) => {
        const sent = { ...money, ...others }
        const read = limitsField.parse(sent)
        expect(read && encodeLimits(limitsOf(read))).toEqual(sent)
      }),
    )
  })

  it('takes what is not said for no limit', () => {
    expect(limitsOf({})).toEqual({
      budget: null,
      requestsPerMinute: null,
      tokensPerMinute: null,
      parallel: null,
      strict: false,
    })
  })
})

describe('limitsField', () => {
  it.each<[object, string]>([
    [{ max_budget_usd: -1 }, 'max_budget_usd'],
    [{ max_budget_usd: 1, budget_duration: '0d' }, 'budget_duration'],
    [{ max_budget_usd: 1, budget_duration: '1 d' }, 'budget_duration'],
    [{ max_budget_usd: 1, budget_duration: '10months' }, 'budget_duration'],
    [{ budget_duration: '1d' }, 'budget_duration'],
    [{ soft_budget_usd: 1 }, 'soft_budget_usd'],
    [{ max_budget_usd: 1, soft_budget_usd: 2 }, 'soft_budget_usd'],
    [{ rpm: 0 }, 'rpm'],
    [{ tpm: 1.5 }, 'tpm'],
    [{ max_parallel_requests: 0 }, 'max_parallel_requests'],
  ])('refuses %j', (body, field) => {
    expect(limitsField.safeParse(body).error?.issues[0]?.path).toEqual([field])
  })
})
