import { Hono } from 'hono'
import { AppError, type ErrorCode } from '../../core/errors.ts'
import { PLAN_LIMITS } from '../../core/plan.ts'
import { openDb } from '../../db/database.ts'
import { listRuns } from '../../db/runs.ts'
import { configOf } from '../../env.ts'
import { checked } from '../../protocols/invalid-field.ts'
import { drawRun, runGraphJson } from '../../runs/picture/draw-run.ts'
import type { RunInput, RunRefusal } from '../../runs/run/advance.ts'
import type { RunView } from '../../runs/run-object.ts'
import { graphQuery } from '../agent-body.ts'
import { type AppContext, type AppEnv, backgroundOf, scopeOf, staying } from '../context.ts'
import { idempotencyKeyOf } from '../idempotency-key.ts'
import { readJsonBody, readOptionalBody } from '../read-body.ts'
import { beginRun, identityOf, newIdentity } from '../runs/begin-run.ts'
import {
  approveBody,
  cancelBody,
  eventsQuery,
  inputBody,
  readRunBody,
  rejectBody,
  type RunBody,
  runsQuery,
} from '../runs/run-body.ts'
import { hasEnded, rowJson, runJson } from '../runs/run-json.ts'
import { eventsOf, runObject, streamEvents } from '../runs/run-log.ts'
import { sourceOf } from '../runs/run-source.ts'

/** Runs of a tenant: begun, followed, steered. */
export const runRoutes = new Hono<AppEnv>()
  .post('/runs', async (c) => {
    const { simulatedHostsUrl } = configOf(c.env)
    const body = await readJsonBody(c.req.raw, PLAN_LIMITS.bytes)
    return staying(c, createRun(c, readRunBody(body, { allowLoopback: simulatedHostsUrl !== null })))
  })
  .get('/runs', async (c) => {
    const { status = null, before = null, limit } = checked(runsQuery, c.req.query())
    const { tenantId } = c.var.caller
    const rows = await listRuns(openDb(c.env.DB), { tenantId, status, before, limit: limit + 1 })
    return c.json({
      object: 'list',
      data: rows.slice(0, limit).map(rowJson),
      has_more: rows.length > limit,
    })
  })
  .get('/runs/:id', async (c) => c.json(runJson(await viewOf(c))))
  .get('/runs/:id/events', (c) => readEvents(c, c.req.param('id')))
  .get('/runs/:id/graph', async (c) => {
    const { format } = checked(graphQuery, c.req.query())
    const { state } = await viewOf(c)
    return format === 'json' ? c.json(runGraphJson(state)) : c.text(drawRun(state, format))
  })
  .get('/runs/:id/artifacts/:name', async (c) => {
    const artifact = await runOf(c).value(`output:${c.req.param('name')}`)
    if (artifact === undefined) throw new AppError('not_found', 'There is no such artifact')
    return typeof artifact === 'string' ? c.text(artifact) : c.json(artifact ?? null)
  })
  .post('/runs/:id/cancel', async (c) => {
    const { reason = null } = checked(cancelBody, await readOptionalBody(c.req.raw, PLAN_LIMITS.inputBytes))
    return told(c, { kind: 'cancelled', reason })
  })
  .post('/runs/:id/pause', (c) => told(c, { kind: 'paused' }))
  .post('/runs/:id/resume', (c) => told(c, { kind: 'resumed' }))
  .post('/runs/:id/tasks/:task/approve', async (c) => {
    const said = checked(approveBody, await readOptionalBody(c.req.raw, PLAN_LIMITS.inputBytes))
    const output = 'output' in said ? { output: said.output } : {}
    return told(c, { kind: 'approved', ...decision(c, said), ...output })
  })
  .post('/runs/:id/tasks/:task/reject', async (c) => {
    const said = checked(rejectBody, await readOptionalBody(c.req.raw, PLAN_LIMITS.inputBytes))
    return told(c, { kind: 'rejected', ...decision(c, said) })
  })
  .post('/runs/:id/tasks/:task/input', async (c) => {
    const input = checked(inputBody, await readJsonBody(c.req.raw, PLAN_LIMITS.inputBytes))
    return told(c, { kind: 'supplied', task: c.req.param('task'), input })
  })
  .post('/runs/:id/tasks/:task/retry', async (c) => {
    const { id, task } = c.req.param()
    const { state } = await viewOf(c)
    if (!hasEnded(state)) return told(c, { kind: 'task-retried', task })
    // A run that has ended never changes: another one goes on from it.
    return createRun(c, { fork: { run: id, from: task } })
  })

async function createRun(c: AppContext, { wait_ms: waitMs, ...body }: RunBody): Promise<Response> {
  const scope = scopeOf(c)
  const { tenantId } = scope.caller
  const key = idempotencyKeyOf(c)
  const identity = key === null ? newIdentity() : await identityOf(tenantId, key, body)
  const { wish, kept } = await sourceOf(scope, body)
  const { view, isReplayed } = await beginRun(scope, wish, identity, kept)
  const { id } = identity
  const run = runObject(scope.env, tenantId, id)
  const isAwaited = waitMs != null && waitMs > 0 && !hasEnded(view.state)
  // The run goes on where its object is restarted meanwhile.
  const seen = isAwaited ? await run.viewAtEnd(waitMs).catch(() => null) : view
  c.header('location', `/v1/runs/${id}`)
  if (isReplayed) c.header('idempotent-replayed', 'true')
  return c.json(runJson(seen ?? view), hasEnded((seen ?? view).state) ? 200 : 202)
}

async function readEvents(c: AppContext, id: string): Promise<Response> {
  const { after, stream } = checked(eventsQuery, c.req.query())
  const { tenantId } = c.var.caller
  const last = c.req.header('last-event-id') ?? ''
  if (!/^\d{0,15}$/.test(last)) {
    throw new AppError('invalid_request', "Invalid 'Last-Event-ID': expected the id of an event", {
      param: 'Last-Event-ID',
    })
  }
  // Who comes back to the same address has read further than it says.
  const from = last === '' ? (after ?? 0) : Number(last)
  const run = runObject(c.env, tenantId, id)
  const page = await run.eventsAfter(from, 0)
  if (page === null) throw noSuchRun()
  if (c.req.header('upgrade')?.toLowerCase() === 'websocket') return run.fetch(c.req.raw)
  const { events, hasEnded: isOver } = page
  if (stream === 'false' || (stream === undefined && wantsJson(c))) {
    return c.json({ object: 'list', data: events, next_after: events.at(-1)?.seq ?? from, ended: isOver })
  }
  // How server-sent events say that nobody needs to come back.
  if (isOver && events.length === 0) return c.body(null, 204)
  const { response, done } = streamEvents((signal) =>
    eventsOf(c.env, { tenantId, id }, { after: from, signal }),
  )
  backgroundOf(c)(done)
  return response
}

function wantsJson(c: AppContext): boolean {
  const accept = c.req.header('accept') ?? ''
  return accept.includes('application/json') && !accept.includes('text/event-stream')
}

function runOf(c: AppContext) {
  return runObject(c.env, c.var.caller.tenantId, c.req.param('id') ?? '')
}

/** @throws AppError `not_found` */
async function viewOf(c: AppContext): Promise<RunView> {
  const view = await runOf(c).view()
  if (!view) throw noSuchRun()
  return view
}

/** The run after it was told something. @throws AppError where it refuses it */
async function told(c: AppContext, input: RunInput): Promise<Response> {
  const answer = await runOf(c).tell(input)
  if (answer.kind === 'done') return c.json(runJson(await viewOf(c)))
  if (answer.why === 'unknown_run') throw noSuchRun()
  const { code, message } = REFUSALS[answer.why]
  throw new AppError(code, message)
}

function decision(c: AppContext, { comment }: { comment?: string | null | undefined }) {
  return {
    task: c.req.param('task') ?? '',
    by: c.var.caller.userId ?? c.var.caller.keyId,
    comment: comment ?? null,
  }
}

function noSuchRun(): AppError {
  return new AppError('not_found', 'There is no such run')
}

const REFUSALS: Readonly<Record<RunRefusal, { code: ErrorCode; message: string }>> = {
  unknown_task: { code: 'not_found', message: 'The run has no such task' },
  run_ended: { code: 'run_ended', message: 'The run has ended: fork it to go on from here' },
  not_waiting: { code: 'not_waiting', message: 'The task does not wait for this' },
  not_retryable: { code: 'not_retryable', message: 'The task has not failed' },
  not_paused: { code: 'not_paused', message: 'The run is not paused' },
  stale: { code: 'not_waiting', message: 'The task went on meanwhile' },
  too_large: { code: 'request_too_large', message: 'It is larger than what a run keeps of a task' },
}
