import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NO_CONFIG } from '../../../src/core/tenant-config.ts'
import { decodeConfig, formFaults, namesIn } from '../../../src/protocols/tenant-config/decode-config.ts'

const WHOLE = {
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

describe('decodeConfig', () => {
  it('reads every field', () => {
    expect(formFaults(WHOLE)).toEqual([])
    expect(decodeConfig(WHOLE)).toEqual({
      ...NO_CONFIG,
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
    })
  })
})
