import { describe, expect, it } from 'vitest'
import { formFaults } from '../../../src/protocols/tenant-config/decode-config.ts'

const REGEX = { signal: 'text', matches: 'a+' }
const LEAF = { signal: 'tier', in: ['SIMPLE'] }
const rule = (when: object, id = 'it') => ({ id, when, then: {} })
const leaves = (count: number) => rule({ any: Array.from({ length: count }, () => LEAF) })
const regexes = (count: number) => rule({ any: Array.from({ length: count }, () => REGEX) })
const nested = (levels: number): object => (levels === 0 ? LEAF : { not: nested(levels - 1) })

describe('faults of what directs requests', () => {
  it.each<[path: string, code: string, document: unknown]>([
    ['aliases.mine', 'out_of_range', { aliases: { mine: '' } }],
    [
      'aliases',
      'invalid',
      { aliases: Object.fromEntries(Array.from({ length: 257 }, (_, at) => [`a${at}`, 'b'])) },
    ],
    ['routes["A b"]', 'invalid', { routes: { 'A b': {} } }],
    ['routes.a.block', 'unknown_field', { routes: { a: { block: {} } } }],
    ['policy.provider.order', 'invalid_type', { policy: { provider: { order: 'one' } } }],
    ['policy.provider.zdr', 'unknown_field', { policy: { provider: { zdr: true } } }],
    ['policy.regions', 'out_of_range', { policy: { regions: [] } }],
    [
      'policy.breaker.failure_threshold_percentage',
      'out_of_range',
      { policy: { breaker: { failure_threshold_percentage: 101 } } },
    ],
    ['rules', 'out_of_range', { rules: Array.from({ length: 101 }, (_, at) => rule(LEAF, `r${at}`)) }],
    ['rules[0].id', 'invalid', { rules: [rule(LEAF, 'a b')] }],
    ['rules[1].id', 'duplicate_rule', { rules: [rule(LEAF), rule(LEAF)] }],
    ['rules[0].then.sort', 'unknown_field', { rules: [{ ...rule(LEAF), then: { sort: 'price' } }] }],
    ['rules[0].percent', 'out_of_range', { rules: [{ ...rule(LEAF), percent: 100.1 }] }],
    ['rules', 'out_of_range', { rules: [leaves(250), { ...leaves(251), id: 'other' }] }],
    ['rules', 'out_of_range', { rules: [regexes(51)] }],
    ['', 'too_deep', { rules: [rule(nested(100))] }],
  ])('are told: %s: %s', (path, code, document) => {
    expect(formFaults(document)).toEqual([{ path, code, message: expect.stringMatching(/./) }])
  })

  it.each<[path: string, code: string, when: object]>([
    ['', 'invalid_condition', {}],
    ['', 'invalid_condition', { all: [LEAF], any: [LEAF] }],
    ['', 'invalid_condition', { all: [LEAF], eq: 1 }],
    ['', 'invalid_condition', { signal: 'tier' }],
    ['.all', 'out_of_range', { all: [] }],
    ['.any[1]', 'invalid_condition', { any: [LEAF, { not: null }] }],
    ['.not.signal', 'unknown_signal', { not: { signal: 'mood', eq: 'good' } }],
    ['.signal', 'unknown_signal', { signal: 'metadata.', exists: true }],
    ['.signal', 'unknown_signal', { signal: 'toString', exists: true }],
    ['.signal', 'hidden_header', { signal: 'header.authorization', exists: true }],
    ['.signal', 'hidden_header', { signal: 'header.X-API-Key', exists: true }],
    ['.eq_any', 'unknown_field', { signal: 'tier', eq_any: ['SIMPLE'] }],
    ['.gt', 'invalid_operator', { signal: 'task_type', gt: 'code' }],
    ['.eq', 'invalid_operator', { signal: 'text', eq: 'x' }],
    ['.exists', 'invalid_operator', { signal: 'tier', exists: true }],
    ['.eq', 'invalid_value', { signal: 'tier', eq: 'HARD' }],
    ['.matches', 'invalid_regex', { signal: 'text', matches: '(a' }],
    ['.matches', 'invalid_regex', { signal: 'text', matches: '(?=a)' }],
    ['.matches', 'out_of_range', { signal: 'text', matches: 'a'.repeat(513) }],
    ['.in[1]', 'invalid_value', { signal: 'task_type', in: ['code', 'sport'] }],
    ['.gt', 'invalid_value', { signal: 'input_tokens', gt: '1000' }],
    ['.eq', 'invalid_value', { signal: 'stream', eq: 'true' }],
    ['.gte', 'invalid_value', { signal: 'date', gte: '24.12.2026' }],
    ['.between', 'invalid_value', { signal: 'hour', between: [18, 9] }],
    ['.between', 'invalid_value', { signal: 'weekday', between: ['sun', 'mon'] }],
    ['.between', 'out_of_range', { signal: 'hour', between: [9] }],
    ['.contains_any[0]', 'invalid_value', { signal: 'text', contains_any: [''] }],
    ['.eq', 'out_of_range', { signal: 'user', eq: 'x'.repeat(513) }],
    ['.timezone', 'unknown_timezone', { signal: 'hour', eq: 9, timezone: 'Mars/Olympus' }],
    ['.timezone', 'invalid_condition', { signal: 'tier', eq: 'SIMPLE', timezone: 'UTC' }],
    ['.timezone', 'invalid_condition', { not: LEAF, timezone: 'UTC' }],
    ['.not'.repeat(8), 'too_deep', nested(9)],
  ])('are told of a condition: %s: %s', (path, code, when) => {
    expect(formFaults({ rules: [rule(when)] })).toEqual([
      { path: `rules[0].when${path}`, code, message: expect.stringMatching(/./) },
    ])
  })

  it('are none where rules keep within their bounds', () => {
    expect(formFaults({ rules: [leaves(250), { ...leaves(250), id: 'other' }] })).toEqual([])
    expect(formFaults({ rules: Array.from({ length: 100 }, (_, at) => rule(LEAF, `r${at}`)) })).toEqual([])
    expect(formFaults({ rules: [rule(nested(8))] })).toEqual([])
    expect(formFaults({ rules: [regexes(50)] })).toEqual([])
  })
})
