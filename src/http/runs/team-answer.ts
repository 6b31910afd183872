import { createAnswerBuilder } from '../../core/answer.ts'
import { NO_USAGE, type Usage } from '../../core/chat.ts'
import { AppError, ERROR_POLICY, errorBody, type ErrorCode } from '../../core/errors.ts'
import { createId } from '../../core/ids.ts'
import { log } from '../../core/log.ts'
import { usdOf } from '../../core/money.ts'
import { countText, emptyCounts } from '../../classify/text-counts.ts'
import { estimateTokens, noTokens } from '../../classify/tokens.ts'
import { configOf } from '../../env.ts'
import type { AnswerClosing, AnswerHead, Inbound } from '../../protocols/inbound.ts'
import type { RunEvent } from '../../runs/run/events.ts'
import type { RunState } from '../../runs/run/state.ts'
import type { RunView } from '../../runs/run-object.ts'
import { askedOf } from '../asked.ts'
import { randomBytes, type RequestScope } from '../context.ts'
import type { AnswerOptions } from '../exchange.ts'
import { createOutlet } from '../outlet.ts'
import { beginRun, newIdentity, type RunWish } from './begin-run.ts'
import { createProgress } from './team-progress.ts'
import { eventsOf, runObject } from './run-log.ts'

/** `name`: what the answer says its model is. */
type Asked = { name: string; wish: RunWish; options: AnswerOptions }

/** Where a run's answer is made: who asked, how the answer is written, and how it begins. */
type Answering = {
  scope: RequestScope
  inbound: Inbound
  options: AnswerOptions
  id: string
  head: AnswerHead
}

/** Has a run answer a chat request. It ends with the answer, or with its caller. */
export async function answerByRun(
  scope: RequestScope,
  inbound: Inbound,
  { name, wish, options }: Asked,
): Promise<Response> {
  const identity = newIdentity()
  await beginRun(scope, wish, identity)
  const createdAt = Date.now()
  const head = {
    id: options.id ?? createId(inbound.reply.idPrefix, createdAt, randomBytes()),
    createdAt,
    model: name,
    simulated: configOf(scope.env).simulatedHostsUrl !== null,
    inputTokens: 0,
  }
  const answering = { scope, inbound, options, id: identity.id, head }
  return inbound.stream ? streamed(answering) : whole(answering)
}

async function whole(answering: Answering): Promise<Response> {
  const { scope, inbound, options, head } = answering
  const ended = await follow(answering, scope.signal, () => Promise.resolve())
  const headers = headersOf(answering, 'application/json')
  if (ended instanceof AppError) {
    const { status } = ERROR_POLICY[ended.code]
    return new Response(JSON.stringify(inbound.reply.failure(errorBody(ended))), { status, headers })
  }
  const builder = createAnswerBuilder()
  builder.add({ type: 'text-delta', text: ended.text })
  builder.add({ type: 'answer-end', reason: 'stop', usage: ended.closing.usage })
  const { reply } = inbound
  const body = reply.whole(head, builder.answer(), ended.closing)
  await options.keep?.(reply.kept?.(head, builder.answer(), ended.closing) ?? body, askedOf(scope, inbound))
  headers.set('x-switchyard-cost-usd', String(ended.closing.costUsd))
  return new Response(JSON.stringify(body), { headers })
}

/** Comments tell how far the run is; the answer comes when it is whole. */
function streamed(answering: Answering): Response {
  const { scope, inbound, options, head } = answering
  const outlet = createOutlet()
  const gone = AbortSignal.any([scope.signal, outlet.gone])
  const encoder = inbound.reply.stream(head)
  async function pump(): Promise<void> {
    const ended = await follow(answering, gone, async (comment) => void (await outlet.write(comment)))
    const text =
      ended instanceof AppError
        ? encoder.error(errorBody(ended))
        : encoder.delta({ type: 'text-delta', text: ended.text }) + encoder.end(ended.closing)
    const kept = encoder.kept?.()
    if (kept) await options.keep?.(kept, askedOf(scope, inbound))
    await outlet.write(text)
  }
  scope.background(pump().finally(() => outlet.close()))
  const headers = headersOf(answering, 'text/event-stream; charset=utf-8')
  headers.set('cache-control', 'no-cache')
  return new Response(outlet.readable, { headers })
}

function headersOf({ id, head, inbound }: Answering, type: string): Headers {
  const headers = new Headers({
    'content-type': type,
    'x-switchyard-run-id': id,
    'x-switchyard-model': head.model,
  })
  if (head.simulated) headers.set('x-switchyard-simulated', 'true')
  if (inbound.chat.tools.length > 0) headers.set('x-switchyard-warnings', 'dropped: tools')
  return headers
}

type Ended = { text: string; closing: AnswerClosing }

/** Follows a run to its end. Who waits no more has it cancelled. @returns what it gave, or why nothing */
async function follow(
  { scope, id }: Answering,
  gone: AbortSignal,
  tell: (comment: string) => Promise<void>,
): Promise<Ended | AppError> {
  const { env, caller } = scope
  const run = { tenantId: caller.tenantId, id }
  const cancel = (reason: string) =>
    runObject(env, run.tenantId, id)
      .tell({ kind: 'cancelled', reason })
      .catch((cause: unknown) => log('warn', { message: 'A run goes on unheard', id, cause: String(cause) }))
  const hangUp = () => scope.background(cancel('The caller is gone'))
  gone.addEventListener('abort', hangUp)
  const progress = createProgress()
  try {
    for await (const events of eventsOf(env, run, { after: 0, signal: gone })) {
      await tell(events.map(progress).join(''))
      if (!events.some(asksSomebody)) continue
      await cancel('It asks for what nobody answers in a chat')
      return new AppError('provider_failed', 'The run asks for what nobody answers in a chat')
    }
    const view = await runObject(env, run.tenantId, id).view()
    return view ? endOf(view) : new AppError('internal', 'The run is gone')
  } catch (cause) {
    return new AppError('internal', 'The run could not be followed', { cause: String(cause) })
  } finally {
    gone.removeEventListener('abort', hangUp)
  }
}

function asksSomebody({ type }: RunEvent): boolean {
  return type === 'task.input_required' || type === 'task.needs_review'
}

function endOf({ state, output }: RunView): Ended | AppError {
  if (state.status !== 'succeeded') return failureOf(state)
  const text = typeof output === 'string' ? output : JSON.stringify(output ?? null, null, 2)
  const { spent } = state
  const closing = { reason: 'stop' as const, otherReasons: [], usage: usageOf(spent.tokens, text) }
  return { text, closing: { ...closing, costUsd: usdOf(spent.microUsd) } }
}

/** A run counts its tokens together: the answer's own are estimated, all others went in. */
function usageOf(tokens: number, text: string): Usage {
  const counts = emptyCounts()
  countText(text, counts)
  const outputTokens = Math.min(tokens, estimateTokens(counts, noTokens(), 0).other)
  return { ...NO_USAGE, inputTokens: tokens - outputTokens, outputTokens }
}

const CODES: Readonly<Record<string, ErrorCode>> = {
  deadline_exceeded: 'timeout',
  budget_exceeded: 'budget_exceeded',
}

function failureOf({ status, failure }: RunState): AppError {
  const why = failure ? `${failure.message} (${failure.code})` : `it was ${status}`
  return new AppError(CODES[failure?.code ?? ''] ?? 'provider_failed', `The run gave no answer: ${why}`)
}
