import { Hono } from 'hono'
import { AppError } from '../../core/errors.ts'
import { checked } from '../../protocols/invalid-field.ts'
import { RUN_LIMITS } from '../../runs/run/state.ts'
import type { AppContext, AppEnv } from '../context.ts'
import { readJsonBody, readOptionalBody } from '../read-body.ts'
import { type CalledBack, openCallbackToken } from '../runs/callback-token.ts'
import { heartbeatBody, outcomeOfResult, resultBody, ROOM_BYTES } from '../runs/remote-result.ts'
import { runObject } from '../runs/run-log.ts'

/** What agents elsewhere say of attempts that were given to them; each attempt has a token of its own. */
export const attemptRoutes = new Hono<AppEnv>()
  .post('/runs/:id/attempts/:token/result', async (c) => {
    const about = await calledBack(c)
    const body = await readJsonBody(c.req.raw, RUN_LIMITS.outputBytes + RUN_LIMITS.carriedBytes + ROOM_BYTES)
    const outcome = outcomeOfResult(checked(resultBody, body))
    const { task, token } = about
    const told = await runOf(c, about).toldByAgent({ kind: 'told', task, token, outcome })
    if (told.kind === 'unfit')
      throw new AppError('invalid_request', told.failure.message, { param: 'output' })
    if (told.kind === 'refused') throw told.why === 'unknown_run' ? gone() : stale()
    return c.json(ACCEPTED)
  })
  .post('/runs/:id/attempts/:token/heartbeat', async (c) => {
    const about = await calledBack(c)
    const { success } = await c.env.RATE_LIMIT.limit({ key: `attempt ${about.runId} ${about.token}` })
    if (!success) {
      const message = 'Too many signs of life'
      throw new AppError('rate_limit_exceeded', message, { retryAfterMs: RUN_LIMITS.minHeartbeatMs })
    }
    const { progress } = checked(heartbeatBody, await readOptionalBody(c.req.raw, RUN_LIMITS.progressBytes))
    const lost = await runOf(c, about).heard([
      { token: about.token, ...(progress !== undefined && { progress }) },
    ])
    if (lost.length > 0) throw stale()
    return c.json(ACCEPTED)
  })

const ACCEPTED = { object: 'run.attempt', accepted: true }

function calledBack(c: AppContext): Promise<CalledBack> {
  const { id = '', token = '' } = c.req.param()
  return openCallbackToken(c.env, c.req.header('authorization'), { runId: id, token: Number(token) })
}

function runOf(c: AppContext, { tenantId, runId }: CalledBack) {
  return runObject(c.env, tenantId, runId)
}

function gone(): AppError {
  return new AppError('not_found', 'There is no such run')
}

function stale(): AppError {
  return new AppError('stale_attempt', 'This attempt counts no longer: stop working on it')
}
