import { CATALOG } from '../../../src/route/catalog/index.ts'
import type { Json, JsonObject } from '../json.ts'
import type { Random } from '../random.ts'
import { NAMES, TEXTS } from './words.ts'

const IDS: readonly string[] = CATALOG.map(({ id }) => id)
const HOSTS: readonly string[] = [...new Set(CATALOG.flatMap(({ offers }) => offers.map(({ host }) => host)))]
const VIRTUAL = ['auto', 'auto', 'auto', 'auto:floor', 'auto:nitro', 'auto:best', 'switchyard/auto'] as const

/** How many of the texts, from the first, are what people ask. */
const PLAIN_TEXTS = 6

/** Plain words mostly, odd ones at times. */
export function textOf(random: Random): string {
  return random.chance(0.7) ? (TEXTS[random.int(PLAIN_TEXTS)] ?? '') : random.pick(TEXTS)
}

/** A name that every host takes mostly. */
export function nameOf(random: Random): string {
  return random.chance(0.85) ? random.pick(['get_weather', 'search', 'a', 'a-b_c9']) : random.pick(NAMES)
}

/** A model of the catalog, so that every host is met, or one that is to be chosen. */
export function modelOf(random: Random): string {
  if (random.chance(0.35)) return random.pick(VIRTUAL)
  return random.chance(0.97) ? anyOf(random, IDS) : random.pick(['gpt-5-mini', 'nobody/nothing', '', 'AUTO'])
}

export function anyOf(random: Random, list: readonly string[]): string {
  return list[random.int(list.length)] ?? ''
}

/** Each field with some chance; what it holds is made only when it is there. */
export function optional(
  random: Random,
  rate: number,
  fields: Readonly<Record<string, () => Json>>,
): JsonObject {
  return Object.fromEntries(random.some(Object.entries(fields), rate).map(([key, make]) => [key, make()]))
}

const SCHEMAS: readonly [JsonObject, ...JsonObject[]] = [
  {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  },
  { type: 'object', properties: {} },
  { type: 'object' },
  {
    type: 'object',
    properties: {
      kind: { type: 'string', enum: ['a', 'b'], description: 'Which' },
      count: { type: ['integer', 'null'], minimum: 0, maximum: 10, multipleOf: 2 },
      when: { type: 'string', format: 'date-time', pattern: '^2' },
      list: { type: 'array', items: { $ref: '#/$defs/node' }, minItems: 1, maxItems: 3, uniqueItems: true },
    },
    required: ['kind', 'count', 'when', 'list'],
    additionalProperties: false,
    $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } } } },
  },
  {
    type: 'object',
    properties: {
      value: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      other: { oneOf: [{ const: 1 }] },
    },
    allOf: [{ required: ['value'] }],
    $schema: 'https://json-schema.org/draft/2020-12/schema',
  },
  { type: 'object', properties: { constructor: { type: 'number' }, toString: { type: 'boolean' } } },
  {
    type: 'object',
    properties: { '': {}, 'a b': true, 名: { type: 'string', default: 'x', examples: ['y'] } },
  },
]

export function schemaOf(random: Random): JsonObject {
  return structuredClone(random.pick(SCHEMAS))
}

/** How hard an answer is tried for. */
function effortOf(random: Random): JsonObject {
  const milliseconds = () => random.pick([1, 50, 2_000, 3_600_000])
  return optional(random, 0.03, {
    fallbacks: () => [modelOf(random)],
    context_window_fallbacks: () => [modelOf(random), modelOf(random)],
    content_policy_fallbacks: () => [modelOf(random)],
    num_retries: () => random.int(11),
    max_attempts: () => 1 + random.int(20),
    max_total_ms: milliseconds,
    timeouts: () =>
      optional(random, 0.4, {
        connect_ms: milliseconds,
        ttft_ms: milliseconds,
        idle_ms: milliseconds,
        total_ms: milliseconds,
      }),
    hedge: () => random.pick([true, false, { after_ms: 20 }]),
    stream_failure: () => ({ mode: random.pick(['terminate', 'continue']), max_fallbacks: random.int(6) }),
    cache: () => optional(random, 0.5, { ttl: () => 60, 'no-cache': () => true, 'no-store': () => true }),
  })
}

type Seed = (random: Random) => JsonObject
const PLUGINS: readonly [Seed, ...Seed[]] = [
  (random) => ({
    id: 'auto-router',
    ...optional(random, 0.4, {
      cost_quality_tradeoff: () => random.int(11),
      min_quality: () => 0.3,
      max_cost_usd: () => 0.5,
    }),
  }),
  (random) => ({
    id: 'cascade',
    ...optional(random, 0.4, {
      models: () => [modelOf(random), modelOf(random)],
      threshold: () => 0.7,
      samples: () => random.int(3),
    }),
  }),
  (random) => ({
    id: random.pick(['panel', 'fusion']),
    size: 2,
    ...optional(random, 0.4, {
      mixed: () => random.chance(0.5),
      judge: () => modelOf(random),
      rubric: () => '简短、准确',
      min_successful_responses: () => 1,
      round_timeout_ms: () => 2_000,
    }),
  }),
  (random) => ({
    id: 'verify',
    ...optional(random, 0.4, {
      checks: () => ['schema', 'arithmetic', { type: 'regex', pattern: '[一-龥]|ok', must_match: false }],
      max_retries: () => random.int(3),
    }),
  }),
]

/** Where a request may go. */
export function routingOf(random: Random): JsonObject {
  const wishes = optional(random, 0.06, {
    models: () => [modelOf(random), modelOf(random)],
    session_id: () => (random.chance(0.9) ? `session-${random.int(50)}` : random.pick(NAMES)),
    plugins: () => [random.pick(PLUGINS)(random)],
    provider: () =>
      optional(random, 0.3, {
        order: () => [anyOf(random, HOSTS)],
        only: () => [anyOf(random, HOSTS), anyOf(random, HOSTS), 'openai', 'anthropic'],
        ignore: () => [anyOf(random, HOSTS)],
        allow_fallbacks: () => random.chance(0.5),
        require_parameters: () => random.chance(0.5),
        data_collection: () => random.pick(['allow', 'deny']),
        sort: () => random.pick(['price', 'throughput', 'latency']),
        max_price: () => ({ prompt: 5, completion: 50 }),
        preferred_max_latency: () => 3,
      }),
  })
  return { ...wishes, ...effortOf(random) }
}
