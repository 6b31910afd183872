import type { Caller } from '../core/caller.ts'
import { usdOrNull } from '../core/money.ts'
import type { Reason } from '../core/routing.ts'
import type { Attempt } from '../execute/attempt.ts'
import type { AttemptEntry, DecisionEntry } from '../record/entry.ts'
import { costMicroUsd } from '../route/cost.ts'
import type { Decision } from '../route/decision.ts'
import { attemptBody, type DecisionBody } from './decision-body.ts'

/** What happened after a decision. `reason` is the one the caller was told. */
export type Aftermath = {
  status: DecisionEntry['status']
  reason: Reason
  streamed: boolean
  attempts: readonly Attempt[]
  /** Those of them that wrote the answer, in order: several where it broke off and was continued. */
  writers: readonly Attempt[]
  /** Unix ms. */
  endedAt: number
}

/** The body of `GET /v1/decisions/{id}`: the decision, and what then happened. `cost_usd` counts every attempt. */
export function aftermathBody<D extends { id: string; reason?: Reason }>(
  decision: D,
  { status, reason, attempts, writers }: Aftermath,
) {
  const writer = status === 'succeeded' ? writers.at(-1) : undefined
  return {
    ...decision,
    reason,
    ...(decision.reason && { planned_reason: decision.reason }),
    status,
    answered_by: writer ? { model: writer.modelId, provider: writer.host } : null,
    ...(writers.length > 1 && {
      continued_by: writers.slice(1).map(({ modelId, host }) => ({ model: modelId, provider: host })),
    }),
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
  trial: DecisionEntry['trial'],
): DecisionEntry {
  const { decision } = by
  const { taskType, tier, language } = decision.demand
  const bestMicroUsd = bestCost(decision, toldBy(aftermath))
  return entryOf(by, { ...decision, taskType, tier, language, bestMicroUsd, trial }, detail, aftermath)
}

/** The attempt that a history entry is about: who finished the answer, else who was asked last. */
function toldBy({ attempts, writers }: Pick<Aftermath, 'attempts' | 'writers'>): Attempt | undefined {
  return writers.at(-1) ?? attempts.at(-1)
}

/** What an entry says of a decision that its detail has no single field for. */
type Decided = Pick<
  DecisionEntry,
  'id' | 'createdAt' | 'requestedModel' | 'taskType' | 'tier' | 'language' | 'bestMicroUsd' | 'trial'
>

/** @param detail as planned; model and host are told as they turned out where somebody was asked */
export function entryOf(
  { caller, requestId }: { caller: Caller; requestId: string },
  { id, createdAt, requestedModel, taskType, tier, language, bestMicroUsd, trial }: Decided,
  detail: { model: string; provider: string; simulated: boolean },
  { attempts, writers, ...aftermath }: Aftermath,
): DecisionEntry {
  const last = toldBy({ attempts, writers })
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
    trial,
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
