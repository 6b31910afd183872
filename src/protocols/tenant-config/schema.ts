import * as z from 'zod'
import { STRATEGIES } from '../../core/routing.ts'
import { LIMITS } from '../limits.ts'
import { cacheTtl, effortFields } from '../reliability-fields.ts'
import { modelName, modelNames } from '../name-fields.ts'
import { ruleFields } from './rule-fields.ts'
import { alertFields } from './alert-fields.ts'
import { guardrailsFields } from './guardrails-fields.ts'
import { bindingsFields } from './bindings-fields.ts'
import { originsFields } from './origins-fields.ts'
import { limitsSection } from './limits-fields.ts'
import { toolsFields } from './tools-fields.ts'

const MAX_WEIGHT = 1_000_000
const MAX_PRIORITY = 1_000

const fallbackLists = z.record(modelName, modelNames)

const deployment = z.strictObject({
  host: z.string().min(1).max(LIMITS.hostIdChars),
  weight: z.number().positive().max(MAX_WEIGHT).nullish(),
  priority: z.int().min(0).max(MAX_PRIORITY).nullish(),
  /** Requests and tokens per minute. */
  rpm: z.int().min(1).nullish(),
  tpm: z.int().min(1).nullish(),
})

const pool = z.strictObject({
  strategy: z.enum(STRATEGIES).nullish(),
  deployments: z.array(deployment).max(LIMITS.deployments).nullish(),
})

/** A tenant's configuration as it is written. */
export const configDocument = z.strictObject({
  ...ruleFields,
  fallbacks: fallbackLists.nullish().describe('By model: the models to try instead, in order.'),
  default_fallbacks: modelNames.nullish().describe('The same for models without a list of their own.'),
  context_window_fallbacks: fallbackLists
    .nullish()
    .describe('By model: the models to try when a conversation is too long for it.'),
  content_policy_fallbacks: fallbackLists
    .nullish()
    .describe('By model: the models to try when its host refuses the content.'),
  ...effortFields,
  cache: z
    .strictObject({ ttl: cacheTtl.nullish() })
    .nullish()
    .describe('For how many seconds an answer may be reused for equal requests.'),
  pools: z
    .record(modelName, pool)
    .nullish()
    .describe('By model, * for all others: how its hosts share the calls.'),
  ...alertFields,
  ...originsFields,
  ...bindingsFields,
  ...limitsSection,
  ...guardrailsFields,
  ...toolsFields,
})
export type ConfigDocument = z.infer<typeof configDocument>
export type BodyPool = z.infer<typeof pool>
export type BodyDeployment = z.infer<typeof deployment>
export type BodyLists = z.infer<typeof fallbackLists>

const anyNames = z.array(z.string().catch('')).catch([])
const anyLists = z.record(z.string(), anyNames).catch({})
const anyPool = z.object({
  deployments: z.array(z.object({ host: z.string() }).catch({ host: '' })).catch([]),
})

/** What can be read of the names in a document whose form may be wrong elsewhere; empty where they are no text. */
export const namesInDocument = z.object({
  fallbacks: anyLists,
  default_fallbacks: anyNames,
  context_window_fallbacks: anyLists,
  content_policy_fallbacks: anyLists,
  pools: z.record(z.string(), anyPool.catch({ deployments: [] })).catch({}),
})
