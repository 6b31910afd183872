import { type AttemptCost, type AttemptOrder, type AttemptOutcome, NO_COST } from '../../runs/attempt.ts'
import type { RunFailure } from '../../runs/run/state.ts'

export type FailedOutcome = Extract<AttemptOutcome, { kind: 'failed' }>

/** What no other attempt, by whomever, does better. Of some it depends on who is asked: a model, or a host. */
const FINAL: ReadonlySet<string> = new Set([
  'invalid_request',
  'invalid_input',
  'budget_exceeded',
  'content_policy',
  'guardrail_blocked',
  'blocked_by_rule',
  'not_configured',
  'invalid_api_key',
])

/** A failed attempt; what is not said follows from the code. */
export function failed(
  { code, message }: RunFailure,
  said: Partial<Pick<FailedOutcome, 'reason' | 'isFinal' | 'partial'>> & { cost?: AttemptCost } = {},
): FailedOutcome {
  return {
    kind: 'failed',
    reason: code === 'timeout' ? 'timeout' : 'error',
    failure: { code, message },
    isFinal: FINAL.has(code),
    cost: NO_COST,
    partial: null,
    ...said,
  }
}

/** What depends on who is asked: another agent may have another model. */
const OF_MODELS: ReadonlySet<string> = new Set([
  'model_not_found',
  'no_eligible_model',
  'context_window',
  'provider_rejected',
])

/** A failure as it counts for this task: where no agent is asked, there is no other to ask. */
export function mended({ agent }: AttemptOrder, outcome: FailedOutcome): FailedOutcome {
  return agent === null && OF_MODELS.has(outcome.failure.code) ? { ...outcome, isFinal: true } : outcome
}

/** What does not pass, and could not be used by those that come after. */
export function unusable(message: string, cost: AttemptCost, partial: unknown): FailedOutcome {
  return failed({ code: 'invalid_output', message }, { reason: 'invalid_output', cost, partial })
}

/** What several questions took. `model`: the last that answered. */
export function sumOf(costs: readonly AttemptCost[]): AttemptCost {
  return costs.reduce(
    (sum, { microUsd, tokens, model }) => ({
      microUsd: sum.microUsd + microUsd,
      tokens: sum.tokens + tokens,
      model: model ?? sum.model,
    }),
    NO_COST,
  )
}
