import { AppError } from '../../core/errors.ts'
import { chanceOf } from '../../core/hash.ts'
import type { Condition, Direction, Rule } from '../../core/rules.ts'
import type { TenantConfig } from '../../core/tenant-config.ts'
import { createClocks } from './clock.ts'
import { type Check, checkOf } from './condition.ts'
import { meantBy, routeCalled } from './names.ts'
import { type Signals, unitOf } from './signals.ts'

/** What a tenant's configuration says of one request. */
export type Directed = {
  /** What the tenant means by the model asked for: its alias's target, or `auto` where that is a route. */
  model: string
  /** The most particular first: the rule's, the route's, the policy for all. */
  directions: readonly Direction[]
  /** Its id; null where none matched. */
  rule: string | null
  /** Its name; null where none was asked for. */
  route: string | null
  /** Why the request is refused; null where it is not. */
  block: Rule['block']
  /** True: a rule that reads texts, which are not known any more, may have matched before the one that is told. */
  uncertain: boolean
}

/**
 * Where a tenant directs a request. Pure; rules are made ready once for each configuration.
 *
 * @throws AppError `model_not_found` where it asks for a route that is not there
 */
export function directionsFor(config: TenantConfig, signals: Signals): Directed {
  const meant = meantBy(signals.model, config)
  const route = routeCalled(meant)
  const ofRoute = route === null ? undefined : config.routes.get(route)
  if (route !== null && !ofRoute) {
    throw new AppError('model_not_found', `There is no route '${route}'`, { param: 'model' })
  }
  const { rule, uncertain } = firstMatch(config.rules, signals)
  return {
    model: route === null ? meant : 'auto',
    directions: [rule?.direction, ofRoute, config.policy].filter((one) => one !== undefined),
    rule: rule?.id ?? null,
    route,
    block: rule?.block ?? null,
    uncertain,
  }
}

/** What holds for all requests of a tenant, for one that no rule looks at. @param model as asked */
export function generalDirections({ policy }: TenantConfig, model: string): Directed {
  return { model, directions: [policy], rule: null, route: null, block: null, uncertain: false }
}

/** The headers that rules look at, by lower-case name. */
export function headersRead(rules: readonly Rule[]): readonly string[] {
  return rules.length === 0 ? [] : readyRules(rules).headers
}

type Ready = { checks: readonly { rule: Rule; check: Check }[]; headers: readonly string[] }

const ready = new WeakMap<readonly Rule[], Ready>()

function readyRules(rules: readonly Rule[]): Ready {
  const known = ready.get(rules)
  if (known) return known
  const clockOf = createClocks()
  const made = {
    checks: rules.map((rule) => ({ rule, check: checkOf(rule.when, clockOf) })),
    headers: [...new Set(rules.flatMap(({ when }) => headersIn(when)))],
  }
  ready.set(rules, made)
  return made
}

function headersIn(condition: Condition): readonly string[] {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return condition.of.flatMap(headersIn)
    case 'not':
      return headersIn(condition.of)
    case 'leaf':
      return condition.ref.of === 'header' ? [condition.ref.key] : []
  }
}

function firstMatch(rules: readonly Rule[], signals: Signals): { rule: Rule | null; uncertain: boolean } {
  let uncertain = false
  for (const { rule, check } of readyRules(rules).checks) {
    const held = check(signals)
    if (held === false || !isDrawn(rule, signals)) continue
    if (held === true) return { rule, uncertain }
    uncertain = true
  }
  return { rule: null, uncertain }
}

/** Each rule draws for itself: shares of several rules fall on different requests. */
function isDrawn({ id, percent }: Rule, signals: Signals): boolean {
  return percent >= 100 || chanceOf(`${id}:${unitOf(signals)}`) * 100 < percent
}
