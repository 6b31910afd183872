import { type Answer, createAnswerBuilder } from '../core/answer.ts'
import { type Failure, isLast, type LastEvent, NO_USAGE } from '../core/chat.ts'
import { AppError, errorBody, failureBody } from '../core/errors.ts'
import { createId } from '../core/ids.ts'
import { log } from '../core/log.ts'
import { present } from '../core/present.ts'
import { type Collaborated, collaborate, type Progress } from '../collaborate/collaborate.ts'
import { sumUsage } from '../providers/usage.ts'
import type { Seam } from '../execute/continuation.ts'
import type { AnswerClosing, AnswerHead, Inbound, StreamEncoder } from '../protocols/inbound.ts'
import { askedOf } from './asked.ts'
import { cachedAnswer } from './cached-answer.ts'
import { memberUsage } from './collaboration-body.ts'
import { randomBytes, type RequestScope } from './context.ts'
import { circumstancesOf, decideIn, ruledBy } from './decide.ts'
import { type AnswerOptions, decisionHeaders, type Exchange, mishapsIn } from './exchange.ts'
import { createExecuteIo } from './execute-io.ts'
import { failureResponse } from './errors.ts'
import { guardInput } from './guard.ts'
import { guardOutput, guardsOutput } from './guard-output.ts'
import { createOutlet, type Outlet } from './outlet.ts'
import { type AnswerDetail, record } from './record.ts'
import { lookUp } from './response-cache.ts'
import { reserveFor } from './spending.ts'

type Answering = Extract<Collaborated, { kind: 'answering' }>

/** nginx's status for a client that hung up: seen by nobody but the log. */
const CLIENT_GONE = 499

/** Decides, calls, answers, records. The response is ready once a model has begun, or nobody could. */
export async function answerRequest(
  scope: RequestScope,
  received: Inbound,
  options: AnswerOptions = {},
): Promise<Response> {
  const asked = await guardInput(askedOf(scope, received))
  const { inbound } = asked
  const cache = await lookUp(asked)
  if (cache.status === 'hit') return cachedAnswer(asked, cache.kept, options)
  const circumstances = await circumstancesOf(asked)
  const planned = decideIn(circumstances, ruledBy(asked), scope.env)
  const { decision, spending } = await reserveFor(asked, planned)
  const hangUp = new AbortController()
  scope.signal.addEventListener('abort', () => hangUp.abort())
  const exchange: Exchange = { ...asked, circumstances, decision, hangUp, options, cache, spending }
  const execution = await executeGuarded(exchange)
  switch (execution.kind) {
    case 'answering':
      return inbound.stream ? streamAnswer(exchange, execution) : wholeAnswer(exchange, execution)
    case 'failed':
      return failedAnswer(exchange, execution, execution.failure)
    case 'cancelled':
      record(exchange, execution, 'cancelled')
      return new Response(null, { status: CLIENT_GONE })
  }
}

/** Has the decision carried out, with the answer passing the tenant's guardrails. */
async function executeGuarded(exchange: Exchange): Promise<Collaborated> {
  const { scope, inbound, config, decision, hangUp } = exchange
  const guarded = guardsOutput(config)
  const wanted = { request: inbound.chat, stream: inbound.stream, ...(guarded && { relay: false as const }) }
  const execution = await collaborate(decision, wanted, createExecuteIo(decision, hangUp.signal, scope))
  if (!guarded || execution.kind !== 'answering') return execution
  // Not a copy: who answers is told later, where several work on it.
  return Object.assign(execution, { events: guardOutput(exchange, execution.events) })
}

/** Writes events to the client as they come, in the background: what was begun is recorded, also without the client. */
function streamAnswer(exchange: Exchange, execution: Answering): Response {
  const outlet = createOutlet()
  outlet.gone.addEventListener('abort', () => exchange.hangUp.abort())
  const headers = decisionHeaders(exchange, execution)
  headers.set('content-type', 'text/event-stream; charset=utf-8')
  headers.set('cache-control', 'no-cache')
  exchange.scope.background(
    pump(exchange, execution, outlet)
      .then((lastWords) => outlet.write(lastWords))
      .finally(() => outlet.close()),
  )
  return new Response(outlet.readable, { headers })
}

/** @returns the last words to the client: the end of the answer, or the error that it ends with */
async function pump(exchange: Exchange, execution: Answering, outlet: Outlet): Promise<string> {
  let last: LastEvent | null = null
  let encoder: StreamEncoder | null = null
  // Where several work on an answer, who writes it is known with its first piece.
  const opened = () => (encoder ??= exchange.inbound.reply.stream(headOf(exchange, execution)))
  const builder = exchange.cache.status === 'miss' ? createAnswerBuilder() : null
  try {
    for await (const event of execution.events) {
      if (event.type === 'seam' || event.type === 'progress') {
        if (await outlet.write(commentOf(event))) continue
        break
      }
      builder?.add(event)
      if (isLast(event)) last = event
      else if (!(await outlet.write(opened().delta(event)))) break
    }
  } catch (cause) {
    if (!exchange.hangUp.signal.aborted) {
      log('error', { message: 'A stream broke', id: exchange.decision.id, cause: String(cause) })
    }
  }
  const detail = record(exchange, execution, statusOf(last))
  if (builder) keepForEqualRequests(exchange, execution, builder.answer(), detail)
  const lastWords =
    last?.type === 'answer-end'
      ? opened().end(closingOf(last, exchange, execution, detail))
      : opened().error(last ? failureBody(last) : errorBody(new AppError('internal', 'The answer broke off')))
  const kept = opened().kept?.()
  if (kept) await exchange.options.keep?.(kept, exchange)
  return lastWords
}

async function wholeAnswer(exchange: Exchange, execution: Answering): Promise<Response> {
  const answer = await gather(exchange, execution)
  const { last } = answer
  if (last?.type === 'answer-error') return failedAnswer(exchange, execution, last)
  const detail = record(exchange, execution, statusOf(last))
  if (!last) return new Response(null, { status: CLIENT_GONE })
  const closing = closingOf(last, exchange, execution, detail)
  const { reply } = exchange.inbound
  const head = headOf(exchange, execution)
  const body = reply.whole(head, answer, closing)
  keepForEqualRequests(exchange, execution, answer, detail)
  await exchange.options.keep?.(reply.kept?.(head, answer, closing) ?? body, exchange)
  return new Response(JSON.stringify(body), { headers: jsonHeaders(exchange, execution, detail) })
}

/** Good enough for others is only what one model wrote and what stood its check; of several, where all went well. */
function keepForEqualRequests(
  { cache, decision }: Exchange,
  execution: Answering,
  answer: Answer,
  { collaboration_outcome }: AnswerDetail,
): void {
  const { writers, reason, outcome } = execution
  const [writer, ...others] = writers
  if (cache.status !== 'miss' || !writer || others.length > 0 || writer.complaint) return
  if (mishapsIn(outcome).length > 0) return
  const { modelId, host } = writer
  const usage = usageOf(execution) ?? NO_USAGE
  const by = { decisionId: decision.id, reason, modelId, host, usage }
  cache.keep(answer, { ...by, ...(outcome?.report && { outcome: collaboration_outcome }) })
}

function jsonHeaders(exchange: Exchange, execution: Collaborated, { cost_usd }: AnswerDetail): Headers {
  const headers = decisionHeaders(exchange, execution)
  headers.set('content-type', 'application/json')
  if (cost_usd !== null) headers.set('x-switchyard-cost-usd', String(cost_usd))
  return headers
}

async function gather({ hangUp }: Exchange, execution: Answering): Promise<Answer> {
  const builder = createAnswerBuilder()
  try {
    for await (const event of execution.events) {
      if (event.type !== 'seam' && event.type !== 'progress') builder.add(event)
    }
  } catch (error) {
    if (!hangUp.signal.aborted) throw error
  }
  return builder.answer()
}

/** The error of an answer that did not come, in the caller's protocol, with what the host said beside ours. */
function failedAnswer(exchange: Exchange, execution: Collaborated, failure: Failure): Response {
  const headers = jsonHeaders(exchange, execution, record(exchange, execution, 'failed'))
  return failureResponse(failure, exchange.inbound.reply.failure(failureBody(failure)), headers)
}

/** Readers of server-sent events skip it; people see where another model went on, or how far several have come. */
function commentOf(event: Seam | Progress): string {
  if (event.type === 'progress') return `: switchyard ${event.pattern} ${event.done}/${event.of}\n\n`
  return `: switchyard continued by ${event.modelId.replaceAll(/[\r\n]/g, '')}\n\n`
}

function statusOf(last: LastEvent | null): 'succeeded' | 'failed' | 'cancelled' {
  if (!last) return 'cancelled'
  return last.type === 'answer-end' ? 'succeeded' : 'failed'
}

function headOf({ scope, inbound, decision, options }: Exchange, { answering }: Answering): AnswerHead {
  const { model, offer } = answering.candidate
  return {
    id: options.id ?? createId(inbound.reply.idPrefix, decision.createdAt, randomBytes()),
    createdAt: decision.createdAt,
    model: model.id,
    simulated: scope.tenant.hosts.get(offer.host)?.simulated ?? false,
    inputTokens: decision.demand.inputTokens[model.tokenFamily],
  }
}

function closingOf(
  last: LastEvent & { type: 'answer-end' },
  { scope }: Exchange,
  execution: Answering,
  detail: AnswerDetail,
): AnswerClosing {
  const { outcome, attempts } = execution
  return {
    reason: last.reason,
    otherReasons: last.otherReasons ?? [],
    ...present({ stopSequence: last.stopSequence, native: last.native }),
    usage: usageOf(execution) ?? NO_USAGE,
    costUsd: detail.cost_usd,
    ...(outcome && { members: attempts.flatMap(memberUsage) }),
    ...present({ metadata: metadataOf(scope, outcome, detail) }),
  }
}

/** Of who wrote the answer; of everybody where several worked on it. */
function usageOf({ outcome, attempts, writers }: Answering) {
  return sumUsage((outcome ? attempts : writers).map(({ usage }) => usage))
}

/** A report was asked for with the answer; everything else is told who asks for it. */
function metadataOf({ wantsMetadata }: RequestScope, outcome: Answering['outcome'], detail: AnswerDetail) {
  if (wantsMetadata) return detail
  const { id, collaboration_outcome } = detail
  return outcome?.report ? { id, collaboration_outcome } : null
}
