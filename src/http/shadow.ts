import { AppError, type ErrorCode } from '../core/errors.ts'
import { usdOrNull } from '../core/money.ts'
import type { DecisionEntry } from '../record/entry.ts'
import type { Decision } from '../route/decision.ts'
import { decideIn } from './decide.ts'
import type { Decided } from './exchange.ts'
import type { CandidateConfig } from './tenant.ts'

/** What another version of the rules would have made of a request: a decision, or why there is none. */
export type Shadow = { version: number; outcome: Decision | ErrorCode }

/** The decision under another version, in the circumstances of the one that was acted on. */
export function shadowOf({ circumstances, ...asked }: Decided, { version, rules }: CandidateConfig): Shadow {
  try {
    return { version, outcome: decideIn(circumstances, { ...asked, config: rules, version }) }
  } catch (cause) {
    if (cause instanceof AppError) return { version, outcome: cause.code }
    console.error({
      message: 'A shadow decision failed',
      requestId: asked.scope.requestId,
      cause: String(cause),
    })
    return { version, outcome: 'internal' }
  }
}

/** A shadow as it is recorded with the decision that was acted on. */
export function shadowBody({ version, outcome }: Shadow) {
  if (typeof outcome === 'string') return { version, error: outcome }
  const { candidate, effort, prediction } = outcome.plan[0]
  return {
    version,
    model: candidate.model.id,
    provider: candidate.offer.host,
    reasoning_effort: effort,
    reason: outcome.reason,
    predicted_cost_usd: usdOrNull(prediction.costMicroUsd),
  }
}

/** A decision as the rollout of a candidate counts it. */
export function trialOf(
  { decision, version }: Decided,
  candidate: CandidateConfig,
  shadow?: Shadow,
): NonNullable<DecisionEntry['trial']> {
  const outcome = shadow?.outcome
  const other = typeof outcome === 'object' ? outcome : null
  return {
    candidate: candidate.version,
    version,
    microUsd: costOf(decision),
    agrees: other && isSameChoice(decision, other),
    shadowMicroUsd: other && costOf(other),
    shadowError: typeof outcome === 'string' ? outcome : null,
  }
}

function costOf({ plan }: Decision): number | null {
  const { costMicroUsd } = plan[0].prediction
  return costMicroUsd === null ? null : Math.round(costMicroUsd)
}

function isSameChoice({ plan: [one] }: Decision, { plan: [other] }: Decision): boolean {
  return one.candidate === other.candidate && one.effort === other.effort
}
