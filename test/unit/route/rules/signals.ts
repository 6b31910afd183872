import type { Signals } from '../../../../src/route/rules/signals.ts'
import { decodeConfig, formFaults } from '../../../../src/protocols/tenant-config/decode-config.ts'
import type { TenantConfig } from '../../../../src/core/tenant-config.ts'
import { demand } from '../builders.ts'

/** Thursday, 24 December 2026, 23:30 in UTC. */
const NOW = Date.UTC(2026, 11, 24, 23, 30)

export function signals(rest: Partial<Signals> = {}): Signals {
  return {
    now: NOW,
    requestId: 'req_1',
    demand: demand(),
    hasTools: false,
    stream: false,
    model: 'auto',
    user: null,
    session: null,
    key: 'key_1',
    region: 'local',
    metadata: {},
    headers: {},
    texts: texts(''),
    ...rest,
  }
}

export function texts(said: string, instructed = ''): Signals['texts'] {
  return { said: said.toLowerCase(), instructed: instructed.toLowerCase() }
}

/** The configuration that a document without faults is. */
export function configOf(document: object): TenantConfig {
  const faults = formFaults(document)
  if (faults.length > 0) throw new Error(JSON.stringify(faults))
  return decodeConfig(document)
}
