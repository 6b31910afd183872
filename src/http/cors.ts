import { createMiddleware } from 'hono/factory'
import type { AppContext, AppEnv } from './context.ts'

/** Names of headers with commas between, as browsers ask for them. */
const HEADER_NAMES = /^[\w!#$%&'*+.^`|~-]+(?:\s*,\s*[\w!#$%&'*+.^`|~-]+)*$/
const MAX_CHARS = 1_024

/** What a browser may do from any page before it has shown a key; it asks again after ten minutes. */
const PREFLIGHT = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
  'access-control-max-age': '600',
  vary: 'access-control-request-headers',
}

/**
 * Lets pages of the origins that a tenant names read its answers; pages of others are kept from them by their browser. What
 * a browser asks before the request itself bears no key, and so no tenant: it is allowed to everybody. Nothing is ever sent
 * along by itself, as a cookie would be.
 */
export const cors = createMiddleware<AppEnv>(async function shareWithOrigins(c, next) {
  const origin = c.req.header('origin')
  if (origin === undefined) return next()
  if (c.req.method === 'OPTIONS' && c.req.header('access-control-request-method') !== undefined) {
    return preflight(c)
  }
  await next()
  // A refused caller has no tenant.
  const tenant: AppEnv['Variables']['tenant'] | undefined = c.get('tenant')
  const { origins } = tenant?.config.rules ?? { origins: [] }
  c.header('vary', 'origin', { append: true })
  if (!origins.includes('*') && !origins.includes(origin)) return
  c.header('access-control-allow-origin', origin)
  c.header('access-control-expose-headers', '*')
  // Otherwise browsers would keep the answer from the page all the same.
  c.header('cross-origin-resource-policy', 'cross-origin')
})

function preflight(c: AppContext): Response {
  const wanted = c.req.header('access-control-request-headers') ?? ''
  const allowed = wanted.length <= MAX_CHARS && HEADER_NAMES.test(wanted) ? wanted : ''
  return new Response(null, {
    status: 204,
    headers: { ...PREFLIGHT, ...(allowed !== '' && { 'access-control-allow-headers': allowed }) },
  })
}
