import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EVEN_SHARE, EXCLUSIONS, type Exclusion } from '../../../src/core/routing.ts'
import type { CatalogModel } from '../../../src/route/catalog/model.ts'
import { BALANCED } from '../../../src/route/decision.ts'
import { exclusionOf, type FilterContext, patternTest } from '../../../src/route/filter.ts'
import type { Prediction } from '../../../src/route/predict.ts'
import {
  candidate,
  demand,
  filterContext,
  hosts,
  hostState,
  openBreakers,
  preferences,
  priced,
  shape,
  type CandidateSketch,
} from './builders.ts'

const PREDICTION: Prediction = {
  quality: 0.8,
  priorQuality: 0.8,
  costMicroUsd: 5_000,
  ttftMs: 1,
  latencyMs: 1,
}
const NAMED = new Set(['vendor/model'])

function exclusion(context: Partial<FilterContext>, sketch: CandidateSketch = {}): Exclusion | null {
  const one = candidate(sketch)
  const prediction = one.offer.price ? PREDICTION : { ...PREDICTION, costMicroUsd: null }
  return exclusionOf(one, prediction, filterContext(context))
}

const provider = (fields: FilterContext['preferences']['provider']) => ({
  preferences: preferences({ provider: fields }),
})

/** A context and a candidate that have just these reasons against each other. */
function lacking(...reasons: Exclusion[]): [Partial<FilterContext>, CandidateSketch] {
  const has = (reason: Exclusion) => reasons.includes(reason)
  const context: Partial<FilterContext> = {
    hosts: has('no_live_host')
      ? hosts('two')
      : new Map([
          [
            'one',
            hostState({
              keepsInputs: has('data_policy'),
              takesContent: !has('protocol'),
              share: { ...EVEN_SHARE, requestsPerMinute: 10 },
            }),
          ],
        ]),
    taken: new Map([['one', { requests: has('rate_limit') ? 10 : 9, tokens: 0 }]]),
    policy: { ...BALANCED, dataCollection: has('data_policy') ? 'deny' : 'allow' },
    isAllowed: () => !has('tenant_allow_list'),
    isPlaced: () => !has('region'),
    isAllowedByKey: () => !has('key_allow_list'),
    requested: has('not_requested') ? new Set(['vendor/other']) : null,
    live: has('breaker_open') ? openBreakers('one/vendor/model') : new Map(),
    demand: demand({
      input: has('context_window') ? 99_900 : 1_000,
      modalities: has('modality') ? ['text', 'audio'] : ['text'],
      needs: has('tools') ? ['tools'] : [],
    }),
    request: shape({
      output: { type: has('structured_output') ? 'json_object' : 'text' },
      sampling: has('max_output_tokens') ? { maxOutputTokens: 8_001 } : {},
    }),
    preferences: preferences({
      provider: {
        ...(has('provider_preferences') && { only: ['two'] }),
        ...(has('price_cap') && { maxPrice: { prompt: 0.99 } }),
      },
      autoRouter: has('cost_cap') ? { maxCostUsd: 0.004 } : {},
    }),
  }
  const facts: Partial<CatalogModel> = {
    inputModalities: has('modality') ? ['text', 'image'] : ['text'],
    tools: !has('tools') && !has('structured_output'),
    structuredOutput: has('structured_output') ? 'none' : 'json_schema',
  }
  return [context, { facts, ...(has('no_price') && { price: null }) }]
}

describe('exclusionOf', () => {
  it('lets a candidate pass that lacks nothing', () => {
    expect(exclusion(...lacking())).toBeNull()
    expect(exclusion({ requested: NAMED })).toBeNull()
  })

  it.each(EXCLUSIONS)('names %s', (reason) => {
    expect(exclusion(...lacking(reason))).toBe(reason)
  })

  it('gives the first reason in the order of EXCLUSIONS when there are several', () => {
    fc.assert(
      fc.property(fc.subarray([...EXCLUSIONS], { minLength: 1 }), (reasons) => {
        expect(exclusion(...lacking(...reasons))).toBe(reasons[0])
      }),
      { numRuns: 500 },
    )
  })

  it('has an unknown price come before the caps that need one', () => {
    const capped = preferences({ provider: { maxPrice: { prompt: 0 } }, autoRouter: { maxCostUsd: 0 } })
    expect(exclusion({ preferences: capped }, { price: null })).toBe('no_price')
  })

  it.each(['context_window', 'max_output_tokens', 'no_price', 'cost_cap'] as const)(
    'does not exclude a model asked for by name for its %s',
    (reason) => {
      const [context, sketch] = lacking(reason)
      expect(exclusion({ ...context, requested: NAMED }, sketch)).toBeNull()
    },
  )

  it('holds a model asked for by name to the price that was capped', () => {
    expect(exclusion({ ...provider({ maxPrice: { completion: 3.99 } }), requested: NAMED })).toBe('price_cap')
    expect(exclusion({ ...provider({ maxPrice: {} }), requested: NAMED }, { price: null })).toBe('no_price')
  })

  it('tells of a model not asked for what else it lacks', () => {
    const [context, sketch] = lacking('context_window')
    expect(exclusion({ ...context, requested: new Set(['vendor/other']) }, sketch)).toBe('context_window')
  })
})

describe('preferences of hosts', () => {
  it.each([
    [{ only: ['one', 'two'] }, null],
    [{ only: [] }, 'provider_preferences'],
    [{ ignore: ['one'] }, 'provider_preferences'],
    [{ ignore: ['two'] }, null],
    [{ order: ['two'] }, null],
    [{ order: ['two'], allowFallbacks: false }, 'provider_preferences'],
    [{ order: ['one'], allowFallbacks: false }, null],
    [{ allowFallbacks: false }, null],
  ])('reads %j', (fields, reason) => {
    expect(exclusion(provider(fields))).toBe(reason)
  })

  it('excludes hosts that would drop a parameter only when all are required', () => {
    const dropping = new Map([['one', hostState({ takesAllParameters: false })]])
    expect(exclusion({ hosts: dropping, ...provider({ requireParameters: true }) })).toBe(
      'provider_preferences',
    )
    expect(exclusion({ hosts: dropping })).toBeNull()
    expect(exclusion(provider({ requireParameters: true }))).toBeNull()
  })
})

describe('a host with several accounts', () => {
  const accounts = new Map([
    ['one', hostState({ baseHost: 'acme' })],
    ['acme', hostState({ baseHost: 'acme' })],
  ])

  it.each([
    [{ only: ['acme'] }, null],
    [{ only: ['one'] }, null],
    [{ only: ['acme-2'] }, 'provider_preferences'],
    [{ ignore: ['acme'] }, 'provider_preferences'],
    [{ order: ['acme'], allowFallbacks: false }, null],
  ])('is meant as a whole by its name, each account by its own: %j', (fields, reason) => {
    expect(exclusion({ hosts: accounts, ...provider(fields) })).toBe(reason)
  })

  it('does not lend an account the name of another', () => {
    expect(exclusion({ hosts: accounts, ...provider({ only: ['one'] }) }, { host: 'acme' })).toBe(
      'provider_preferences',
    )
  })
})

describe('data policy', () => {
  const keeping = new Map([['one', hostState({ keepsInputs: true })]])

  it('excludes hosts that keep inputs when request or policy deny it, and only then', () => {
    expect(exclusion({ hosts: keeping, ...provider({ dataCollection: 'deny' }) })).toBe('data_policy')
    expect(exclusion({ hosts: keeping, ...provider({ dataCollection: 'allow' }) })).toBeNull()
    expect(exclusion(provider({ dataCollection: 'deny' }))).toBeNull()
  })

  it('does not let a request allow what its policy denies', () => {
    const policy = { ...BALANCED, dataCollection: 'deny' } as const
    expect(exclusion({ hosts: keeping, policy, ...provider({ dataCollection: 'allow' }) })).toBe(
      'data_policy',
    )
  })
})

const knows = (structuredOutput: 'none' | 'json_object' | 'json_schema', tools = false) => ({
  facts: { structuredOutput, tools },
})
const fits = (input: number, expectedOutputTokens: number) =>
  exclusion({ demand: demand({ input, expectedOutputTokens }) }, { limits: { contextWindow: 10_500 } })
const cappedAt = (maxCostUsd: number) =>
  exclusion({ preferences: preferences({ autoRouter: { maxCostUsd } }) })

describe('features and caps', () => {
  it('wants json_schema for a schema, and either kind for a JSON object', () => {
    const schema = { request: shape({ output: { type: 'json_schema', name: 'a', schema: {} } }) }
    const object = { request: shape({ output: { type: 'json_object' } }) }
    expect(exclusion(schema, knows('json_schema'))).toBeNull()
    expect(exclusion(schema, knows('json_object'))).toBe('structured_output')
    expect(exclusion(object, knows('json_object'))).toBeNull()
    expect(exclusion(object, knows('json_schema'))).toBeNull()
    expect(exclusion(object, knows('none'))).toBe('structured_output')
    expect(exclusion({}, knows('none'))).toBeNull()
  })

  it('lets a tool stand in for either kind of structured output', () => {
    for (const type of ['json_schema', 'json_object'] as const) {
      const request = shape({ output: { type, name: 'a', schema: {} } })
      expect(exclusion({ request }, knows('none', true))).toBeNull()
    }
  })

  it('keeps a margin for the error of the token estimate, and room for the answer', () => {
    expect(fits(9_000, 1_050)).toBeNull()
    expect(fits(9_001, 1_050)).toBe('context_window')
    expect(fits(10_001, 0)).toBe('context_window')
  })

  it('allows exactly the capped price, whatever its decimals', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20_000 }), (cents) => {
        const price = priced(cents / 100, cents / 100)
        const capped = (prompt: number) => exclusion(provider({ maxPrice: { prompt } }), { price })
        expect(capped(cents / 100)).toBeNull()
        expect(capped((cents - 1) / 100)).toBe('price_cap')
      }),
    )
  })

  it('allows exactly the capped cost', () => {
    expect(cappedAt(0.005)).toBeNull()
    expect(cappedAt(0.004999)).toBe('cost_cap')
    expect(cappedAt(0)).toBe('cost_cap')
  })
})

describe('a key of the live table', () => {
  it('tells hosts of one model and models of one host apart', () => {
    const keys = ['one', 'two'].flatMap((host) =>
      ['a/x', 'a/y'].map((id) => candidate({ host, model: id }).key),
    )
    expect(new Set(keys).size).toBe(4)
    expect(exclusion({ live: openBreakers('two/vendor/model', 'one/vendor/other') })).toBeNull()
  })
})

describe('patternTest', () => {
  it('allows all without a list, and nothing with an empty one', () => {
    expect(patternTest([])('a/b')).toBe(true)
    expect(patternTest([null, undefined])('a/b')).toBe(true)
    expect(patternTest([[]])('a/b')).toBe(false)
  })

  it('wants every list to hold a match', () => {
    const allowed = patternTest([
      ['openai/*', 'meta/*'],
      ['*-mini', 'meta/llama'],
    ])
    expect(['openai/gpt-mini', 'meta/llama'].map(allowed)).toEqual([true, true])
    expect(['openai/gpt', 'google/x-mini'].map(allowed)).toEqual([false, false])
  })

  it('takes no other character for special, and no case for different', () => {
    expect(patternTest([['openai/gpt-4.1']])('openai/gpt-4x1')).toBe(false)
    expect(patternTest([['OpenAI/GPT*']])('openai/gpt-5')).toBe(true)
    expect(patternTest([['local/*-coder']])('local/Qwen-Coder')).toBe(true)
  })

  it('matches no character twice', () => {
    expect(patternTest([['a*b*b']])('ab')).toBe(false)
    expect(patternTest([['a*a']])('a')).toBe(false)
    expect(patternTest([['a*b*b']])('abb')).toBe(true)
  })

  it('matches as a regular expression with .* for each * does', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.', '+'), maxLength: 8 })
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.', '+', '*'), maxLength: 6 })
    const seen = { matching: 0, other: 0 }
    fc.assert(
      fc.property(pattern, text, (wanted, id) => {
        const escaped = wanted.replaceAll(/[.+/]/g, String.raw`\$&`).replaceAll('*', '.*')
        const matches = new RegExp(`^${escaped}$`, 's').test(id)
        seen[matches ? 'matching' : 'other']++
        expect(patternTest([[wanted]])(id)).toBe(matches)
      }),
      { numRuns: 3_000 },
    )
    expect(Math.min(seen.matching, seen.other)).toBeGreaterThan(20)
  })
})
