import type { UnaskedPattern } from '../core/collaboration.ts'
import type { EligibleCandidate, HostState } from './decision.ts'
import type { Candidate } from './prepared-catalog.ts'
import type { RequestShape } from './request-shape.ts'

/** Who answered last in a session, and when (Unix ms). */
export type SessionMemory = {
  modelId: string
  host: string
  answeredAt: number
  /** Who worked on that answer together: the models of all stages or members, in their order. */
  collaboration?: { pattern: UnaskedPattern | 'fusion'; models: readonly string[] }
}

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
  request: RequestShape,
  { hosts, ranked, now }: PinContext,
): Pin | null {
  const { inToolLoop, seal } = request
  if (memory) {
    const stays = inToolLoop || isWarm(memory, request, now)
    const atHost = stays && ranked.some(({ candidate }) => holds(memory, candidate))
    return {
      holds: (candidate) => (atHost ? holds(memory, candidate) : candidate.model.id === memory.modelId),
      reason: inToolLoop ? 'pinned_by_tool_loop' : 'pinned_by_session',
    }
  }
  if (!seal) return null
  return {
    holds: ({ offer }) => hosts.get(offer.host)?.seals === seal,
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
export function isWarm({ answeredAt }: SessionMemory, { keptForAnHour }: RequestShape, now: number): boolean {
  return now - answeredAt < (keptForAnHour ? LONG_KEPT_MS : KEPT_MS)
}
