import { createAnswerBuilder } from '../core/answer.ts'
import { isLast } from '../core/chat.ts'
import { createId } from '../core/ids.ts'
import { present } from '../core/present.ts'
import type { AnswerClosing, AnswerHead } from '../protocols/inbound.ts'
import type { Asked } from './asked.ts'
import { randomBytes, type RequestScope } from './context.ts'
import { type AnswerOptions, explainingHeaders } from './exchange.ts'
import { type KeptAnswer, replayed } from './response-cache.ts'

/** Answers with what is kept: nobody is asked, nothing is paid, and the decision is the one that once made it. */
export async function cachedAnswer(
  asked: Asked,
  kept: KeptAnswer,
  options: AnswerOptions,
): Promise<Response> {
  const { scope, findings } = asked
  const { stream, reply } = asked.inbound
  const headers = explainingHeaders({ ...kept, attempts: 0, warnings: [], findings }, scope)
  headers.set('x-switchyard-cache', 'hit')
  const head = headOf(scope, reply.idPrefix, kept, options)
  const closing = closingOf(scope, kept)
  if (stream) {
    const encoder = reply.stream(head)
    const deltas = replayed(kept).map((event) =>
      isLast(event) ? encoder.end(closing) : encoder.delta(event),
    )
    const whole = encoder.kept?.()
    if (whole) await options.keep?.(whole, asked)
    headers.set('content-type', 'text/event-stream; charset=utf-8')
    headers.set('cache-control', 'no-cache')
    return new Response(deltas.join(''), { headers })
  }
  const builder = createAnswerBuilder()
  for (const event of replayed(kept)) builder.add(event)
  const body = reply.whole(head, builder.answer(), closing)
  await options.keep?.(reply.kept?.(head, builder.answer(), closing) ?? body, asked)
  headers.set('content-type', 'application/json')
  headers.set('x-switchyard-cost-usd', '0')
  return new Response(JSON.stringify(body), { headers })
}

function headOf(
  { tenant }: RequestScope,
  idPrefix: string,
  { modelId, host, usage }: KeptAnswer,
  { id }: AnswerOptions,
): AnswerHead {
  const createdAt = Date.now()
  return {
    id: id ?? createId(idPrefix, createdAt, randomBytes()),
    createdAt,
    model: modelId,
    simulated: tenant.hosts.get(host)?.simulated ?? false,
    inputTokens: usage.inputTokens,
  }
}

function closingOf({ wantsMetadata }: RequestScope, kept: KeptAnswer): AnswerClosing {
  const { decisionId, modelId, host, reason, keptAt, usage, stopSequence, outcome } = kept
  const told = { id: decisionId, ...(outcome && { collaboration_outcome: outcome }) }
  const about = { cache: 'hit', model: modelId, provider: host, reason, kept_at: keptAt, cost_usd: 0 }
  return {
    reason: 'stop',
    otherReasons: [],
    ...present({ stopSequence }),
    usage,
    costUsd: 0,
    ...((wantsMetadata || outcome) && { metadata: { ...told, ...(wantsMetadata && about) } }),
  }
}
