import { isContent } from '../core/answer.ts'
import {
  type ChatEvent,
  type ChatRequest,
  type ContentEvent,
  type Failure,
  isLast,
  type LastEvent,
  type ReasoningEffort,
  type ReasoningWish,
  type Usage,
} from '../core/chat.ts'
import type { Work } from '../core/collaboration.ts'
import type { Target } from '../providers/adapter.ts'
import { callModel, type CallIo, type HostAccess } from '../providers/call.ts'
import { formatFor } from '../providers/format-for.ts'
import { costMicroUsd } from '../route/cost.ts'
import type { EligibleCandidate } from '../route/decision.ts'
import type { Complaint } from './check-answer.ts'

/** One try at one host, complete once its `endedAt` is set. Times in Unix ms. */
export type Attempt = {
  modelId: string
  host: string
  effort: ReasoningEffort | null
  simulated: boolean
  /** Parameters that were sent to us and did not reach the host, by their name in OpenAI Chat. */
  dropped: readonly string[]
  startedAt: number
  /** When the first token came. */
  firstTokenAt: number | null
  endedAt: number | null
  /** `cancelled`: nobody waited for the answer any more. */
  outcome: 'running' | 'succeeded' | 'failed' | 'cancelled'
  failure: Failure | null
  usage: Usage | null
  /** True where the host told no usage and ours is estimated. */
  usageEstimated: boolean
  /** Null when the price is unknown. */
  costMicroUsd: number | null
  /** What a whole answer does not hold to; null where it was not checked, or stood its check. */
  complaint: Complaint | null
  /** What the call is there for; null where one model alone answers. */
  work: Work | null
}

/** An attempt that has begun. */
export function newAttempt(
  begun: Pick<Attempt, 'modelId' | 'host' | 'effort' | 'simulated' | 'dropped' | 'startedAt' | 'work'>,
): Attempt {
  return {
    ...begun,
    firstTokenAt: null,
    endedAt: null,
    outcome: 'running',
    failure: null,
    usage: null,
    usageEstimated: false,
    costMicroUsd: null,
    complaint: null,
  }
}

/** How one attempt reaches its host. */
export type Route = { access: HostAccess; simulated: boolean }

/** Estimates what an answer used from what was sent and received; for hosts that do not say. */
type UsageEstimator = (candidate: EligibleCandidate, answerText: string) => Usage

/**
 * What is asked of one candidate. `outputCap`: the most it may write, in tokens; null for no bound of ours. `relay`:
 * whether a caller of the host's own format may get the host's events as they are.
 */
export type ModelCall = { request: ChatRequest; stream: boolean; outputCap: number | null; relay: boolean }

/** The world as one attempt sees it. */
export type AttemptIo = CallIo & { estimateUsage: UsageEstimator }

/**
 * Asks one candidate and yields its answer, always closed by one `LastEvent`, while keeping `attempt` up to date.
 * An end without any content is a failure: nobody asked for an empty answer.
 *
 * @param attempt filled in as the answer arrives; complete when the generator has ended, however it ended
 */
export async function* runAttempt(
  tried: EligibleCandidate,
  route: Route,
  call: ModelCall,
  attempt: Attempt,
  io: AttemptIo,
): AsyncGenerator<ChatEvent> {
  const { candidate, effort } = tried
  const request = { ...call.request, reasoning: reasoningFor(effort, call.request.reasoning) }
  const target = {
    hostModelId: candidate.offer.hostModelId,
    stream: call.stream,
    maxOutputTokens: candidate.maxOutputTokens,
    structuredOutput: candidate.model.structuredOutput,
    ...(call.outputCap !== null && { outputCap: call.outputCap }),
    ...(!call.relay && { relay: false as const }),
  }
  attempt.dropped = droppedOf(route.access, call.request, request, target)
  const written: ContentEvent[] = []
  let last: LastEvent | null = null
  let told: Usage | null = null
  try {
    for await (const event of callModel(route.access, request, target, io)) {
      if (isLast(event)) {
        last = closingOf(event, attempt, written)
        told = event.type === 'answer-end' ? event.usage : null
        break
      }
      if (isContent(event)) attempt.firstTokenAt ??= io.now()
      written.push(event)
      yield event
    }
  } finally {
    attempt.endedAt = io.now()
    const estimate = () => withinCap(io.estimateUsage(tried, written.map(textOf).join('')), call)
    settle(attempt, { last, told }, tried, estimate)
  }
  if (last) yield last
}

/** No host writes more than it was let: what is estimated beyond that is the estimate's error. */
function withinCap(usage: Usage, { outputCap, request }: ModelCall): Usage {
  const { maxOutputTokens = Infinity, choices = 1 } = request.sampling
  const most = Math.min(outputCap ?? Infinity, maxOutputTokens * choices)
  return { ...usage, outputTokens: Math.min(usage.outputTokens, most) }
}

/** A model that cannot be told how much to think is not told. */
function reasoningFor(effort: ReasoningEffort | null, { shown, ...wish }: ReasoningWish): ReasoningWish {
  const told = effort === null ? {} : { ...wish, effort }
  return shown === undefined ? told : { ...told, shown }
}

/** What the host's format has no place for, and an effort that its model has no use for. */
function droppedOf(
  { host }: HostAccess,
  asked: ChatRequest,
  sent: ChatRequest,
  target: Target,
): readonly string[] {
  const dropped = formatFor(host, sent, target.hostModelId).unsupported(sent, target)
  const unheard = asked.reasoning.effort !== undefined && sent.reasoning.effort === undefined
  return unheard ? [...new Set([...dropped, 'reasoning_effort'])] : dropped
}

/**
 * How an attempt ends: as its host says, unless that is an end without an answer. Some hosts say `stop` after calling
 * tools; agents go by the reason.
 */
function closingOf(event: LastEvent, attempt: Attempt, written: readonly ContentEvent[]): LastEvent {
  if (event.type === 'answer-error') return event
  if (event.reason === 'stop' && written.some(({ type, choice }) => type === 'tool-call-start' && !choice))
    return { ...event, reason: 'tool_calls' }
  if (attempt.firstTokenAt !== null || event.reason === 'content_filter' || event.reason === 'length')
    return event
  return { type: 'answer-error', code: 'provider_failed', message: 'The host sent an empty answer' }
}

function textOf(event: ContentEvent): string {
  switch (event.type) {
    case 'text-delta':
    case 'reasoning-delta':
    case 'refusal-delta':
      return event.text
    case 'tool-call-start':
      return event.name
    case 'tool-call-delta':
      return event.argumentsJson
    case 'relay':
      return event.read().map(textOf).join('')
    case 'reasoning-seal':
      return ''
  }
}

/**
 * A refusal before the first token costs nothing; tokens that came, or that the host counted, are paid for, also when
 * the answer broke off or was empty.
 */
function settle(
  attempt: Attempt,
  { last, told }: { last: LastEvent | null; told: Usage | null },
  { candidate }: EligibleCandidate,
  estimate: () => Usage,
): void {
  if (last?.type === 'answer-end') attempt.outcome = 'succeeded'
  else attempt.outcome = last ? 'failed' : 'cancelled'
  if (last?.type === 'answer-error') {
    const { type: _type, ...failure } = last
    attempt.failure = failure
  }
  const nothingCame = attempt.outcome === 'failed' && attempt.firstTokenAt === null && told === null
  attempt.usage = told ?? (nothingCame ? null : estimate())
  attempt.usageEstimated = told === null && attempt.usage !== null
  const { price } = candidate.offer
  attempt.costMicroUsd = nothingCame ? 0 : price && attempt.usage && costMicroUsd(price, attempt.usage)
}
