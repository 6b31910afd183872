import { createMiddleware } from 'hono/factory'
import { AppError } from '../core/errors.ts'
import type { AppEnv } from './context.ts'

/** For answers that are data: nothing in them is to be run, framed, embedded or kept. A page brings rules of its own. */
export const SECURITY_HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
}
const HEADERS = Object.entries(SECURITY_HEADERS)

/** In characters, which in headers are bytes: of one with its name, and of all together. */
const MAX_HEADER_CHARS = 16 * 1024
const MAX_HEADERS_CHARS = 64 * 1024

/** Gives every answer the headers that tell browsers to be careful with it. */
export const securityHeaders = createMiddleware<AppEnv>(async function addSecurityHeaders(c, next) {
  await next()
  const { headers } = c.res
  for (const [name, value] of HEADERS) if (!headers.has(name)) c.header(name, value)
})

/** Refuses requests with huge headers. */
export const limitHeaders = createMiddleware<AppEnv>(async function refuseHugeHeaders(c, next) {
  let all = 0
  for (const [name, value] of c.req.raw.headers) {
    const chars = name.length + value.length
    all += chars
    if (chars > MAX_HEADER_CHARS) throw tooLarge('A header', MAX_HEADER_CHARS)
    if (all > MAX_HEADERS_CHARS) throw tooLarge('All headers', MAX_HEADERS_CHARS)
  }
  await next()
})

function tooLarge(what: string, limit: number): AppError {
  return new AppError('headers_too_large', `${what} may have ${limit / 1_024} KiB at most`)
}
