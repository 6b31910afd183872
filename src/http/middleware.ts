import { createMiddleware } from 'hono/factory'
import type { Caller, Scope } from '../core/caller.ts'
import { AppError } from '../core/errors.ts'
import { createId } from '../core/ids.ts'
import { type Config, configOf } from '../env.ts'
import { callerOf, isToken, keyIdOf, verifyToken } from '../tenants/jwt.ts'
import { authenticate, requireScope } from '../tenants/keys.ts'
import { isSameSecret } from '../tenants/same-secret.ts'
import { type AppContext, type AppEnv, backgroundOf, randomBytes } from './context.ts'
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

/** Lets a request pass whose key or token is known, has the scope, and is within its rate. */
export function requireKey(scope: Scope) {
  return createMiddleware<AppEnv>(async function checkKey(c, next) {
    const now = Date.now()
    const caller = await callerFor(c, now)
    requireScope(caller, scope)
    const { success } = await c.env.RATE_LIMIT.limit({ key: `${caller.tenantId} ${caller.keyId}` })
    if (!success) {
      throw new AppError('rate_limit_exceeded', 'Too many requests with this key', {
        retryAfterMs: RATE_LIMIT_PERIOD_MS,
      })
    }
    c.set('caller', caller)
    c.set('tenant', await tenantFor(c.env, caller.tenantId, backgroundOf(c), now))
    await next()
  })
}

async function callerFor(c: AppContext, now: number): Promise<Caller> {
  const secret = secretOf(c)
  const stores = { config: c.env.CONFIG, database: c.env.DB }
  const { jwtIssuers } = configOf(c.env)
  if (jwtIssuers.length === 0 || !isToken(secret)) {
    return authenticate(secret, stores, now, backgroundOf(c))
  }
  return callerOf(await verifyToken(secret, jwtIssuers), stores, now, backgroundOf(c))
}

/** Lets a request pass that has the operator's secret, or a token with the admin claim. */
export const requireOperator = createMiddleware<AppEnv>(async function checkOperator(c, next) {
  c.set('operator', await operatorFor(secretOf(c), configOf(c.env)))
  await next()
})

async function operatorFor(secret: string, { adminKey, jwtIssuers }: Config): Promise<string> {
  if (jwtIssuers.length > 0 && isToken(secret)) {
    const { isOperator, subject } = await verifyToken(secret, jwtIssuers)
    if (!isOperator) throw new AppError('insufficient_scope', 'This token does not make you an operator')
    return keyIdOf(subject)
  }
  if (adminKey === null || !(await isSameSecret(secret, adminKey))) {
    throw new AppError('invalid_api_key', 'Incorrect admin key')
  }
  return 'operator'
}

function secretOf(c: AppContext): string {
  const bearer = /^Bearer\s+(\S+)\s*$/i.exec(c.req.header('authorization') ?? '')?.[1]
  const secret = bearer ?? c.req.header('x-api-key')?.trim()
  if (!secret) {
    throw new AppError('missing_api_key', 'Send an API key as `Authorization: Bearer …` or `x-api-key`')
  }
  return secret
}
