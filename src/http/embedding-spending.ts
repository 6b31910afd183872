import { type EmbeddingInputs, inputCount } from '../core/embedding.ts'
import { configOf } from '../env.ts'
import { costMicroUsd } from '../route/cost.ts'
import { NO_USAGE } from '../core/chat.ts'
import type { Reservation } from '../tenants/ledger/reservation.ts'
import { budgetAlerts } from './budget-alerts.ts'
import type { RequestScope } from './context.ts'
import type { EmbeddingDecision } from './embedding-body.ts'
import { metersFor } from './meters.ts'
import { refusalError, reserve } from './reserve.ts'
import { limitHeaders, LOST_MS, metersIn, type Spending, takenBy, UNLIMITED } from './spending.ts'

/** Tokens of texts are estimated; they are hardly this much more. */
const INPUT_MARGIN = 1.25
/** What hosts put around an input, in tokens. */
const AROUND_INPUT = 8

/**
 * Lets vectors be made within the limits of who asks.
 *
 * @throws AppError `budget_exceeded`, `rate_limit_exceeded`, or `ledger_unavailable`
 */
export async function reserveEmbedding(
  scope: RequestScope,
  decision: EmbeddingDecision,
  { inputs, user }: { inputs: EmbeddingInputs; user?: string },
): Promise<Spending> {
  const config = scope.tenant.config.rules
  const limits = metersFor({ scope, config, user }, Date.now())
  if (!limits) return UNLIMITED
  const meters = metersIn(limits, [decision.plan.model.id])
  if (meters.length === 0) return UNLIMITED
  const costOf = (inputTokens: number) =>
    Math.max(
      ...decision.plan.offers.map(({ price }) =>
        price ? costMicroUsd(price, { ...NO_USAGE, inputTokens }) : 0,
      ),
    )
  const around = AROUND_INPUT * inputCount(inputs)
  const likely = costOf(Math.ceil(decision.inputTokens * INPUT_MARGIN) + around)
  const sure = meters.some(({ strict }) => strict) ? costOf(mostTokens(inputs) + around) : 0
  const wanted: Reservation = {
    id: decision.id,
    meters,
    leastMicroUsd: likely,
    enoughMicroUsd: likely,
    // One host may have counted before it failed.
    worstMicroUsd: likely * Math.min(2, decision.plan.offers.length),
    marginMicroUsd: Math.max(0, sure - likely),
    tokens: decision.inputTokens,
    expiresAt:
      decision.createdAt + configOf(scope.env).timeouts.totalMs * decision.plan.offers.length + LOST_MS,
  }
  const began = await reserve({ ...scope, heard: budgetAlerts(scope, config) }, wanted)
  if (began.kind === 'refused') throw refusalError(began)
  const { left, settle } = began
  return {
    headers: limitHeaders(meters, left),
    settle: (attempts) => settle(takenBy(attempts, limits)),
  }
}

const encoder = new TextEncoder()

/** No tokenizer makes more tokens than there are bytes. */
function mostTokens(inputs: EmbeddingInputs): number {
  if (inputs.kind === 'tokens') return inputs.tokens.reduce((sum, { length }) => sum + length, 0)
  return inputs.texts.reduce((sum, text) => sum + encoder.encode(text).byteLength, 0)
}
