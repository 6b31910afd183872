import type { SessionAffinity } from '../agents/session-object.ts'
import { readConversation } from '../classify/conversation.ts'
import { gistOf, likeness } from '../classify/gist.ts'
import { type ChatRequest, inToolLoop } from '../core/chat.ts'
import type { OpinionEntry } from '../record/opinion.ts'

/** Who asks later than this has taken up something else. */
const SOON_MS = 10 * 60_000
/** From so much likeness on, the same is asked again. */
const SAME = 0.6

/** What a session's request asks, in a form that can be kept; null within a tool loop, where nobody asked. */
export function askedIn(chat: ChatRequest): number[] | null {
  return inToolLoop(chat.messages) ? null : gistOf(readConversation(chat).focus)
}

/**
 * What the next request in a session says of the answer before: who asks the same again was not helped; who goes on was.
 * Null where it says nothing: too late, within a tool loop, or without words.
 */
export function opinionOfEarlier(
  earlier: SessionAffinity | null,
  { tenantId, gist, now }: { tenantId: string; gist: readonly number[] | null; now: number },
): OpinionEntry | null {
  if (!earlier?.gist?.length || !earlier.decisionId || !gist?.length) return null
  if (now - earlier.answeredAt > SOON_MS) return null
  const score = likeness(earlier.gist, gist) >= SAME ? 0 : 1
  return {
    version: 1,
    type: 'opinion',
    tenantId,
    decisionId: earlier.decisionId,
    source: 're-ask',
    score,
    createdAt: now,
  }
}
