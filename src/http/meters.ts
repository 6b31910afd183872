import { fnv1a } from '../core/hash.ts'
import type { Limits } from '../core/limits.ts'
import type { TenantConfig } from '../core/tenant-config.ts'
import { patternTest } from '../route/filter.ts'
import { type Meter, metersOf, tightest } from '../tenants/ledger/meter.ts'
import type { RequestScope } from './context.ts'

/** The meters that a request is counted by: whoever answers, and by the model that does. */
export type RequestMeters = { ofAll: readonly Meter[]; ofModel: (modelId: string) => readonly Meter[] }

/** Who asks, and what says how much they may take. */
export type MeteredBy = {
  scope: Pick<RequestScope, 'caller'>
  config: TenantConfig
  user: string | undefined
}

/** Longer names of users are cut; what is cut still counts. In characters. */
const MAX_NAME = 200

/**
 * The meters of a request; null where nothing limits it.
 *
 * @param now Unix ms
 */
export function metersFor({ scope, config, user }: MeteredBy, now: number): RequestMeters | null {
  const { keyId, limits, tenantLimits, userId } = scope.caller
  const person = userId ?? user
  const subjects: [string, Limits][] = []
  if (tenantLimits) subjects.push(['tenant', tenantLimits])
  if (limits) subjects.push([`key:${keyId}`, limits])
  const modelRules = config.limits.filter(({ per }) => per === 'model')
  for (const { per, match, limits: those } of config.limits) {
    if (per === 'tenant') subjects.push(['tenant', those])
    if (per === 'key' && (match ?? keyId) === keyId) subjects.push([`key:${keyId}`, those])
    if (per === 'user' && person !== undefined && (match ?? person) === person) {
      subjects.push([`user:${shortened(person)}`, those])
    }
  }
  if (subjects.length === 0 && modelRules.length === 0) return null
  return {
    ofAll: tightest(subjects.flatMap(([subject, those]) => metersOf(subject, those, now))),
    ofModel: (modelId) =>
      tightest(
        modelRules.flatMap(({ match, limits: those }) => {
          if (match !== null && !patternTest([[match]])(modelId)) return []
          return metersOf(`model:${(match ?? modelId).toLowerCase()}`, those, now)
        }),
      ),
  }
}

/** Whether money may be counted for a request, so that models without a known price may not answer it. */
export function countsMoney(by: MeteredBy, now: number): boolean {
  const meters = metersFor(by, now)
  if (meters === null) return false
  const ofModels = by.config.limits.some(({ per, limits }) => per === 'model' && limits.budget !== null)
  return ofModels || meters.ofAll.some(({ maxMicroUsd }) => maxMicroUsd !== null)
}

function shortened(name: string): string {
  return name.length <= MAX_NAME ? name : `${name.slice(0, MAX_NAME)}…${fnv1a(name)}`
}
