import { shiftOf } from '../learn/abilities.ts'
import type { LiveOffers } from '../core/live.ts'
import type { LiveHost } from '../providers/live-hosts.ts'
import type { PreparedCatalog } from '../route/prepared-catalog.ts'
import type { AskedBody } from './asked-body.ts'
import { type Circumstances, hostStates, type Terms } from './decide.ts'
import type { Tenant } from './tenant.ts'

/** What is known now that decisions are made again with. */
export type Today = { tenant: Tenant; catalog: PreparedCatalog; live: LiveOffers }

/** A recorded request, at its time, with today's models, hosts and figures. Its own words taught what was `learned`. */
export function recordedCircumstances(
  { id, createdAt }: { id: string; createdAt: number },
  { preferences, shape, demand, signals, session, learned, hosts }: AskedBody,
  { tenant, catalog, live }: Today,
): Circumstances {
  const { parameters, abilities } = tenant.learned
  const terms = ({ access }: LiveHost, host: string): Terms => ({
    seals: access.host.formats[0].seals,
    ownFormat: hosts.own_format.includes(host),
    takesContent: !hosts.not_content.includes(host),
    takesAllParameters: !hosts.drops.includes(host),
  })
  return {
    id,
    now: createdAt,
    request: shape,
    demand,
    signals: {
      ...signals,
      now: createdAt,
      demand,
      model: preferences.model,
      session: preferences.sessionId ?? null,
      header: () => null,
      texts: null,
    },
    preferences: { ...preferences, reliability: {} },
    catalog,
    hosts: hostStates(tenant.hosts, terms),
    live,
    session,
    beliefs: {
      parameters: learned.length > 0 ? (parameters ?? 'base') : 'base',
      predictions: new Map(
        learned.map(([model, quality, confidence, outputTokens]) => [
          model,
          { quality, confidence, outputTokens },
        ]),
      ),
      shiftOf: (modelId, taskType) => abilities && shiftOf(abilities, modelId, taskType),
    },
  }
}
