import type { Failure } from '../core/chat.ts'
import { dimensionsOf, type EmbeddingRequest, inputCount, inputSlice } from '../core/embedding.ts'
import { AppError } from '../core/errors.ts'
import type { HostRequest } from './adapter.ts'
import { boundedText } from './bounded-text.ts'
import type { CallIo, HostAccess } from './call.ts'
import { authorizationFor, hideSecrets } from './credentials.ts'
import { embeddingFormatOf } from './embeddings/format-of.ts'
import type { Embedded, EmbeddingFormat } from './embeddings/format.ts'
import { readFailure, readInBandFailure } from './failure.ts'

/** The longest bodies read from a host, in characters: of an error, and of an answer. */
const MAX_ERROR_CHARS = 64 * 1024
const MAX_ANSWER_CHARS = 32 * 1024 * 1024
/** How many calls for one request are under way at once. A Worker may hold six connections. */
const CALLS_AT_ONCE = 4

/** The world as one request sees it. `ttftMs` is the time for one call, to the end of its answer. */
export type EmbeddingIo = Pick<CallIo, 'fetch' | 'now' | 'signal' | 'timeouts'>

/** One vector per input, or why not. `inputTokens`: what the host counted, also before it failed; null for nothing. */
export type EmbeddingOutcome =
  | ({ ok: true } & Embedded)
  | { ok: false; failure: Failure; inputTokens: number | null }

/**
 * Asks one host for vectors, in as many calls as it wants. Refusals, silence and answers of another number or length of
 * vectors are failures. Throws only when `io.signal` aborts.
 */
export async function callEmbeddings(
  access: HostAccess,
  request: EmbeddingRequest,
  hostModelId: string,
  io: EmbeddingIo,
): Promise<EmbeddingOutcome> {
  const format = embeddingFormatOf(access.host)
  if (!format) return failed(access, 'offers no embeddings')
  const calls = partsOf(request, format.maxInputs)
  const total = AbortSignal.timeout(io.timeouts.totalMs)
  const outcomes: EmbeddingOutcome[] = []
  while (outcomes.length < calls.length && outcomes.every(({ ok }) => ok)) {
    const next = calls.slice(outcomes.length, outcomes.length + CALLS_AT_ONCE)
    outcomes.push(
      ...(await Promise.all(next.map((part) => callOnce(access, format, part, hostModelId, io, total)))),
    )
  }
  return joined(outcomes)
}

/** The request in pieces of at most `size` inputs. */
function partsOf(request: EmbeddingRequest, size: number): EmbeddingRequest[] {
  const count = Math.ceil(inputCount(request.inputs) / size)
  return Array.from({ length: count }, (_, part) => ({
    ...request,
    inputs: inputSlice(request.inputs, part * size, (part + 1) * size),
  }))
}

function joined(outcomes: readonly EmbeddingOutcome[]): EmbeddingOutcome {
  const told = outcomes.flatMap(({ inputTokens }) => inputTokens ?? [])
  const inputTokens = told.length > 0 ? told.reduce((sum, tokens) => sum + tokens, 0) : null
  const vectors: Embedded['vectors'][number][] = []
  for (const outcome of outcomes) {
    if (!outcome.ok) return { ...outcome, inputTokens }
    vectors.push(...outcome.vectors)
  }
  return { ok: true, vectors, inputTokens: told.length === outcomes.length ? inputTokens : null }
}

async function callOnce(
  access: HostAccess,
  format: EmbeddingFormat,
  request: EmbeddingRequest,
  hostModelId: string,
  io: EmbeddingIo,
  total: AbortSignal,
): Promise<EmbeddingOutcome> {
  const late = AbortSignal.any([total, AbortSignal.timeout(io.timeouts.ttftMs)])
  let what: string | null = null
  try {
    const response = await send(access, format.encode(request, hostModelId), io, late)
    what = 'broke off'
    const { ok, status, headers } = response
    const { text, whole } = await boundedText(response.body, ok ? MAX_ANSWER_CHARS : MAX_ERROR_CHARS)
    if (!ok) return refused(readFailure({ status, headers, body: hideSecrets(text, access) }, io.now()))
    if (!whole) return failed(access, 'sent an answer that is too large')
    what = 'sent an answer that is not in its own format'
    const body: unknown = JSON.parse(text)
    if (isError(body)) return refused(readInBandFailure(body))
    return checked(access, format.decode(body), request)
  } catch (error) {
    io.signal.throwIfAborted()
    if (late.aborted) {
      const { ttftMs, totalMs } = io.timeouts
      const limit = total.aborted ? `${totalMs} ms (total timeout)` : `${ttftMs} ms (ttft timeout)`
      return refused({ code: 'timeout', message: `${access.host.name} did not answer within ${limit}` })
    }
    if (error instanceof AppError && error.code === 'provider_auth') {
      return refused({ code: error.code, message: hideSecrets(error.message, access) })
    }
    if (what !== null) return failed(access, what)
    return refused({ ...failed(access, 'could not be reached').failure, beforeResponse: true })
  }
}

async function send(
  access: HostAccess,
  { path, headers, body }: HostRequest,
  io: EmbeddingIo,
  late: AbortSignal,
): Promise<Response> {
  const signal = AbortSignal.any([io.signal, late])
  const url = `${access.baseUrl}${path}`
  const text = JSON.stringify(body)
  const proof = await authorizationFor(
    access,
    (key) => access.host.formats[0].authorize(key),
    { url, body: text },
    { fetch: io.fetch, now: io.now, signal },
  )
  return io.fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers, ...proof },
    body: text,
    signal,
    redirect: 'manual',
  })
}

/** Vectors that do not belong to the inputs, or are of another length than wanted, would be worse than none. */
function checked(access: HostAccess, embedded: Embedded, request: EmbeddingRequest): EmbeddingOutcome {
  const { vectors, inputTokens } = embedded
  const wanted = inputCount(request.inputs)
  const fault = (what: string): EmbeddingOutcome => ({ ...failed(access, what), inputTokens })
  if (vectors.length !== wanted) return fault(`sent ${vectors.length} vectors for ${wanted} inputs`)
  const length = request.dimensions ?? dimensionsOf(vectors[0] ?? [])
  const other = vectors.find((vector) => dimensionsOf(vector) !== length)
  if (other) return fault(`sent a vector of ${dimensionsOf(other)} dimensions, not ${length}`)
  return { ok: true, ...embedded }
}

/** Some hosts say 200 and then report an error. */
function isError(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'error' in body && Boolean(body.error)
}

function refused(failure: Failure): EmbeddingOutcome & { ok: false } {
  return { ok: false, failure, inputTokens: null }
}

function failed({ host }: HostAccess, what: string): EmbeddingOutcome & { ok: false } {
  return refused({ code: 'provider_failed', message: `${host.name} ${what}` })
}
