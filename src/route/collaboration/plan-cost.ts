import type { Demand } from '../../core/demand.ts'
import type { Decision, EligibleCandidate } from '../decision.ts'
import { callCostOf, sumOfCosts } from './call-cost.ts'
import { expectCascade, VERDICT_TOKENS } from './expect-cascade.ts'
import { expectPanel } from './expect-panel.ts'
import type { Collaboration, Team, VerifyPlan } from './plan.ts'

/**
 * What a decision is expected to cost with all who work on its answer, in micro-USD: every stage as often as it is
 * reached, all members and who makes one answer of theirs, and what verifies it. Null where a price is unknown.
 */
export function costOfWork({
  collaboration: { pattern, verify },
  plan: [choice],
  demand,
}: Pick<Decision, 'collaboration' | 'plan' | 'demand'>): number | null {
  const answered = costOfPattern(pattern, choice, demand)
  return verify ? sumOfCosts(answered, costOfVerifying(verify, choice, demand)) : answered
}

function costOfPattern(
  pattern: Collaboration['pattern'],
  choice: EligibleCandidate,
  demand: Demand,
): number | null {
  switch (pattern.kind) {
    case 'single':
      return choice.prediction.costMicroUsd
    case 'cascade': {
      const { stages, samples } = pattern
      const thresholds = stages.map(({ threshold }) => threshold)
      const judgement = { samples, verifier: pattern.verifier && leadOf(pattern.verifier), thresholds }
      const leads = stages.map(({ team }) => leadOf(team))
      return expectCascade(leads, demand, judgement, NO_SCALE)?.costMicroUsd ?? null
    }
    case 'panel':
    case 'fusion':
      return expectPanel(
        { ...pattern, members: pattern.members.map(leadOf), judge: leadOf(pattern.judge) },
        demand,
      ).costMicroUsd
  }
}

/** Thresholds are known: nothing is weighed any more. */
const NO_SCALE = { weights: { ordering: 'utility', costWeight: 0 }, bestCostMicroUsd: 0 } as const

function leadOf([lead]: Team): EligibleCandidate {
  return lead
}

/** One verdict, and one answer more as often as the first is predicted to be bad. */
function costOfVerifying(
  { judge, maxRetries }: VerifyPlan,
  { prediction }: EligibleCandidate,
  demand: Demand,
) {
  const reading = { added: demand.expectedOutputTokens, written: VERDICT_TOKENS }
  const verdict = judge ? callCostOf(judge[0], demand, reading).costMicroUsd : 0
  const { quality, costMicroUsd } = prediction
  const again = maxRetries > 0 ? 1 - quality : 0
  return sumOfCosts(verdict, costMicroUsd === null ? null : Math.round(again * costMicroUsd))
}
