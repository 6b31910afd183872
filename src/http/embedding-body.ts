import { NO_USAGE } from '../core/chat.ts'
import type { GuardFinding } from '../core/guardrails.ts'
import { usdOrNull } from '../core/money.ts'
import type { LiveHost } from '../providers/live-hosts.ts'
import { costMicroUsd } from '../route/cost.ts'
import type { Policy } from '../route/decision.ts'
import type { EmbeddingOffer } from '../route/embeddings/model.ts'
import type { EmbeddingPlan } from '../route/embeddings/plan.ts'
import { findingBody } from './decision-body.ts'

/** A plan for vectors, with what is known before anybody is asked. `createdAt` in Unix ms. */
export type EmbeddingDecision = {
  id: string
  createdAt: number
  requestedModel: string
  plan: EmbeddingPlan
  policy: Policy
  /** Estimated tokens of all inputs. */
  inputTokens: number
  /** What guardrails found in the inputs. */
  findings: readonly GuardFinding[]
}

/** The decision in the fields that one about a chat has. */
export function embeddingDecisionBody(decision: EmbeddingDecision, hosts: ReadonlyMap<string, LiveHost>) {
  const { plan, policy, inputTokens, findings } = decision
  const [choice, ...fallbacks] = plan.offers
  const costs = plan.offers.flatMap((offer) => costOf(offer, inputTokens) ?? [])
  return {
    id: decision.id,
    object: 'routing.decision',
    created: Math.floor(decision.createdAt / 1_000),
    requested_model: decision.requestedModel,
    model: plan.model.id,
    provider: choice.host,
    simulated: hosts.get(choice.host)?.simulated ?? false,
    reasoning_effort: null,
    confidence: 1,
    fallback: [],
    fallback_providers: fallbacks.map(({ host }) => ({ model: plan.model.id, provider: host })),
    task: taskBody(inputTokens),
    ...(findings.length > 0 && { guardrails: findings.map(findingBody) }),
    topology: 'single',
    policy: { name: policy.name, version: policy.version, rule: null, route: null, propensity: 1 },
    candidates: candidateBodies(plan, inputTokens),
    counterfactual: {
      always_best_usd: usdOrNull(costOf(choice, inputTokens)),
      always_cheapest_usd: usdOrNull(costs.length > 0 ? Math.min(...costs) : null),
    },
  }
}

function taskBody(inputTokens: number) {
  return {
    type: 'embedding',
    type_confidence: 1,
    kind: 'text',
    tier: 'SIMPLE',
    difficulty: 0,
    modalities: ['text'],
    language: '',
    input_tokens: inputTokens,
    expected_output_tokens: 0,
    needs: [],
  }
}

/** Vectors of one model are the same everywhere: only their price is to be predicted. */
function candidateBodies({ model, offers, excluded }: EmbeddingPlan, inputTokens: number): object[] {
  const eligible = offers.map((offer, place) => ({
    model: model.id,
    provider: offer.host,
    eligible: true,
    predicted: {
      quality: null,
      cost_usd: usdOrNull(costOf(offer, inputTokens)),
      latency_ms: null,
      ttft_ms: null,
    },
    score: 1 - place / offers.length,
  }))
  const others = excluded.map(({ offer, excludedBy }) => ({
    model: model.id,
    provider: offer.host,
    eligible: false,
    excluded_by: excludedBy,
  }))
  return [...eligible, ...others]
}

function costOf({ price }: EmbeddingOffer, inputTokens: number): number | null {
  return price && costMicroUsd(price, { ...NO_USAGE, inputTokens })
}
