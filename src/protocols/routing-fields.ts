import * as z from 'zod'
import { present } from '../core/present.ts'
import type { AutoRouterPreferences, ProviderPreferences, RoutingPreferences } from '../core/routing.ts'
import { checkedList } from './checked-list.ts'
import { collaborationPlugin, collaborationWish } from './collaboration-fields.ts'
import { LIMITS } from './limits.ts'
import { modelName, modelNames, names } from './name-fields.ts'
import { cacheField, effortFields, reliabilityWish } from './reliability-fields.ts'

export const jsonObject = z.record(z.string(), z.unknown())

const usdPerMillion = z.number().nonnegative()

/** The fields of OpenRouter's `provider` object, but for the price caps. */
export const providerFields = {
  order: names.nullish().describe('Hosts to try first, in this order.'),
  only: names.nullish().describe('No other hosts than these.'),
  ignore: names.nullish().describe('Hosts that are never called.'),
  allow_fallbacks: z.boolean().nullish().describe('False: no other host or model is tried.'),
  require_parameters: z.boolean().nullish().describe('True: only hosts that take every parameter sent.'),
  data_collection: z
    .enum(['allow', 'deny'])
    .nullish()
    .describe('deny: only hosts whose terms rule out keeping or training on inputs.'),
  sort: z.enum(['price', 'throughput', 'latency']).nullish().describe('What orders hosts and models.'),
  preferred_max_latency: z
    .number()
    .positive()
    .nullish()
    .describe('Seconds to the whole answer; who is slower comes later.'),
}

/** The most that hosts may ask, in USD per million tokens. */
export const maxPriceFields = { prompt: usdPerMillion.nullish(), completion: usdPerMillion.nullish() }

const providerPreferences = z.object({
  ...providerFields,
  max_price: z.object(maxPriceFields).nullish(),
})

/** What `auto` weighs, but for the models it may choose. */
export const knobFields = {
  cost_quality_tradeoff: z
    .number()
    .min(0)
    .max(10)
    .nullish()
    .describe('0: quality alone counts. 10: the cheapest. In between: 7 where nobody says.'),
  min_quality: z.number().min(0).max(1).nullish().describe('Predicted quality (0 to 1) that is good enough.'),
  max_cost_usd: z
    .number()
    .positive()
    .nullish()
    .describe('The most one answer may be predicted to cost, in USD.'),
  exploration: z
    .number()
    .min(0)
    .max(1)
    .nullish()
    .describe('Share (0 to 1) of decisions that try what is not known well enough.'),
}

const autoRouter = z.looseObject({
  id: z.literal('auto-router'),
  enabled: z.boolean().nullish(),
  allowed_models: names.nullish(),
  ...knobFields,
})
const ours = z.discriminatedUnion('id', [autoRouter, collaborationPlugin])
const OUR_PLUGINS: ReadonlySet<string> = new Set(['auto-router', 'cascade', 'panel', 'fusion', 'verify'])

/** Plugins of other gateways are ignored. */
const foreign = z
  .looseObject({ id: z.string().min(1) })
  .refine(({ id }) => !OUR_PLUGINS.has(id))
  .transform(() => null)
const plugins = checkedList(z.union([foreign, ours]), LIMITS.models, 0)
type Plugin = z.infer<typeof plugins>[number]

/** Pairs that the caller keeps with a request. */
export const metadata = z
  .record(z.string().max(LIMITS.metadataKeyChars), z.string().max(LIMITS.metadataValueChars))
  .refine((pairs) => Object.keys(pairs).length <= LIMITS.metadataPairs, {
    error: `at most ${LIMITS.metadataPairs} pairs`,
  })

/** The fields that every protocol's body may have beside its own: where the request may go, and how hard it is tried. */
export const routingFields = {
  models: modelNames.nullish(),
  fallbacks: modelNames.nullish(),
  context_window_fallbacks: modelNames.nullish(),
  content_policy_fallbacks: modelNames.nullish(),
  provider: providerPreferences.nullish(),
  plugins: plugins.nullish(),
  session_id: z.string().min(1).max(LIMITS.sessionIdChars).nullish(),
  ...effortFields,
  cache: cacheField.nullish(),
}

const routingBody = z.object({ model: modelName, ...routingFields })

/**
 * Where a request may go, from the fields of its body.
 *
 * @throws AppError `invalid_request` where what it wishes several models to do contradicts itself
 */
export function routingPreferences(body: z.infer<typeof routingBody>): RoutingPreferences {
  const models = body.models ?? []
  const sent = body.plugins ?? []
  return {
    ...present({
      sessionId: body.session_id,
      fallbacksFrom: body.fallbacks && models.length,
      collaboration: collaborationWish(sent.map(collaborating), body.model),
    }),
    model: body.model,
    models: [...models, ...(body.fallbacks ?? [])],
    provider: preferencesOf(body.provider ?? {}),
    autoRouter: autoRouterPreferences(sent),
    fallbacksFor: {
      contextWindow: body.context_window_fallbacks ?? [],
      contentPolicy: body.content_policy_fallbacks ?? [],
    },
    reliability: reliabilityWish(body),
  }
}

/** What a `provider` object says. */
export function preferencesOf(provider: z.infer<typeof providerPreferences>): ProviderPreferences {
  const seconds = provider.preferred_max_latency
  return present({
    order: provider.order,
    only: provider.only,
    ignore: provider.ignore,
    allowFallbacks: provider.allow_fallbacks,
    requireParameters: provider.require_parameters,
    dataCollection: provider.data_collection,
    sort: provider.sort,
    maxPrice: provider.max_price && present(provider.max_price),
    preferredMaxLatencyMs: seconds && seconds * 1_000,
  })
}

function collaborating(plugin: Plugin) {
  return plugin?.id === 'auto-router' ? null : plugin
}

function autoRouterPreferences(sent: readonly Plugin[]): AutoRouterPreferences {
  const auto = sent.find((plugin) => plugin?.id === 'auto-router' && plugin.enabled !== false)
  return auto?.id === 'auto-router'
    ? { ...present({ allowedModels: auto.allowed_models }), ...knobsOf(auto) }
    : {}
}

const knobs = z.object(knobFields)

/** What somebody says of what `auto` weighs. */
export function knobsOf(body: z.infer<typeof knobs>): Omit<AutoRouterPreferences, 'allowedModels'> {
  return present({
    costQualityTradeoff: body.cost_quality_tradeoff,
    minQuality: body.min_quality,
    maxCostUsd: body.max_cost_usd,
    explorationRate: body.exploration,
  })
}
