import type { ChatEvent, ChatRequest, SealFormat, WireFormat } from '../core/chat.ts'

/** The model to ask, in the host's own words, and what it can do. */
export type Target = {
  hostModelId: string
  stream: boolean
  /** The model's own upper bound; Anthropic wants one in every request. */
  maxOutputTokens: number
  structuredOutput: 'none' | 'json_object' | 'json_schema'
  /** False: a caller of the host's own format gets our events too, so that another model may go on. */
  relay?: false
  /** The most tokens that this call may write, thoughts and all its choices included; a whole number from 1. */
  outputCap?: number
}

/** One HTTP request to a host, without its base URL and credentials. */
export type HostRequest = { path: string; headers: Readonly<Record<string, string>>; body: unknown }

/**
 * A wire format: data and pure functions. Only `call.ts` does I/O. A request whose `native` is of this format is sent
 * as its caller wrote it, less what its hosts would refuse.
 */
export type Adapter = {
  format: WireFormat
  /** Whose sealed thoughts its hosts take back; null for none. */
  seals: SealFormat | null
  /** Whether one request may ask for several choices. */
  takesChoices: boolean
  /** Whether a caller of the same format may get its hosts' events as they are; absent: they are put right first. */
  relays?: true
  /** A key in the format's own place for one. */
  authorize(apiKey: string): Readonly<Record<string, string>>
  encode(request: ChatRequest, target: Target): HostRequest
  /** Whether the request's output format can be asked for as it is; otherwise a tool stands in for it. */
  takesOutput(request: ChatRequest, target: Target): boolean
  /** Whether its host turns such a request down for this model, and takes it in another format. */
  refuses?(request: ChatRequest, hostModelId: string): boolean
  /**
   * Parameters that would be dropped, by their name in OpenAI Chat, of which the caller is told: those this format
   * cannot carry and, where a target is given, those its model refuses in this request.
   */
  unsupported(request: ChatRequest, target?: Target): readonly string[]
  /**
   * One decoder per streamed answer: takes the `data` of one server-sent event, gives our events.
   * Fresh per call: decoders remember, for example, usage sent at the start of a stream.
   *
   * @throws on data that is not the host's format
   */
  createDecoder(): (data: string) => ChatEvent[]
  /**
   * A whole answer as events, the last one included.
   *
   * @throws on a body that is not the host's format
   */
  decodeAnswer(body: unknown): ChatEvent[]
}

/** The caller's own words, where this format's hosts understand them. */
export function nativeOf(request: ChatRequest, format: WireFormat) {
  return request.native?.format === format ? request.native : null
}

/** The bound on the tokens of each answer, as its caller and the target set it; undefined for none. */
export function outputBound({ sampling }: ChatRequest, { outputCap }: Target): number | undefined {
  const { maxOutputTokens, choices = 1 } = sampling
  if (outputCap === undefined) return maxOutputTokens
  const cap = Math.max(1, Math.floor(outputCap / choices))
  return Math.min(maxOutputTokens ?? cap, cap)
}

/** What a request says that hosts of this format are not told. */
export function droppedNative({ native }: ChatRequest, format: WireFormat): readonly string[] {
  return native && native.format !== format ? native.droppedElsewhere : []
}
