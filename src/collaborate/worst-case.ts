import type { Team } from '../route/collaboration/plan.ts'
import type { Decision } from '../route/decision.ts'

/** An execution that may be made up to so many times. `addedTokens`: by how much its input is longer than was classified. */
export type WorstWork = { team: Team; times: number; addedTokens: number; maxOutputTokens?: number }

/** Every execution that a decision may come to at most. */
export function worksOf({ plan }: Decision): readonly WorstWork[] {
  return [{ team: plan, times: 1, addedTokens: 0 }]
}
