import type { ChatRequest } from '../../../src/core/chat.ts'
import {
  type Demand,
  ONE_PIECE,
  TASK_TYPES,
  type TaskType,
  TOKEN_FAMILIES,
} from '../../../src/core/demand.ts'
import { type LiveOffers, UNKNOWN_OFFER } from '../../../src/core/live.ts'
import { DEFAULT_RELIABILITY } from '../../../src/core/reliability.ts'
import { EVEN_SHARE, type RoutingPreferences } from '../../../src/core/routing.ts'
import { HOSTS } from '../../../src/providers/hosts.ts'
import { abilitiesOf } from '../../../src/route/ability.ts'
import { NO_BELIEFS } from '../../../src/route/beliefs.ts'
import type { CatalogModel, Offer, Price, Source } from '../../../src/route/catalog/model.ts'
import {
  BALANCED,
  type Decision,
  type EligibleCandidate,
  type HostState,
} from '../../../src/route/decision.ts'
import { NO_ADVICE } from '../../../src/route/collaboration/advice.ts'
import { ALONE } from '../../../src/route/collaboration/plan.ts'
import type { FilterContext } from '../../../src/route/filter.ts'
import type { JudgeContext } from '../../../src/route/judge.ts'
import { PUBLISHED_ONLY } from '../../../src/route/outlook.ts'
import { type Candidate, prepareCatalog } from '../../../src/route/prepared-catalog.ts'
import { type RequestShape, shapeOf } from '../../../src/route/request-shape.ts'
import type { RoutingInput } from '../../../src/route/route.ts'

export const SOURCE: Source = { url: 'https://example.com/models', date: '2026-01-01' }

/** Prices in USD per million tokens. */
export function priced(input: number, output: number, rest: Partial<Price> = {}): Price {
  return { input: Math.round(input * 1e6), output: Math.round(output * 1e6), source: SOURCE, ...rest }
}

export function offer(host: string, rest: Partial<Offer> = {}): Offer {
  return { host, hostModelId: `${host}-name`, price: priced(1, 4), ...rest }
}

export function model(id: string, rest: Partial<CatalogModel> = {}): CatalogModel {
  return {
    id,
    name: id,
    released: '2026-01-01',
    aliases: [],
    tokenFamily: 'other',
    openWeights: false,
    contextWindow: 100_000,
    maxOutputTokens: 8_000,
    inputModalities: ['text', 'image', 'audio', 'file'],
    tools: true,
    structuredOutput: 'json_schema',
    reasoning: { kind: 'none' },
    source: SOURCE,
    scores: [],
    offers: [offer('one')],
    ...rest,
  }
}

/** A record with the same value for every task or token family. */
function each<K extends string>(keys: readonly K[], value: number): Record<K, number> {
  const whole: Partial<Record<K, number>> = {}
  for (const key of keys) whole[key] = value
  if (!isWhole(whole, keys)) throw new Error('a key is missing')
  return whole
}

function isWhole<K extends string>(
  record: Partial<Record<K, number>>,
  keys: readonly K[],
): record is Record<K, number> {
  return keys.every((key) => key in record)
}

export function demand(rest: Partial<Demand> & { input?: number } = {}): Demand {
  const { input = 1_000, ...fields } = rest
  return {
    kind: 'text',
    taskType: 'chat',
    taskConfidence: 0.8,
    tier: 'MEDIUM',
    difficulty: 0.4,
    modalities: ['text'],
    language: 'en',
    inputTokens: each(TOKEN_FAMILIES, input),
    expectedOutputTokens: 500,
    needs: [],
    structure: ONE_PIECE,
    ...fields,
  }
}

export function chat(rest: Partial<ChatRequest> = {}): ChatRequest {
  const messages = [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }] as const
  return {
    messages,
    tools: [],
    output: { type: 'text' },
    sampling: {},
    reasoning: {},
    native: null,
    ...rest,
  }
}

/** What a decision looks at of a request. */
export function shape(rest: Partial<ChatRequest> = {}): RequestShape {
  return shapeOf(chat(rest))
}

export function preferences(rest: Partial<RoutingPreferences> = {}): RoutingPreferences {
  return {
    model: 'auto',
    models: [],
    provider: {},
    autoRouter: {},
    fallbacksFor: { contextWindow: [], contentPolicy: [] },
    reliability: {},
    ...rest,
  }
}

export function hostState(rest: Partial<HostState> = {}): HostState {
  return {
    baseHost: 'host',
    region: null,
    resells: false,
    share: EVEN_SHARE,
    takesReasoningEffort: true,
    keepsInputs: false,
    seals: null,
    ownFormat: false,
    takesContent: true,
    takesAllParameters: true,
    ...rest,
  }
}

export function hosts(...ids: string[]): Map<string, HostState> {
  return new Map(ids.map((id) => [id, hostState({ baseHost: id })]))
}

/** Every host of the real list, live. */
export function everyHost(): Map<string, HostState> {
  return new Map(
    HOSTS.map(({ id, takesReasoningEffort, keepsInputs }) => [
      id,
      hostState({ baseHost: id, takesReasoningEffort, keepsInputs }),
    ]),
  )
}

export type CandidateSketch = {
  model?: string
  host?: string
  ability?: number
  price?: Price | null
  facts?: Partial<CatalogModel>
  limits?: Partial<Pick<Candidate, 'contextWindow' | 'maxOutputTokens' | 'ttftMs' | 'tokensPerSecond'>>
}

export function candidate(sketch: CandidateSketch = {}): Candidate {
  const { host = 'one', price = priced(1, 4), ability = 0.6 } = sketch
  const one = model(sketch.model ?? 'vendor/model', { ...sketch.facts, offers: [offer(host, { price })] })
  const abilities = each<TaskType>(TASK_TYPES, ability)
  return { ...first(prepareCatalog([one]).candidates), abilities, ...sketch.limits }
}

/** An eligible candidate with the given score and prediction. */
export function eligible(
  sketch: CandidateSketch & {
    score?: number
    quality?: number
    cost?: number | null
    latencyMs?: number
  } = {},
): EligibleCandidate {
  const { score = 0, quality = 0.5, cost = 100, latencyMs = 1_000 } = sketch
  const prediction = { quality, priorQuality: quality, costMicroUsd: cost, ttftMs: 100, latencyMs }
  return { candidate: candidate(sketch), effort: null, prediction, eligible: true, score }
}

export function filterContext(rest: Partial<FilterContext> = {}): FilterContext {
  return {
    request: shape(),
    demand: demand(),
    preferences: preferences(),
    policy: BALANCED,
    hosts: hosts('one', 'two'),
    live: new Map(),
    pools: new Map(),
    taken: new Map(),
    draw: 0,
    requested: null,
    isAllowed: () => true,
    isPlaced: () => true,
    isAllowedByKey: () => true,
    ...rest,
  }
}

/** Live figures that say nothing but that these breakers are open. */
export function openBreakers(...keys: string[]): LiveOffers {
  return new Map(keys.map((key) => [key, { ...UNKNOWN_OFFER, breaker: 'open', admitted: 0 }]))
}

export function judgeContext(rest: Partial<JudgeContext> = {}): JudgeContext {
  return { ...filterContext(rest), outlook: PUBLISHED_ONLY, holder: null, ...rest }
}

export function routingInput(
  models: readonly CatalogModel[],
  rest: Partial<RoutingInput> = {},
): RoutingInput {
  return {
    id: 'dec_1',
    now: 1_700_000_000_000,
    request: shape(),
    demand: demand(),
    preferences: preferences(),
    policy: BALANCED,
    catalog: prepareCatalog(models),
    hosts: hosts(...models.flatMap(({ offers }) => offers.map(({ host }) => host))),
    live: new Map(),
    session: null,
    beliefs: NO_BELIEFS,
    ...rest,
  }
}

export function decision(plan: readonly EligibleCandidate[]): Decision {
  const [choice = eligible(), ...others] = plan
  return {
    id: 'dec_1',
    createdAt: 0,
    requestedModel: 'auto',
    reason: 'cost_optimal',
    collaboration: ALONE,
    topology: NO_ADVICE,
    demand: demand(),
    plan: [choice, ...others],
    confidence: 0.5,
    policy: { name: 'balanced', version: 1, rule: null, route: null, propensity: 1 },
    parameters: 'base',
    judged: plan,
    counterfactual: { best: null, alwaysBestMicroUsd: 1, alwaysCheapestMicroUsd: 1 },
    fallbacksFor: { contextWindow: [], contentPolicy: [] },
    reliability: DEFAULT_RELIABILITY,
    maxCostMicroUsd: null,
  }
}

/** Abilities that published scores of this height give: every benchmark the same share between weak and frontier. */
export function abilitiesAt(share: number) {
  const elo = 1_200 + share * 300
  return abilitiesOf({ scores: [{ benchmark: 'arena_elo', value: elo, source: SOURCE }] })
}

export function first<T>(items: readonly T[]): T {
  const [item] = items
  if (item === undefined) throw new Error('nothing there')
  return item
}
