import { createMiddleware } from 'hono/factory'
import type { Scope } from '../core/caller.ts'
import { AppError } from '../core/errors.ts'
import { createId } from '../core/ids.ts'
import { authenticate, requireScope } from '../tenants/keys.ts'
import { type AppEnv, backgroundOf, randomBytes } from './context.ts'
import { tenantFor } from './tenant.ts'

/** The caller's own request id is kept when it looks like one. */
const REQUEST_ID = /^[\w.:-]{1,128}$/

/** Gives every request an id and every answer that id as `x-request-id`. */
export const requestId = createMiddleware<AppEnv>(async function addRequestId(c, next) {
  const sent = c.req.header('x-request-id') ?? ''
  const id = REQUEST_ID.test(sent) ? sent : createId('req', Date.now(), randomBytes())
  c.set('requestId', id)
  await next()
  c.header('x-request-id', id)
})

/** The period of the `RATE_LIMIT` binding in wrangler.toml: when to come back after a 429. */
const RATE_LIMIT_PERIOD_MS = 60_000

/** Lets a request pass whose key is known, has the scope, and is within its rate. */
export function requireKey(scope: Scope) {
  return createMiddleware<AppEnv>(async function checkKey(c, next) {
    const secret = secretOf(c.req.header('authorization'), c.req.header('x-api-key'))
    const stores = { config: c.env.CONFIG, database: c.env.DB }
    const now = Date.now()
    const background = backgroundOf(c)
    const caller = await authenticate(secret, stores, now, background)
    requireScope(caller, scope)
    const { success } = await c.env.RATE_LIMIT.limit({ key: caller.keyId })
    if (!success) {
      throw new AppError('rate_limit_exceeded', 'Too many requests with this key', {
        retryAfterMs: RATE_LIMIT_PERIOD_MS,
      })
    }
    c.set('caller', caller)
    c.set('tenant', await tenantFor(c.env, caller.tenantId, background, now))
    await next()
  })
}

function secretOf(authorization: string | undefined, apiKey: string | undefined): string {
  const bearer = /^Bearer\s+(\S+)\s*$/i.exec(authorization ?? '')?.[1]
  const secret = bearer ?? apiKey?.trim()
  if (!secret) {
    throw new AppError('missing_api_key', 'Send an API key as `Authorization: Bearer …` or `x-api-key`')
  }
  return secret
}
