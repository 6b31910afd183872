import * as z from 'zod'
import { REASONING_EFFORTS } from '../../core/chat.ts'
import { present } from '../../core/present.ts'
import type { Direction } from '../../core/rules.ts'
import { collaborationOf, collaborationSection } from '../collaboration-fields.ts'
import { cacheTtl, effortFields, reliabilityWish } from '../reliability-fields.ts'
import { modelName, modelNames, names } from '../name-fields.ts'
import { knobFields, knobsOf, maxPriceFields, preferencesOf, providerFields } from '../routing-fields.ts'

const MAX_REGIONS = 64
const region = z.string().min(1).max(64)

const breaker = z.strictObject({
  failure_threshold_percentage: z.number().positive().max(100),
  minimum_requests: z.int().min(1).nullish(),
})

/** Where a circuit breaker's owner does not say how many calls tell enough. */
const MINIMUM_REQUESTS = 20

const directionFields = {
  model: modelName.nullish().describe('The model to take where a request asks for auto, or for the route.'),
  override: z.boolean().nullish().describe('True: model is taken whatever a request asks for.'),
  models: modelNames.nullish().describe('Models to try instead, in order.'),
  fallbacks: modelNames.nullish().describe('The same, after those of models.'),
  context_window_fallbacks: modelNames.nullish().describe('Models for conversations that are too long.'),
  content_policy_fallbacks: modelNames.nullish().describe('Models for content that another refused.'),
  allowed_models: names.nullish().describe('Ids or patterns such as anthropic/*; no others may answer.'),
  denied_models: names.nullish().describe('Ids or patterns of models that never answer.'),
  provider: z
    .strictObject({ ...providerFields, max_price: z.strictObject(maxPriceFields).nullish() })
    .nullish()
    .describe(
      'Constraints on hosts, as in a request. only, ignore, data_collection: deny and max_price always hold.',
    ),
  ...knobFields,
  regions: z
    .array(region)
    .min(1)
    .max(MAX_REGIONS)
    .nullish()
    .describe('Only accounts in these regions are called: names, beginnings such as eu, or patterns.'),
  reasoning_effort: z.enum(REASONING_EFFORTS).nullish().describe('How much a model thinks.'),
  ...effortFields,
  cache: z
    .strictObject({ ttl: cacheTtl.nullish() })
    .nullish()
    .describe('For how many seconds an answer may be reused for equal requests.'),
  collaboration: collaborationSection.nullish().describe('What several models do for one answer.'),
  breaker: breaker
    .nullish()
    .describe('Leaves hosts alone of which more calls failed lately than the operator would stand.'),
}

/** Where requests are directed, as it is written. */
export const direction = z
  .strictObject(directionFields)
  .meta({ id: 'direction', description: 'Where requests are directed.' })

/** The same, or that they are refused. */
export const ruleDirection = z
  .strictObject({
    ...directionFields,
    block: z
      .strictObject({ message: z.string().min(1).max(500).nullish() })
      .nullish()
      .describe('Refuses the request, with a message for its sender.'),
  })
  .meta({
    id: 'rule_direction',
    description: 'Where matching requests are directed, or that they are refused.',
  })

/** What a direction says, of a body that fits. */
export function directionOf(body: z.infer<typeof direction>): Direction {
  const { context_window_fallbacks: contextWindow, content_policy_fallbacks: contentPolicy } = body
  const models = [...(body.models ?? []), ...(body.fallbacks ?? [])]
  const autoRouter = knobsOf(body)
  const reliability = reliabilityWish(body)
  const collaboration = body.collaboration && collaborationOf(body.collaboration)
  return present({
    model: body.model,
    override: body.override,
    models: models.length > 0 ? models : null,
    fallbacksFor: contextWindow || contentPolicy ? present({ contextWindow, contentPolicy }) : null,
    allowedModels: body.allowed_models,
    deniedModels: body.denied_models,
    provider: body.provider && preferencesOf(body.provider),
    autoRouter: isEmpty(autoRouter) ? null : autoRouter,
    regions: body.regions,
    reasoningEffort: body.reasoning_effort,
    reliability: isEmpty(reliability) ? null : reliability,
    collaboration: collaboration && !isEmpty(collaboration) ? collaboration : null,
    breaker: body.breaker && {
      failureShare: body.breaker.failure_threshold_percentage / 100,
      minimumRequests: body.breaker.minimum_requests ?? MINIMUM_REQUESTS,
    },
  })
}

function isEmpty(fields: object): boolean {
  return Object.keys(fields).length === 0
}
