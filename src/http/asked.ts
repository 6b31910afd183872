import { chanceOf } from '../core/hash.ts'
import type { GuardFinding } from '../core/guardrails.ts'
import type { TenantConfig } from '../core/tenant-config.ts'
import type { Inbound } from '../protocols/inbound.ts'
import { unitOf } from '../route/rules/signals.ts'
import type { RequestScope } from './context.ts'
import type { ConfigVersion } from './tenant.ts'

/** A chat request that is worked on: who asks for what, and the tenant's rules that it goes by. */
export type Asked = {
  scope: RequestScope
  inbound: Inbound
  config: TenantConfig
  /** Which version of the tenant's configuration `config` is; 0 for none. */
  version: number
  /** What guardrails found: in the request, and in the answer while that is read. */
  findings: GuardFinding[]
}

/** A request with the rules that hold for it. */
export function askedOf(scope: RequestScope, inbound: Inbound): Asked {
  const { rules: config, version } = configFor(scope, inbound)
  return { scope, inbound, config, version, findings: [] }
}

/** While a version is tried, those who share a session, or a user, all go by it, or all do not. */
function configFor({ tenant, caller, requestId }: RequestScope, { chat, routing }: Inbound): ConfigVersion {
  const { config } = tenant
  const { candidate } = config
  if (candidate?.mode !== 'percent') return config
  const user = caller.userId ?? chat.user ?? null
  const unit = unitOf({ session: routing.sessionId ?? null, user, requestId })
  return chanceOf(`${unit} ${candidate.version}`) < candidate.percent / 100 ? candidate : config
}
