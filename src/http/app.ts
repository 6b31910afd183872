import { Hono } from 'hono'
import { adminRoutes } from './admin.ts'
import type { AppEnv } from './context.ts'
import { cors } from './cors.ts'
import { door } from './door.ts'
import { handleError } from './errors.ts'
import { evalRoutes } from './evals/routes.ts'
import { requestId } from './middleware.ts'
import { agentRoutes } from './routes/agents.ts'
import { budgetRoutes } from './routes/budgets.ts'
import { attemptRoutes } from './routes/attempts.ts'
import { auditRoutes } from './routes/audit.ts'
import { chatRoutes } from './routes/chat.ts'
import { configRoutes } from './routes/config.ts'
import { completionRoutes } from './routes/completions.ts'
import { decisionRoutes } from './routes/decisions.ts'
import { docsRoutes } from './routes/docs.ts'
import { embeddingRoutes } from './routes/embeddings.ts'
import { feedbackRoutes } from './routes/feedback.ts'
import { healthRoutes } from './routes/health.ts'
import { historyRoutes } from './routes/history.ts'
import { keyRoutes } from './routes/keys.ts'
import { messageRoutes } from './routes/messages.ts'
import { modelRoutes } from './routes/models.ts'
import { planRoutes } from './routes/plans.ts'
import { policyRoutes } from './routes/policies.ts'
import { providerRoutes } from './routes/providers.ts'
import { responseRoutes } from './routes/responses.ts'
import { routeRoutes } from './routes/route.ts'
import { runRoutes } from './routes/runs.ts'
import { sessionRoutes } from './routes/sessions.ts'
import { schemaRoutes } from './routes/schemas.ts'
import { toolSecretRoutes } from './routes/tool-secrets.ts'
import { webhookSecretRoutes } from './routes/webhook-secret.ts'
import { limitHeaders, securityHeaders } from './security-headers.ts'

/** The whole HTTP API. */
export const app = new Hono<AppEnv>()
app.use(requestId)
app.use(securityHeaders)
app.use(limitHeaders)
app.use('/v1/*', cors)
app.use(door)
app.route('/', healthRoutes)
app.route('/', docsRoutes)
app.route('/schemas', schemaRoutes)
app.route('/v1', chatRoutes)
app.route('/v1', responseRoutes)
app.route('/v1', messageRoutes)
app.route('/v1', completionRoutes)
app.route('/v1', embeddingRoutes)
app.route('/v1', routeRoutes)
app.route('/v1', decisionRoutes)
app.route('/v1', feedbackRoutes)
app.route('/v1', evalRoutes)
app.route('/v1', modelRoutes)
app.route('/v1', historyRoutes)
app.route('/v1', policyRoutes)
app.route('/v1', planRoutes)
app.route('/v1', configRoutes)
app.route('/v1', budgetRoutes)
app.route('/v1', auditRoutes)
app.route('/v1', providerRoutes)
app.route('/v1', webhookSecretRoutes)
app.route('/v1', toolSecretRoutes)
app.route('/v1', keyRoutes)
app.route('/v1', agentRoutes)
app.route('/v1', attemptRoutes)
app.route('/v1', sessionRoutes)
app.route('/v1', runRoutes)
app.route('/admin', adminRoutes)
app.onError(handleError)
