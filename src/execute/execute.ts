import { isContent } from '../core/answer.ts'
import type { ChatEvent, ChatRequest, Failure } from '../core/chat.ts'
import type { Outcome } from '../core/live.ts'
import type { Reason } from '../core/routing.ts'
import type { Decision, EligibleCandidate } from '../route/decision.ts'
import { type Attempt, type AttemptIo, newAttempt, type Route, runAttempt } from './attempt.ts'
import { type FailedAttempt, fallbackReason, nextAttempt } from './next-attempt.ts'

/**
 * What became of a decision. `attempts` grows while `events` is read; it is complete when `events` has ended.
 * `answering`: a model has begun, and no other will take over. `cancelled`: the caller hung up before that.
 */
export type Execution = { attempts: readonly Attempt[] } & (
  | { kind: 'answering'; answering: EligibleCandidate; reason: Reason; events: AsyncGenerator<ChatEvent> }
  | { kind: 'failed'; failure: Failure }
  | { kind: 'cancelled' }
)

/** The world as an execution sees it. */
export type ExecuteIo = AttemptIo & {
  /** How to reach a candidate's host. */
  routeTo: (candidate: EligibleCandidate) => Route
  /** Told of every finished attempt that says something of a host's health. */
  report: (offerKey: string, outcome: Outcome) => void
}

/**
 * Works through a decision's plan until one candidate begins to answer. Every attempt before that is invisible to
 * the caller; after that the answer is the caller's, and a failure ends it truthfully.
 *
 * @returns once the first piece of content is there, or nobody is left to ask
 */
export async function execute(
  decision: Decision,
  call: { request: ChatRequest; stream: boolean },
  io: ExecuteIo,
): Promise<Execution> {
  const attempts: Attempt[] = []
  const failed: FailedAttempt[] = []
  for (;;) {
    const tried = nextAttempt(decision.plan, failed)
    const lastFailure = failed.at(-1)?.failure
    if (!tried) {
      const failure = lastFailure ?? { code: 'provider_failed', message: 'Nobody to ask' }
      return { kind: 'failed', attempts, failure }
    }
    const route = io.routeTo(tried)
    const { candidate, effort } = tried
    const attempt = newAttempt({
      modelId: candidate.model.id,
      host: candidate.offer.host,
      effort,
      simulated: route.simulated,
      dropped: [],
      startedAt: io.now(),
    })
    attempts.push(attempt)
    const events = reported(runAttempt(tried, route, call, attempt, io), tried, attempt, io)
    const opening = await untilContent(events).catch((error: unknown) => {
      if (io.signal.aborted) return null
      throw error
    })
    if (!opening) return { kind: 'cancelled', attempts }
    const end = opening.at(-1)
    if (end?.type !== 'answer-error') {
      const reason = lastFailure ? fallbackReason(lastFailure) : decision.reason
      return { kind: 'answering', attempts, answering: tried, reason, events: resumed(opening, events) }
    }
    const { type: _type, ...failure } = end
    failed.push({ tried, failure })
  }
}

/** Reports the attempt's outcome once its events have ended. */
async function* reported(
  events: AsyncGenerator<ChatEvent>,
  { candidate }: EligibleCandidate,
  attempt: Attempt,
  io: ExecuteIo,
): AsyncGenerator<ChatEvent> {
  try {
    yield* events
  } finally {
    const { key } = candidate
    if (attempt.failure) io.report(key, { ok: false, ...attempt.failure })
    else if (attempt.outcome === 'succeeded') io.report(key, { ok: true })
  }
}

/** Reads up to and including the first content, or the end. */
async function untilContent(events: AsyncGenerator<ChatEvent>): Promise<ChatEvent[]> {
  const opening: ChatEvent[] = []
  for (;;) {
    const { done, value } = await events.next()
    if (done) return opening
    opening.push(value)
    if (isContent(value)) return opening
  }
}

/** Not a generator of its own: returning one that was never read would leave `rest`, and its host, running. */
function resumed(opening: readonly ChatEvent[], rest: AsyncGenerator<ChatEvent>): AsyncGenerator<ChatEvent> {
  const waiting = [...opening]
  return {
    async next() {
      const value = waiting.shift()
      return value ? { done: false, value } : rest.next()
    },
    return(value) {
      waiting.length = 0
      return rest.return(value)
    },
    throw(error) {
      waiting.length = 0
      return rest.throw(error)
    },
    [Symbol.asyncIterator]() {
      return this
    },
    async [Symbol.asyncDispose]() {
      await this.return(undefined)
    },
  }
}
