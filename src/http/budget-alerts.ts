import { createId } from '../core/ids.ts'
import { log } from '../core/log.ts'
import { usdOf, usdOrNull } from '../core/money.ts'
import type { TenantConfig } from '../core/tenant-config.ts'
import type { BudgetEvent } from '../tenants/ledger/account.ts'
import { deliver } from '../webhooks/deliver.ts'
import { randomBytes, type RequestScope } from './context.ts'

/** Tells who a tenant wants to know of it what happens to its budgets, in the background. */
export function budgetAlerts(
  { env, caller: { tenantId }, background, requestId }: RequestScope,
  { alertUrl: url }: TenantConfig,
): (events: readonly BudgetEvent[]) => void {
  return (events) => {
    if (url === null) return
    const now = Date.now()
    for (const event of events) {
      const id = createId('evt', now, randomBytes())
      const told = deliver(env, { id, tenantId, url, type: event.type, data: dataOf(event) }, now)
      background(
        told.catch((cause: unknown) => {
          log('error', { message: 'A budget alert was not sent', requestId, cause: String(cause) })
        }),
      )
    }
  }
}

function dataOf({ subject, spentMicroUsd, maxMicroUsd, softMicroUsd, endsAt }: BudgetEvent): object {
  return {
    subject,
    spent_usd: usdOf(spentMicroUsd),
    max_budget_usd: usdOf(maxMicroUsd),
    soft_budget_usd: usdOrNull(softMicroUsd),
    window_end: endsAt === null ? null : Math.floor(endsAt / 1_000),
  }
}
