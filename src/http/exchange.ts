import type { GuardFinding } from '../core/guardrails.ts'
import type { Reason } from '../core/routing.ts'
import type { Attempt } from '../execute/attempt.ts'
import type { Collaborated } from '../collaborate/collaborate.ts'
import type { Decision } from '../route/decision.ts'
import type { Asked } from './asked.ts'
import type { RequestScope } from './context.ts'
import type { Circumstances } from './decide.ts'
import type { CacheMiss } from './response-cache.ts'
import type { Spending } from './spending.ts'

/** What a caller of some protocols wants of an answer besides itself. */
export type AnswerOptions = {
  /** The answer's id, where it was promised before. */
  id?: string
  /**
   * Keeps the answer; it is kept before the client sees its end, who may ask for it at once. `asked`: the request as
   * guardrails have left it.
   */
  keep?: (body: object, asked: Asked) => Promise<void>
}

/** A chat request with what was decided, and what that rests on. */
export type Decided = Asked & { circumstances: Circumstances; decision: Decision }

/** One chat request on its way: everything that answering, explaining and recording it need. */
export type Exchange = Decided & {
  /** Aborted when nobody waits for the answer any more. */
  hangUp: AbortController
  options: AnswerOptions
  /** What the response cache says of the request, and where it takes the answer. */
  cache: CacheMiss
  spending: Spending
}

/** What the headers of an answer tell of how it came about. `warnings`: what the answer does without. */
type Explained = {
  decisionId: string
  modelId: string
  host: string
  reason: Reason
  attempts: number
  warnings: readonly string[]
  /** What guardrails have found by now. */
  findings: readonly GuardFinding[]
}

/** Headers that every answer carries, whatever became of it. */
export function decisionHeaders(
  { scope, decision, cache, spending, findings }: Exchange,
  execution: Collaborated,
): Headers {
  const { model, offer } = decision.plan[0].candidate
  const told = toldOf(execution)
  const explained = {
    decisionId: decision.id,
    modelId: told?.modelId ?? model.id,
    host: told?.host ?? offer.host,
    reason: reasonOf(decision, execution),
    attempts: execution.attempts.length,
    warnings: [...(told ? warningsOf(told) : []), ...notesOf(execution)],
    findings,
  }
  const headers = explainingHeaders(explained, scope)
  headers.set('x-switchyard-cache', cache.status)
  if (execution.outcome) headers.set('x-switchyard-topology', execution.outcome.pattern)
  for (const [name, value] of spending.headers) headers.set(name, value)
  return headers
}

/** The attempt that an execution is told by: who began the answer, else who failed last. */
function toldOf(execution: Collaborated): Attempt | undefined {
  return execution.kind === 'answering' ? execution.writers[0] : execution.attempts.at(-1)
}

/** What did not go as planned where several work on an answer, as far as it is known. */
export function mishapsIn(outcome: Collaborated['outcome']): string[] {
  return outcome?.notes.filter((note) => note !== 'decided_early') ?? []
}

function notesOf({ outcome }: Collaborated): string[] {
  const notes = mishapsIn(outcome)
  return outcome && notes.length > 0 ? [`${outcome.pattern}: ${notes.join(', ')}`] : []
}

/** What an attempt's answer does without, in words. */
export function warningsOf({ dropped, complaint }: Attempt): string[] {
  return [
    ...(dropped.length > 0 ? [`dropped: ${dropped.join(', ')}`] : []),
    ...(complaint ? [`answer: ${complaint}`] : []),
  ]
}

export function explainingHeaders(explained: Explained, { tenant }: RequestScope): Headers {
  const { host, warnings, findings } = explained
  const headers = new Headers({
    'x-switchyard-decision-id': explained.decisionId,
    'x-switchyard-model': headerText(explained.modelId),
    'x-switchyard-provider': host,
    'x-switchyard-reason': explained.reason,
    'x-switchyard-attempts': String(explained.attempts),
    'x-switchyard-cache': 'bypass',
  })
  if (tenant.hosts.get(host)?.simulated) headers.set('x-switchyard-simulated', 'true')
  if (findings.length > 0) headers.set('x-switchyard-guardrails', guardrailsHeader(findings))
  if (warnings.length > 0) headers.set('x-switchyard-warnings', headerText(warnings.join('; ')))
  return headers
}

/** Which guardrails found something, and what they did: `id=action`. */
function guardrailsHeader(findings: readonly GuardFinding[]): string {
  return headerText(findings.map(({ id, action }) => `${id}=${action}`).join(','))
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

/** Why who answers does; the decision's own reason where nobody did. */
export function reasonOf(decision: Decision, execution: Collaborated): Reason {
  return execution.kind === 'answering' ? execution.reason : decision.reason
}
