import * as z from 'zod'
import { AppError } from '../../core/errors.ts'
import { log } from '../../core/log.ts'
import { openDb } from '../../db/database.ts'
import { bestEvalPrompts, type MeanOutcome, readEvalPrompts, readMeanOutcomes } from '../../db/evals.ts'
import { activateTraining, activeTraining, beginRun, endTraining, findTraining } from '../../db/trainings.ts'
import type { Env } from '../../env.ts'
import { createEvalSet, type EvalSet } from '../../learn/eval-prompt.ts'
import { learnOutcomes, TRAINING_LIMITS } from '../../learn/learn-outcomes.ts'
import { reportBody } from '../../learn/training-report.ts'
import { liveCatalog } from '../live-catalog.ts'
import { activeParameters, publish } from './parameters.ts'

/** What the queue carries: which training, and whose. */
const trainingMessage = z.object({ version: z.literal(1), id: z.string(), tenantId: z.string() })
export type TrainingMessage = z.infer<typeof trainingMessage>

/** Runs of one training: the queue's `max_retries` and the first. */
const MAX_RUNS = 3
const RETRY_SECONDS = 5
/** Prompts read at once. */
const PAGE = 250

/** Background work that outlives nothing: a run is waited for. */
type Background = (work: Promise<unknown>) => void

/** Runs the trainings that tenants asked for. One that breaks off is begun again by the queue, a few times. */
export async function trainInQueue(batch: MessageBatch, env: Env, background: Background): Promise<void> {
  for (const message of batch.messages) {
    const parsed = trainingMessage.safeParse(message.body)
    if (!parsed.success) {
      log('error', { message: 'Dropped an unreadable training', id: message.id })
      message.ack()
      continue
    }
    const scope = { ...parsed.data, env, background }
    try {
      await run(scope, message.attempts)
      message.ack()
    } catch (cause) {
      log('error', { message: 'A training broke off', id: scope.id, cause: String(cause) })
      if (message.attempts < MAX_RUNS) message.retry({ delaySeconds: RETRY_SECONDS })
      else {
        await fail(scope, `It broke off ${MAX_RUNS} times: try again later`)
        message.ack()
      }
    }
  }
}

type Scope = TrainingMessage & { env: Env; background: Background }

/** Messages may come twice: a run begins once, and what ended is only published again. */
async function run(scope: Scope, attempt: number): Promise<void> {
  const { env, tenantId, id } = scope
  const db = openDb(env.DB)
  if (await beginRun(db, { tenantId, id, run: attempt, now: Date.now() })) {
    try {
      await learn(scope)
    } catch (error) {
      // Trying again would not mend these.
      if (!(error instanceof AppError || error instanceof RangeError)) throw error
      await fail(scope, error instanceof AppError ? error.message : 'What was learned cannot be kept')
    }
  }
  const training = await findTraining(db, { tenantId, id })
  const isActive = (await activeTraining(db, tenantId)) === id
  if (training && isActive) await publish(scope, training)
}

async function learn(scope: Scope): Promise<void> {
  const { env, tenantId, id } = scope
  const current = await activeParameters(scope)
  const set = await readEvalSet(scope, current.learnedAt)
  const catalog = liveCatalog(env, Date.now(), scope.background)
  const { parameters, report, verdict } = learnOutcomes(set, catalog, { current, id })
  const ending = { reason: verdict.reason, report: JSON.stringify(reportBody(report)), now: Date.now() }
  if (!verdict.activate) {
    return endTraining(openDb(env.DB), { tenantId, id, status: 'succeeded', ...ending })
  }
  const overtaken = 'Not activated: other parameters became active meanwhile'
  await activateTraining(env.DB, { tenantId, id, ...ending, parameters, replaced: current.id, overtaken })
}

async function readEvalSet({ env, tenantId }: Scope, learnedAt: number): Promise<EvalSet> {
  const db = openDb(env.DB)
  const best = await bestEvalPrompts(db, { tenantId, limit: TRAINING_LIMITS.maxPrompts })
  // Training depends on the order of its prompts: equal prompts are trained on alike.
  const chosen = best.toSorted()
  const set = createEvalSet()
  for (let at = 0; at < chosen.length; at += PAGE) {
    const ids = chosen.slice(at, at + PAGE)
    const prompts = await readEvalPrompts(db, { tenantId, ids })
    const outcomes = await readMeanOutcomes(db, { tenantId, ids, before: learnedAt })
    const byPrompt = Map.groupBy(outcomes, ({ promptId }) => promptId)
    for (const { id, text, tools, taskType } of prompts) {
      const prompt = { text, tools: toolsSchema.parse(JSON.parse(tools)) }
      set.add({ prompt, taskType, outcomes: byModel(byPrompt.get(id) ?? []) })
    }
  }
  return set
}

const toolsSchema = z.array(z.object({ name: z.string(), chars: z.number() }))

function byModel(outcomes: readonly MeanOutcome[]): Map<string, MeanOutcome> {
  return new Map(outcomes.map((outcome) => [outcome.model, outcome]))
}

async function fail({ env, tenantId, id }: Scope, reason: string): Promise<void> {
  await endTraining(openDb(env.DB), { tenantId, id, status: 'failed', reason, report: null, now: Date.now() })
}
