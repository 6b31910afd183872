import * as z from 'zod'
import type { Failure, FailureCode } from '../core/chat.ts'
import { present } from '../core/present.ts'
import { redact } from '../core/redact.ts'
import { WAIT_FIELDS, waitForReset, waitInFields, waitInHeaders, waitInWords } from './retry-after.ts'

/** Longest part of a host's own message that is passed on, in characters. */
const MAX_MESSAGE_CHARS = 1_000

/** What a host did that ends its answer. The message goes on after the host's name. */
export class HostFault extends Error {}

/** A host's refusal as it came. `body` is text: hosts answer errors in any form. */
export type HostRefusal = { status: number; headers: Headers; body: string }

const text = z.string().nullish().catch(null)
const code = z.union([z.string(), z.number()]).nullish().catch(null)

const errorObject = z.object({
  message: text,
  type: text,
  code,
  status: text,
  ...WAIT_FIELDS,
  /** Google's, among them how long to wait. */
  details: z.array(z.object(WAIT_FIELDS)).nullish().catch(null),
  /** OpenRouter's, with the headers that it would have sent. */
  metadata: z
    .object({ ...WAIT_FIELDS, headers: z.record(z.string(), z.coerce.string()).nullish().catch(null) })
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
  ...WAIT_FIELDS,
})

const CONTEXT_WINDOW =
  /context[_ ](?:length|window|limit|size)|maximum (?:context|prompt length)|(?:prompt|input) is too long|too many tokens|input token count.*exceed|prompt exceeds max|range of input length|model token limit/i
const CONTENT_POLICY =
  /content[_ ](?:policy|filter)|content management policy|safety system|moderation|usage (?:policy|guidelines)|content exists risk|data_?inspection|inappropriate content|sensitive content|considered high risk/i
/** Our key or account, though the host answers 400. */
const ACCOUNT =
  /api[ _]key (?:not valid|not found|expired|is invalid)|(?:incorrect|invalid) api key|credit balance/i
const RATE_LIMIT = /rate[_ ]?limit|resource_exhausted|too many requests/i

/** Statuses of a proxy that found nobody behind it: refused, unreachable, bad certificates, no such name (Cloudflare). */
const UNREACHED: ReadonlySet<number> = new Set([521, 523, 525, 526, 530])

/** What a host's refusal means, read from its status and its error body. Same for every format. */
export function readFailure({ status, headers, body }: HostRefusal, now: number): Failure {
  const { message, hostCode, hostRequestId, waitMs, limits } = readBody(jsonOrNull(body), now)
  const words = message ?? `HTTP ${status}`
  const meaning = failureCode(status, `${hostCode ?? ''} ${words}`)
  const resetMs =
    meaning === 'rate_limited' ? (waitForReset(headers, now) ?? waitForReset(limits, now)) : undefined
  return {
    ...present({
      hostCode,
      hostRequestId: requestIdIn(headers) ?? hostRequestId,
      retryAfterMs: waitInHeaders(headers, now) ?? waitMs ?? resetMs,
      beforeResponse: UNREACHED.has(status) || undefined,
    }),
    code: meaning,
    message: redact(words).slice(0, MAX_MESSAGE_CHARS),
    status,
  }
}

/** A host's own name for the request; null where it gives none. */
export function requestIdIn(headers: Headers): string | null {
  const id = headers.get('x-request-id') ?? headers.get('request-id')
  return id && redact(id)
}

/** What an error inside an answer means: the host had said 200 and began. `body` holds its `error`. */
export function readInBandFailure(body: unknown): Failure {
  const { message, hostCode, hostRequestId, status, waitMs } = readBody(body, null)
  const words = message ?? 'The host reported an error in its answer'
  const meaning = `${hostCode ?? ''} ${words}`
  return {
    ...present({ hostCode, hostRequestId, retryAfterMs: waitMs }),
    code: status !== undefined && status >= 400 ? failureCode(status, meaning) : inBandCode(meaning),
    message: redact(words).slice(0, MAX_MESSAGE_CHARS),
  }
}

type BodyWords = {
  message?: string
  hostCode?: string
  hostRequestId?: string
  waitMs?: number
  /** Headers that say when limits reset, told in the body. */
  limits: readonly (readonly [string, string])[]
  /** A number in the place of a code: hosts put an HTTP status there. */
  status?: number
}

function readBody(body: unknown, now: number | null): BodyWords {
  const parsed = hostBody.safeParse(Array.isArray(body) ? body[0] : body)
  if (!parsed.success) return { limits: [] }
  const { error, errors, request_id, ...flat } = parsed.data
  const said: Partial<z.infer<typeof errorObject>> =
    typeof error === 'string'
      ? { ...flat, message: error }
      : (error ?? errors?.[0] ?? { ...flat, message: flat.message ?? flat.detail })
  const places = [...(said.details ?? []), said, said.metadata ?? {}, flat]
  const told = places.map((fields) => waitInFields(fields, now)).find((wait) => wait !== undefined)
  return {
    ...present({
      message: said.message || undefined,
      hostCode: shown(typeof said.code === 'string' ? said.code : (said.status ?? said.type)),
      hostRequestId: shown(request_id),
      waitMs: told ?? waitInWords(said.message ?? ''),
      status: typeof said.code === 'number' ? said.code : undefined,
    }),
    limits: Object.entries(said.metadata?.headers ?? {}),
  }
}

/** Hosts quote the key they refuse, anywhere. */
function shown(words: string | null | undefined): string | null {
  return words ? redact(words) : null
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
