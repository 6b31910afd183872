import * as z from 'zod'
import { SCOPES } from '../core/caller.ts'
import { AppError, type ErrorBody, errorBody } from '../core/errors.ts'
import type { Env } from '../env.ts'
import { LOCAL_REGION, type RequestScope } from './context.ts'
import { responseObject } from './kept-responses.ts'
import { tenantFor } from './tenant.ts'
import { answerOpened, type BackgroundJob, headOf, open } from './respond.ts'

const limits = z.object({
  budget: z
    .object({ maxMicroUsd: z.number(), softMicroUsd: z.number().nullable(), duration: z.string().nullable() })
    .nullable(),
  requestsPerMinute: z.number().nullable(),
  tokensPerMinute: z.number().nullable(),
  parallel: z.number().nullable(),
  strict: z.boolean(),
})

const caller = z.object({
  tenantId: z.string(),
  keyId: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  userId: z.string().nullable().default(null),
  allowedModels: z.array(z.string()).nullable().default(null),
  limits: limits.nullable().default(null),
  tenantLimits: limits.nullable().default(null),
})

/** What the queue carries: which response is to be made, and for whom. The request itself waits in its object. */
const backgroundMessage = z.object({
  version: z.literal(1),
  id: z.string(),
  requestId: z.string(),
  caller,
  /** What rules may look at. */
  region: z.string().default(LOCAL_REGION),
  headers: z.record(z.string(), z.string()).default({}),
  /** Where agents elsewhere answer. */
  origin: z.string().default(''),
})

const backgroundJob = z.object({ body: z.unknown().optional(), sessionId: z.string().nullable() })

/** How often a run looks whether its response was cancelled. */
const CANCEL_CHECK_MS = 1_000
/** A response whose run broke off this often (a runtime that died under it) has failed. */
const MAX_RUNS = 3

/** Makes the responses that callers want in the background. A run that breaks off is taken up again by the queue. */
export async function answerInBackground(
  batch: MessageBatch,
  env: Env,
  background: RequestScope['background'],
): Promise<void> {
  for (const message of batch.messages) {
    const parsed = backgroundMessage.safeParse(message.body)
    if (parsed.success) {
      const { id, caller: askedBy, headers, ...from } = parsed.data
      const cancel = new AbortController()
      const tenant = await tenantFor(env, askedBy.tenantId, background, Date.now())
      const scope = {
        ...from,
        env,
        caller: askedBy,
        tenant,
        background,
        signal: cancel.signal,
        headers: new Headers(headers),
        wantsMetadata: false,
        cacheTtlMs: null,
      }
      await run(scope, id, cancel, message.attempts)
    }
    message.ack()
  }
}

async function run(scope: RequestScope, id: string, cancel: AbortController, runs: number): Promise<void> {
  const object = responseObject(scope, id)
  const waiting = await object.job()
  if (waiting === null) return
  const watch = setInterval(() => {
    void object.job().then(
      (job) => job === null && cancel.abort(),
      () => undefined,
    )
  }, CANCEL_CHECK_MS)
  try {
    await answerJob(scope, id, backgroundJob.parse(JSON.parse(waiting)), runs)
  } finally {
    clearInterval(watch)
  }
}

async function answerJob(scope: RequestScope, id: string, job: BackgroundJob, runs: number): Promise<void> {
  const object = responseObject(scope, id)
  const opened = await open(scope, job.body, job.sessionId, id)
  const { reply } = opened.inbound
  const head = headOf(opened.inbound, id, Date.now())
  const fail = (error: ErrorBody) => object.progress(JSON.stringify(reply.failed(head, error)), true)
  if (runs > MAX_RUNS) return fail(errorBody(new AppError('internal', 'The answer broke off too often')))
  await object.progress(JSON.stringify(reply.pending(head, 'in_progress')), false)
  try {
    const answered = await answerOpened(scope, opened, (body) => object.progress(JSON.stringify(body), true))
    if (!answered.ok) await fail(await failureOf(answered))
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    await fail(errorBody(error))
  }
}

const failedAnswer = z.object({
  error: z.object({ message: z.string(), type: z.string(), code: z.string(), param: z.null() }),
})

async function failureOf(answered: Response): Promise<ErrorBody> {
  const text = await answered.text()
  // A cancelled answer has no words; nobody reads them either.
  if (text === '') return errorBody(new AppError('internal', 'The answer was cancelled'))
  return failedAnswer.parse(JSON.parse(text)).error
}
