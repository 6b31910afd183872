import { describe, expect, it } from 'vitest'
import { decodeConfig, formFaults, namesIn } from '../../../../src/protocols/tenant-config/decode-config.ts'
import { configJsonSchema } from '../../../../src/protocols/tenant-config/json-schema.ts'

const SECTION = {
  pattern: 'panel',
  cascade: { models: ['a', 'b'], threshold: 0.9, samples: 1, verifier: 'c' },
  panel: { size: 3, analysis_models: ['d'], model: 'e', min_successful_responses: 2 },
  verify: { checks: ['schema', { type: 'regex', pattern: '^ok' }], judge: 'f', max_retries: 1 },
  unasked: { patterns: ['cascade'], min_gain: 0.02, max_cost_ratio: 3 },
}
const PLACES = { policy: {}, routes: { desk: {} }, rules: [] }
const policyOf = (collaboration: object) =>
  decodeConfig({ ...PLACES, policy: { collaboration } }).policy.collaboration

describe('the collaboration section of a direction', () => {
  it('says in the words of the plugins what several models do', () => {
    expect(policyOf(SECTION)).toEqual({
      pattern: 'panel',
      cascade: { models: ['a', 'b'], threshold: 0.9, samples: 1, verifier: 'c' },
      panel: { size: 3, models: ['d'], judge: 'e', minSuccessful: 2 },
      verify: {
        checks: [
          { kind: 'schema', schema: null },
          { kind: 'regex', pattern: '^ok', mustMatch: true },
        ],
        judge: 'f',
        maxRetries: 1,
      },
      unasked: { patterns: ['cascade'], minGain: 0.02, maxCostRatio: 3 },
    })
  })

  it('says nothing where nothing is said, but that no way is taken unasked', () => {
    expect(policyOf({ cascade: {}, panel: {} })).toBeUndefined()
    expect(policyOf({ verify: {}, unasked: { patterns: [] } })).toEqual({
      verify: {},
      unasked: { patterns: [] },
    })
  })

  it('stands in policies, routes and rules alike', () => {
    const said = { collaboration: { pattern: 'cascade' } }
    const when = { signal: 'tier', eq: 'COMPLEX' }
    const document = { policy: said, routes: { desk: said }, rules: [{ id: 'it', when, then: said }] }
    expect(formFaults(document)).toEqual([])
    const { policy, routes, rules } = decodeConfig(document)
    for (const direction of [policy, routes.get('desk'), rules[0]?.direction]) {
      expect(direction?.collaboration).toEqual({ pattern: 'cascade' })
    }
  })

  it.each<[path: string, code: string, section: object]>([
    ['pattern', 'invalid_value', { pattern: 'debate' }],
    ['cascade.treshold', 'unknown_field', { cascade: { treshold: 1 } }],
    ['cascade.threshold', 'out_of_range', { cascade: { threshold: 2 } }],
    ['panel.enabled', 'unknown_field', { panel: { enabled: true } }],
    ['panel.min_successful_responses', 'invalid', { panel: { size: 2, min_successful_responses: 3 } }],
    [
      'verify.checks[1].pattern',
      'invalid',
      { verify: { checks: ['schema', { type: 'regex', pattern: '(' }] } },
    ],
    ['unasked.patterns[0]', 'invalid_value', { unasked: { patterns: ['fusion'] } }],
    ['unasked.max_cost_ratio', 'out_of_range', { unasked: { max_cost_ratio: 0 } }],
  ])('has faults that are told: %s: %s', (path, code, collaboration) => {
    expect(formFaults({ routes: { desk: { collaboration } } })).toEqual([
      { path: `routes.desk.collaboration.${path}`, code, message: expect.stringMatching(/./) },
    ])
  })

  it('names models, of which each is told with its place, as far as the form lets them be read', () => {
    const { directed } = namesIn({ policy: { collaboration: { ...SECTION, panel: { models: ['x', 1] } } } })
    const places = [
      ['cascade', 'models', 0],
      ['cascade', 'models', 1],
      ['cascade', 'verifier'],
      ['panel', 'models', 0],
      ['panel', 'models', 1],
      ['verify', 'judge'],
    ]
    expect(directed).toEqual(
      ['a', 'b', 'c', 'x', '', 'f'].map((model, index) => ({
        path: ['policy', 'collaboration', ...(places[index] ?? [])],
        model,
      })),
    )
    const panel = { judge: 'j', model: 'k', analysis_models: ['l'] }
    expect(namesIn({ policy: { collaboration: { panel } } }).directed.map(({ model }) => model)).toEqual([
      'l',
      'j',
      'k',
    ])
    expect(namesIn({ policy: { collaboration: [1] } }).directed).toEqual([])
  })

  it('is described with its checks in the JSON Schema', () => {
    const schema = JSON.stringify(configJsonSchema('https://switchyard.example/schemas/config.json'))
    for (const word of ['max_cost_ratio', 'code_syntax', 'must_match']) expect(schema).toContain(word)
  })
})
