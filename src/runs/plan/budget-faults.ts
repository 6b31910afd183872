import type { FaultPath, FoundFaults } from '../../core/found-faults.ts'
import { usdOf } from '../../core/money.ts'
import type { Plan } from '../../core/plan.ts'
import { countsOf } from './figures.ts'

/** Finds budgets that cannot hold: fewer attempts than tasks need, or subplans that may take more than the whole. */
export function budgetFaults(plan: Plan, path: FaultPath, found: FoundFaults): void {
  const { microUsd, tokens, maxAttempts } = plan.budget
  const { least } = countsOf(plan)
  if (maxAttempts !== null && least > maxAttempts) {
    const message = `The tasks need ${least} attempts at least, more than ${maxAttempts}`
    found.add([...path, 'budget', 'max_attempts'], 'budget_exceeded', message)
  }
  const inner = plan.tasks.flatMap(({ work }) => (work.kind === 'subplan' ? [work.plan.budget] : []))
  const sums = [
    ['usd', microUsd, sumOf(inner.map((budget) => budget.microUsd)), usdOf],
    ['tokens', tokens, sumOf(inner.map((budget) => budget.tokens)), Number],
    ['max_attempts', maxAttempts, sumOf(inner.map((budget) => budget.maxAttempts)), Number],
  ] as const
  for (const [field, bound, sum, told] of sums) {
    if (bound === null || sum <= bound) continue
    const message = `The budgets of subplans come to ${told(sum)}, more than ${told(bound)}`
    found.add([...path, 'budget', field], 'budget_exceeded', message)
  }
}

function sumOf(parts: readonly (number | null)[]): number {
  return parts.reduce<number>((sum, part) => sum + (part ?? 0), 0)
}
