import * as z from 'zod'
import type { Failure, FailureCode } from '../core/chat.ts'
import { present } from '../core/present.ts'

/** Longest part of a host's own message that is passed on, in characters. */
const MAX_MESSAGE_CHARS = 1_000

/** A host's refusal as it came. `body` is text: hosts answer errors in any form. */
export type HostRefusal = { status: number; headers: Headers; body: string }

const text = z.string().nullish().catch(null)
const code = z.union([z.string(), z.number()]).nullish().catch(null)

const errorObject = z.object({
  message: text,
  type: text,
  code,
  status: text,
  /** Google's, among them how long to wait. */
  details: z
    .array(z.object({ retryDelay: text }))
    .nullish()
    .catch(null),
})

/** Every host's error body has one of these shapes somewhere; only what we use is read. */
const hostBody = z.object({
  error: z.union([errorObject, z.string()]).nullish().catch(null),
  errors: z.array(errorObject).nullish().catch(null),
  message: text,
  detail: text,
  type: text,
  code,
  request_id: text,
})

const CONTEXT_WINDOW =
  /context[_ ](?:length|window|limit|size)|maximum (?:context|prompt length)|(?:prompt|input) is too long|too many tokens|input token count.*exceed|prompt exceeds max|range of input length|model token limit/i
const CONTENT_POLICY =
  /content[_ ](?:policy|filter)|content management policy|safety system|moderation|usage (?:policy|guidelines)|content exists risk|data_?inspection|inappropriate content|sensitive content|considered high risk/i
/** Our key or account, though the host answers 400. */
const ACCOUNT =
  /api[ _]key (?:not valid|not found|expired|is invalid)|(?:incorrect|invalid) api key|credit balance/i
/** How long to wait, in words: `Please try again in 1m30.5s`, `Please retry after 7 seconds`. */
const WAIT = /(?:try again|retry) (?:in|after) (?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?) ?(ms|s))?/i
const RATE_LIMIT = /rate[_ ]?limit|resource_exhausted|too many requests/i

/** What a host's refusal means, read from its status and its error body. Same for every format. */
export function readFailure({ status, headers, body }: HostRefusal, now: number): Failure {
  const { message, hostCode, hostRequestId, retryDelayMs } = readBody(jsonOrNull(body))
  const words = message ?? `HTTP ${status}`
  return {
    ...present({
      hostCode,
      hostRequestId: requestIdIn(headers) ?? hostRequestId,
      retryAfterMs: retryAfterMs(headers, now) ?? retryDelayMs,
    }),
    code: failureCode(status, `${hostCode ?? ''} ${words}`),
    message: redact(words).slice(0, MAX_MESSAGE_CHARS),
    status,
  }
}

/** A host's own name for the request; null where it gives none. */
export function requestIdIn(headers: Headers): string | null {
  return headers.get('x-request-id') ?? headers.get('request-id')
}

/** What an error inside an answer means: the host had said 200 and began. `body` holds its `error`. */
export function readInBandFailure(body: unknown): Failure {
  const { message, hostCode, hostRequestId, status } = readBody(body)
  const words = message ?? 'The host reported an error in its answer'
  const meaning = `${hostCode ?? ''} ${words}`
  return {
    ...present({ hostCode, hostRequestId }),
    code: status !== undefined && status >= 400 ? failureCode(status, meaning) : inBandCode(meaning),
    message: redact(words).slice(0, MAX_MESSAGE_CHARS),
  }
}

type BodyWords = {
  message?: string
  hostCode?: string
  hostRequestId?: string
  retryDelayMs?: number
  /** A number in the place of a code: hosts put an HTTP status there. */
  status?: number
}

function readBody(body: unknown): BodyWords {
  const parsed = hostBody.safeParse(Array.isArray(body) ? body[0] : body)
  if (!parsed.success) return {}
  const { error, errors, request_id, ...flat } = parsed.data
  const said: Partial<z.infer<typeof errorObject>> =
    typeof error === 'string'
      ? { ...flat, message: error }
      : (error ?? errors?.[0] ?? { ...flat, message: flat.message ?? flat.detail })
  const delay = said.details?.find(({ retryDelay }) => retryDelay)?.retryDelay
  const seconds = delay ? Number.parseFloat(delay) : Number.NaN
  return present({
    message: said.message || undefined,
    hostCode: typeof said.code === 'string' ? said.code : (said.status ?? said.type),
    hostRequestId: request_id,
    retryDelayMs: Number.isFinite(seconds) ? Math.max(0, seconds * 1_000) : waitInWords(said.message ?? ''),
    status: typeof said.code === 'number' ? said.code : undefined,
  })
}

function waitInWords(message: string): number | undefined {
  const [, minutes, amount, unit] = WAIT.exec(message) ?? []
  if (minutes === undefined && amount === undefined) return undefined
  return Number(minutes ?? 0) * 60_000 + Number(amount ?? 0) * (unit?.toLowerCase() === 'ms' ? 1 : 1_000)
}

function jsonOrNull(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}

function failureCode(status: number, words: string): FailureCode {
  if (status === 403 && CONTENT_POLICY.test(words)) return 'content_policy'
  if (status === 401 || status === 402 || status === 403) return 'provider_auth'
  if (status === 408 || status === 504) return 'timeout'
  if (status === 413) return 'context_window'
  if (status === 429) return 'rate_limited'
  if (status >= 500) return 'provider_failed'
  if (ACCOUNT.test(words)) return 'provider_auth'
  if (CONTEXT_WINDOW.test(words)) return 'context_window'
  if (CONTENT_POLICY.test(words)) return 'content_policy'
  // A model or path the host does not know is the catalog's fault, not the caller's: another host may serve it.
  return status === 404 || status < 400 ? 'provider_failed' : 'provider_rejected'
}

/** Once a host has begun to answer, whatever it reports is its own failure unless it says otherwise. */
function inBandCode(words: string): FailureCode {
  if (RATE_LIMIT.test(words)) return 'rate_limited'
  if (CONTEXT_WINDOW.test(words)) return 'context_window'
  return CONTENT_POLICY.test(words) ? 'content_policy' : 'provider_failed'
}

/** `retry-after-ms`, or `retry-after` in seconds or as an HTTP date; milliseconds from now. */
function retryAfterMs(headers: Headers, now: number): number | undefined {
  const ms = headers.get('retry-after-ms')
  if (ms && Number.isFinite(Number(ms))) return Math.max(0, Number(ms))
  const value = headers.get('retry-after')
  if (!value) return undefined
  if (Number.isFinite(Number(value))) return Math.max(0, Number(value) * 1_000)
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

/** Hosts' keys: a known prefix, then characters with a digit or a mask's asterisk among them. */
const KEY = /\b(?:AIza|(?:sk|gsk|csk|xai|nvapi|pplx|tgp|fw|key|r8|hf)[-_])(?=[\w*-]*[\d*])[\w*-]{8,}/g

/** Hosts quote the key they refuse; nothing that looks like one leaves us. */
export function redact(words: string): string {
  return words.replace(KEY, '[redacted]')
}
