import { classify } from '../classify/classify.ts'
import { createId } from '../core/ids.ts'
import { configOf } from '../env.ts'
import type { Inbound } from '../protocols/inbound.ts'
import { formatFor } from '../providers/format-for.ts'
import { BALANCED, type Decision, type HostState } from '../route/decision.ts'
import { shapeOf } from '../route/request-shape.ts'
import { route, type RoutingInput } from '../route/route.ts'
import { withRules } from '../route/tenant-rules.ts'
import type { Asked } from './asked.ts'
import { randomBytes } from './context.ts'
import type { Hosts } from './hosts.ts'
import { beliefsFor } from './learned.ts'
import { liveCatalog } from './live-catalog.ts'
import { liveOffers } from './live-stats.ts'
import { countsMoney } from './meters.ts'
import { sessionMemory } from './session.ts'
import { rulesIn } from './tenant-rules.ts'

/** Everything that a decision rests on besides the rules: what is asked, at what time, and what is known then. */
export type Circumstances = Omit<RoutingInput, 'preferences' | 'policy'>

/**
 * Classifies a request and routes it by its tenant's rules, with the memory of its session.
 *
 * @throws AppError when no model may take it
 */
export async function decide(asked: Asked): Promise<Decision> {
  return decideIn(await circumstancesOf(asked), asked)
}

export async function circumstancesOf({ scope, inbound }: Asked): Promise<Circumstances> {
  const { env, caller, tenant, background } = scope
  const now = Date.now()
  const [session, beliefs] = await Promise.all([
    sessionMemory(inbound, caller.tenantId, env),
    beliefsFor(scope, inbound.chat, now),
  ])
  return {
    id: createId('dec', now, randomBytes()),
    now,
    request: shapeOf(inbound.chat),
    demand: classify(inbound.chat),
    catalog: liveCatalog(env, now, background),
    hosts: hostStates(tenant.hosts, inbound),
    live: liveOffers(scope, now),
    session,
    beliefs,
  }
}

/**
 * What a request's rules make of it in given circumstances: equal ones give equal decisions.
 *
 * @throws AppError when no model may take it
 */
export function decideIn(circumstances: Circumstances, { scope, inbound, config, version }: Asked): Decision {
  const { catalog, now } = circumstances
  const rules = rulesIn(config, catalog)
  const { explorationRate, timeouts } = configOf(scope.env)
  return route({
    ...circumstances,
    preferences: withRules(inbound.routing, rules, catalog),
    policy: {
      ...BALANCED,
      ...(version > 0 && { version }),
      keyModels: scope.caller.allowedModels,
      priced: countsMoney({ scope, config, user: inbound.chat.user }, now),
      explorationRate,
      reliability: [rules.reliability, { timeouts }],
      pools: rules.pools,
    },
  })
}

function hostStates(hosts: Hosts, { chat, routing }: Inbound): ReadonlyMap<string, HostState> {
  const states = new Map<string, HostState>()
  const bound = chat.native !== null && chat.native.onlyHere.length > 0
  for (const [id, { access, share }] of hosts) {
    const { id: baseHost, takesReasoningEffort, keepsInputs, resells = false } = access.host
    const adapter = formatFor(access.host, chat)
    states.set(id, {
      baseHost,
      share,
      takesReasoningEffort,
      keepsInputs,
      resells,
      seals: adapter.seals,
      ownFormat: adapter.relays === true && adapter.format === chat.native?.format,
      takesContent: !bound || adapter.format === chat.native?.format,
      takesAllParameters: !routing.provider.requireParameters || adapter.unsupported(chat).length === 0,
    })
  }
  return states
}
