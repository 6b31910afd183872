import type { Context } from 'hono'
import type { Caller } from '../core/caller.ts'
import { AppError } from '../core/errors.ts'
import type { Env } from '../env.ts'
import { LIMITS } from '../protocols/limits.ts'
import type { Tenant } from './tenant.ts'

/** Hono's types for this app: the bindings, and what middleware leaves for the handlers. */
export type AppEnv = {
  Bindings: Env
  Variables: {
    requestId: string
    /** Set once the key is known. */
    caller: Caller
    tenant: Tenant
    /** Who calls `/admin`: `operator`, or a token's subject as in `Caller`. */
    operator: string
  }
}

export type AppContext = Context<AppEnv>

/** Random bytes: 16, enough for an id, unless told otherwise. */
export function randomBytes(count = 16): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(count))
}

/** For work that nobody waits for: it goes on after the response, also without the client. */
export function backgroundOf(c: AppContext): (work: Promise<unknown>) => void {
  return (work) => c.executionCtx.waitUntil(work)
}

/** Work on an answer, which is finished and recorded even when the client does not stay for it. */
export function staying<T>(c: AppContext, work: Promise<T>): Promise<T> {
  backgroundOf(c)(work.catch(() => undefined))
  return work
}

/** One request behind the door: who asks, and what may be used to answer. Nothing of Hono. */
export type RequestScope = {
  env: Env
  caller: Caller
  tenant: Tenant
  requestId: string
  /** For work that nobody waits for. */
  background: (work: Promise<unknown>) => void
  /** Aborted when the client hangs up. */
  signal: AbortSignal
  /** Whether the caller wants to see the decision in the answer. */
  wantsMetadata: boolean
  /** How long the caller's header says that an answer may be reused; null without one. */
  cacheTtlMs: number | null
  /** Whose live figures count: the caller's continent, by its two letters, or `local` where that is not known. */
  region: string
  /** As the caller sent them. */
  headers: Headers
  /** Where this Switchyard was called, such as `https://ai.example.com`; absent where nobody knows. */
  origin?: string
}

/** Where a caller is of whom that is not known. */
export const LOCAL_REGION = 'local'

/** The scope of the request that a handler was called for. */
export function scopeOf(c: AppContext): RequestScope {
  return {
    env: c.env,
    caller: c.var.caller,
    tenant: c.var.tenant,
    requestId: c.var.requestId,
    background: backgroundOf(c),
    signal: c.req.raw.signal,
    wantsMetadata: c.req.header('x-switchyard-metadata') === 'enabled',
    cacheTtlMs: cacheTtlMs(c.req.header(CACHE_TTL)),
    region: regionOf(c.req.raw),
    headers: c.req.raw.headers,
    origin: new URL(c.req.url).origin,
  }
}

const CACHE_TTL = 'x-switchyard-cache-ttl'

function cacheTtlMs(header: string | undefined): number | null {
  if (header === undefined || header === '') return null
  const seconds = /^\d+$/.test(header) ? Number(header) : Infinity
  if (seconds <= LIMITS.cacheTtlSeconds) return seconds * 1_000
  const expected = `expected seconds, at most ${LIMITS.cacheTtlSeconds}`
  throw new AppError('invalid_request', `Invalid '${CACHE_TTL}': ${expected}`, { param: CACHE_TTL })
}

const CONTINENT = /^[A-Z]{2}$/

function regionOf({ cf }: Request): string {
  const continent = cf?.['continent']
  return typeof continent === 'string' && CONTINENT.test(continent) ? continent : LOCAL_REGION
}
