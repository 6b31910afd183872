/** Where a request may go, as its caller asked for it, and what became of it. */

import type { CollaborationWish } from './collaboration.ts'
import type { ReliabilityWish } from './reliability.ts'

/** Constraints on hosts, named as in OpenRouter's `provider` object. Prices: USD per million tokens. */
export type ProviderPreferences = {
  /** Hosts to try first, in this order. */
  order?: readonly string[]
  only?: readonly string[]
  ignore?: readonly string[]
  /** False: no fallback to any other host or model. */
  allowFallbacks?: boolean
  /** True: only hosts that take every parameter sent. */
  requireParameters?: boolean
  /** `deny`: only hosts whose terms rule out keeping or training on inputs. */
  dataCollection?: 'allow' | 'deny'
  sort?: 'price' | 'throughput' | 'latency'
  maxPrice?: { prompt?: number; completion?: number }
  /** Milliseconds to the whole answer; slower candidates lose score, none is excluded. */
  preferredMaxLatencyMs?: number
}

/** The `auto-router` plugin's knobs. */
export type AutoRouterPreferences = {
  /** Model ids or patterns such as `anthropic/*`. */
  allowedModels?: readonly string[]
  /** 0 = quality only … 10 = cheapest (OpenRouter's scale). */
  costQualityTradeoff?: number
  /** Predicted quality (0..1) that counts as good enough. */
  minQuality?: number
  /** The most one answer may be predicted to cost, USD. */
  maxCostUsd?: number
  /** Share (0..1) of decisions that try what is not known well enough. */
  explorationRate?: number
}

/** Everything a caller may say about where a request goes. */
export type RoutingPreferences = {
  /** As asked: a catalog id, a bare name, or a virtual model. */
  model: string
  /** Ordered fallback models: `models[]`, then `fallbacks[]`. */
  models: readonly string[]
  /** Where in `models` those of `fallbacks[]` begin; absent where that was not sent. */
  fallbacksFrom?: number
  provider: ProviderPreferences
  autoRouter: AutoRouterPreferences
  /** Models to try instead when a conversation is too long, or is refused for its content; beside the others. */
  fallbacksFor: { contextWindow: readonly string[]; contentPolicy: readonly string[] }
  reliability: ReliabilityWish
  /** Absent: nothing is said of it. */
  collaboration?: CollaborationWish
  sessionId?: string
}

/** Ways to share the calls for one model among its hosts, named as in LiteLLM. */
export const STRATEGIES = [
  'simple-shuffle',
  'least-busy',
  'latency-based',
  'cost-based',
  'usage-based',
  'priority',
] as const
export type Strategy = (typeof STRATEGIES)[number]

/** How much one host takes of the calls for a model. */
export type Share = {
  /** Relative to the others', above 0. */
  weight: number
  /** Lower is tried first. */
  priority: number
  /** The most calls and tokens within a minute; null for no limit. */
  requestsPerMinute: number | null
  tokensPerMinute: number | null
}

/** How the calls for one model are shared. A host without a share of its own takes its usual one. */
export type Pool = {
  /** Null: equally cheap hosts share by latency, dearer ones are there in case those fail. */
  strategy: Strategy | null
  shares: ReadonlyMap<string, Partial<Share>>
}

/** A host's share where nobody says otherwise. */
export const EVEN_SHARE: Share = { weight: 1, priority: 0, requestsPerMinute: null, tokensPerMinute: null }

/** Why this model answered. */
export type Reason =
  | 'cost_optimal'
  | 'quality_optimal'
  | 'latency_optimal'
  | 'pinned_by_request'
  | 'pinned_by_session'
  | 'pinned_by_tool_loop'
  | 'rule'
  | 'explore'
  | 'only_candidate'
  | 'fallback_error'
  | 'fallback_timeout'
  | 'fallback_rate_limit'
  | 'fallback_context_window'
  | 'fallback_content_policy'

/** Why a candidate may not answer this request, in the order the filters run. */
export const EXCLUSIONS = [
  'no_live_host',
  'protocol',
  'provider_preferences',
  'tenant_allow_list',
  'key_allow_list',
  'data_policy',
  'region',
  'modality',
  'tools',
  'structured_output',
  'context_window',
  'max_output_tokens',
  'no_price',
  'price_cap',
  'cost_cap',
  'not_requested',
  'rate_limit',
  'breaker_open',
] as const
export type Exclusion = (typeof EXCLUSIONS)[number]
