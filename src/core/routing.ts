/** Where a request may go, as its caller asked for it, and what became of it. */

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
  /** Ordered fallback models (`models[]`). */
  models: readonly string[]
  provider: ProviderPreferences
  autoRouter: AutoRouterPreferences
  sessionId?: string
}

/** Why this model answered. */
export type Reason =
  | 'cost_optimal'
  | 'quality_optimal'
  | 'latency_optimal'
  | 'pinned_by_request'
  | 'pinned_by_session'
  | 'pinned_by_tool_loop'
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
  'data_policy',
  'modality',
  'tools',
  'structured_output',
  'context_window',
  'max_output_tokens',
  'no_price',
  'price_cap',
  'cost_cap',
  'not_requested',
  'breaker_open',
] as const
export type Exclusion = (typeof EXCLUSIONS)[number]
