import type { Failure, FailureCode } from './chat.ts'

/** What each failure means to the caller, the attempt loop and the log. One row per code; nothing else decides. */
export const ERROR_POLICY = {
  invalid_request: { status: 400, type: 'invalid_request_error', log: 'debug' },
  invalid_json: { status: 400, type: 'invalid_request_error', log: 'debug' },
  model_not_found: { status: 404, type: 'invalid_request_error', log: 'debug' },
  not_found: { status: 404, type: 'invalid_request_error', log: 'debug' },
  unsupported_media_type: { status: 415, type: 'invalid_request_error', log: 'debug' },
  idempotency_conflict: { status: 409, type: 'invalid_request_error', log: 'debug' },
  run_ended: { status: 409, type: 'invalid_request_error', log: 'debug' },
  run_not_ended: { status: 409, type: 'invalid_request_error', log: 'debug' },
  not_waiting: { status: 409, type: 'invalid_request_error', log: 'debug' },
  not_retryable: { status: 409, type: 'invalid_request_error', log: 'debug' },
  stale_attempt: { status: 409, type: 'invalid_request_error', log: 'debug' },
  not_paused: { status: 409, type: 'invalid_request_error', log: 'debug' },
  precondition_failed: { status: 412, type: 'invalid_request_error', log: 'debug' },
  precondition_required: { status: 428, type: 'invalid_request_error', log: 'debug' },
  request_too_large: { status: 413, type: 'invalid_request_error', log: 'debug' },
  missing_api_key: { status: 401, type: 'authentication_error', log: 'debug' },
  invalid_api_key: { status: 401, type: 'authentication_error', log: 'debug' },
  insufficient_scope: { status: 403, type: 'permission_error', log: 'debug' },
  rate_limit_exceeded: { status: 429, type: 'rate_limit_error', log: 'debug' },
  headers_too_large: { status: 431, type: 'invalid_request_error', log: 'debug' },
  no_eligible_model: { status: 400, type: 'invalid_request_error', log: 'warn' },
  no_live_host: { status: 503, type: 'api_error', log: 'error' },
  not_configured: { status: 503, type: 'api_error', log: 'warn' },
  context_window: { status: 400, type: 'invalid_request_error', log: 'debug' },
  content_policy: { status: 400, type: 'invalid_request_error', log: 'debug' },
  blocked_by_rule: { status: 403, type: 'permission_error', log: 'debug' },
  invalid_yaml: { status: 400, type: 'invalid_request_error', log: 'debug' },
  guardrail_blocked: { status: 400, type: 'invalid_request_error', log: 'warn' },
  provider_rejected: { status: 400, type: 'invalid_request_error', log: 'warn' },
  budget_exceeded: { status: 402, type: 'insufficient_quota', log: 'debug' },
  provider_auth: { status: 502, type: 'api_error', log: 'error' },
  provider_failed: { status: 502, type: 'api_error', log: 'warn' },
  rate_limited: { status: 429, type: 'rate_limit_error', log: 'warn' },
  timeout: { status: 504, type: 'api_error', log: 'warn' },
  ledger_unavailable: { status: 503, type: 'api_error', log: 'error' },
  internal: { status: 500, type: 'api_error', log: 'error' },
} as const satisfies Record<string, ErrorPolicy>

type ErrorPolicy = { status: number; type: string; log: 'debug' | 'warn' | 'error' }

/** Codes of our own errors and of hosts' failures alike. */
export type ErrorCode = keyof typeof ERROR_POLICY

/** One thing that is wrong with a document: where, a code for programs, words for people. */
export type Fault = { path: string; code: string; message: string }

/**
 * `param`: the request field at fault, e.g. `messages[2].content`. `faults`: all that is wrong, where more is told than
 * the first. `retryAfterMs`: when to come back.
 */
export type ErrorDetails = {
  param?: string
  faults?: readonly Fault[]
  retryAfterMs?: number
  cause?: unknown
}

/** The only error class we throw. `message` is safe to show a tenant; put anything else in `cause`. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  readonly param: string | null
  readonly faults: readonly Fault[] | undefined
  readonly retryAfterMs: number | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause })
    this.code = code
    this.param = details.param ?? null
    this.faults = details.faults
    this.retryAfterMs = details.retryAfterMs
  }
}

/** May the same request succeed elsewhere (another model or host)? Only these failures are followed by a fallback. */
export const FALLBACK_POLICY: Readonly<Record<FailureCode, boolean>> = {
  provider_failed: true,
  provider_auth: true,
  rate_limited: true,
  timeout: true,
  context_window: true,
  content_policy: true,
  provider_rejected: false,
}

/**
 * Does a failure speak of the host's health, so that the next call there may fail as well, and another host is likely
 * to do better? A refused request or key says nothing about it.
 */
export const HEALTH_POLICY: Readonly<Record<FailureCode, boolean>> = {
  provider_failed: true,
  timeout: true,
  rate_limited: true,
  provider_auth: false,
  provider_rejected: false,
  context_window: false,
  content_policy: false,
}

/**
 * The error a caller is shown when no host answered: the last failure in our words, with the host's own
 * status, code and request id beside it.
 */
export type ErrorBody = {
  message: string
  type: string
  code: string
  param: string | null
  errors?: readonly Fault[]
  provider?: { status?: number; code?: string; request_id?: string }
}

/** OpenAI's error body for one of our errors. */
export function errorBody(error: AppError): ErrorBody {
  return {
    message: error.message,
    type: ERROR_POLICY[error.code].type,
    code: error.code,
    param: error.param,
    ...(error.faults && { errors: error.faults }),
  }
}

/** OpenAI's error body for a host's failure. */
export function failureBody(failure: Failure): ErrorBody {
  return {
    message: failure.message,
    type: ERROR_POLICY[failure.code].type,
    code: failure.code,
    param: null,
    provider: {
      ...(failure.status !== undefined && { status: failure.status }),
      ...(failure.hostCode !== undefined && { code: failure.hostCode }),
      ...(failure.hostRequestId !== undefined && { request_id: failure.hostRequestId }),
    },
  }
}
