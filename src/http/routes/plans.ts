import { Hono } from 'hono'
import { isRecord } from '../../core/canonical-json.ts'
import { AppError } from '../../core/errors.ts'
import { usdOrNull } from '../../core/money.ts'
import { type Plan, PLAN_LIMITS } from '../../core/plan.ts'
import { decodePlan } from '../../protocols/plans/decode-plan.ts'
import { checkPlan } from '../../runs/plan/check-plan.ts'
import { figuresOf } from '../../runs/plan/figures.ts'
import type { AppEnv } from '../context.ts'
import { readJsonBody } from '../read-body.ts'

/** What is wrong with a plan, all of it, before anything of it is done. */
export const planRoutes = new Hono<AppEnv>().post('/plans/validate', async (c) => {
  const document = await readJsonBody(c.req.raw, PLAN_LIMITS.bytes)
  if (!isRecord(document)) throw new AppError('invalid_request', 'Invalid body: expected an object')
  const { plan, broken, found } = decodePlan(document)
  checkPlan(plan, broken, found)
  const { faults: errors, hasMore } = found
  const valid = errors.length === 0
  return c.json({
    object: 'plan.validation',
    valid,
    errors,
    has_more: hasMore,
    ...(valid && { plan: figuresBody(plan) }),
  })
})

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
