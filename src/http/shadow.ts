import { log } from '../core/log.ts'
import { usdOrNull } from '../core/money.ts'
import type { DecisionEntry } from '../record/entry.ts'
import type { Decision } from '../route/decision.ts'
import { isSame, type Outcome, outcomeBody, outcomeOf } from './config-replay.ts'
import { decideIn, ruledBy } from './decide.ts'
import type { Decided } from './exchange.ts'
import type { CandidateConfig } from './tenant.ts'

/** What another version of the rules would have made of a request. */
export type Shadow = { version: number; outcome: Outcome }

/** The decision under another version, in the circumstances of the one that was acted on. */
export function shadowOf({ circumstances, ...asked }: Decided, { version, rules }: CandidateConfig): Shadow {
  const { scope } = asked
  try {
    const outcome = outcomeOf(() =>
      decideIn(circumstances, ruledBy({ ...asked, config: rules, version }), scope.env),
    )
    return { version, outcome }
  } catch (cause) {
    log('error', { message: 'A shadow decision failed', requestId: scope.requestId, cause: String(cause) })
    return { version, outcome: 'internal' }
  }
}

/** A shadow as it is recorded with the decision that was acted on. */
export function shadowBody({ version, outcome }: Shadow) {
  const predicted = typeof outcome === 'string' ? {} : { predicted_cost_usd: usdOrNull(costOf(outcome)) }
  return { version, ...outcomeBody(outcome), ...predicted }
}

/** A decision as the rollout of a candidate counts it. */
export function trialOf(
  { decision, version }: Decided,
  candidate: CandidateConfig,
  shadow: Shadow | null,
): NonNullable<DecisionEntry['trial']> {
  const outcome = shadow?.outcome
  const other = typeof outcome === 'object' ? outcome : null
  return {
    candidate: candidate.version,
    version,
    microUsd: costOf(decision),
    agrees: other && isSame(decision, other),
    shadowMicroUsd: other && costOf(other),
    shadowError: typeof outcome === 'string' ? outcome : null,
  }
}

function costOf({ plan }: Decision): number | null {
  const { costMicroUsd } = plan[0].prediction
  return costMicroUsd === null ? null : Math.round(costMicroUsd)
}
