import { Hono } from 'hono'
import { isRecord } from '../../core/canonical-json.ts'
import { AppError } from '../../core/errors.ts'
import { usdOrNull } from '../../core/money.ts'
import { type Plan, PLAN_LIMITS, TEMPLATE_ID } from '../../core/plan.ts'
import { openDb } from '../../db/database.ts'
import {
  deleteTemplate,
  findTemplate,
  listTemplates,
  putTemplate,
  type TemplateHead,
  type TemplateRow,
} from '../../db/plan-templates.ts'
import { decodePlan } from '../../protocols/plans/decode-plan.ts'
import { checkPlan } from '../../runs/plan/check-plan.ts'
import { countsOf, figuresOf } from '../../runs/plan/figures.ts'
import { audit } from '../audit.ts'
import { etag } from '../config-requests.ts'
import type { AppContext, AppEnv } from '../context.ts'
import { readJsonBody } from '../read-body.ts'

/** What is wrong with plans, all of it, before anything of them is done; and the plans that a tenant keeps. */
export const planRoutes = new Hono<AppEnv>()
  .post('/plans/validate', async (c) => {
    const { plan, faults: errors, hasMore } = read(await readJsonBody(c.req.raw, PLAN_LIMITS.bytes))
    const valid = errors.length === 0
    return c.json({
      object: 'plan.validation',
      valid,
      errors,
      has_more: hasMore,
      ...(valid && { plan: figuresBody(plan) }),
    })
  })
  .get('/plans', async (c) => {
    const templates = await listTemplates(openDb(c.env.DB), c.var.caller.tenantId)
    return c.json({ object: 'list', data: templates.map(headBody) })
  })
  .get('/plans/:id', async (c) => shown(c, await found(c)))
  .put('/plans/:id', async (c) => {
    const id = c.req.param('id')
    if (!TEMPLATE_ID.test(id)) {
      const expected = 'expected up to 64 small letters, digits and ._-, the first no sign'
      throw new AppError('invalid_request', `Invalid 'id': ${expected}`, { param: 'id' })
    }
    const document = await readJsonBody(c.req.raw, PLAN_LIMITS.templateBytes)
    const plan = refuseFaults(document)
    const { tenantId, keyId: updatedBy } = c.var.caller
    const before = await findTemplate(openDb(c.env.DB), tenantId, id)
    const seen = seenRevision(c, before)
    const updatedAt = Date.now()
    const goal = plan.goal?.slice(0, PLAN_LIMITS.titleChars).toWellFormed() ?? null
    const { tasks } = countsOf(plan)
    const row = { tenantId, id, document: JSON.stringify(document), goal, tasks, updatedAt, updatedBy }
    const kept = await putTemplate(c.env.DB, row, { seen, most: PLAN_LIMITS.templates })
    if (!kept) throw before ? overtaken() : crowded()
    const after = { ...row, ...kept }
    await noted(c, 'plan.put', id, before, after)
    return shown(c, after, before ? 200 : 201)
  })
  .delete('/plans/:id', async (c) => {
    const before = await found(c)
    await deleteTemplate(openDb(c.env.DB), before.tenantId, before.id)
    await noted(c, 'plan.delete', before.id, before, null)
    return c.body(null, 204)
  })

/** @throws AppError for what is no object at all */
function read(document: unknown) {
  if (!isRecord(document)) throw new AppError('invalid_request', 'Invalid body: expected an object')
  const { plan, broken, found: wrong } = decodePlan(document)
  checkPlan(plan, broken, wrong)
  return { plan, faults: wrong.faults, hasMore: wrong.hasMore }
}

/** @throws AppError with everything that is wrong, the first in its message */
function refuseFaults(document: unknown): Plan {
  const { plan, faults } = read(document)
  const [first] = faults
  if (!first) return plan
  const { path, message } = first
  throw new AppError('invalid_request', `Invalid ${path ? `'${path}'` : 'body'}: ${message}`, {
    ...(path && { param: path }),
    faults,
  })
}

/** @throws AppError `not_found` */
async function found(c: AppContext): Promise<TemplateRow> {
  const row = await findTemplate(openDb(c.env.DB), c.var.caller.tenantId, c.req.param('id') ?? '')
  if (!row) throw new AppError('not_found', 'There is no such template')
  return row
}

/** The revision that a request may replace; null where it says nothing. @throws AppError where it is another by now */
function seenRevision(c: AppContext, before: TemplateRow | null): number | null {
  const header = c.req.header('if-match')
  if (header === undefined) return null
  const tags = new Set(header.split(',').map((tag) => tag.trim().replace(/^W\//, '')))
  if (before && (tags.has('*') || tags.has(etag(before.revision)))) return before.revision
  throw overtaken()
}

function overtaken(): AppError {
  const message = 'The template is another one by now: GET it first'
  return new AppError('precondition_failed', message, { param: 'If-Match' })
}

function crowded(): AppError {
  const message = `There may be ${PLAN_LIMITS.templates} templates: remove one first`
  return new AppError('invalid_request', message)
}

function shown(c: AppContext, row: TemplateRow, status: 200 | 201 = 200): Response {
  c.header('etag', etag(row.revision))
  const plan: unknown = JSON.parse(row.document)
  return c.json({ ...headBody(row), plan }, status)
}

function headBody({ id, revision, goal, tasks, createdAt, updatedAt, updatedBy }: TemplateHead) {
  return {
    object: 'plan.template',
    id,
    revision,
    goal,
    tasks,
    created: Math.floor(createdAt / 1_000),
    updated: Math.floor(updatedAt / 1_000),
    updated_by: updatedBy,
  }
}

/** Plans are long: which revision it was says enough. */
async function noted(
  c: AppContext,
  action: string,
  object: string,
  before: TemplateHead | null,
  after: TemplateHead | null,
) {
  await audit(c, {
    action,
    object,
    ...(before && { before: headBody(before) }),
    ...(after && { after: headBody(after) }),
  })
}

/**
 * What a plan may come to. `width`: the most tasks on one level, items of maps counted. `critical_path`: the chain that
 * takes longest at the most. `worst_case`: every item of every map, every retry, every timeout; null where only the
 * tenant's own limits hold.
 */
function figuresBody(plan: Plan) {
  const { tasks, depth, width, attempts, criticalPath, executions, durationMs } = figuresOf(plan)
  return {
    tasks,
    depth,
    width,
    max_attempts: attempts,
    critical_path: criticalPath,
    worst_case: {
      executions,
      duration_ms: durationMs,
      usd: usdOrNull(plan.budget.microUsd),
      tokens: plan.budget.tokens,
    },
  }
}
