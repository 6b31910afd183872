import { AppError } from '../../core/errors.ts'
import { openDb } from '../../db/database.ts'
import { findTemplate } from '../../db/plan-templates.ts'
import type { KeptTasks } from '../../runs/run-object.ts'
import type { RequestScope } from '../context.ts'
import type { RunWish } from './begin-run.ts'
import { budgetOf, budgetOfFork, readPlan, type RunBody, toolOf } from './run-body.ts'
import { hasEnded } from './run-json.ts'
import { runObject } from './run-log.ts'

/** What a run is to do, and what it has already. */
type Source = { wish: RunWish; kept: KeptTasks | null }

/** @throws AppError naming what of the request cannot be done */
export async function sourceOf(scope: RequestScope, body: RunBody): Promise<Source> {
  const { fork, plan, template, budget } = body
  if (fork) return forkOf(scope, body, fork)
  const common = { ...wishIn(body), input: body.input ?? null, forkOf: null }
  if (plan ?? template) {
    const read = readPlan(
      plan ?? (await documentOf(scope, template ?? '')),
      plan ? 'plan' : 'template',
      budget,
    )
    return { wish: { ...common, goal: null, plan: read, budget: read.budget }, kept: null }
  }
  return { wish: { ...common, goal: body.goal ?? null, plan: null, budget: budgetOf(budget) }, kept: null }
}

async function documentOf({ env, caller }: RequestScope, id: string): Promise<unknown> {
  const row = await findTemplate(openDb(env.DB), caller.tenantId, id)
  if (!row) throw new AppError('not_found', 'There is no such plan', { param: 'template' })
  return JSON.parse(row.document)
}

function wishIn({ agents, tools, callback, session_id: sessionId }: RunBody) {
  return {
    agents: agents ?? null,
    tools: (tools ?? []).map(toolOf),
    callback: callback ?? null,
    sessionId: sessionId ?? null,
  }
}

/** Goes on from a run that has ended, with what that was asked for unless the request says otherwise. */
async function forkOf(
  { env, caller }: RequestScope,
  body: RunBody,
  { run: id, from }: NonNullable<RunBody['fork']>,
): Promise<Source> {
  const run = runObject(env, caller.tenantId, id)
  const view = await run.view()
  if (!view) throw new AppError('not_found', 'There is no such run', { param: 'fork.run' })
  const { state } = view
  if (!hasEnded(state)) {
    throw new AppError('run_not_ended', 'The run goes on: cancel it first', { param: 'fork.run' })
  }
  if (from != null && !state.tasks.has(from)) {
    throw new AppError('not_found', 'The run has no such task', { param: 'fork.from' })
  }
  const kept = await run.kept(from ?? null)
  if (kept === 'too_large') {
    throw new AppError('invalid_request', 'The run gave too much to go on from it: begin it anew', {
      param: 'fork.run',
    })
  }
  const { request, plan } = state
  const wish = wishIn(body)
  const budget = budgetOfFork(request.budget, body.budget)
  return {
    wish: {
      goal: request.goal,
      input: request.input,
      plan: plan && { ...plan, budget },
      budget,
      agents: wish.agents ?? request.agents,
      tools: body.tools ? wish.tools : request.tools,
      callback: wish.callback ?? request.callback,
      sessionId: wish.sessionId ?? request.sessionId,
      forkOf: id,
    },
    kept,
  }
}
