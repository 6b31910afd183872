/**
 * A conversation request and the steps of its answer, the same for every protocol and every host.
 * Protocol decoders produce a `ChatRequest`; host adapters consume it; both sides speak `ChatEvent`.
 */

/** Image, audio or document bytes: by URL, or inline as base64 with a media type such as `image/png`. */
export type MediaSource = { url: string } | { mediaType: string; base64: string }

/** Asks a host to cache the prompt up to here, for so long; Anthropic's `cache_control`. */
export type CacheMarker = { ttl?: '5m' | '1h' }

/** A piece of a message. */
export type ContentPart = (
  | { type: 'text'; text: string }
  | { type: 'image'; source: MediaSource; detail?: 'auto' | 'low' | 'high' }
  | { type: 'audio'; source: MediaSource }
  | { type: 'file'; source: MediaSource; filename?: string }
) & { cache?: CacheMarker }

/**
 * `argumentsJson` is kept as the model wrote it: it may be incomplete or invalid JSON. A `custom` call (OpenAI's tools
 * of type `custom`) has free text in its place.
 */
export type ToolCall = { id: string; name: string; argumentsJson: string; custom?: true }

/** Whose models can read a seal. */
export const SEAL_FORMATS = ['openai', 'anthropic', 'google'] as const
export type SealFormat = (typeof SEAL_FORMATS)[number]

/**
 * A host's proof of what its model thought, opaque to everybody else. It must come back unchanged to the same kind of
 * host within a tool loop, and must not reach any other. A `signature` vouches for the text beside it (or, at Google,
 * for the part after it); `encrypted` is the thought itself.
 */
export type Seal = {
  format: SealFormat
  kind: 'signature' | 'encrypted'
  data: string
  /** The host's name for the thought; OpenAI wants it back. */
  id?: string
}

/** What a model thought: in words, where its host shows them, and as its host wants it back. */
export type ReasoningPart = { type: 'reasoning'; text: string; seal?: Seal }

/** A piece of a model's own turn, in the order it was written. */
export type AssistantPart =
  | { type: 'text'; text: string; cache?: CacheMarker }
  | { type: 'refusal'; text: string }
  | ReasoningPart
  | ({ type: 'tool-call' } & ToolCall)

/** One turn of a conversation, or an instruction to the model. */
export type Message =
  | { role: 'system' | 'developer'; content: readonly ContentPart[] }
  | { role: 'user'; content: readonly ContentPart[]; name?: string }
  | { role: 'assistant'; content: readonly AssistantPart[] }
  /** `isError`: the tool failed, and the content says how. */
  | { role: 'tool'; toolCallId: string; content: readonly ContentPart[]; isError?: boolean }

/** The tool calls of a model's turn, in order. */
export function toolCallsOf(parts: readonly AssistantPart[]): readonly ToolCall[] {
  return parts.filter((part) => part.type === 'tool-call')
}

/** Whether a conversation ends in results of the model's own tool calls, whatever else its user says beside them. */
export function inToolLoop(messages: readonly Message[]): boolean {
  const lastTurn = messages.findLastIndex(({ role }) => role === 'assistant')
  return messages.slice(lastTurn + 1).some(({ role }) => role === 'tool')
}

/** A function the model may call. `parameters` is a JSON Schema object. */
export type ToolDefinition = {
  name: string
  description?: string
  parameters?: Record<string, unknown>
  strict?: boolean
  cache?: CacheMarker
}

/** Whether the model may, must or must not call a tool, or which one it must. */
export type ToolChoice = 'auto' | 'none' | 'required' | { name: string }

/** What shape the answer's text must have. */
export type OutputFormat =
  | { type: 'text' }
  | { type: 'json_object' }
  | { type: 'json_schema'; name: string; schema: Record<string, unknown>; strict?: boolean }

/** How much a reasoning model may think before it answers, least first. */
export const REASONING_EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh'] as const
export type ReasoningEffort = (typeof REASONING_EFFORTS)[number]

/** How a caller wants a model to think. Absent means the host's default. */
export type ReasoningWish = {
  effort?: ReasoningEffort
  /** The most tokens to think, for callers who count instead of naming an effort. */
  budgetTokens?: number
  /** True: the caller wants to read the thoughts. */
  shown?: boolean
}

/** Parameters of generation that most hosts share. Absent means the host's default. */
export type Sampling = {
  temperature?: number
  topP?: number
  topK?: number
  presencePenalty?: number
  frequencyPenalty?: number
  seed?: number
  stop?: readonly string[]
  /** Upper bound on answer tokens, reasoning included. */
  maxOutputTokens?: number
  logprobs?: boolean
  topLogprobs?: number
  /** How many answers to give to the same conversation (OpenAI's `n`); absent means one. */
  choices?: number
}

/** The wire formats we read or write, named after their makers' APIs. */
export const WIRE_FORMATS = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'google-generate-content',
] as const
export type WireFormat = (typeof WIRE_FORMATS)[number]

/** A request as its caller wrote it. Hosts that speak the same format get this, so that nothing is lost on the way. */
export type NativeRequest = {
  format: WireFormat
  /** The caller's body without the fields that are addressed to us. */
  body: Readonly<Record<string, unknown>>
  /** The caller's headers that belong to the format, e.g. `anthropic-beta`. */
  headers: Readonly<Record<string, string>>
  /** What hosts of other formats do not get, by name; they answer without it and the caller is told. */
  droppedElsewhere: readonly string[]
  /** Content that only this format can say, by name; without it the question would be another one. */
  onlyHere: readonly string[]
}

/** A conversation to be answered, in nobody's protocol. */
export type ChatRequest = {
  messages: readonly Message[]
  tools: readonly ToolDefinition[]
  toolChoice?: ToolChoice
  parallelToolCalls?: boolean
  output: OutputFormat
  sampling: Sampling
  reasoning: ReasoningWish
  /** The end user behind the request, as the caller names them. */
  user?: string
  metadata?: Record<string, string>
  /** The same request in the caller's own words; null where no host speaks its format. */
  native: NativeRequest | null
}

/**
 * Tokens that one answer consumed. Parts never exceed their whole: `cachedInputTokens + cacheWriteTokens` and
 * `audioInputTokens + imageInputTokens` are parts of `inputTokens`, `longCacheWriteTokens` (kept for an hour) of
 * `cacheWriteTokens`, `reasoningTokens + audioOutputTokens` of `outputTokens`.
 */
export type Usage = {
  inputTokens: number
  cachedInputTokens: number
  cacheWriteTokens: number
  longCacheWriteTokens: number
  audioInputTokens: number
  imageInputTokens: number
  outputTokens: number
  reasoningTokens: number
  audioOutputTokens: number
}

/** Nothing used; the start of every sum. */
export const NO_USAGE: Usage = {
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  longCacheWriteTokens: 0,
  audioInputTokens: 0,
  imageInputTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  audioOutputTokens: 0,
}

/** Why an answer ended, in OpenAI's words. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter'

/** Why a host did not answer. Decides retry, fallback and what the caller is told. */
export const FAILURE_CODES = [
  'provider_failed',
  'provider_rejected',
  'provider_auth',
  'rate_limited',
  'timeout',
  'context_window',
  'content_policy',
] as const
export type FailureCode = (typeof FAILURE_CODES)[number]

/** What a host said when it failed. `message` is safe for the tenant to read; the host's own words, redacted. */
export type Failure = {
  code: FailureCode
  message: string
  /** The host's HTTP status, when it gave one. */
  status?: number
  /** The host's own error code, e.g. `insufficient_quota`. */
  hostCode?: string
  hostRequestId?: string
  /** How long the host asked us to wait. */
  retryAfterMs?: number
  /** The connection failed before anything was answered: as far as we know, the host was never asked. */
  beforeResponse?: true
}

/** One server-sent event as a host sent it. */
export type HostEvent = { event?: string; data: string }

/** A piece of an answer. `choice` counts from 0 where several answers were asked for; absent means the first. */
export type ContentEvent = (
  | { type: 'text-delta'; text: string; logprobs?: readonly unknown[] }
  | { type: 'reasoning-delta'; text: string }
  /** Seals the thought before it, or a hidden one; nothing is added to that thought any more. */
  | { type: 'reasoning-seal'; seal: Seal }
  | { type: 'refusal-delta'; text: string }
  | { type: 'tool-call-start'; index: number; id: string; name: string; custom?: true }
  | { type: 'tool-call-delta'; index: number; argumentsJson: string }
  /** Whole events of the host's own stream, for a caller of the same format; `read`, called in order, says what they hold. */
  | { type: 'relay'; text: string; read: () => readonly ContentEvent[] }
) & { choice?: number }

/** A piece of an answer in our words. */
export type ReadEvent = Exclude<ContentEvent, { type: 'relay' }>

/** The end of an answer: whole, or broken off. */
export type LastEvent =
  /** `usage` is null when the host sent none: it is then estimated, and recorded as an estimate. */
  | {
      type: 'answer-end'
      reason: FinishReason
      usage: Usage | null
      /** The stop sequence that ended it, where the host says so. */
      stopSequence?: string
      /** Why the further choices ended, from the second on. */
      otherReasons?: readonly FinishReason[]
      /** The host's own words, for a caller of the same format: its events after the last relayed ones, or its body. */
      native?: { events: readonly HostEvent[] } | { body: Readonly<Record<string, unknown>> }
    }
  | ({ type: 'answer-error' } & Failure)

/** One step of an answer, the same for every host. Named noun-action; exactly one `LastEvent` closes it. */
export type ChatEvent = ContentEvent | LastEvent

/** Whether an event closes its answer. */
export function isLast(event: ChatEvent): event is LastEvent {
  return event.type === 'answer-end' || event.type === 'answer-error'
}
