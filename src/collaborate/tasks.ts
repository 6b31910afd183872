import { createAnswerBuilder } from '../core/answer.ts'
import type { ChatEvent, ChatRequest, Message } from '../core/chat.ts'
import type { Role } from '../core/collaboration.ts'
import type { Attempt } from '../execute/attempt.ts'
import { type Execution, execute } from '../execute/execute.ts'
import type { Team } from '../route/collaboration/plan.ts'
import type { Decision } from '../route/decision.ts'
import {
  type Crew,
  type Cancelled,
  type Failed,
  type Kept,
  type Made,
  note,
  type Task,
  type Unmade,
  type Unpaid,
} from './crew.ts'
import type { Part } from './outcome.ts'
import { type Need, needOf, shareOf } from './purse.ts'

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
  const working = inTime(crew, task, (signal) => gather(crew, { ...task, signal }, part, own, share))
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

/** Work that is given up when a task's time is over, and has failed then. */
async function inTime(
  { io }: Crew,
  { signal, atMostMs }: Task,
  done: (signal: AbortSignal) => Promise<Made | Unmade>,
): Promise<Made | Unmade> {
  const limit = new AbortController()
  const stop = AbortSignal.any([io.signal, ...(signal ? [signal] : []), limit.signal])
  if (atMostMs === undefined) return done(stop)
  let isOver = false
  void io.sleep(atMostMs, stop).then(() => {
    isOver = !stop.aborted
    limit.abort()
  })
  const result = await done(stop)
  limit.abort()
  const message = `Nobody answered within ${atMostMs} ms (round timeout)`
  return isOver && result.kind === 'cancelled'
    ? { kind: 'failed', failure: { code: 'timeout', message } }
    : result
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
      signal: signal ?? io.signal,
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
