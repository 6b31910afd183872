import { SCOPES } from '../core/caller.ts'
import type { TenantRow } from '../db/tenants.ts'
import type { AppContext } from './context.ts'

/** From here on the operator who calls is a caller of this tenant. */
export function actFor(c: AppContext, { id, limits }: TenantRow): void {
  c.set('caller', {
    tenantId: id,
    keyId: c.var.operator,
    scopes: SCOPES,
    userId: null,
    allowedModels: null,
    limits: null,
    tenantLimits: limits,
  })
}
