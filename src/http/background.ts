import * as z from 'zod'
import { AppError, type ErrorBody, errorBody } from '../core/errors.ts'
import type { Env } from '../env.ts'
import { LOCAL_REGION, type RequestScope } from './context.ts'
import { responseObject } from './kept-responses.ts'
import { answerOpened, type BackgroundJob, headOf, open } from './respond.ts'

/** What the queue carries: which response is to be made, and for whom. The request itself waits in its object. */
const backgroundMessage = z.object({
  version: z.literal(1),
  id: z.string(),
  requestId: z.string(),
  caller: z.object({ keyId: z.string(), tenantId: z.string(), scopes: z.array(z.string()) }),
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
      const { id, caller, requestId } = parsed.data
      const cancel = new AbortController()
      const scope = { env, caller, requestId, background, signal: cancel.signal, ...QUIET }
      await run(scope, id, cancel, message.attempts)
    }
    message.ack()
  }
}

/** Nobody is there who sent headers. */
const QUIET = { wantsMetadata: false, cacheTtlMs: null, region: LOCAL_REGION }

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
