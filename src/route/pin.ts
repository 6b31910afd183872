import { type ChatRequest, inToolLoop, type SealFormat, toolCallsOf } from '../core/chat.ts'
import type { HostState } from './decision.ts'
import type { Candidate } from './prepared-catalog.ts'

/** Who answered last in a session. */
export type SessionMemory = { modelId: string; host: string }

/** Who should go on answering a conversation, and why. */
export type Pin = {
  holds: (candidate: Candidate) => boolean
  reason: 'pinned_by_session' | 'pinned_by_tool_loop'
}

/**
 * A conversation stays with who answered it last in its session. Within a tool loop it stays, also without a session,
 * with models that can read the sealed thoughts the loop began with: others would have to go on without them.
 */
export function pinOf(
  memory: SessionMemory | null,
  request: ChatRequest,
  hosts: ReadonlyMap<string, HostState>,
): Pin | null {
  const looping = inToolLoop(request.messages)
  if (memory) {
    return {
      holds: ({ model, offer }) => model.id === memory.modelId && offer.host === memory.host,
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

/** Whose seal the latest sealed thought of the loop carries; a turn without calls ended the loop before. */
function sealOfLoop({ messages }: ChatRequest): SealFormat | null {
  for (const message of messages.toReversed()) {
    if (message.role !== 'assistant') continue
    if (toolCallsOf(message.content).length === 0) return null
    for (const part of message.content) if (part.type === 'reasoning' && part.seal) return part.seal.format
  }
  return null
}
