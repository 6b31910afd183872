import { createAnswerBuilder } from '../core/answer.ts'
import type { ChatEvent, ChatRequest, Failure, Message } from '../core/chat.ts'
import type { Role, Work } from '../core/collaboration.ts'
import type { Reason } from '../core/routing.ts'
import type { Attempt } from '../execute/attempt.ts'
import { type Execution, execute } from '../execute/execute.ts'
import type { ExecuteIo, Wanted } from '../execute/loop.ts'
import type { Team } from '../route/collaboration/plan.ts'
import type { Decision } from '../route/decision.ts'
import type { Draft } from './draft.ts'
import type { Note, Outcome, Part } from './outcome.ts'
import { type Need, needOf, shareOf } from './purse.ts'

/** Everybody who works on one answer: one deadline, one budget, one end. */
export type Crew = {
  decision: Decision
  wanted: Wanted
  /** Its signal aborts when the caller hangs up, and when nobody waits for the answer any more. */
  io: ExecuteIo
  abort: AbortController
  outcome: Outcome
  /** Of all calls, in the order they began. */
  attempts: Attempt[]
  /** Tasks on their way, and what each may spend, in micro-USD. */
  running: Map<Promise<unknown>, number>
  /** What tasks that have ended cost, in micro-USD. */
  spentMicroUsd: number
  /** How far the work has come, for who waits. */
  done: number
  of: number
  /** Told when that changes. */
  advanced: () => void
}

/** Something that one of a team is to write. */
export type Task = {
  work: Work
  team: Team
  request: ChatRequest
  /** Given up when it aborts. */
  signal?: AbortSignal
  /** It is done in any case, with all that is left. */
  isFirst?: true
  /** What may be done beside it or after it, in order. */
  others?: readonly Need[]
  /** What must be left for after it, in micro-USD. */
  keptMicroUsd?: number
}

/** A whole answer to a task, and how it came about. */
export type Made = Draft & {
  kind: 'made'
  task: Task
  /** As they came, closed by its end. */
  events: readonly ChatEvent[]
  reason: Reason
  writers: readonly Attempt[]
  part: Part
}

type Failed = { kind: 'failed'; failure: Failure }
type Cancelled = { kind: 'cancelled' }

/** What was left does not pay for it, so that nobody was asked. */
type Unpaid = { kind: 'unpaid' }

/** No answer. */
export type Unmade = Failed | Cancelled | Unpaid

/** The answer that a pattern comes to. */
export type Kept =
  | (Omit<Extract<Execution, { kind: 'answering' }>, 'kind' | 'attempts'> & { kind: 'kept' })
  | Failed
  | Cancelled

export function newCrew(decision: Decision, wanted: Wanted, io: ExecuteIo): Crew {
  const abort = new AbortController()
  const { pattern } = decision.collaboration
  const outcome: Outcome = {
    pattern: pattern.kind === 'single' ? 'verify' : pattern.kind,
    parts: [],
    aggregation: null,
    answered: 0,
    of: 0,
    vote: null,
    report: null,
    notes: [],
  }
  return {
    decision,
    wanted,
    io: { ...io, signal: AbortSignal.any([io.signal, abort.signal]) },
    abort,
    outcome,
    attempts: [],
    running: new Map(),
    spentMicroUsd: 0,
    done: 0,
    of: 1,
    advanced: () => undefined,
  }
}

/** Says a thing of the outcome, once. */
export function note({ outcome: { notes } }: Crew, what: Note): void {
  if (!notes.includes(what)) notes.push(what)
}

/** How far the work has come. */
export function advance(crew: Crew, done: number, of: number): void {
  crew.done = done
  crew.of = of
  crew.advanced()
}

/** The number of the next task of a role. */
export function nextOf({ outcome: { parts } }: Crew, role: Role): Work {
  return { role, number: 1 + parts.filter((part) => part.role === role).length }
}

/** Gives up what is still on its way, and waits until it has been settled. */
export async function dismiss({ abort, running }: Crew): Promise<void> {
  abort.abort()
  while (running.size > 0) await Promise.allSettled(running.keys())
}

/** What a task takes: calls for derived requests have more, or other things, to read. */
export function needFor(crew: Crew, { team, request }: Pick<Task, 'team' | 'request'>): Need {
  const { maxOutputTokens, choices = 1 } = request.sampling
  const addedTokens = addedTokensIn(crew, team, request)
  const { inputTokens } = crew.decision.demand
  return needOf(team, { inputTokens, addedTokens, maxOutputTokens, choices })
}

/** Has a task done, and gathers the whole answer. */
export async function draft(crew: Crew, task: Task): Promise<Made | Unmade> {
  if (crew.io.signal.aborted) return { kind: 'cancelled' }
  const part = newPart(crew, task)
  const share = shareFor(crew, task)
  if (share === null) return unpaid(crew, part)
  const own: Attempt[] = []
  const working = gather(crew, task, part, own, share)
  crew.running.set(working, share)
  try {
    return await working
  } finally {
    crew.running.delete(working)
    for (const { costMicroUsd } of own) crew.spentMicroUsd += costMicroUsd ?? 0
  }
}

/** Has a task done whose answer the caller gets word by word: nothing is done after it. */
export async function stream(crew: Crew, task: Task): Promise<Kept | Unpaid> {
  if (crew.io.signal.aborted) return { kind: 'cancelled' }
  const part = newPart(crew, task)
  const share = shareFor(crew, task)
  if (share === null) return unpaid(crew, part)
  const execution = await work(crew, task, [], true, share)
  if (execution.kind !== 'answering') return missed(part, execution)
  answeredBy(part, execution)
  part.outcome = 'kept'
  return { ...execution, kind: 'kept' }
}

async function gather(
  crew: Crew,
  task: Task,
  part: Part,
  own: Attempt[],
  share: number,
): Promise<Made | Unmade> {
  const execution = await work(crew, task, own, false, share)
  if (execution.kind !== 'answering') return missed(part, execution)
  const events: ChatEvent[] = []
  const builder = createAnswerBuilder()
  for await (const event of execution.events) {
    if (event.type === 'seam') continue
    builder.add(event)
    events.push(event)
  }
  answeredBy(part, execution)
  part.outcome = 'discarded'
  const { answering: by, reason, writers } = execution
  const { number } = task.work
  return { kind: 'made', number, by, answer: builder.answer(), task, events, reason, writers, part }
}

function unpaid(crew: Crew, part: Part): Unpaid {
  part.outcome = 'failed'
  note(crew, 'over_budget')
  return { kind: 'unpaid' }
}

function newPart({ outcome }: Crew, { work: { role, number } }: Task): Part {
  const part: Part = {
    role,
    number,
    modelId: null,
    host: null,
    outcome: 'running',
    confidence: null,
    checks: [],
  }
  outcome.parts.push(part)
  return part
}

function answeredBy(part: Part, { answering: { candidate } }: Extract<Execution, { kind: 'answering' }>) {
  part.modelId = candidate.model.id
  part.host = candidate.offer.host
}

function missed(part: Part, execution: Exclude<Execution, { kind: 'answering' }>): Failed | Cancelled {
  part.outcome = execution.kind
  if (execution.kind === 'cancelled') return { kind: 'cancelled' }
  return { kind: 'failed', failure: execution.failure }
}

/** Models that were named for the answer itself are not asked to judge it. */
const OF_THE_ANSWER: ReadonlySet<Role> = new Set(['stage', 'member', 'retry'])

/** An ordinary execution by a team. @param own its attempts go there as well */
function work(
  crew: Crew,
  { work: of, team, request, signal }: Task,
  own: Attempt[],
  isStreamed: boolean,
  share: number,
): Promise<Execution> {
  const { decision, io, attempts } = crew
  const addedTokens = addedTokensIn(crew, team, request)
  const isAnswer = OF_THE_ANSWER.has(of.role)
  const part: Decision = {
    ...decision,
    // Waits before the next try are drawn from it: those of all at once would end at once.
    id: `${decision.id} ${of.role} ${of.number}`,
    plan: team,
    fallbacksFor: isAnswer ? decision.fallbacksFor : { contextWindow: [], contentPolicy: [] },
    maxCostMicroUsd: share === Infinity ? null : share,
  }
  return execute(
    part,
    { request, stream: isStreamed, relay: false, addedTokens, work: of },
    {
      ...io,
      signal: signal ? AbortSignal.any([io.signal, signal]) : io.signal,
      began(offerKey, attempt) {
        own.push(attempt)
        attempts.push(attempt)
        io.began(offerKey, attempt)
      },
      estimateUsage(tried, text) {
        const usage = io.estimateUsage(tried, text)
        return { ...usage, inputTokens: usage.inputTokens + addedTokens }
      },
    },
  )
}

/** In micro-USD; Infinity for no bound, null where it cannot be paid. */
function shareFor(crew: Crew, task: Task): number | null {
  const left = leftOf(crew)
  if (left === Infinity) return left
  const share = shareOf(left, needFor(crew, task), task.others, task.keptMicroUsd)
  return share ?? (task.isFirst ? left : null)
}

function leftOf({ decision, spentMicroUsd, running }: Crew): number {
  if (decision.maxCostMicroUsd === null) return Infinity
  return running.values().reduce((left, share) => left - share, decision.maxCostMicroUsd - spentMicroUsd)
}

/** By how many tokens a request is longer than the one that was classified. */
function addedTokensIn({ wanted, io }: Crew, [lead]: Team, { messages }: ChatRequest): number {
  if (messages === wanted.request.messages) return 0
  const left = new Set(wanted.request.messages)
  const added = messages.filter((message) => !left.delete(message))
  const tokensIn = (some: Iterable<Message>) =>
    io.estimateUsage(lead, Array.from(some, textOf).join('\n')).outputTokens
  return Math.max(0, tokensIn(added) - tokensIn(left))
}

function textOf({ content }: Message): string {
  return content.map((part) => ('text' in part ? part.text : '')).join('\n')
}
