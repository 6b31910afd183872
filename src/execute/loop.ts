import { createAnswerBuilder, isContent } from '../core/answer.ts'
import type { ChatEvent, ChatRequest, Failure } from '../core/chat.ts'
import type { Work } from '../core/collaboration.ts'
import { chanceOf } from '../core/hash.ts'
import type { LiveOffers, Sample } from '../core/live.ts'
import type { Decision, EligibleCandidate } from '../route/decision.ts'
import { type Attempt, type AttemptIo, newAttempt, type Route, runAttempt } from './attempt.ts'
import { type Complaint, complaintOf } from './check-answer.ts'
import type { Allowance } from './cost-budget.ts'
import { type Call, type LoopState, nextStep } from './next-step.ts'
import { resumed } from './resumed.ts'
import { sampleOf } from './sample.ts'

/** The world as an execution sees it. */
export type ExecuteIo = Omit<AttemptIo, 'timeouts'> & {
  /** How to reach a candidate's host. */
  routeTo: (candidate: EligibleCandidate) => Route
  /** Told of every call as it begins, and as it ends, by `offerKey`. */
  began: (offerKey: string, attempt: Attempt) => void
  ended: (offerKey: string, sample: Sample) => void
  /** What is known of hosts now. */
  live: () => LiveOffers
  /** Resolves after so many milliseconds, or as soon as `signal` aborts. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>
}

/**
 * What is tried for: the answer to a request. `addedTokens`: by how much its input is longer than was classified.
 * `work`: which part of it, where several models work on an answer.
 */
export type Wanted = {
  request: ChatRequest
  stream: boolean
  addedTokens?: number
  relay?: false
  work?: Work
}

/** One call, from its beginning on. */
type Running = {
  tried: EligibleCandidate
  attempt: Attempt
  allowance: Allowance
  abort: AbortController
  events: AsyncGenerator<ChatEvent>
}

/** A call that began to answer (the first content of a stream is there, or a whole answer), failed, or was given up. */
type Opening = { running: Running; kind: 'begun' | 'failed' | 'cancelled'; events: readonly ChatEvent[] }

/** What came of trying. */
export type Opened =
  | { kind: 'begun'; tried: EligibleCandidate; attempt: Attempt; events: AsyncGenerator<ChatEvent> }
  | { kind: 'failed'; failure: Failure }
  | { kind: 'cancelled' }

/** Everything that is tried for one answer: one deadline and one budget over all calls that are made for it. */
export type Loop = {
  decision: Decision
  io: ExecuteIo
  /** Unix ms. */
  deadline: number
  /** In the order they began; `attempts` are theirs, complete when the answer has ended. */
  calls: Running[]
  attempts: Attempt[]
}

/** The loop of a decision before anybody is asked. */
export function newLoop(decision: Decision, io: ExecuteIo): Loop {
  return {
    decision,
    io,
    deadline: decision.createdAt + decision.reliability.maxTotalMs,
    calls: [],
    attempts: [],
  }
}

/** Asks candidates one after the other, and beside each other, until one begins to answer or nobody is left. */
export async function open(loop: Loop, wanted: Wanted): Promise<Opened> {
  const waiting = new Map<Running, Promise<Opening>>()
  let held: Opened | null = null
  for (;;) {
    const step = nextStep(stateOf(loop, wanted))
    if (step.do === 'ask') {
      const running = begin(loop, step, wanted)
      waiting.set(running, openingOf(loop, running, wanted))
      continue
    }
    if (step.do === 'stop') {
      await giveUp(waiting)
      return held ?? { kind: 'failed', failure: step.failure }
    }
    const opening = await nextOpening(loop, waiting, step.until)
    if (loop.io.signal.aborted) {
      await giveUp(waiting)
      return { kind: 'cancelled' }
    }
    if (!opening) continue
    const { running } = opening
    waiting.delete(running)
    if (opening.kind !== 'begun') continue
    const { tried, attempt } = running
    const opened: Opened = { kind: 'begun', tried, attempt, events: resumed(opening.events, running.events) }
    if (attempt.complaint !== null) {
      held ??= opened
      continue
    }
    await giveUp(waiting)
    return opened
  }
}

function stateOf({ decision, io, deadline, calls }: Loop, wanted: Wanted): LoopState {
  const { request, stream, addedTokens = 0 } = wanted
  const { reliability, demand, maxCostMicroUsd } = decision
  const { maxOutputTokens, choices = 1 } = request.sampling
  return {
    stream,
    plan: decision,
    calls: calls.map(callOf),
    asking: { inputTokens: demand.inputTokens, addedTokens, maxOutputTokens, choices },
    limits: reliability,
    deadline,
    maxCostMicroUsd,
    live: io.live,
    chance: (call) => chanceOf(`${decision.id} ${call}`),
    now: io.now(),
  }
}

function callOf({ tried, attempt, allowance }: Running): Call {
  const { startedAt, endedAt, complaint } = attempt
  return {
    tried,
    startedAt,
    endedAt,
    failure: complaint ? unsound(complaint) : attempt.failure,
    checked: complaint !== null,
    costMicroUsd: (endedAt === null ? null : attempt.costMicroUsd) ?? allowance.mostMicroUsd,
  }
}

function unsound(complaint: Complaint): Failure {
  const code = complaint === 'refusal' ? 'content_policy' : 'provider_failed'
  return { code, message: `The answer is no good: ${complaint}` }
}

function begin(
  loop: Loop,
  { tried, allowance }: { tried: EligibleCandidate; allowance: Allowance },
  wanted: Wanted,
) {
  const { io, decision, deadline } = loop
  const { timeouts, streamFailure } = decision.reliability
  const abort = new AbortController()
  const { candidate, effort } = tried
  const route = io.routeTo(tried)
  const attempt = newAttempt({
    modelId: candidate.model.id,
    host: candidate.offer.host,
    effort,
    simulated: route.simulated,
    dropped: [],
    startedAt: io.now(),
    work: wanted.work ?? null,
  })
  const totalMs = Math.max(1, Math.min(timeouts.totalMs, deadline - attempt.startedAt))
  const own = {
    ...io,
    signal: AbortSignal.any([io.signal, abort.signal]),
    timeouts: { ...timeouts, totalMs },
  }
  const relay = wanted.relay !== false && (!wanted.stream || streamFailure.mode === 'terminate')
  const call = { ...wanted, relay, outputCap: allowance.outputCap }
  const isOutrun = () => abort.signal.aborted && !io.signal.aborted
  const events = untilEnded(runAttempt(tried, route, call, attempt, own), () =>
    io.ended(candidate.key, sampleOf(attempt, wanted.stream, isOutrun())),
  )
  const running: Running = { tried, attempt, allowance, abort, events }
  loop.calls.push(running)
  loop.attempts.push(attempt)
  io.began(candidate.key, attempt)
  return running
}

async function* untilEnded(events: AsyncGenerator<ChatEvent>, ended: () => void): AsyncGenerator<ChatEvent> {
  try {
    yield* events
  } finally {
    ended()
  }
}

/** Reads a stream up to its first content, and a whole answer to its end, where it is checked. */
async function openingOf(
  { io, decision }: Loop,
  running: Running,
  { request, stream }: Wanted,
): Promise<Opening> {
  const events: ChatEvent[] = []
  try {
    for (;;) {
      const { done, value } = await running.events.next()
      if (done) break
      events.push(value)
      if (stream && isContent(value)) break
    }
  } catch (error) {
    if (!io.signal.aborted && !running.abort.signal.aborted) throw error
    return { running, kind: 'cancelled', events: [] }
  }
  if (events.at(-1)?.type === 'answer-error') return { running, kind: 'failed', events: [] }
  const complaint = stream ? null : complaintIn(events, request)
  // Models that refuse are often right to: others are only asked where somebody named them for it.
  const stands = complaint === 'refusal' && decision.fallbacksFor.contentPolicy.length === 0
  running.attempt.complaint = stands ? null : complaint
  return { running, kind: 'begun', events }
}

function complaintIn(events: readonly ChatEvent[], request: ChatRequest) {
  const builder = createAnswerBuilder()
  for (const event of events) builder.add(event)
  return complaintOf(request, builder.answer())
}

/** The next call that opens; null when none did until the time, Unix ms. */
async function nextOpening(
  { io }: Loop,
  waiting: ReadonlyMap<Running, Promise<Opening>>,
  until: number | null,
): Promise<Opening | null> {
  const over = new AbortController()
  const hungUp = AbortSignal.any([io.signal, over.signal])
  const time = until === null ? Infinity : Math.max(0, until - io.now())
  const timer = time === Infinity ? [] : [io.sleep(time, hungUp).then(() => null)]
  try {
    return await Promise.race([...waiting.values(), ...timer])
  } finally {
    over.abort()
  }
}

/** Ends calls that nobody waits for any more, and waits until they have been settled. */
async function giveUp(waiting: ReadonlyMap<Running, Promise<Opening>>): Promise<void> {
  for (const { abort } of waiting.keys()) abort.abort()
  await Promise.allSettled(
    [...waiting].map(([{ events }, opening]) => opening.then(() => events.return(undefined))),
  )
}
