import { classify } from '../classify/classify.ts'
import type { Demand } from '../core/demand.ts'
import { AppError } from '../core/errors.ts'
import type { TenantConfig } from '../core/tenant-config.ts'
import { type Directed, directionsFor } from '../route/rules/directions-for.ts'
import { type Signals, textsOf } from '../route/rules/signals.ts'
import type { Asked } from './asked.ts'

const demands = new WeakMap<Asked['inbound']['chat'], Demand>()

/** What a request asks of a model, worked out once. */
export function demandOf({ inbound: { chat } }: Pick<Asked, 'inbound'>): Demand {
  const known = demands.get(chat)
  if (known) return known
  const demand = classify(chat)
  demands.set(chat, demand)
  return demand
}

const directed = new WeakMap<Asked, Directed>()

/** Where the tenant directs a request, worked out once. @throws AppError as `directedBy` does */
export function directedFor(asked: Asked): Directed {
  const made = directed.get(asked) ?? directedBy(asked.config, signalsOf(asked, Date.now()))
  directed.set(asked, made)
  return made
}

/**
 * Where a configuration directs a request.
 *
 * @throws AppError `blocked_by_rule` where a rule refuses it, or `model_not_found` for a route that is not there
 */
export function directedBy(config: TenantConfig, signals: Signals): Directed {
  const made = directionsFor(config, signals)
  const { block, rule } = made
  if (!block) return made
  throw new AppError('blocked_by_rule', `${block.message ?? 'This request is not allowed'} (rule '${rule}')`)
}

/** What rules see of a request. @param now Unix ms */
export function signalsOf({ scope, inbound }: Pick<Asked, 'scope' | 'inbound'>, now: number): Signals {
  const { chat, routing, stream } = inbound
  const { caller, region, requestId, headers } = scope
  return {
    now,
    requestId,
    // Classified when a rule asks for it: a cached answer may need none.
    get demand() {
      return demandOf({ inbound })
    },
    hasTools: chat.tools.length > 0,
    stream,
    model: routing.model,
    user: caller.userId ?? chat.user ?? null,
    session: routing.sessionId ?? null,
    key: caller.keyId,
    region,
    metadata: chat.metadata ?? {},
    header: (name) => headers.get(name),
    texts: textsOf(chat),
  }
}
