import type { Usage } from '../core/chat.ts'
import type { Demand } from '../core/demand.ts'
import type { GuardFinding } from '../core/guardrails.ts'
import { usdOrNull } from '../core/money.ts'
import type { Attempt } from '../execute/attempt.ts'
import type { Decision, EligibleCandidate, Judged } from '../route/decision.ts'
import { adviceBody, collaborationBody } from './plan-body.ts'
import { rounded } from './rounded.ts'

/** A decision as the API shows it: the body of `POST /v1/route`. Money in USD, times in ms. */
export function decisionBody(
  decision: Decision,
  hosts: ReadonlyMap<string, { simulated: boolean }>,
  findings: readonly GuardFinding[],
) {
  const [choice, ...fallbacks] = decision.plan
  const { demand } = decision
  const { contextWindow, contentPolicy } = decision.fallbacksFor
  const { model, offer } = choice.candidate
  const collaboration = collaborationBody(decision)
  return {
    id: decision.id,
    object: 'routing.decision',
    created: Math.floor(decision.createdAt / 1_000),
    requested_model: decision.requestedModel,
    model: model.id,
    provider: offer.host,
    simulated: hosts.get(offer.host)?.simulated ?? false,
    reasoning_effort: choice.effort,
    confidence: rounded(decision.confidence),
    fallback: modelsOf(fallbacks).filter((id) => id !== model.id),
    ...(contextWindow.length > 0 && { context_window_fallback: modelsOf(contextWindow) }),
    ...(contentPolicy.length > 0 && { content_policy_fallback: modelsOf(contentPolicy) }),
    fallback_providers: fallbacks.map(({ candidate }) => ({
      model: candidate.model.id,
      provider: candidate.offer.host,
    })),
    reason: decision.reason,
    task: taskBody(demand, demand.inputTokens[model.tokenFamily]),
    ...(findings.length > 0 && { guardrails: findings.map(findingBody) }),
    topology: decision.topology.topology,
    topology_advice: adviceBody(decision.topology),
    ...(collaboration && { collaboration }),
    policy: decision.policy,
    parameters: decision.parameters,
    candidates: decision.judged.map(candidateBody),
    counterfactual: {
      always_best_usd: usdOrNull(decision.counterfactual.alwaysBestMicroUsd),
      always_cheapest_usd: usdOrNull(decision.counterfactual.alwaysCheapestMicroUsd),
    },
  }
}

function taskBody(demand: Demand, inputTokens: number) {
  return {
    type: demand.taskType,
    type_confidence: rounded(demand.taskConfidence),
    kind: demand.kind,
    tier: demand.tier,
    difficulty: rounded(demand.difficulty),
    modalities: demand.modalities,
    language: demand.language,
    input_tokens: inputTokens,
    expected_output_tokens: demand.expectedOutputTokens,
    needs: demand.needs,
    structure: demand.structure,
  }
}

/** What a guardrail found, as the API shows it. */
export function findingBody({ id, on, action, found, count }: GuardFinding) {
  return { id, on, action, found, count }
}

/** Each model once, in order. */
function modelsOf(candidates: readonly EligibleCandidate[]): string[] {
  return [...new Set(candidates.map(({ candidate }) => candidate.model.id))]
}

/** The JSON of a decision. */
export type DecisionBody = ReturnType<typeof decisionBody>

function candidateBody(judged: Judged) {
  const { model, offer } = judged.candidate
  const named = { model: model.id, provider: offer.host }
  if (!judged.eligible) return { ...named, eligible: false, excluded_by: judged.excludedBy }
  const { quality, priorQuality, costMicroUsd, latencyMs, ttftMs } = judged.prediction
  return {
    ...named,
    eligible: true,
    predicted: {
      quality: rounded(quality),
      prior_quality: rounded(priorQuality),
      cost_usd: usdOrNull(costMicroUsd),
      latency_ms: Math.round(latencyMs),
      ttft_ms: Math.round(ttftMs),
    },
    score: rounded(judged.score),
  }
}

/** An attempt as the API shows it. */
export function attemptBody(attempt: Attempt) {
  const { failure, startedAt, firstTokenAt, endedAt } = attempt
  return {
    ...attempt.work,
    model: attempt.modelId,
    provider: attempt.host,
    simulated: attempt.simulated,
    outcome: attempt.outcome,
    ...(failure && {
      failure: { code: failure.code, message: failure.message, status: failure.status ?? null },
    }),
    started_at: startedAt,
    ttft_ms: firstTokenAt === null ? null : firstTokenAt - startedAt,
    latency_ms: endedAt === null ? null : endedAt - startedAt,
    usage: attempt.usage && usageBody(attempt.usage),
    usage_estimated: attempt.usageEstimated,
    cost_usd: usdOrNull(attempt.costMicroUsd),
  }
}

function usageBody(usage: Usage) {
  return {
    input_tokens: usage.inputTokens,
    cached_input_tokens: usage.cachedInputTokens,
    cache_write_tokens: usage.cacheWriteTokens,
    audio_input_tokens: usage.audioInputTokens,
    image_input_tokens: usage.imageInputTokens,
    output_tokens: usage.outputTokens,
    reasoning_tokens: usage.reasoningTokens,
    audio_output_tokens: usage.audioOutputTokens,
  }
}
