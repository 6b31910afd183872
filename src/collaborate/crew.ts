import type { ChatEvent, ChatRequest, Failure } from '../core/chat.ts'
import type { Role, Work } from '../core/collaboration.ts'
import type { Reason } from '../core/routing.ts'
import type { Attempt } from '../execute/attempt.ts'
import type { Execution } from '../execute/execute.ts'
import type { ExecuteIo, Wanted } from '../execute/loop.ts'
import type { Team } from '../route/collaboration/plan.ts'
import type { Decision } from '../route/decision.ts'
import type { Draft } from './draft.ts'
import type { Note, Outcome, Part } from './outcome.ts'
import type { Need } from './purse.ts'

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
  /** Given up after so long. */
  atMostMs?: number
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

export type Failed = { kind: 'failed'; failure: Failure }
export type Cancelled = { kind: 'cancelled' }

/** What was left does not pay for it, so that nobody was asked. */
export type Unpaid = { kind: 'unpaid' }

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
