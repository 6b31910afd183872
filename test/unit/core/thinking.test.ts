import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { REASONING_EFFORTS } from '../../../src/core/chat.ts'
import { budgetOf, effortOfBudget } from '../../../src/core/thinking.ts'

describe('budgets of thought', () => {
  it('grow with the effort, from nothing', () => {
    const budgets = REASONING_EFFORTS.map(budgetOf)
    expect(budgets[0]).toBe(0)
    expect(new Set(budgets).size).toBe(budgets.length)
    expect(budgets).toEqual(budgets.toSorted((a, b) => a - b))
  })

  it('stand for the efforts they came from', () => {
    expect(REASONING_EFFORTS.map((effort) => effortOfBudget(budgetOf(effort)))).toEqual(REASONING_EFFORTS)
  })

  it('in between stand for the nearest effort', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000 }), (tokens) => {
        const distance = Math.abs(budgetOf(effortOfBudget(tokens)) - tokens)
        expect(REASONING_EFFORTS.every((other) => Math.abs(budgetOf(other) - tokens) >= distance)).toBe(true)
      }),
    )
  })
})
