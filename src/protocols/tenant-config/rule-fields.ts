import * as z from 'zod'
import type { Fault } from '../../core/errors.ts'
import type { Rule } from '../../core/rules.ts'
import type { NamesInConfig } from '../../core/tenant-config.ts'
import { modelName } from '../name-fields.ts'
import { conditionFaults } from './condition-faults.ts'
import { condition, conditionOf, RULE_LIMITS } from './condition-fields.ts'
import { direction, directionOf, ruleDirection } from './direction-fields.ts'

const MAX_NAMES = 256
const MAX_PRIORITY = 1_000_000

const rule = z
  .strictObject({
    id: z.string().regex(/^[\w.:-]{1,64}$/, 'up to 64 letters, digits, dots, colons, dashes and underscores'),
    description: z.string().max(500).nullish(),
    priority: z
      .int()
      .min(-MAX_PRIORITY)
      .max(MAX_PRIORITY)
      .nullish()
      .describe(
        'Higher ones are looked at first; equal ones in the order they are written. 0 where nobody says.',
      ),
    enabled: z.boolean().nullish().describe('False: as if it were not there.'),
    percent: z
      .number()
      .min(0)
      .max(100)
      .nullish()
      .describe('For which share of the matching requests; a session, else a user, always gets the same.'),
    when: condition.describe('Which requests it is for.'),
    then: ruleDirection,
  })
  .meta({ id: 'rule' })

const routeName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'lower-case letters, digits, dots and dashes')

/** What of a configuration directs requests. */
export const ruleFields = {
  aliases: z
    .record(modelName, modelName)
    .refine((names) => Object.keys(names).length <= MAX_NAMES, { error: `at most ${MAX_NAMES} names` })
    .nullish()
    .describe(
      'Names of your own for models, virtual models or routes (route/name). They go before all others.',
    ),
  routes: z
    .record(routeName, direction)
    .refine((names) => Object.keys(names).length <= MAX_NAMES, { error: `at most ${MAX_NAMES} routes` })
    .nullish()
    .describe('Directions that a request asks for by the model route/name.'),
  rules: z
    .array(rule)
    .max(RULE_LIMITS.rules)
    .nullish()
    .describe('The first whose condition holds directs the request.'),
  policy: direction.nullish().describe('Directions for all requests.'),
}

const ruleBodies = z.object(ruleFields)
type RuleBodies = z.infer<typeof ruleBodies>

/** What directs requests, of a document that fits; rules in the order they are looked at. */
export function rulesOf({ aliases, routes, rules, policy }: RuleBodies) {
  return {
    aliases: new Map(Object.entries(aliases ?? {}).map(([name, target]) => [name.toLowerCase(), target])),
    routes: new Map(Object.entries(routes ?? {}).map(([name, body]) => [name, directionOf(body)])),
    rules: (rules ?? [])
      .filter(({ enabled }) => enabled !== false)
      .toSorted((a, b) => (b.priority ?? 0) - (a.priority ?? 0))
      .map(ruleOf),
    policy: directionOf(policy ?? {}),
  }
}

function ruleOf({ id, when, percent, then }: z.infer<typeof rule>): Rule {
  return {
    id,
    when: conditionOf(when),
    percent: percent ?? 100,
    direction: directionOf(then),
    block: then.block ? { message: then.block.message ?? null } : null,
  }
}

const rulesOnly = z.object({ rules: ruleFields.rules })

/** What is wrong with rules besides their form; nothing is told of rules whose form is wrong. */
export function ruleFaults(document: unknown): Fault[] {
  const rules = rulesOnly.safeParse(document).data?.rules ?? []
  const seen = new Set<string>()
  const again = rules.flatMap(({ id }, index): Fault[] => {
    const known = seen.has(id)
    seen.add(id)
    if (!known) return []
    return [
      { path: `rules[${index}].id`, code: 'duplicate_rule', message: `'${id}' is the id of another rule` },
    ]
  })
  return [...again, ...conditionFaults(rules)]
}

const anyModel = z.string().nullable().catch(null)
const anyModels = z.array(z.string().catch('')).catch([])
const anyTeams = z
  .object({
    cascade: z.object({ models: anyModels, verifier: anyModel }).nullable().catch(null),
    panel: z
      .object({ models: anyModels, analysis_models: anyModels, judge: anyModel, model: anyModel })
      .nullable()
      .catch(null),
    verify: z.object({ judge: anyModel }).nullable().catch(null),
  })
  .nullable()
  .catch(null)
const anyDirection = z
  .object({
    model: anyModel,
    models: anyModels,
    fallbacks: anyModels,
    context_window_fallbacks: anyModels,
    content_policy_fallbacks: anyModels,
    collaboration: anyTeams,
  })
  .nullable()
  .catch(null)

const anyRecord = z.record(z.string(), z.unknown()).catch({})
const anyRules = z.object({
  aliases: anyRecord,
  routes: anyRecord,
  rules: z.array(z.record(z.string(), z.unknown()).catch({})).catch([]),
  policy: z.unknown().optional(),
})

/** The names in what directs requests, as far as the form lets them be read. */
export function namesInRules(document: unknown): Pick<NamesInConfig, 'aliases' | 'routes' | 'directed'> {
  const body = anyRules.safeParse(document).data
  const { aliases = {}, routes = {}, rules = [], policy } = body ?? {}
  return {
    aliases: new Map(
      Object.entries(aliases).map(([name, target]) => [name, typeof target === 'string' ? target : '']),
    ),
    routes: new Set(Object.keys(routes)),
    directed: [
      ...directedBy(policy, ['policy']),
      ...Object.entries(routes).flatMap(([name, route]) => directedBy(route, ['routes', name])),
      ...rules.flatMap((one, index) => directedBy(one['then'], ['rules', index, 'then'])),
    ],
  }
}

function directedBy(body: unknown, path: Path): NamesInConfig['directed'] {
  const found = anyDirection.parse(body)
  if (!found) return []
  const { collaboration, ...own } = found
  return [
    ...namedIn(own, path),
    ...Object.entries(collaboration ?? {}).flatMap(([field, one]) =>
      namedIn(one ?? {}, [...path, 'collaboration', field]),
    ),
  ]
}

type Path = readonly (string | number)[]

/** The models in fields that name one, or list some. */
function namedIn(
  fields: Readonly<Record<string, string | string[] | null>>,
  path: Path,
): NamesInConfig['directed'] {
  return Object.entries(fields).flatMap(([field, said]) => {
    if (Array.isArray(said)) return said.map((model, index) => ({ path: [...path, field, index], model }))
    return said ? [{ path: [...path, field], model: said }] : []
  })
}
