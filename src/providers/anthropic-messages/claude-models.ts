/** How much effort Anthropic can be told (`output_config.effort`), least first. */
export const HOST_EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'] as const
export type HostEffort = (typeof HOST_EFFORTS)[number]

export type ThinkingType = 'enabled' | 'adaptive' | 'disabled' | 'between_tools'

/** What a model takes and refuses of the Messages API. */
export type ClaudeModel = {
  /** The values of `thinking.type` it takes. */
  thinking: readonly ThinkingType[]
  /** When it thinks; `unknown`: perhaps never, it is no Claude. */
  thinks: 'by-default' | 'when-told' | 'unknown'
  efforts: readonly HostEffort[]
  /** Whether it takes `top_k`, and `temperature` or `top_p`, as long as it does not think. */
  sampling: boolean
  /** When `tool_choice` may be `any` or `tool`. */
  forcedTools: 'always' | 'unless-thinking' | 'never'
  /** Whether the last message may be the model's own, to be continued. */
  prefill: boolean
  /** Whether it takes `output_config.format`. */
  outputFormat: boolean
}

/** Models of other makers behind Anthropic's format, and Claude before 4.5. */
const OTHER: ClaudeModel = {
  thinking: ['enabled', 'disabled'],
  thinks: 'unknown',
  efforts: [],
  sampling: true,
  forcedTools: 'unless-thinking',
  prefill: true,
  outputFormat: false,
}
const CLAUDE_4: ClaudeModel = { ...OTHER, thinks: 'when-told' }
const CLAUDE_4_5: ClaudeModel = { ...CLAUDE_4, outputFormat: true }
const CLAUDE_4_6: ClaudeModel = {
  ...CLAUDE_4_5,
  thinking: ['enabled', 'adaptive', 'disabled'],
  efforts: ['low', 'medium', 'high', 'max'],
  prefill: false,
}
const CLAUDE_4_7: ClaudeModel = {
  ...CLAUDE_4_6,
  thinking: ['adaptive', 'disabled'],
  efforts: HOST_EFFORTS,
  sampling: false,
}
const CLAUDE_5: ClaudeModel = { ...CLAUDE_4_7, thinks: 'by-default' }
const FABLE_5: ClaudeModel = { ...CLAUDE_5, thinking: ['adaptive'], forcedTools: 'always' }
const OPUS_5_5: ClaudeModel = { ...FABLE_5, forcedTools: 'never' }

/**
 * Read on 2026-11-23: the capability table of `@ai-sdk/anthropic` 4.0.105, and Anthropic's pages on effort, extended
 * thinking and the migration to each model (platform.claude.com/docs/en/build-with-claude/effort, …/thinking,
 * …/api/migration-2026-10-21.md). Where the two differ on `enabled` from 4.7 on, Anthropic's pages say 400. Whether
 * Opus 5 and Haiku 5.5 think and are forced at once is not said plainly: the table has them not.
 */
const MODELS: ReadonlyMap<string, ClaudeModel> = new Map([
  ['sonnet-4', CLAUDE_4],
  ['sonnet-4-0', CLAUDE_4],
  ['opus-4', CLAUDE_4],
  ['opus-4-0', CLAUDE_4],
  ['opus-4-1', CLAUDE_4],
  ['haiku-4-5', CLAUDE_4_5],
  ['sonnet-4-5', CLAUDE_4_5],
  ['opus-4-5', { ...CLAUDE_4_5, efforts: ['low', 'medium', 'high'] }],
  ['sonnet-4-6', CLAUDE_4_6],
  ['opus-4-6', CLAUDE_4_6],
  ['opus-4-7', CLAUDE_4_7],
  ['opus-4-8', CLAUDE_4_7],
  ['sonnet-5', CLAUDE_5],
  ['opus-5', CLAUDE_5],
  ['fable-5', FABLE_5],
  ['opus-5-5', OPUS_5_5],
  ['sonnet-5-5', { ...OPUS_5_5, thinking: ['adaptive', 'between_tools'] }],
  ['haiku-5-5', CLAUDE_5],
])

/** A family and its version; a date, which has more digits, is none. */
const NAME = /claude-([a-z]+)-(\d+)(?:[.-](\d)(?!\d))?/
const ON_BEDROCK = /anthropic\.claude/

/**
 * The rules for a model by its name at Anthropic, Amazon Bedrock, Google Vertex or OpenRouter. A Claude we do not know
 * yet is taken to be as strict as the strictest.
 */
export function claudeModel(hostModelId: string): ClaudeModel {
  const [named, family, major, minor] = NAME.exec(hostModelId) ?? []
  if (named === undefined) return OTHER
  const model = MODELS.get([family, major, ...(minor ? [minor] : [])].join('-')) ?? OPUS_5_5
  // Bedrock has no `output_config.format` for models that take no sampling, which are those from 4.7 on.
  return ON_BEDROCK.test(hostModelId) && !model.sampling ? { ...model, outputFormat: false } : model
}
