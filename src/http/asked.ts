import type { TenantConfig } from '../core/tenant-config.ts'
import type { Inbound } from '../protocols/inbound.ts'
import type { RequestScope } from './context.ts'

/** A chat request that is worked on: who asks for what, and the tenant's rules that it goes by. */
export type Asked = { scope: RequestScope; inbound: Inbound; config: TenantConfig }

/** A request with the rules that hold for it. */
export function askedOf(scope: RequestScope, inbound: Inbound): Asked {
  return { scope, inbound, config: scope.tenant.config.rules }
}
