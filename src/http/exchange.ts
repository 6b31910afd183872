import type { Reason } from '../core/routing.ts'
import type { Env } from '../env.ts'
import type { Attempt } from '../execute/attempt.ts'
import type { Execution } from '../execute/execute.ts'
import type { Inbound } from '../protocols/inbound.ts'
import type { DecisionEntry } from '../record/entry.ts'
import type { OpinionEntry } from '../record/opinion.ts'
import type { Decision } from '../route/decision.ts'
import type { RequestScope } from './context.ts'
import { askedIn, opinionOfEarlier } from './asked-again.ts'
import { hostsFor } from './decide.ts'
import { decisionBody } from './decision-body.ts'
import { type Aftermath, type AftermathBody, aftermathBody, historyEntry } from './history.ts'
import type { CacheMiss } from './response-cache.ts'
import { rememberAnswer } from './session.ts'

/** What a caller of some protocols wants of an answer besides itself. */
export type AnswerOptions = {
  /** The answer's id, where it was promised before. */
  id?: string
  /** Keeps the answer; it is kept before the client sees its end, who may ask for it at once. */
  keep?: (body: object) => Promise<void>
}

/** One chat request on its way: everything that answering, explaining and recording it need. */
export type Exchange = {
  scope: RequestScope
  inbound: Inbound
  decision: Decision
  /** Aborted when nobody waits for the answer any more. */
  hangUp: AbortController
  options: AnswerOptions
  /** What the response cache says of the request, and where it takes the answer. */
  cache: CacheMiss
}

/** What the headers of an answer tell of how it came about. `warnings`: what the answer does without. */
type Explained = {
  decisionId: string
  modelId: string
  host: string
  reason: Reason
  attempts: number
  warnings: readonly string[]
}

/** Headers that every answer carries, whatever became of it. */
export function decisionHeaders({ scope, decision, cache }: Exchange, execution: Execution): Headers {
  const { model, offer } = decision.plan[0].candidate
  const told = toldOf(execution)
  const explained = {
    decisionId: decision.id,
    modelId: told?.modelId ?? model.id,
    host: told?.host ?? offer.host,
    reason: reasonOf(decision, execution),
    attempts: execution.attempts.length,
    warnings: told ? warningsOf(told) : [],
  }
  const headers = explainingHeaders(explained, scope.env)
  headers.set('x-switchyard-cache', cache.status)
  return headers
}

/** The attempt that an execution is told by: who began the answer, else who failed last. */
function toldOf(execution: Execution): Attempt | undefined {
  return execution.kind === 'answering' ? execution.writers[0] : execution.attempts.at(-1)
}

/** What an attempt's answer does without, in words. */
export function warningsOf({ dropped, complaint }: Attempt): string[] {
  return [
    ...(dropped.length > 0 ? [`dropped: ${dropped.join(', ')}`] : []),
    ...(complaint ? [`answer: ${complaint}`] : []),
  ]
}

export function explainingHeaders(explained: Explained, env: Env): Headers {
  const { host, warnings } = explained
  const headers = new Headers({
    'x-switchyard-decision-id': explained.decisionId,
    'x-switchyard-model': headerText(explained.modelId),
    'x-switchyard-provider': host,
    'x-switchyard-reason': explained.reason,
    'x-switchyard-attempts': String(explained.attempts),
    'x-switchyard-cache': 'bypass',
  })
  if (hostsFor(env).get(host)?.simulated) headers.set('x-switchyard-simulated', 'true')
  if (warnings.length > 0) headers.set('x-switchyard-warnings', headerText(warnings.join('; ')))
  return headers
}

/** The longest header value made of what others named, in characters. */
const MAX_HEADER_CHARS = 1_000

/** Names of fields and models may hold anything; a header may not: the rest is percent-encoded. */
function headerText(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\x20-\x7e]+/g, encodeURIComponent)
    .slice(0, MAX_HEADER_CHARS)
}

function reasonOf(decision: Decision, execution: Execution): Reason {
  return execution.kind === 'answering' ? execution.reason : decision.reason
}

/**
 * Sends the history entry to the queue, and the session its affinity; nobody waits for either.
 *
 * @returns the decision with what then happened, as the API shows it
 */
export function record(exchange: Exchange, execution: Execution, status: Aftermath['status']): AftermathBody {
  const { scope, inbound, decision } = exchange
  const { attempts } = execution
  const reason = reasonOf(decision, execution)
  const writers = execution.kind === 'answering' ? execution.writers : []
  const aftermath = { status, reason, streamed: inbound.stream, attempts, writers, endedAt: Date.now() }
  const detail = aftermathBody(decisionBody(decision, hostsFor(scope.env)), aftermath)
  sendEntry(scope, decision, detail, aftermath)
  const { sessionId } = inbound.routing
  const writer = writers.at(-1)
  if (status === 'succeeded' && sessionId !== undefined && writer) {
    scope.background(continueSession(exchange, sessionId, { ...writer, answeredAt: aftermath.endedAt }))
  }
  return detail
}

/** Tells a session who answered, and the history what this request says of the answer before. */
async function continueSession(
  { scope, inbound, decision }: Exchange,
  sessionId: string,
  { modelId, host, answeredAt }: { modelId: string; host: string; answeredAt: number },
): Promise<void> {
  const { tenantId } = scope.caller
  const gist = askedIn(inbound.chat)
  const asked = { decisionId: decision.id, ...(gist && { gist }) }
  const answer = { modelId, host, answeredAt, ...asked }
  const earlier = await rememberAnswer(sessionId, tenantId, scope.env, answer)
  const opinion = opinionOfEarlier(earlier, { tenantId, gist, now: decision.createdAt })
  if (opinion) queueEntry(scope, opinion)
}

/** Sends a decision's history entry to the queue. */
export function sendEntry(
  scope: RequestScope,
  decision: Decision,
  detail: AftermathBody,
  aftermath: Aftermath,
): void {
  queueEntry(scope, historyEntry({ ...scope, decision }, detail, aftermath))
}

/** Sends an entry to the queue. A queue that does not take it is logged: the answer stands. */
export function queueEntry(
  { env, requestId, background }: RequestScope,
  entry: DecisionEntry | OpinionEntry,
): void {
  const sent = env.EVENTS.send(entry).catch((cause: unknown) => {
    console.error({
      message: 'A decision was not recorded',
      id: entry.type === 'decision' ? entry.id : entry.decisionId,
      requestId,
      cause: String(cause),
    })
  })
  background(sent)
}
