import * as z from 'zod'
import { present } from '../core/present.ts'
import type { AutoRouterPreferences, ProviderPreferences, RoutingPreferences } from '../core/routing.ts'
import { LIMITS } from './limits.ts'
import { cacheField, effortFields, reliabilityWish } from './reliability-fields.ts'

export const modelName = z.string().min(1).max(LIMITS.modelNameChars)
export const jsonObject = z.record(z.string(), z.unknown())

const names = z.array(z.string().min(1).max(LIMITS.modelNameChars)).max(LIMITS.tools)
const usdPerMillion = z.number().nonnegative()

const providerPreferences = z.object({
  order: names.nullish(),
  only: names.nullish(),
  ignore: names.nullish(),
  allow_fallbacks: z.boolean().nullish(),
  require_parameters: z.boolean().nullish(),
  data_collection: z.enum(['allow', 'deny']).nullish(),
  sort: z.enum(['price', 'throughput', 'latency']).nullish(),
  max_price: z.object({ prompt: usdPerMillion.nullish(), completion: usdPerMillion.nullish() }).nullish(),
  /** Seconds, as in OpenRouter. */
  preferred_max_latency: z.number().positive().nullish(),
})

const plugin = z.looseObject({
  id: z.string().min(1),
  allowed_models: names.nullish(),
  cost_quality_tradeoff: z.number().min(0).max(10).nullish(),
  min_quality: z.number().min(0).max(1).nullish(),
  max_cost_usd: z.number().positive().nullish(),
  exploration: z.number().min(0).max(1).nullish(),
})

/** Pairs that the caller keeps with a request. */
export const metadata = z
  .record(z.string().max(LIMITS.metadataKeyChars), z.string().max(LIMITS.metadataValueChars))
  .refine((pairs) => Object.keys(pairs).length <= LIMITS.metadataPairs, {
    error: `at most ${LIMITS.metadataPairs} pairs`,
  })

/** Models to try, in order. */
export const modelNames = z.array(modelName).max(LIMITS.models)

/** The fields that every protocol's body may have beside its own: where the request may go, and how hard it is tried. */
export const routingFields = {
  models: modelNames.nullish(),
  fallbacks: modelNames.nullish(),
  context_window_fallbacks: modelNames.nullish(),
  content_policy_fallbacks: modelNames.nullish(),
  provider: providerPreferences.nullish(),
  plugins: z.array(plugin).max(LIMITS.models).nullish(),
  session_id: z.string().min(1).max(LIMITS.sessionIdChars).nullish(),
  ...effortFields,
  cache: cacheField.nullish(),
}

const routingBody = z.object({ model: modelName, ...routingFields })

/** Where a request may go, from the fields of its body. */
export function routingPreferences(body: z.infer<typeof routingBody>): RoutingPreferences {
  const models = body.models ?? []
  return {
    ...present({ sessionId: body.session_id, fallbacksFrom: body.fallbacks && models.length }),
    model: body.model,
    models: [...models, ...(body.fallbacks ?? [])],
    provider: preferencesOf(body.provider ?? {}),
    autoRouter: autoRouterPreferences(body.plugins ?? []),
    fallbacksFor: {
      contextWindow: body.context_window_fallbacks ?? [],
      contentPolicy: body.content_policy_fallbacks ?? [],
    },
    reliability: reliabilityWish(body),
  }
}

function preferencesOf(provider: z.infer<typeof providerPreferences>): ProviderPreferences {
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

function autoRouterPreferences(plugins: readonly z.infer<typeof plugin>[]): AutoRouterPreferences {
  const auto = plugins.find(({ id }) => id === 'auto-router')
  return present({
    allowedModels: auto?.allowed_models,
    costQualityTradeoff: auto?.cost_quality_tradeoff,
    minQuality: auto?.min_quality,
    maxCostUsd: auto?.max_cost_usd,
    explorationRate: auto?.exploration,
  })
}
