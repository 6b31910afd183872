import type { ChatEvent, Failure } from '../core/chat.ts'
import type { Reason } from '../core/routing.ts'
import type { Decision, EligibleCandidate } from '../route/decision.ts'
import type { Attempt } from './attempt.ts'
import type { Seam } from './continuation.ts'
import { type ExecuteIo, newLoop, open, type Wanted } from './loop.ts'
import { fallbackReason } from './next-step.ts'
import { withTakeOver } from './take-over.ts'

/**
 * What became of a decision. `attempts` grows while `events` is read; it is complete when `events` has ended.
 * `answering`: a candidate has begun, and no other will take over unseen. `cancelled`: the caller hung up before that.
 */
export type Execution = { attempts: readonly Attempt[] } & (
  | {
      kind: 'answering'
      answering: EligibleCandidate
      reason: Reason
      /** Who wrote the answer, in order: more than one where it broke off and was continued. Grows like `attempts`. */
      writers: readonly Attempt[]
      events: AsyncGenerator<ChatEvent | Seam>
    }
  | { kind: 'failed'; failure: Failure }
  | { kind: 'cancelled' }
)

/**
 * Works on a decision until a candidate begins to answer. Every attempt before that is invisible to the caller; after
 * that the answer is the caller's, and a failure ends it truthfully, or another candidate goes on, marked by a seam.
 *
 * @returns once the first piece of content is there (streamed), or the whole answer, or nobody is left to ask
 */
export async function execute(decision: Decision, wanted: Wanted, io: ExecuteIo): Promise<Execution> {
  const loop = newLoop(decision, io)
  const opened = await open(loop, wanted)
  const attempts = loop.attempts
  if (opened.kind !== 'begun') return { ...opened, attempts }
  const { tried, attempt } = opened
  const writers = [attempt]
  const continues = wanted.stream && decision.reliability.streamFailure.mode === 'continue'
  return {
    kind: 'answering',
    attempts,
    answering: tried,
    reason: reasonOf(decision, tried, attempts),
    writers,
    events: continues ? withTakeOver(loop, wanted, opened, writers) : opened.events,
  }
}

/** Why who answers does: as decided, or because another candidate failed or was too slow. */
function reasonOf(
  { plan, reason }: Decision,
  tried: EligibleCandidate,
  attempts: readonly Attempt[],
): Reason {
  if (tried === plan[0]) return reason
  const failure = attempts.findLast((attempt) => attempt.failure !== null)?.failure
  return failure ? fallbackReason(failure.code) : 'fallback_timeout'
}
