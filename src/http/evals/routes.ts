import { Hono } from 'hono'
import * as z from 'zod'
import { AppError } from '../../core/errors.ts'
import { createId } from '../../core/ids.ts'
import { openDb } from '../../db/database.ts'
import { countEvalPrompts, deleteEvals, type ModelTotals, totalsByModel } from '../../db/evals.ts'
import { activeTraining, closeLost, endTraining, listTrainings, openTraining } from '../../db/trainings.ts'
import { TRAINING_LIMITS } from '../../learn/learn-outcomes.ts'
import { checked } from '../../protocols/invalid-field.ts'
import { type AppContext, type AppEnv, backgroundOf, randomBytes } from '../context.ts'
import { liveCatalog } from '../live-catalog.ts'
import { MAX_BODY_BYTES, readJsonBody } from '../read-body.ts'
import { ingest, MAX_MEASUREMENTS, MAX_OUTCOMES } from './ingest.ts'
import type { TrainingMessage } from './job.ts'
import { requireTraining, rollBack } from './parameters.ts'
import { MAX_LINE_BYTES, readLines } from './read-lines.ts'
import { trainingBody } from './training-body.ts'

/** A training that runs for longer broke off; one that waits for longer got lost. */
const MAX_RUN_MS = 20 * 60_000
const MAX_WAIT_MS = 60 * 60_000
/** Trainings on the list. */
const MAX_LISTED = 100

const LIMITS = {
  rows: MAX_OUTCOMES,
  upload_bytes: MAX_BODY_BYTES,
  line_bytes: MAX_LINE_BYTES,
  measurements_per_prompt_and_model: MAX_MEASUREMENTS,
  training: {
    min_prompts: TRAINING_LIMITS.minPrompts,
    min_models: TRAINING_LIMITS.minModels,
    min_prompts_per_model: TRAINING_LIMITS.minPromptsPerModel,
    max_prompts: TRAINING_LIMITS.maxPrompts,
    max_models: TRAINING_LIMITS.maxModels,
  },
}

/**
 * A tenant's own evaluations. Any key may tell and read outcomes; to delete them, to learn from them, and to go back to
 * earlier parameters changes every decision of the tenant, which takes the scope `admin`.
 */
export const evalRoutes = new Hono<AppEnv>()
  .post('/evals/outcomes', async (c) => {
    const { tenantId } = c.var.caller
    const now = Date.now()
    const catalog = liveCatalog(c.env, now, backgroundOf(c))
    const lines = await readLines(c.req.raw)
    const report = await ingest(lines, { env: c.env, tenantId, catalog, now })
    return c.json({ object: 'eval.outcomes', ...report, totals: (await totalsOf(c)).totals })
  })
  .get('/evals/outcomes', async (c) => {
    const { totals, models } = await totalsOf(c)
    const data = models.map(({ score, ...model }) => ({ ...model, mean_score: score }))
    return c.json({ object: 'eval.outcomes', totals, data, limits: LIMITS })
  })
  .delete('/evals/outcomes', async (c) => {
    await deleteEvals(openDb(c.env.DB), c.var.caller.tenantId)
    return c.json({ object: 'eval.outcomes', deleted: true, totals: (await totalsOf(c)).totals })
  })
  .post('/evals/train', async (c) => c.json(await startTraining(c), 202))
  .get('/evals/train', async (c) => {
    const { tenantId } = c.var.caller
    const db = openDb(c.env.DB)
    await closeStale(c)
    const active = await activeTraining(db, tenantId)
    const trainings = await listTrainings(db, { tenantId, limit: MAX_LISTED })
    return c.json({
      object: 'list',
      active,
      data: trainings.map((training) => trainingBody(training, active)),
    })
  })
  .get('/evals/train/:id', async (c) => {
    const { tenantId } = c.var.caller
    const db = openDb(c.env.DB)
    await closeStale(c)
    const training = await requireTraining(db, { tenantId, id: c.req.param('id') })
    return c.json(trainingBody(training, await activeTraining(db, tenantId)))
  })
  .post('/evals/rollback', async (c) => {
    const { to } = checked(rollbackBody, await optionalBody(c))
    const active = await rollBack({ env: c.env, tenantId: c.var.caller.tenantId }, to)
    return c.json({ object: 'eval.rollback', active })
  })

export const rollbackBody = z.object({ to: z.string().min(1).max(64).optional() })

async function optionalBody(c: AppContext): Promise<unknown> {
  return c.req.raw.body === null || c.req.header('content-length') === '0' ? {} : readJsonBody(c.req.raw)
}

async function totalsOf(c: AppContext) {
  const { tenantId } = c.var.caller
  const db = openDb(c.env.DB)
  const [models, prompts] = [await totalsByModel(db, tenantId), await countEvalPrompts(db, tenantId)]
  const rows = models.reduce((sum, model) => sum + model.rows, 0)
  return { models, totals: { prompts, rows, models: models.length } }
}

/** One training of a tenant at a time: who asks for another is told of the one that is open. */
async function startTraining(c: AppContext) {
  const { tenantId } = c.var.caller
  const db = openDb(c.env.DB)
  const { models, totals } = await totalsOf(c)
  refuseTooFew(totals.prompts, models)
  await closeStale(c)
  const now = Date.now()
  const id = createId('train', now, randomBytes())
  const training = await openTraining(db, { tenantId, id, createdAt: now })
  if (training.id === id) {
    const message: TrainingMessage = { version: 1, id, tenantId }
    await c.env.TRAININGS.send(message).catch(async (cause: unknown) => {
      const reason = 'It could not be queued: try again'
      await endTraining(db, { tenantId, id, status: 'failed', reason, report: null, now })
      throw cause
    })
  }
  return trainingBody(training, await activeTraining(db, tenantId))
}

function refuseTooFew(prompts: number, models: readonly ModelTotals[]): void {
  const { minPrompts, minModels, minPromptsPerModel } = TRAINING_LIMITS
  const known = models.filter((model) => model.prompts >= minPromptsPerModel).length
  const missing = [
    ...(prompts < minPrompts ? [`${prompts} of ${minPrompts} prompts`] : []),
    ...(known < minModels ? [`${known} of ${minModels} models with ${minPromptsPerModel} prompts each`] : []),
  ]
  if (missing.length === 0) return
  throw new AppError('invalid_request', `Too little to learn from: you have ${missing.join(' and ')}`)
}

async function closeStale(c: AppContext): Promise<void> {
  const now = Date.now()
  await closeLost(openDb(c.env.DB), {
    tenantId: c.var.caller.tenantId,
    startedBefore: now - MAX_RUN_MS,
    queuedBefore: now - MAX_WAIT_MS,
    now,
    reason: 'It never came to an end: try again',
  })
}
