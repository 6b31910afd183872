/** What a request asks of a model: the output of classification and the input of routing. */

export const TASK_TYPES = [
  'code',
  'math',
  'reasoning',
  'knowledge',
  'writing',
  'rewrite',
  'summarization',
  'extraction',
  'translation',
  'classification',
  'brainstorm',
  'roleplay',
  'chat',
  'tool_use',
] as const
export type TaskType = (typeof TASK_TYPES)[number]

/** How capable a model the request wants, least first. Names as in LiteLLM's complexity router. */
export const TIERS = ['SIMPLE', 'MEDIUM', 'COMPLEX', 'REASONING'] as const
export type Tier = (typeof TIERS)[number]

/** Kinds of content a request may hold. */
export const MODALITIES = ['text', 'image', 'audio', 'file'] as const
export type Modality = (typeof MODALITIES)[number]

/** Hard requirements on a model. `long_context`: more than 100,000 input tokens. */
export const NEEDS = ['tools', 'json', 'json_schema', 'vision', 'audio', 'file', 'long_context'] as const
export type Need = (typeof NEEDS)[number]

/** Tokenizers differ; models are grouped into families whose token counts are estimated alike. */
export const TOKEN_FAMILIES = [
  'openai',
  'anthropic',
  'google',
  'llama',
  'mistral',
  'deepseek',
  'qwen',
  'other',
] as const
export type TokenFamily = (typeof TOKEN_FAMILIES)[number]

/**
 * How the work that is asked for is put together. `parallel`: parts that do not need each other; `depth`: steps of which
 * each needs the one before. At least 1 each; 1 and 1 where nothing is said of parts or steps.
 */
export type WorkStructure = { parallel: number; depth: number }

/** In one piece. */
export const ONE_PIECE: WorkStructure = { parallel: 1, depth: 1 }

/** What one request asks of a model. */
export type Demand = {
  /** The article's four kinds of request: plain text, an image, code, or several modalities at once. */
  kind: 'text' | 'image' | 'code' | 'multimodal'
  taskType: TaskType
  /** Probability (0..1) that `taskType` is right. */
  taskConfidence: number
  tier: Tier
  /** 0 (trivial) .. 1 (hard for the best models). */
  difficulty: number
  /** In the order of `MODALITIES`; always holds `text`. */
  modalities: readonly Modality[]
  /** BCP-47 tag of the last user message, e.g. `en`, `zh-Hant`, `zh-Hans`, `ja`; `und` when there is no text. */
  language: string
  /** Estimated input tokens of the whole request, per family: messages, tool definitions, media. */
  inputTokens: Readonly<Record<TokenFamily, number>>
  /** Estimated answer tokens without reasoning, already bounded by the caller's limit. */
  expectedOutputTokens: number
  /** In the order of `NEEDS`. */
  needs: readonly Need[]
  structure: WorkStructure
}
