import { shiftOf } from '../learn/abilities.ts'
import type { LiveOffers } from '../core/live.ts'
import type { LiveHost } from '../providers/live-hosts.ts'
import type { PreparedCatalog } from '../route/prepared-catalog.ts'
import type { Signals } from '../route/rules/signals.ts'
import type { AskedBody } from './asked-body.ts'
import { type Circumstances, hostStates, type Terms } from './decide.ts'
import type { Tenant } from './tenant.ts'

/** What is known now that decisions are made again with. */
export type Today = { tenant: Tenant; catalog: PreparedCatalog; live: LiveOffers }

/** When a decision was made (Unix ms), and its id. */
type Made = { id: string; createdAt: number }

/** A recorded request, at its time, with today's models, hosts and figures. Its own words taught what was `learned`. */
export function recordedCircumstances(
  { id, createdAt }: Made,
  { preferences, shape, demand, session, learned, hosts }: AskedBody,
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
      confidence: tenant.learned.confidence,
    },
  }
}

/** What rules see of a recorded request: its texts are not known any more. */
export function recordedSignals({ createdAt }: Made, { preferences, demand, signals }: AskedBody): Signals {
  const { headers, ...rest } = signals
  return {
    ...rest,
    now: createdAt,
    demand,
    model: preferences.model,
    session: preferences.sessionId ?? null,
    headers: Object.fromEntries(
      Object.entries(headers).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
    ),
    texts: null,
  }
}
