import { log } from '../core/log.ts'
import type { Collaborated } from '../collaborate/collaborate.ts'
import type { DecisionEntry } from '../record/entry.ts'
import type { OpinionEntry } from '../record/opinion.ts'
import { companyOf } from '../route/collaboration/company.ts'
import { askedIn, opinionOfEarlier } from './asked-again.ts'
import { askedBody } from './asked-body.ts'
import type { RequestScope } from './context.ts'
import { outcomeBody, recordedOutcome } from './collaboration-body.ts'
import { decisionBody } from './decision-body.ts'
import { type Decided, type Exchange, reasonOf } from './exchange.ts'
import { wordGuard } from './guard-output.ts'
import { type Aftermath, type AftermathBody, aftermathBody, historyEntry } from './history.ts'
import { rememberAnswer } from './session.ts'
import { type Shadow, shadowBody, shadowOf, trialOf } from './shadow.ts'

/** An answer's decision with what then happened. */
export type AnswerDetail = AftermathBody & NonNullable<Partial<ReturnType<typeof outcomeBody>>>

/**
 * Settles what the answer cost, sends the history entry to the queue, and the session its affinity; nobody waits for
 * any of it.
 *
 * @returns the decision with what then happened, as the API shows it
 */
export function record(
  exchange: Exchange,
  execution: Collaborated,
  status: Aftermath['status'],
): AnswerDetail {
  const { scope, inbound, config, decision, spending, findings } = exchange
  const { attempts } = execution
  spending.settle(attempts)
  const reason = reasonOf(decision, execution)
  const writers = execution.kind === 'answering' ? execution.writers : []
  const aftermath = { status, reason, streamed: inbound.stream, attempts, writers, endedAt: Date.now() }
  const decided = decisionBody(decision, scope.tenant.hosts, findings)
  const detail = aftermathBody(decided, aftermath)
  sendEntry(exchange, { ...detail, ...recordedOutcome(execution) }, aftermath)
  const { sessionId } = inbound.routing
  const writer = writers.at(-1)
  if (status === 'succeeded' && sessionId !== undefined && writer) {
    scope.background(continueSession(exchange, sessionId, { ...writer, answeredAt: aftermath.endedAt }))
  }
  return { ...detail, ...outcomeBody(execution, wordGuard(config)) }
}

/** Tells a session who answered, and the history what this request says of the answer before. */
async function continueSession(
  { scope, inbound, decision }: Exchange,
  sessionId: string,
  { modelId, host, answeredAt }: { modelId: string; host: string; answeredAt: number },
): Promise<void> {
  const { tenantId } = scope.caller
  const gist = askedIn(inbound.chat)
  const collaboration = companyOf(decision.collaboration)
  const asked = { decisionId: decision.id, ...(gist && { gist }), ...(collaboration && { collaboration }) }
  const answer = { modelId, host, answeredAt, ...asked }
  const earlier = await rememberAnswer(sessionId, tenantId, scope.env, answer)
  const opinion = opinionOfEarlier(earlier, { tenantId, gist, now: decision.createdAt })
  if (opinion) queueEntry(scope, opinion)
}

/** Sends a decision's history entry to the queue, with what the version that is tried has to do with it. */
export function sendEntry(decided: Decided, detail: AftermathBody, aftermath: Aftermath): void {
  const { scope } = decided
  const { candidate } = scope.tenant.config
  if (candidate?.mode !== 'shadow') {
    queueDecision(decided, detail, aftermath, null)
    return
  }
  const recording = afterTheAnswer().then(() => {
    queueDecision(decided, detail, aftermath, shadowOf(decided, candidate))
  })
  scope.background(recording)
}

function queueDecision(
  decided: Decided,
  detail: AftermathBody,
  aftermath: Aftermath,
  shadow: Shadow | null,
): void {
  const { scope } = decided
  const { candidate } = scope.tenant.config
  const trial = candidate && trialOf(decided, candidate, shadow)
  const told = { ...detail, asked: askedBody(decided), ...(shadow && { shadow: shadowBody(shadow) }) }
  queueEntry(scope, historyEntry({ ...scope, ...decided }, told, aftermath, trial))
}

/** Deciding once more takes a while, in which the answer would wait. */
function afterTheAnswer(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0))
}

/** Sends an entry to the queue. A queue that does not take it is logged: the answer stands. */
export function queueEntry(
  { env, requestId, background }: RequestScope,
  entry: DecisionEntry | OpinionEntry,
): void {
  const sent = env.EVENTS.send(entry).catch((cause: unknown) => {
    log('error', {
      message: 'A decision was not recorded',
      id: entry.type === 'decision' ? entry.id : entry.decisionId,
      requestId,
      cause: String(cause),
    })
  })
  background(sent)
}
