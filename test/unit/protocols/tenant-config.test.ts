import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SIGNALS } from '../../../src/core/rules.ts'
import { NO_CONFIG } from '../../../src/core/tenant-config.ts'
import { decodeConfig, formFaults, namesIn } from '../../../src/protocols/tenant-config/decode-config.ts'

const LEAF = { signal: 'tier', in: ['SIMPLE'] }

const DIRECTION = {
  model: 'a',
  override: true,
  context_window_fallbacks: ['b'],
  allowed_models: ['a/*'],
  denied_models: ['c'],
  provider: { only: ['one'], data_collection: 'deny', sort: 'price', max_price: { prompt: 2 } },
  cost_quality_tradeoff: 3,
  min_quality: 0.5,
  max_cost_usd: 0.1,
  exploration: 0,
  regions: ['eu'],
  reasoning_effort: 'low',
  num_retries: 0,
  breaker: { failure_threshold_percentage: 10 },
}

const WHOLE = {
  aliases: { Fast: 'a' },
  routes: { desk: { models: ['a'], fallbacks: ['b'], cache: { ttl: 5 } } },
  rules: [
    { id: 'late', when: { signal: 'header.X-Team', exists: true }, then: {} },
    {
      id: 'first',
      description: 'Who is in a hurry',
      priority: 1,
      percent: 5,
      when: { all: [{ signal: 'hour', timezone: 'Asia/Taipei', gte: 9, lt: 18 }, { not: { any: [LEAF] } }] },
      then: { block: {} },
    },
    { id: 'off', enabled: false, when: LEAF, then: {} },
  ],
  policy: DIRECTION,
  fallbacks: { 'openai/gpt-5.1': ['gpt-5-mini', 'auto'], a: [] },
  default_fallbacks: ['b'],
  context_window_fallbacks: { a: ['long'] },
  content_policy_fallbacks: { a: ['free'] },
  num_retries: 3,
  max_attempts: 5,
  max_total_ms: 60_000,
  timeouts: { ttft_ms: 5_000 },
  hedge: true,
  stream_failure: { mode: 'continue' },
  cache: { ttl: 60 },
  pools: {
    '*': { strategy: 'least-busy' },
    a: {
      deployments: [{ host: 'one', weight: 0.5, priority: 0, rpm: 60, tpm: 1_000 }, { host: 'two' }],
    },
  },
}

const FIRST_RULE = {
  id: 'first',
  when: {
    kind: 'all',
    of: [
      {
        kind: 'leaf',
        ref: { of: 'hour' },
        is: SIGNALS.hour,
        timezone: 'Asia/Taipei',
        comparisons: [
          { operator: 'gte', operand: 9 },
          { operator: 'lt', operand: 18 },
        ],
      },
      {
        kind: 'not',
        of: {
          kind: 'any',
          of: [
            {
              kind: 'leaf',
              ref: { of: 'tier' },
              is: SIGNALS.tier,
              timezone: null,
              comparisons: [{ operator: 'in', operand: ['SIMPLE'] }],
            },
          ],
        },
      },
    ],
  },
  percent: 5,
  direction: {},
  block: { message: null },
}

const LATE_RULE = {
  id: 'late',
  when: {
    kind: 'leaf',
    ref: { of: 'header', key: 'x-team' },
    is: { kind: 'text', folded: true },
    timezone: null,
    comparisons: [{ operator: 'exists', operand: true }],
  },
  percent: 100,
  direction: {},
  block: null,
}

describe('decodeConfig', () => {
  it('reads every field', () => {
    expect(formFaults(WHOLE)).toEqual([])
    expect(decodeConfig(WHOLE)).toEqual({
      ...NO_CONFIG,
      aliases: new Map([['fast', 'a']]),
      routes: new Map([['desk', { models: ['a', 'b'], reliability: { cache: { ttlMs: 5_000 } } }]]),
      rules: [FIRST_RULE, LATE_RULE],
      policy: {
        model: 'a',
        override: true,
        fallbacksFor: { contextWindow: ['b'] },
        allowedModels: ['a/*'],
        deniedModels: ['c'],
        provider: { only: ['one'], dataCollection: 'deny', sort: 'price', maxPrice: { prompt: 2 } },
        autoRouter: { costQualityTradeoff: 3, minQuality: 0.5, maxCostUsd: 0.1, explorationRate: 0 },
        regions: ['eu'],
        reasoningEffort: 'low',
        reliability: { retries: 0 },
        breaker: { failureShare: 0.1, minimumRequests: 20 },
      },
      fallbacks: new Map([
        ['openai/gpt-5.1', ['gpt-5-mini', 'auto']],
        ['a', []],
      ]),
      defaultFallbacks: ['b'],
      fallbacksFor: {
        contextWindow: new Map([['a', ['long']]]),
        contentPolicy: new Map([['a', ['free']]]),
      },
      reliability: {
        retries: 3,
        maxAttempts: 5,
        maxTotalMs: 60_000,
        timeouts: { ttftMs: 5_000 },
        hedge: { afterMs: null },
        streamFailure: { mode: 'continue' },
        cache: { ttlMs: 60_000 },
      },
      pools: new Map([
        ['*', { strategy: 'least-busy', shares: new Map() }],
        [
          'a',
          {
            strategy: null,
            shares: new Map([
              ['one', { weight: 0.5, priority: 0, requestsPerMinute: 60, tokensPerMinute: 1_000 }],
              ['two', {}],
            ]),
          },
        ],
      ]),
    })
  })

  it('makes nothing of nothing', () => {
    expect(decodeConfig({})).toEqual(NO_CONFIG)
    const nulls = Object.fromEntries(Object.keys(WHOLE).map((name) => [name, null]))
    expect(decodeConfig(nulls)).toEqual(NO_CONFIG)
  })
})

const pool = (deployment: object) => ({ pools: { 'v/m': { deployments: [{ host: 'one', ...deployment }] } } })

describe('formFaults', () => {
  it.each<[path: string, code: string, document: unknown]>([
    ['', 'invalid_type', []],
    ['', 'invalid_type', null],
    ['fallback', 'unknown_field', { fallback: {} }],
    ['fallbacks', 'invalid_type', { fallbacks: ['a'] }],
    ['fallbacks.a', 'invalid_type', { fallbacks: { a: 'b' } }],
    ['fallbacks["v/m"][1]', 'invalid_type', { fallbacks: { 'v/m': ['b', 1] } }],
    ['fallbacks.a', 'out_of_range', { fallbacks: { a: Array(17).fill('b') } }],
    [`fallbacks.${'x'.repeat(100)}`, 'invalid', { fallbacks: { ['x'.repeat(257)]: [] } }],
    ['num_retries', 'out_of_range', { num_retries: 11 }],
    ['max_attempts', 'out_of_range', { max_attempts: 0 }],
    ['timeouts.ttft_ms', 'out_of_range', { timeouts: { ttft_ms: -5 } }],
    ['timeouts.total', 'unknown_field', { timeouts: { total: 1 } }],
    ['hedge', 'invalid_type', { hedge: 'yes' }],
    ['stream_failure.mode', 'invalid_value', { stream_failure: { mode: 'stop' } }],
    ['cache.ttl', 'out_of_range', { cache: { ttl: -1 } }],
    ['cache.no-store', 'unknown_field', { cache: { 'no-store': true } }],
    ['pools.a.strategy', 'invalid_value', { pools: { a: { strategy: 'random' } } }],
    ['pools["v/m"].deployments[0].weight', 'out_of_range', pool({ weight: 0 })],
    ['pools["v/m"].deployments[0].weight', 'out_of_range', pool({ weight: -1 })],
    ['pools["v/m"].deployments[0].weight', 'invalid_type', pool({ weight: Infinity })],
    ['pools["v/m"].deployments[0].priority', 'out_of_range', pool({ priority: -1 })],
    ['pools["v/m"].deployments[0].rpm', 'out_of_range', pool({ rpm: 0 })],
    ['pools["v/m"].deployments[0].host', 'invalid_type', pool({ host: null })],
    ['pools["v/m"].deployments[0].api_key', 'unknown_field', pool({ api_key: 'sk' })],
  ])('tells %s: %s', (path, code, document) => {
    expect(formFaults(document)).toEqual([{ path, code, message: expect.stringMatching(/./) }])
  })

  it('tells all at once', () => {
    const document = { a: 1, b: 2, num_retries: -1, timeouts: { idle_ms: 0, total_ms: 'x' } }
    expect(
      formFaults(document)
        .map(({ path }) => path)
        .toSorted(),
    ).toEqual(['a', 'b', 'num_retries', 'timeouts.idle_ms', 'timeouts.total_ms'].toSorted())
  })

  it('are told of anything, and never thrown', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(WHOLE)), (value, field) => {
        const document = { [field]: value }
        if (formFaults(document).length === 0) decodeConfig(document)
        namesIn(document)
      }),
    )
  })
})

describe('namesIn', () => {
  it('reads what it can of a document that is wrong elsewhere', () => {
    const document = {
      fallbacks: { a: ['b', 1], c: 'd' },
      default_fallbacks: 7,
      context_window_fallbacks: { a: ['long'] },
      pools: { a: { deployments: [{ host: 'one', weight: -1 }, null, { host: 2 }] }, b: null },
      unknown: true,
      aliases: { a: 'b', c: 7 },
      routes: { desk: { model: 'm', models: 'x' }, shop: null },
      rules: [null, { then: { fallbacks: ['e', 5] } }, { then: 9 }],
      policy: { content_policy_fallbacks: ['f'] },
    }
    expect(namesIn(document)).toEqual({
      fallbacks: new Map([
        ['a', ['b', '']],
        ['c', []],
      ]),
      defaultFallbacks: [],
      fallbacksFor: { contextWindow: new Map([['a', ['long']]]), contentPolicy: new Map() },
      deployments: new Map([
        ['a', ['one', '', '']],
        ['b', []],
      ]),
      aliases: new Map([
        ['a', 'b'],
        ['c', ''],
      ]),
      routes: new Set(['desk', 'shop']),
      directed: [
        { path: ['policy', 'content_policy_fallbacks', 0], model: 'f' },
        { path: ['routes', 'desk', 'model'], model: 'm' },
        { path: ['rules', 1, 'then', 'fallbacks', 0], model: 'e' },
        { path: ['rules', 1, 'then', 'fallbacks', 1], model: '' },
      ],
    })
  })
})
