import type { ChatRequest } from '../core/chat.ts'
import { createId } from '../core/ids.ts'
import type { TenantConfig } from '../core/tenant-config.ts'
import { configOf, type Env } from '../env.ts'
import { formatFor } from '../providers/format-for.ts'
import type { Host } from '../providers/hosts.ts'
import type { LiveHost } from '../providers/live-hosts.ts'
import { BALANCED, type Decision, type HostState, type Policy } from '../route/decision.ts'
import { shapeOf } from '../route/request-shape.ts'
import { route, type RoutingInput } from '../route/route.ts'
import { directedPolicy, directedPreferences, directedShape } from '../route/rules/apply.ts'
import type { Directed } from '../route/rules/directions-for.ts'
import { withRules } from '../route/tenant-rules.ts'
import type { Asked } from './asked.ts'
import { randomBytes } from './context.ts'
import { demandOf, directedFor } from './directed.ts'
import type { Hosts } from './hosts.ts'
import { beliefsFor } from './learned.ts'
import { liveCatalog } from './live-catalog.ts'
import { liveOffers } from './live-stats.ts'
import { countsMoney } from './meters.ts'
import { sessionMemory } from './session.ts'
import { rulesIn } from './tenant-rules.ts'

/** What a decision rests on besides the rules: what is asked, with preferences as sent, and what is known then. */
export type Circumstances = Omit<RoutingInput, 'policy'>

/** The rules that a decision is made by, where they direct the request, and what its key may ask for. */
export type Ruled = Pick<Asked, 'config' | 'version'> &
  Pick<Policy, 'keyModels' | 'priced'> & { directed: Directed }

/** @throws AppError where a rule refuses the request */
export function ruledBy(asked: Asked): Ruled {
  const { scope, inbound, config, version } = asked
  const now = Date.now()
  const priced = countsMoney({ scope, config, user: inbound.chat.user }, now)
  return {
    config,
    version,
    keyModels: scope.caller.allowedModels,
    priced,
    directed: directedFor(asked, now),
  }
}

/**
 * Classifies a request and routes it by its tenant's rules, with the memory of its session.
 *
 * @throws AppError when no model may take it, or a rule refuses it
 */
export async function decide(asked: Asked): Promise<Decision> {
  return decideIn(await circumstancesOf(asked), ruledBy(asked), asked.scope.env)
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
    demand: demandOf({ inbound }),
    preferences: inbound.routing,
    catalog: liveCatalog(env, now, background),
    hosts: hostStates(tenant.hosts, ({ access }) => termsOf(access.host, inbound.chat)),
    live: liveOffers(scope, now),
    session,
    beliefs,
  }
}

/**
 * What rules make of a request in given circumstances: equal ones give equal decisions.
 *
 * @throws AppError when no model may take it
 */
export function decideIn(circumstances: Circumstances, ruled: Ruled, env: Env): Decision {
  const { catalog, request, preferences: sent } = circumstances
  const { config, directed } = ruled
  const rules = rulesIn(config, catalog)
  const policy = directedPolicy(basePolicy(ruled, rules, env), directed, catalog)
  const preferences = directedPreferences(sent, directed, { config, catalog })
  const decision = route({
    ...circumstances,
    request: directedShape(request, directed),
    preferences: withRules(preferences, policy.model, rules, catalog),
    policy,
  })
  return { ...decision, requestedModel: sent.model }
}

/** Before anybody directs the request. */
function basePolicy({ version, keyModels, priced }: Ruled, rules: TenantConfig, env: Env): Policy {
  const { explorationRate, timeouts } = configOf(env)
  return {
    ...BALANCED,
    ...(version > 0 && { version }),
    keyModels,
    priced,
    explorationRate,
    reliability: [rules.reliability, { timeouts }],
    pools: rules.pools,
  }
}

/** How a host takes one request. */
export type Terms = Pick<HostState, 'seals' | 'ownFormat' | 'takesContent' | 'takesAllParameters'>

/** What the router knows of hosts, where each takes a request on such terms. */
export function hostStates(
  hosts: Hosts,
  terms: (host: LiveHost, id: string) => Terms,
): ReadonlyMap<string, HostState> {
  const states = new Map<string, HostState>()
  for (const [id, host] of hosts) {
    const { access, share, region } = host
    const { id: baseHost, takesReasoningEffort, keepsInputs, resells = false } = access.host
    const own = { baseHost, region, share, takesReasoningEffort, keepsInputs, resells }
    states.set(id, Object.assign(terms(host, id), own))
  }
  return states
}

function termsOf(host: Host, chat: ChatRequest): Terms {
  const adapter = formatFor(host, chat)
  const speaks = adapter.format === chat.native?.format
  return {
    seals: adapter.seals,
    ownFormat: adapter.relays === true && speaks,
    takesContent: speaks || !chat.native || chat.native.onlyHere.length === 0,
    // Looked for where somebody requires them.
    get takesAllParameters() {
      return adapter.unsupported(chat).length === 0
    },
  }
}
