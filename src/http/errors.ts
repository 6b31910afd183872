import { HTTPException } from 'hono/http-exception'
import type { Failure } from '../core/chat.ts'
import { AppError, ERROR_POLICY, errorBody } from '../core/errors.ts'
import { log } from '../core/log.ts'
import { encodeError } from '../protocols/anthropic-messages/error.ts'
import type { AppContext } from './context.ts'

/** The one place an error becomes a response. Unknown errors are logged in full and answered with nothing. */
export function handleError(error: Error, c: AppContext): Response {
  const known = asAppError(error)
  const { status, log: level } = ERROR_POLICY[known.code]
  const { code, message, cause } = known
  log(level, { requestId: c.get('requestId'), code, message, ...(cause !== undefined && { cause }) })
  if (known.retryAfterMs !== undefined) c.header('retry-after', retryAfter(known.retryAfterMs))
  const body = errorBody(known)
  return c.json(isAnthropic(c.req.path) ? encodeError(body) : { error: body }, status)
}

/** The response for an answer that did not come; `body` is the failure in the caller's protocol. */
export function failureResponse(failure: Failure, body: object, headers: Headers): Response {
  if (failure.retryAfterMs !== undefined) headers.set('retry-after', retryAfter(failure.retryAfterMs))
  const hostStatus = failure.code === 'provider_rejected' ? failure.status : undefined
  const status = hostStatus ?? ERROR_POLICY[failure.code].status
  return new Response(JSON.stringify(body), { status, headers })
}

/** Callers of Anthropic's protocol read errors in its shape. */
export function isAnthropic(path: string): boolean {
  return /^\/v1\/messages(?:\/|$)/.test(path)
}

/** `Retry-After` in whole seconds, never sooner than asked. */
function retryAfter(ms: number): string {
  return String(Math.ceil(ms / 1_000))
}

function asAppError(error: Error): AppError {
  if (error instanceof AppError) return error
  if (error instanceof HTTPException && error.status < 500) {
    return new AppError('invalid_request', error.message, { cause: error })
  }
  return new AppError('internal', 'Something went wrong on our side', { cause: error.stack ?? String(error) })
}
