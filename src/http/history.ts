import { usdOrNull } from '../core/money.ts'
import type { Reason } from '../core/routing.ts'
import type { Attempt } from '../execute/attempt.ts'
import type { AttemptEntry, DecisionEntry } from '../record/entry.ts'
import { costMicroUsd } from '../route/cost.ts'
import type { Decision } from '../route/decision.ts'
import type { Caller } from '../tenants/keys.ts'
import { attemptBody, type DecisionBody } from './decision-body.ts'

/** What happened after a decision. `reason` is the one the caller was told. */
export type Aftermath = {
  status: DecisionEntry['status']
  reason: Reason
  streamed: boolean
  attempts: readonly Attempt[]
  /** Unix ms. */
  endedAt: number
}

/** The body of `GET /v1/decisions/{id}`: the decision, and what then happened. `cost_usd` counts every attempt. */
export function aftermathBody<D extends object>(decision: D, { status, reason, attempts }: Aftermath) {
  const last = attempts.at(-1)
  return {
    ...decision,
    reason,
    status,
    answered_by: status === 'succeeded' && last ? { model: last.modelId, provider: last.host } : null,
    attempts: attempts.map(attemptBody),
    cost_usd: usdOrNull(totalCost(attempts)),
  }
}

export type AftermathBody = ReturnType<typeof aftermathBody<DecisionBody>>

/** What all attempts cost together, in micro-USD; null when one of them has no known price. */
function totalCost(attempts: readonly Attempt[]): number | null {
  let total = 0
  for (const attempt of attempts) {
    if (attempt.costMicroUsd === null) return null
    total += attempt.costMicroUsd
  }
  return total
}

/** The history entry of a decision. */
export function historyEntry(
  by: { caller: Caller; requestId: string; decision: Decision },
  detail: AftermathBody,
  aftermath: Aftermath,
): DecisionEntry {
  const { decision } = by
  const { taskType, tier, language } = decision.demand
  const bestMicroUsd = bestCost(decision, aftermath.attempts.at(-1))
  return entryOf(by, { ...decision, taskType, tier, language, bestMicroUsd }, detail, aftermath)
}

/** What an entry says of a decision that its detail has no single field for. */
type Decided = Pick<
  DecisionEntry,
  'id' | 'createdAt' | 'requestedModel' | 'taskType' | 'tier' | 'language' | 'bestMicroUsd'
>

/** @param detail as planned; the last attempt's model and host are told where there is one */
export function entryOf(
  { caller, requestId }: { caller: Caller; requestId: string },
  { id, createdAt, requestedModel, taskType, tier, language, bestMicroUsd }: Decided,
  detail: { model: string; provider: string; simulated: boolean },
  { attempts, ...aftermath }: Aftermath,
): DecisionEntry {
  const last = attempts.at(-1)
  return {
    version: 1,
    type: 'decision',
    id,
    tenantId: caller.tenantId,
    keyId: caller.keyId,
    requestId,
    createdAt,
    requestedModel,
    model: last?.modelId ?? detail.model,
    provider: last?.host ?? detail.provider,
    reason: aftermath.reason,
    taskType,
    tier,
    language,
    status: aftermath.status,
    failureCode: last?.failure?.code ?? null,
    streamed: aftermath.streamed,
    simulated: last?.simulated ?? detail.simulated,
    bestMicroUsd,
    latencyMs: Math.max(0, aftermath.endedAt - createdAt),
    detail: JSON.stringify(detail),
    attempts: attempts.map((attempt) => attemptEntry(attempt, aftermath.endedAt)),
  }
}

/** The same tokens at the prices of the candidate predicted best; what was expected of it while none were used. */
function bestCost({ counterfactual }: Decision, last: Attempt | undefined): number | null {
  const price = counterfactual.best?.offer.price
  return price && last?.usage ? costMicroUsd(price, last.usage) : counterfactual.alwaysBestMicroUsd
}

function attemptEntry(attempt: Attempt, now: number): AttemptEntry {
  const { startedAt, firstTokenAt, usage, outcome } = attempt
  return {
    model: attempt.modelId,
    provider: attempt.host,
    startedAt,
    outcome: outcome === 'running' ? 'cancelled' : outcome,
    failureCode: attempt.failure?.code ?? null,
    ttftMs: firstTokenAt === null ? null : Math.max(0, firstTokenAt - startedAt),
    latencyMs: Math.max(0, (attempt.endedAt ?? now) - startedAt),
    inputTokens: usage?.inputTokens ?? 0,
    cachedInputTokens: usage?.cachedInputTokens ?? 0,
    outputTokens: usage?.outputTokens ?? 0,
    reasoningTokens: usage?.reasoningTokens ?? 0,
    usageEstimated: attempt.usageEstimated,
    costMicroUsd: attempt.costMicroUsd,
  }
}
