import { Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import { AppError } from '../core/errors.ts'
import { openDb } from '../db/database.ts'
import { findTenant } from '../db/tenants.ts'
import { actFor } from './act-for.ts'
import { type AppContext, type AppEnv, backgroundOf } from './context.ts'
import { auditRoutes } from './routes/audit.ts'
import { budgetRoutes } from './routes/budgets.ts'
import { configRoutes } from './routes/config.ts'
import { historyRoutes } from './routes/history.ts'
import { keyRoutes } from './routes/keys.ts'
import { modelRoutes } from './routes/models.ts'
import { policyRoutes } from './routes/policies.ts'
import { providerRoutes } from './routes/providers.ts'
import { secretRoutes } from './routes/secrets.ts'
import { tenantRoutes } from './routes/tenants.ts'
import { toolSecretRoutes } from './routes/tool-secrets.ts'
import { webhookSecretRoutes } from './routes/webhook-secret.ts'
import { tenantFor } from './tenant.ts'

/** Whose things an operator sees that names no tenant. */
const DEFAULT_TENANT = 'default'

/** What a tenant does for itself, and an operator for any tenant. */
const ownRoutes = new Hono<AppEnv>()
  .route('/', keyRoutes)
  .route('/', configRoutes)
  .route('/', historyRoutes)
  .route('/', policyRoutes)
  .route('/', modelRoutes)
  .route('/', auditRoutes)
  .route('/', budgetRoutes)
  .route('/', providerRoutes)
  .route('/', webhookSecretRoutes)
  .route('/', toolSecretRoutes)

/** The operator acts for the tenant that the path names. */
const actForNamed = createMiddleware<AppEnv>(async function actForNamed(c, next) {
  await actForTenant(c, c.req.param('tenant') ?? '')
  await next()
})

/** The operator acts for the tenant that the query names. */
const actForAsked = createMiddleware<AppEnv>(async function actForAsked(c, next) {
  await actForTenant(c, c.req.query('tenant') ?? DEFAULT_TENANT)
  await next()
})

/** Everything under `/admin`, behind the operator's door. */
export const adminRoutes = new Hono<AppEnv>()
  .route('/', tenantRoutes)
  .route('/', secretRoutes)
  .use('/tenants/:tenant/*', actForNamed)
  .route('/tenants/:tenant', ownRoutes)
  .use(actForAsked)
  .route('/', ownRoutes)

/** @throws AppError `not_found` */
async function actForTenant(c: AppContext, id: string): Promise<void> {
  const row = await findTenant(openDb(c.env.DB), id)
  if (!row) throw new AppError('not_found', `No tenant ${id.slice(0, 100)}`, { param: 'tenant' })
  actFor(c, row)
  c.set('tenant', await tenantFor(c.env, id, backgroundOf(c), Date.now()))
}
