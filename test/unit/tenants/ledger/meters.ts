import type { Limits } from '../../../../src/core/limits.ts'
import { type Meter, metersOf } from '../../../../src/tenants/ledger/meter.ts'
import type { Reservation } from '../../../../src/tenants/ledger/reservation.ts'

export const NOW = Date.UTC(2026, 10, 23)

const NONE: Limits = {
  budget: null,
  requestsPerMinute: null,
  tokensPerMinute: null,
  parallel: null,
  strict: false,
}

export function budget(subject: string, maxMicroUsd: number, softMicroUsd: number | null = null): Meter[] {
  return metersOf(subject, { ...NONE, budget: { maxMicroUsd, softMicroUsd, duration: null } }, NOW)
}

export function rates(subject: string, limits: Partial<Limits>): Meter[] {
  return metersOf(subject, { ...NONE, ...limits }, NOW)
}

export function wish(id: string, meters: readonly Meter[], fields: Partial<Reservation> = {}): Reservation {
  return {
    id,
    meters,
    worstMicroUsd: 100,
    enoughMicroUsd: 40,
    leastMicroUsd: 5,
    marginMicroUsd: 0,
    tokens: 10,
    expiresAt: NOW + 60_000,
    ...fields,
  }
}
