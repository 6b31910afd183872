import * as z from 'zod'
import { REASONING_EFFORTS, SEAL_FORMATS } from '../core/chat.ts'
import { MODALITIES, NEEDS, ONE_PIECE, TASK_TYPES, TIERS, TOKEN_FAMILIES } from '../core/demand.ts'
import { present } from '../core/present.ts'
import type { HostState } from '../route/decision.ts'
import type { Asked } from './asked.ts'
import type { Circumstances } from './decide.ts'
import { headersSeen, signalsOf } from './directed.ts'
import type { Decided } from './exchange.ts'
import { recordedWish, recordedWishOf } from './recorded-wish.ts'
import { rounded } from './rounded.ts'

const names = z.array(z.string()).readonly()

/** How hard an answer is tried for chooses nobody, and is not kept. */
const preferences = z.object({
  model: z.string(),
  models: names,
  fallbacksFrom: z.number().exactOptional(),
  provider: z.object({
    order: names.exactOptional(),
    only: names.exactOptional(),
    ignore: names.exactOptional(),
    allowFallbacks: z.boolean().exactOptional(),
    requireParameters: z.boolean().exactOptional(),
    dataCollection: z.enum(['allow', 'deny']).exactOptional(),
    sort: z.enum(['price', 'throughput', 'latency']).exactOptional(),
    maxPrice: z
      .object({ prompt: z.number().exactOptional(), completion: z.number().exactOptional() })
      .exactOptional(),
    preferredMaxLatencyMs: z.number().exactOptional(),
  }),
  autoRouter: z.object({
    allowedModels: names.exactOptional(),
    costQualityTradeoff: z.number().exactOptional(),
    minQuality: z.number().exactOptional(),
    maxCostUsd: z.number().exactOptional(),
    explorationRate: z.number().exactOptional(),
  }),
  fallbacksFor: z.object({ contextWindow: names, contentPolicy: names }),
  collaboration: recordedWish.exactOptional(),
  sessionId: z.string().exactOptional(),
})

const shape = z.object({
  inToolLoop: z.boolean(),
  seal: z.enum(SEAL_FORMATS).nullable(),
  keptForAnHour: z.boolean(),
  keptShare: z.number(),
  beginning: z.number(),
  output: z.enum(['text', 'json_object', 'json_schema']),
  maxOutputTokens: z.number().nullable(),
  choices: z.number().default(1),
  reasoning: z.object({
    effort: z.enum(REASONING_EFFORTS).exactOptional(),
    budgetTokens: z.number().exactOptional(),
    shown: z.boolean().exactOptional(),
  }),
})

const demand = z.object({
  kind: z.enum(['text', 'image', 'code', 'multimodal']),
  taskType: z.enum(TASK_TYPES),
  taskConfidence: z.number(),
  tier: z.enum(TIERS),
  difficulty: z.number(),
  modalities: z.array(z.enum(MODALITIES)).readonly(),
  language: z.string(),
  inputTokens: z.record(z.enum(TOKEN_FAMILIES), z.number()),
  expectedOutputTokens: z.number(),
  needs: z.array(z.enum(NEEDS)).readonly(),
  structure: z.object({ parallel: z.number(), depth: z.number() }).default(ONE_PIECE),
})

/**
 * What was asked, as it is recorded with a decision, so that the decision can be made again by other rules: no word of the
 * prompt. `learned`: model, quality, confidence, output tokens. `hosts`: those that speak the caller's protocol, could not
 * take the content, or would have dropped a parameter.
 */
const askedFields = z.object({
  preferences,
  shape,
  demand,
  session: z
    .object({
      modelId: z.string(),
      host: z.string(),
      answeredAt: z.number(),
      collaboration: z
        .object({ pattern: z.enum(['cascade', 'panel', 'fusion']), models: names })
        .exactOptional(),
    })
    .nullable(),
  learned: z.array(z.tuple([z.string(), z.number(), z.number(), z.number().nullable()])),
  /** `headers` that rules may have asked for; null for those that were not sent. */
  signals: z.object({
    requestId: z.string(),
    hasTools: z.boolean(),
    stream: z.boolean(),
    user: z.string().nullable(),
    key: z.string(),
    region: z.string(),
    metadata: z.record(z.string(), z.string()),
    headers: z.record(z.string(), z.string().nullable()),
  }),
  /** What the key might ask for; null for all. */
  keyModels: names.nullable(),
  hosts: z.object({ own_format: names, not_content: names, drops: names }),
})
export type AskedBody = z.infer<typeof askedFields>

/** Reads what was recorded; null where that was nothing, or in another form. */
export function readAsked(json: string | null): AskedBody | null {
  return json === null ? null : (askedFields.safeParse(JSON.parse(json)).data ?? null)
}

export function askedBody({ circumstances, ...asked }: Decided): AskedBody {
  const { request, hosts, session, demand: wanted, beliefs, preferences: wishes } = circumstances
  const { reliability: _reliability, collaboration: wish, ...sent } = wishes
  return {
    preferences: { ...sent, ...(wish && { collaboration: recordedWishOf(wish) }) },
    shape: request,
    demand: wanted,
    session:
      session &&
      present({
        modelId: session.modelId,
        host: session.host,
        answeredAt: session.answeredAt,
        collaboration: session.collaboration,
      }),
    learned: Array.from(beliefs.predictions, ([model, one]) => [
      model,
      rounded(one.quality),
      rounded(one.confidence),
      one.outputTokens,
    ]),
    signals: signalsBody(asked, circumstances.now),
    keyModels: asked.scope.caller.allowedModels,
    hosts: {
      own_format: idsOf(hosts, ({ ownFormat }) => ownFormat),
      not_content: idsOf(hosts, ({ takesContent }) => !takesContent),
      drops: idsOf(hosts, ({ takesAllParameters }) => !takesAllParameters),
    },
  }
}

function signalsBody(asked: Asked, now: number): AskedBody['signals'] {
  const signals = signalsOf(asked, now)
  const { requestId, hasTools, stream, user, key, region, metadata } = signals
  const headers = Object.fromEntries(headersSeen(asked).map((name) => [name, signals.headers[name] ?? null]))
  return { requestId, hasTools, stream, user, key, region, metadata, headers }
}

function idsOf(hosts: Circumstances['hosts'], test: (state: HostState) => boolean): string[] {
  return [...hosts].flatMap(([id, state]) => (test(state) ? id : []))
}
