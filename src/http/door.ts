import type { MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { matchedRoutes } from 'hono/route'
import type { RouterRoute } from 'hono/types'
import { AppError } from '../core/errors.ts'
import type { AppContext, AppEnv } from './context.ts'
import { requireKey, requireOperator } from './middleware.ts'
import type { Access, Operation } from './operations/operation.ts'
import { OPERATIONS } from './operations/table.ts'

const CHECKS: Readonly<Record<Exclude<Access, 'public'>, MiddlewareHandler<AppEnv>>> = {
  inference: requireKey('inference'),
  agents: requireKey('agents'),
  admin: requireKey('admin'),
  operator: requireOperator,
}

const BY_NAME = new Map(OPERATIONS.map((operation) => [nameOf(operation.method, operation.path), operation]))
/** Routes that have been asked for, and what the table says of them. */
const found = new WeakMap<RouterRoute, Operation>()

/** Lets in whom the table of operations allows. Whatever it does not name is not there, handler or not. */
export const door = createMiddleware<AppEnv>(async function checkAccess(c, next) {
  const operation = operationAsked(c)
  if (!operation) throw new AppError('not_found', `No ${c.req.method} ${c.req.path}`)
  if (operation.access === 'public') return next()
  return CHECKS[operation.access](c, next)
})

/** The operation whose handler the router found first. */
function operationAsked(c: AppContext): Operation | undefined {
  const route = matchedRoutes(c).find(({ method }) => method !== ANY_METHOD)
  return route && operationAt(route)
}

/** What the router calls middleware's method. */
const ANY_METHOD = 'ALL'

function operationAt(route: RouterRoute): Operation | undefined {
  const known = found.get(route)
  if (known) return known
  const operation = BY_NAME.get(nameOf(route.method, openApiPath(route.path)))
  if (operation) found.set(route, operation)
  return operation
}

function nameOf(method: string, path: string): string {
  return `${method} ${path}`
}

/** A path as OpenAPI writes it, from how the router does: `/models/:id{.+}` is `/models/{id}`. */
export function openApiPath(routed: string): string {
  return routed.replaceAll(/:(\w+)(?:\{[^/]*\})?/g, '{$1}')
}
