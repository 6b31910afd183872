import { classify } from '../classify/classify.ts'
import type { Demand } from '../core/demand.ts'
import { AppError } from '../core/errors.ts'
import { type Directed, directionsFor, headersRead } from '../route/rules/directions-for.ts'
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

/**
 * Where the tenant directs a request, worked out once.
 *
 * @param now Unix ms, what clocks say
 * @throws AppError `blocked_by_rule` where a rule refuses it, or `model_not_found` for a route that is not there
 */
export function directedFor(asked: Asked, now = Date.now()): Directed {
  const made = directed.get(asked) ?? directionsFor(asked.config, signalsOf(asked, now))
  directed.set(asked, made)
  return unlessBlocked(made)
}

/** @throws AppError `blocked_by_rule` where a rule refuses the request */
export function unlessBlocked(made: Directed): Directed {
  const { block, rule } = made
  if (!block) return made
  throw new AppError('blocked_by_rule', `${block.message ?? 'This request is not allowed'} (rule '${rule}')`)
}

/** The headers that rules may ask for: those the request goes by, and those in force or tried beside them. */
export function headersSeen({ scope, config }: Pick<Asked, 'scope' | 'config'>): readonly string[] {
  const { rules: inForce, candidate } = scope.tenant.config
  const all = new Set([config, inForce, ...(candidate ? [candidate.rules] : [])])
  return [...new Set([...all].flatMap(({ rules }) => headersRead(rules)))]
}

/** What rules see of a request. @param now Unix ms */
export function signalsOf(asked: Asked, now: number): Signals {
  const { scope, inbound } = asked
  const { chat, routing, stream } = inbound
  const { caller, region, requestId, headers } = scope
  return {
    now,
    requestId,
    // Classified when a rule asks for it: a cached answer may need none.
    get demand() {
      return demandOf(asked)
    },
    hasTools: chat.tools.length > 0,
    stream,
    model: routing.model,
    user: caller.userId ?? chat.user ?? null,
    session: routing.sessionId ?? null,
    key: caller.keyId,
    region,
    metadata: chat.metadata ?? {},
    headers: Object.fromEntries(
      headersSeen(asked).flatMap((name) => {
        const value = headers.get(name)
        return value === null ? [] : [[name, value]]
      }),
    ),
    texts: textsOf(chat),
  }
}
