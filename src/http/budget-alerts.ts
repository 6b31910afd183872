import type { TenantConfig } from '../core/tenant-config.ts'
import type { BudgetEvent } from '../tenants/ledger/account.ts'
import type { RequestScope } from './context.ts'

/** Tells those who want to know what happens to budgets. */
export function budgetAlerts(
  { caller, requestId }: Pick<RequestScope, 'caller' | 'requestId'>,
  _config: TenantConfig,
): (events: readonly BudgetEvent[]) => void {
  return (events) => {
    for (const { type, subject } of events) {
      console.info({ message: 'A budget was reached', type, tenantId: caller.tenantId, subject, requestId })
    }
  }
}
