import { composeAnswer, promptText } from './answer.ts'
import type { Reply } from './delivery.ts'
import type { Fault } from './faults.ts'
import type { JsonObject } from './json.ts'
import { createPromptCache, type PromptCache } from './prompt-cache.ts'
import type { Answer, SimulatedModel, TokenUsage } from './question.ts'
import { serialize } from './wire.ts'
import type { Conversation, Frame, HostError, Target, Wire } from './wire.ts'

const EVENT_STREAM = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' }
const JSON_BODY = { 'content-type': 'application/json' }

/** A request that was understood, and the model that is to answer it. */
export type Asked = { wire: Wire; target: Target; conversation: Conversation; model: SimulatedModel }

/** Answers in the name of every model; remembers prompts, as hosts do. `timeScale` stretches the models' latency. */
export function createAnswering(timeScale: number) {
  const caches = new WeakMap<SimulatedModel, PromptCache>()
  let answered = 0

  function compose({ conversation: { question }, model }: Asked, fault: Fault | null): Answer {
    const cache = caches.get(model) ?? createPromptCache()
    caches.set(model, cache)
    return spoilt(composeAnswer(question, model, cache.visit(promptText(question), question.caching)), fault)
  }

  return function answer(asked: Asked, fault: Fault | null): { reply: Reply; usage: TokenUsage | null } {
    const { wire, target, conversation } = asked
    const { stream } = conversation.question
    const instead = fault && replyInstead(wire, fault, { host: target.host, stream })
    if (instead) return { reply: instead, usage: null }
    const composed = compose(asked, fault)
    const issue = { id: `sim${answered++}`, createdAt: Math.floor(Date.now() / 1000) }
    const form = stream
      ? streamed(target, conversation.frames(composed, issue))
      : { headers: JSON_BODY, chunks: [JSON.stringify(conversation.whole(composed, issue))] }
    const paced = pace(asked, composed, form.chunks.length, timeScale)
    return { reply: { status: 200, ...form, ...paced }, usage: composed.usage }
  }
}
export type Answering = ReturnType<typeof createAnswering>

function spoilt(answer: Answer, fault: Fault | null): Answer {
  const kind = fault?.kind
  const silent = { text: '', refusal: '', toolCalls: [], others: [] }
  if (kind === 'empty') return { ...answer, ...silent, thought: false, reasoning: '', finish: 'stop' }
  if (kind === 'filtered') return { ...answer, ...silent, finish: 'content_filter' }
  if (kind === 'failed') return { ...answer, failure: inBandError(fault) }
  return kind === 'no-usage' ? { ...answer, usage: null } : answer
}

/** A refusal in the host's shape. */
export function errorReply(wire: Wire, error: HostError): Reply {
  return { ...jsonReply(wire.error(error)), status: error.status }
}

export function jsonReply(body: JsonObject): Reply {
  return { status: 200, headers: JSON_BODY, chunks: [JSON.stringify(body)], firstMs: 0, gapMs: 0 }
}

/** The chunk with which a host tells of an error after it has begun to answer. */
export function inBandChunk({ wire, target, conversation }: Asked, fault: Fault | null): string {
  const error = inBandError(fault)
  const sequence = fault?.kind === 'error-in-band' ? fault.afterChunks : 0
  if (!conversation.question.stream) return JSON.stringify(wire.error(error))
  return target.stream === 'array'
    ? `,${JSON.stringify(wire.error(error))}]`
    : serialize(wire.errorFrame(error, sequence))
}

/** What a host says went wrong in the middle of an answer. */
export function inBandError(fault: Fault | null): HostError {
  const status = fault?.kind === 'error-in-band' ? fault.status : 503
  return { status, message: 'The simulated host failed while it answered' }
}

function streamed(target: Target, frames: readonly Frame[]): Pick<Reply, 'headers' | 'chunks'> {
  if (target.stream !== 'array') return { headers: EVENT_STREAM, chunks: frames.map(serialize) }
  const items = frames.map(({ data }, index) => `${index === 0 ? '[' : ',\n'}${JSON.stringify(data)}`)
  return { headers: JSON_BODY, chunks: [...items, ']'] }
}

/** Time to first token, then tokens at the model's speed. Thinking that is not shown delays the first chunk. */
function pace(
  { conversation: { question }, model }: Asked,
  answer: Answer,
  chunkCount: number,
  timeScale: number,
) {
  const usage = answer.usage ?? { outputTokens: 0, reasoningTokens: 0 }
  const perTokenMs = (1000 / model.tokensPerSecond) * timeScale
  const hidden = answer.reasoning === '' ? usage.reasoningTokens : 0
  const shownMs = (usage.outputTokens - hidden) * perTokenMs
  const firstMs = model.ttftMs * timeScale + hidden * perTokenMs
  if (!question.stream) return { firstMs: firstMs + shownMs, gapMs: 0 }
  return { firstMs, gapMs: shownMs / Math.max(chunkCount, 1) }
}

/** The reply of faults that leave no answer to send; null for the others. */
export function replyInstead(
  wire: Wire,
  fault: Fault,
  { host, stream }: { host: string; stream: boolean },
): Reply | null {
  if (fault.kind === 'refuse' || fault.kind === 'hang') return { ...jsonReply({}), status: 0 }
  if (fault.kind === 'status') return statusReply(wire, fault)
  if (fault.kind === 'context-overflow') return errorReply(wire, wire.overflow(host))
  if (fault.kind === 'html') {
    const page = '<!doctype html><html><body><h1>Simulated gateway page</h1></body></html>'
    return {
      ...jsonReply({}),
      status: fault.status,
      headers: { 'content-type': 'text/html' },
      chunks: [page],
    }
  }
  if (fault.kind !== 'replay') return null
  const headers = stream ? EVENT_STREAM : JSON_BODY
  const type = fault.contentType ? { 'content-type': fault.contentType } : {}
  return {
    ...jsonReply({}),
    status: fault.status,
    headers: { ...headers, ...type },
    chunks: [fault.body].flat(),
  }
}

function statusReply(wire: Wire, fault: Extract<Fault, { kind: 'status' }>): Reply {
  const { status, message = `Simulated failure ${status}`, retryAfterMs, body } = fault
  const reply = errorReply(wire, { status, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) })
  const headers = { ...reply.headers, ...retryHeaders(fault) }
  return { ...reply, headers, chunks: body === undefined ? reply.chunks : [body] }
}

function retryHeaders(fault: Extract<Fault, { kind: 'status' }>): Record<string, string> {
  const { retryAfterMs, retryAfterHeader } = fault
  if (retryAfterMs === undefined) return {}
  switch (retryAfterHeader) {
    case 'none':
      return {}
    case 'ms':
      return { 'retry-after-ms': String(retryAfterMs) }
    case 'date':
      return { 'retry-after': new Date(Date.now() + retryAfterMs).toUTCString() }
    case 'seconds':
      return { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }
  }
}
