import { Hono } from 'hono'
import { usdOf, usdOrNull } from '../../core/money.ts'
import type { MeterState } from '../../tenants/ledger/ledger-object.ts'
import type { AppEnv } from '../context.ts'
import { seconds } from '../seconds.ts'

/** What a tenant's meters have counted: those that were used, with the limits they were last held to. */
export const budgetRoutes = new Hono<AppEnv>().get('/budgets', async (c) => {
  const meters = await c.env.LEDGER.getByName(c.var.caller.tenantId).list()
  return c.json({ object: 'list', data: meters.map(budgetBody) })
})

function budgetBody({ meter, spentMicroUsd, heldMicroUsd, running, minute }: MeterState) {
  const { subject, maxMicroUsd, softMicroUsd, startsAt, endsAt } = meter
  const { requestsPerMinute, tokensPerMinute, parallel } = meter
  return {
    object: 'budget',
    subject,
    strict: meter.strict,
    ...(maxMicroUsd !== null && {
      max_budget_usd: usdOf(maxMicroUsd),
      soft_budget_usd: usdOrNull(softMicroUsd),
      spent_usd: usdOf(spentMicroUsd),
      held_usd: usdOf(heldMicroUsd),
      window_start: seconds(startsAt),
      window_end: seconds(endsAt),
    }),
    ...(requestsPerMinute !== null && { rpm: requestsPerMinute, rpm_used: minute.requests }),
    ...(tokensPerMinute !== null && { tpm: tokensPerMinute, tpm_used: minute.tokens }),
    ...(parallel !== null && { max_parallel_requests: parallel, parallel_requests: running }),
  }
}
