import { isContent } from '../core/answer.ts'
import { type ChatEvent, type ChatRequest, type Failure, isLast } from '../core/chat.ts'
import { AppError } from '../core/errors.ts'
import { present } from '../core/present.ts'
import { redact } from '../core/redact.ts'
import type { Timeouts } from '../core/reliability.ts'
import { type Adapter, nativeOf, type Target } from './adapter.ts'
import { boundedText } from './bounded-text.ts'
import { type CallTimer, createCallTimer } from './call-timer.ts'
import { authorizationFor, type Credentials, hideSecrets } from './credentials.ts'
import { HostFault, readFailure, requestIdIn } from './failure.ts'
import { mergeChoices } from './fan-out.ts'
import { formatFor } from './format-for.ts'
import type { Host } from './hosts.ts'
import { relayedAnswer } from './relay.ts'
import { type ByteSource, createEventReader, LAST_EVENT_END, textPieces } from './server-sent-events.ts'
import { createJsonToolReader, withJsonTool } from './structured-output.ts'
import { refusedThoughts, withoutThoughts } from './unreadable-thoughts.ts'

/** The longest bodies read from a host, in characters: of an error, and of an answer that is not streamed. */
const MAX_ERROR_CHARS = 64 * 1024
const MAX_ANSWER_CHARS = 32 * 1024 * 1024
/** The longest part of a network error's own message that is passed on, in characters. */
const MAX_MESSAGE_CHARS = 500

type AnswerError = Extract<ChatEvent, { type: 'answer-error' }>

/** A host with the address and the credentials to use for this call. */
export type HostAccess = { host: Host; baseUrl: string } & Credentials

/** The world as one call sees it. */
export type CallIo = {
  fetch: typeof fetch
  now: () => number
  /** Opens a body for reading. */
  open: (body: ReadableStream<Uint8Array>) => ByteSource
  /** Aborts the call from outside: the caller hung up, or another answer won. */
  signal: AbortSignal
  timeouts: Timeouts
}

/**
 * Sends one request to one host and yields its answer, always closed by exactly one `LastEvent`: refusals, broken
 * or stalled streams and nonsense all arrive as `answer-error`. Several choices are asked for one by one, and JSON
 * through a tool, where the host knows no other way. Throws only when `io.signal` aborts.
 */
export async function* callModel(
  access: HostAccess,
  request: ChatRequest,
  target: Target,
  io: CallIo,
): AsyncGenerator<ChatEvent> {
  const adapter = formatFor(access.host, request, target.hostModelId)
  if (!adapter.takesOutput(request, target)) {
    const read = createJsonToolReader()
    for await (const event of callModel(access, withJsonTool(request), target, io)) yield* read(event)
    return
  }
  const { choices = 1, ...sampling } = request.sampling
  if (choices === 1 || adapter.takesChoices) return yield* callKnowing(access, adapter, request, target, io)
  const single = { ...request, sampling }
  const { outputCap } = target
  const share = outputCap === undefined ? undefined : Math.max(1, Math.floor(outputCap / choices))
  const part = { ...target, ...present({ outputCap: share }) }
  const ended = new AbortController()
  const apart = { ...io, signal: AbortSignal.any([io.signal, ended.signal]) }
  const calls = Array.from({ length: choices }, () => callKnowing(access, adapter, single, part, apart))
  yield* mergeChoices(calls, () => ended.abort())
}

/** Asks once more without the sealed thoughts where the host cannot read them. */
async function* callKnowing(
  access: HostAccess,
  adapter: Adapter,
  request: ChatRequest,
  target: Target,
  io: CallIo,
): AsyncGenerator<ChatEvent> {
  for await (const event of callOnce(access, adapter, request, target, io)) {
    const plain = refusedThoughts(event, request) ? withoutThoughts(request) : null
    if (plain) return yield* callOnce(access, adapter, plain, target, io)
    yield event
  }
}

/** Several choices end one by one, which only translation keeps apart. */
function isRelayed(request: ChatRequest, { relay }: Target, { format, relays }: Adapter): boolean {
  if (relay === false || relays !== true) return false
  return nativeOf(request, format) !== null && (request.sampling.choices ?? 1) === 1
}

/** Who was asked, and whether the caller gets the host's own words. */
type Asked = { host: Host; adapter: Adapter; relays: boolean }

async function* callOnce(
  access: HostAccess,
  adapter: Adapter,
  request: ChatRequest,
  target: Target,
  io: CallIo,
): AsyncGenerator<ChatEvent> {
  const timer = createCallTimer(io.timeouts, target.stream)
  const { host } = access
  let response: Response | null = null
  try {
    response = await send(access, adapter, request, target, io, timer.signal)
    timer.answered()
    if (!response.ok) return yield await refusal(response, access, timer, io)
    const asked = { host, adapter, relays: isRelayed(request, target, adapter) }
    const events = target.stream
      ? streamedAnswer(asked, response, timer, io.open)
      : wholeAnswer(asked, response, timer)
    for await (const event of events) {
      if (event.type === 'answer-error') {
        return yield { ...requestIdOf(response), ...event, message: hideSecrets(event.message, access) }
      }
      if (isContent(event)) timer.begun()
      timer.hold()
      yield event
      if (isLast(event)) return
      timer.resume()
    }
    yield { ...failed(host, 'ended its answer early'), ...requestIdOf(response) }
  } catch (error) {
    io.signal.throwIfAborted()
    yield { ...brokenOff(error, access, timer, response !== null), ...requestIdOf(response) }
  } finally {
    timer.stop()
  }
}

function requestIdOf(response: Response | null): Pick<Failure, 'hostRequestId'> {
  return response ? present({ hostRequestId: requestIdIn(response.headers) }) : {}
}

/** How a call ends that did not come to its end. */
function brokenOff(error: unknown, access: HostAccess, timer: CallTimer, hasAnswered: boolean): AnswerError {
  const { host } = access
  const complaint = timer.complaint()
  if (complaint !== null) {
    return { type: 'answer-error', code: 'timeout', message: `${host.name} ${complaint}` }
  }
  if (error instanceof AppError && error.code === 'provider_auth') {
    return { type: 'answer-error', code: error.code, message: hideSecrets(error.message, access) }
  }
  if (error instanceof HostFault) return failed(host, error.message)
  const reason = redact(hideSecrets(reasonOf(error), access))
  if (hasAnswered) return failed(host, `broke off: ${reason}`)
  return { ...failed(host, `could not be reached: ${reason}`), beforeResponse: true }
}

async function send(
  access: HostAccess,
  adapter: Adapter,
  request: ChatRequest,
  target: Target,
  io: CallIo,
  stalled: AbortSignal,
): Promise<Response> {
  const { path, headers, body } = adapter.encode(request, target)
  const signal = AbortSignal.any([io.signal, stalled])
  const url = `${access.baseUrl}${path}`
  const text = JSON.stringify(body)
  const proof = await authorizationFor(
    access,
    (key) => adapter.authorize(key),
    { url, body: text },
    { fetch: io.fetch, now: io.now, signal },
  )
  return io.fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: target.stream ? 'text/event-stream' : 'application/json',
      ...headers,
      ...proof,
    },
    body: text,
    signal,
    redirect: 'manual',
  })
}

async function* streamedAnswer(
  { host, adapter, relays }: Asked,
  response: Response,
  timer: CallTimer,
  open: CallIo['open'],
): AsyncGenerator<ChatEvent> {
  if (!response.body || !/event-stream/i.test(response.headers.get('content-type') ?? '')) {
    await response.body?.cancel()
    return yield failed(host, 'answered with something that is not a stream')
  }
  const pieces = textPieces(open(response.body))
  if (relays) return yield* relayedAnswer(adapter, pieces, timer.heard)
  const decode = adapter.createDecoder()
  const read = createEventReader(timer.heard)
  for await (const piece of pieces) for (const { data } of read(piece)) yield* decode(data)
  for (const { data } of read(LAST_EVENT_END)) yield* decode(data)
}

async function* wholeAnswer(
  { host, adapter, relays }: Asked,
  response: Response,
  timer: CallTimer,
): AsyncGenerator<ChatEvent> {
  const { text, whole } = await boundedText(response.body, MAX_ANSWER_CHARS, () => {
    timer.begun()
    timer.heard()
  })
  if (!whole) return yield failed(host, 'sent an answer that is too large')
  const body: unknown = JSON.parse(text)
  const events = adapter.decodeAnswer(body)
  yield* relays ? events.map((event) => withBody(event, body)) : events
}

function withBody(event: ChatEvent, body: unknown): ChatEvent {
  if (event.type !== 'answer-end' || typeof body !== 'object' || body === null) return event
  return { ...event, native: { body: { ...body } } }
}

/** The status says enough where its explanation does not come, or not before a silence would end the call. */
async function refusal(
  response: Response,
  access: HostAccess,
  timer: CallTimer,
  io: CallIo,
): Promise<ChatEvent> {
  timer.begun()
  const { status, headers, body } = response
  const explanation = await boundedText(body, MAX_ERROR_CHARS).catch(() => ({ text: '' }))
  io.signal.throwIfAborted()
  const words = hideSecrets(explanation.text, access)
  return { type: 'answer-error', ...readFailure({ status, headers, body: words }, io.now()) }
}

/** A schema's complaint is a page of JSON about our own reading of the answer: nothing for the caller. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, MAX_MESSAGE_CHARS)
  return error.name === 'ZodError'
    ? 'its answer is not in its own format'
    : error.message.slice(0, MAX_MESSAGE_CHARS)
}

function failed(host: Host, what: string): AnswerError {
  return { type: 'answer-error', code: 'provider_failed', message: `${host.name} ${what}` }
}
