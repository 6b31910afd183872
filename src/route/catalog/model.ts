import type { ReasoningEffort } from '../../core/chat.ts'
import type { Modality, TokenFamily } from '../../core/demand.ts'

/** Where a fact was read and when (ISO date). `url` is the public page. */
export type Source = { url: string; date: string }

/**
 * Public benchmarks that abilities are computed from; scores 0..1 (Elo as published).
 * A benchmark a model was not measured on is absent, never zero.
 */
export const BENCHMARKS = [
  'mmlu_pro', // knowledge, 14 subjects
  'gpqa_diamond', // graduate science questions
  'hle', // Humanity's Last Exam, no tools
  'aime', // AIME 2024 or 2025, pass@1
  'math_500',
  'livecodebench',
  'swe_bench_verified',
  'ifeval', // instruction following
  'bfcl', // Berkeley function calling, overall
  'tau2_bench', // agentic tool use
  'mmmu', // image understanding
  'multilingual_mmlu', // MMMLU or Global-MMLU
  'arena_elo', // LMArena text, Elo points
  'intelligence_index', // Artificial Analysis Intelligence Index, 0..1 (published 0..100)
] as const
export type Benchmark = (typeof BENCHMARKS)[number]

/** One published score. Several rows for one benchmark are averaged. */
export type Score = { benchmark: Benchmark; value: number; source: Source }

/** Micro-USD per million tokens (so 1 USD per million tokens = 1_000_000). */
export type TokenPrices = {
  input: number
  output: number
  /** Reading a cached prefix; absent: priced as `input`. */
  cachedInput?: number
  /** Writing a prefix to the cache (shortest lifetime offered); absent: priced as `input`. */
  cacheWrite?: number
  /** Writing a prefix that is kept for an hour; absent: priced as `cacheWrite`. */
  longCacheWrite?: number
  /** Absent: reasoning tokens are priced as `output`. */
  reasoning?: number
  /** Audio that is heard; absent: priced as `input`. */
  audioInput?: number
  /** Audio that is spoken; absent: priced as `output`. */
  audioOutput?: number
}

/** Prices of one offer. `tiers` replace the base prices once the input is larger than `aboveInputTokens`, highest wins. */
export type Price = TokenPrices & {
  tiers?: readonly (TokenPrices & { aboveInputTokens: number })[]
  source: Source
}

/**
 * One host selling one model. A host is an account and a base URL (`openai`, `groq`, `workers-ai` …).
 * `price: null` means unknown: such an offer is never routed to by price and never counts as free.
 */
export type Offer = {
  host: string
  /** The model's name in the host's own API. */
  hostModelId: string
  price: Price | null
  /** Where this host's limits are lower than the model's own. */
  contextWindow?: number
  maxOutputTokens?: number
  /** Published or measured medians, the start values until live figures exist. */
  speed?: { ttftMs: number; tokensPerSecond: number; source: Source }
}

/** How a model's thinking is controlled. `efforts` lists what its hosts accept, least first. */
type ReasoningControl =
  | { kind: 'none' }
  | { kind: 'always' }
  | { kind: 'effort'; efforts: readonly ReasoningEffort[] }

/** Facts about one model, from public documentation. */
export type CatalogModel = {
  /** `vendor/name`, e.g. `openai/gpt-5-mini`, `meta/llama-3.3-70b`. Stable; what callers pin. */
  id: string
  name: string
  /** ISO date of the public release. */
  released: string
  /** Other names callers use for exactly this model, without vendor prefix, e.g. dated snapshots. */
  aliases: readonly string[]
  tokenFamily: TokenFamily
  openWeights: boolean
  /** Input and output tokens together. */
  contextWindow: number
  maxOutputTokens: number
  inputModalities: readonly Modality[]
  tools: boolean
  structuredOutput: 'none' | 'json_object' | 'json_schema'
  reasoning: ReasoningControl
  /** Source of the limits and features above. */
  source: Source
  scores: readonly Score[]
  offers: readonly Offer[]
}
