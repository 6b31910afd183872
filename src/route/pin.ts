import { type ChatRequest, inToolLoop, type SealFormat, toolCallsOf } from '../core/chat.ts'
import type { EligibleCandidate, HostState } from './decision.ts'
import type { Candidate } from './prepared-catalog.ts'

/** Who answered last in a session, and when (Unix ms). */
export type SessionMemory = { modelId: string; host: string; answeredAt: number }

/** Who should go on answering a conversation, and why. */
export type Pin = {
  holds: (candidate: Candidate) => boolean
  reason: 'pinned_by_session' | 'pinned_by_tool_loop'
}

/** What a pin depends on besides the conversation. */
export type PinContext = {
  hosts: ReadonlyMap<string, HostState>
  /** Those who may answer. */
  ranked: readonly EligibleCandidate[]
  /** Unix ms. */
  now: number
}

/**
 * A conversation stays with who answered it last in its session, at the same host within a tool loop or while that may
 * still hold what was said, else, and where that host may not answer now, at any host of the model. Within a tool loop
 * it stays, also without a session, with models that can read the sealed thoughts the loop began with: others would
 * have to go on without them.
 */
export function pinOf(
  memory: SessionMemory | null,
  request: ChatRequest,
  { hosts, ranked, now }: PinContext,
): Pin | null {
  const looping = inToolLoop(request.messages)
  if (memory) {
    const stays = looping || isWarm(memory, request, now)
    const atHost = stays && ranked.some(({ candidate }) => holds(memory, candidate))
    return {
      holds: (candidate) => (atHost ? holds(memory, candidate) : candidate.model.id === memory.modelId),
      reason: looping ? 'pinned_by_tool_loop' : 'pinned_by_session',
    }
  }
  const seals = looping ? sealOfLoop(request) : null
  if (!seals) return null
  return {
    holds: ({ offer }) => hosts.get(offer.host)?.seals === seals,
    reason: 'pinned_by_tool_loop',
  }
}

/** Whether a candidate answered last in a session. */
export function holds(
  memory: SessionMemory | null,
  { model, offer }: Pick<Candidate, 'model' | 'offer'>,
): boolean {
  return memory !== null && model.id === memory.modelId && offer.host === memory.host
}

/**
 * How long hosts keep the beginning of a conversation that nobody goes on with: five minutes at Anthropic, or the hour
 * that a request asks for (https://platform.claude.com/docs/en/build-with-claude/prompt-caching), five to ten minutes
 * at OpenAI (https://platform.openai.com/docs/guides/prompt-caching).
 */
const KEPT_MS = 5 * 60_000
const LONG_KEPT_MS = 60 * 60_000

/** Whether the host that answered last may still hold the conversation in its cache. */
export function isWarm({ answeredAt }: SessionMemory, request: ChatRequest, now: number): boolean {
  return now - answeredAt < (asksForAnHour(request) ? LONG_KEPT_MS : KEPT_MS)
}

function asksForAnHour({ messages, tools }: ChatRequest): boolean {
  return (
    tools.some(({ cache }) => cache?.ttl === '1h') ||
    messages.some(({ content }) => content.some((part) => 'cache' in part && part.cache?.ttl === '1h'))
  )
}

/** Hosts keep no shorter beginnings than this, in characters: about 1,000 tokens. */
const LEAST_KEPT_CHARS = 4_000

/**
 * The share (0..1) of a conversation that who answered last has read before, and that its host may still hold: all but
 * the last message. By characters of text.
 */
export function keptShare({ messages }: ChatRequest): number {
  const lengths = messages.map(({ content }) =>
    content.reduce((sum, part) => sum + (part.type === 'text' ? part.text.length : 0), 0),
  )
  const total = lengths.reduce((sum, length) => sum + length, 0)
  const kept = total - (lengths.at(-1) ?? 0)
  return kept < LEAST_KEPT_CHARS ? 0 : kept / total
}

/** Whose seal the latest sealed thought of the loop carries; a turn without calls ended the loop before. */
function sealOfLoop({ messages }: ChatRequest): SealFormat | null {
  for (const message of messages.toReversed()) {
    if (message.role !== 'assistant') continue
    if (toolCallsOf(message.content).length === 0) return null
    for (const part of message.content) if (part.type === 'reasoning' && part.seal) return part.seal.format
  }
  return null
}
