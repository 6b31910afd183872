import { configOf, type Env } from './env.ts'
import { app } from './http/app.ts'
import { answerInBackground } from './http/background.ts'
import { deliverWebhooks } from './http/deliver-webhooks.ts'
import { trainInQueue } from './http/evals/job.ts'
import { ABILITIES_CRON, refreshAbilities } from './http/refresh-abilities.ts'
import { refreshFacts } from './http/refresh-facts.ts'
import { consumeBatch } from './record/consume.ts'
import { deleteExpired } from './record/retention.ts'

export { GraphObject } from './agents/graph-object.ts'
export { ResponseObject } from './agents/response-object.ts'
export { SessionObject } from './agents/session-object.ts'
export { AttemptObject } from './http/runs/attempt-object.ts'
export { RunObject } from './runs/run-object.ts'
export { StatsObject } from './stats/stats-object.ts'
export { LedgerObject } from './tenants/ledger/ledger-object.ts'

export default {
  fetch: app.fetch,
  queue(batch, env, ctx) {
    const background = (work: Promise<unknown>) => ctx.waitUntil(work)
    if (batch.queue.endsWith('-background')) return answerInBackground(batch, env, background)
    if (batch.queue.endsWith('-training')) return trainInQueue(batch, env, background)
    if (batch.queue.endsWith('-webhooks')) return deliverWebhooks(batch, env)
    return consumeBatch(batch, env.DB)
  },
  async scheduled({ cron }, env, ctx) {
    if (cron === ABILITIES_CRON) return ctx.waitUntil(refreshAbilities(env, Date.now()))
    ctx.waitUntil(refreshFacts(env, Date.now()))
    ctx.waitUntil(deleteExpired(env.DB, configOf(env).retentionDays, Date.now()))
  },
} satisfies ExportedHandler<Env>
