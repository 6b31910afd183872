import { AppError } from '../core/errors.ts'
import type { AppContext } from './context.ts'

const MAX_CHARS = 255

/** What a caller calls a request by, so that it is done once however often it is sent; null for nothing. */
export function idempotencyKeyOf(c: AppContext): string | null {
  const key = c.req.header('idempotency-key')
  if (key === undefined) return null
  if (key !== '' && key.length <= MAX_CHARS) return key
  const fault = `expected up to ${MAX_CHARS} characters`
  throw new AppError('invalid_request', `Invalid 'Idempotency-Key': ${fault}`, { param: 'Idempotency-Key' })
}
