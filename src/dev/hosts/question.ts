/** How much a model may think before it answers, least first. */
export const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh'] as const
/** One of them. */
export type Effort = (typeof EFFORTS)[number]

/** A model that a simulated host serves. */
export type SimulatedModel = {
  /** First path segment of the host, e.g. `openai`. */
  host: string
  hostModelId: string
  /** 0 (mostly wrong) .. 1 (always right) at what the simulation can check. */
  ability: number
  ttftMs: number
  tokensPerSecond: number
  tokenFamily?: string
  reasoning?: boolean
  /** How long its vectors are, for a model of embeddings. */
  dimensions?: number
}

/** What may be in a prompt besides text. */
export const MEDIA_KINDS = ['image', 'audio', 'video', 'file'] as const
/** One of them. */
export type MediaKind = (typeof MEDIA_KINDS)[number]
/** A picture, recording or document of a prompt. `mediaType` is null when only a URL or an id tells of it. */
export type Media = { kind: MediaKind; mediaType: string | null; tokens: number }

/** One thing said. `calls` names the tools that an assistant's turn calls. */
export type Turn = {
  role: 'system' | 'user' | 'assistant' | 'tool'
  text: string
  media?: readonly Media[]
  calls?: readonly string[]
}

/** A function the model may call. `parameters` is a JSON Schema. */
export type ToolDefinition = { name: string; description?: string; parameters?: Record<string, unknown> }
/** Whether the model may, must or must not call a tool, or which one it must. */
export type ToolChoice = 'auto' | 'none' | 'required' | { name: string }
/** `argumentsJson` is broken off when the answer is. */
export type ToolCall = { id: string; name: string; argumentsJson: string }
/** What shape the answer's text must have. */
export type OutputFormat =
  | { type: 'text' }
  | { type: 'json_object' }
  | { type: 'json_schema'; name: string; schema: Record<string, unknown> }

/** What a request asks, the same for every wire format. */
export type Question = {
  modelId: string
  turns: readonly Turn[]
  tools: readonly ToolDefinition[]
  toolChoice: ToolChoice
  /** Whether several tools may be called at once. */
  parallelTools: boolean
  output: OutputFormat
  /** Bound on answer tokens, reasoning included; null when the caller set none. */
  maxOutputTokens: number | null
  /** Texts that end the answer before they are said. */
  stop: readonly string[]
  /** How many answers are wanted. */
  choices: number
  /** Null leaves it to the model. */
  effort: Effort | null
  /** Whether the format tells the caller what the model thought. */
  showsReasoning: boolean
  /** Whether prompts are cached: `automatic` hosts never charge for writing, `marked` ones do, `-1h` for an hour. */
  caching: 'automatic' | 'marked' | 'marked-1h' | 'none'
  stream: boolean
}

/** `cachedInputTokens + cacheWriteTokens <= inputTokens`, `reasoningTokens <= outputTokens`. */
export type TokenUsage = {
  inputTokens: number
  cachedInputTokens: number
  cacheWriteTokens: number
  outputTokens: number
  reasoningTokens: number
  /** The part of `inputTokens` that is not text. */
  mediaTokens: Readonly<Record<MediaKind, number>>
}

/** One answer; hosts may be asked for several. */
export type Choice = {
  /** Empty when a tool is called. */
  text: string
  /** What is said instead of an answer; empty when the model answers. */
  refusal: string
  /** Whether the model thought before it answered; `reasoning` is what it shows of that. */
  thought: boolean
  reasoning: string
  /** Whether some of the reasoning may not be seen by anybody. */
  redacted: boolean
  toolCalls: readonly ToolCall[]
  finish: 'stop' | 'length' | 'tool_calls' | 'content_filter'
  /** The caller's own text that ended the answer, or null. */
  stopSequence: string | null
}

/** The first choice, the others, and what all of them cost. */
export type Answer = Choice & {
  others: readonly Choice[]
  /** Null for hosts that send none. */
  usage: TokenUsage | null
  /** What the host says went wrong at the very end, or null. */
  failure: { status: number; message: string } | null
}

/** What the user said last; empty when nothing. */
export function lastUserText(question: Question): string {
  return question.turns.findLast((turn) => turn.role === 'user')?.text ?? ''
}
