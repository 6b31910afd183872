import { configOf, type Env } from './env.ts'
import { app } from './http/app.ts'
import { answerInBackground } from './http/background.ts'
import { refreshFacts } from './http/refresh-facts.ts'
import { consumeBatch } from './record/consume.ts'
import { deleteExpired } from './record/retention.ts'

export { ResponseObject } from './agents/response-object.ts'
export { SessionObject } from './agents/session-object.ts'

export default {
  fetch: app.fetch,
  queue(batch, env, ctx) {
    const background = (work: Promise<unknown>) => ctx.waitUntil(work)
    return batch.queue.endsWith('-background')
      ? answerInBackground(batch, env, background)
      : consumeBatch(batch, env.DB)
  },
  async scheduled(_event, env, ctx) {
    ctx.waitUntil(refreshFacts(env, Date.now()))
    ctx.waitUntil(deleteExpired(env.DB, configOf(env).retentionDays, Date.now()))
  },
} satisfies ExportedHandler<Env>
