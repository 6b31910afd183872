import { describe, expect, it } from 'vitest'
import { COLLABORATION_LIMITS as BOUNDS } from '../../../src/core/collaboration.ts'
import { decodeMessagesRequest } from '../../../src/protocols/anthropic-messages/decode-request.ts'
import { decodeChatRequest } from '../../../src/protocols/openai-chat/decode-request.ts'
import { decodeCompletionRequest } from '../../../src/protocols/openai-completions/decode-request.ts'
import { decodeResponsesRequest } from '../../../src/protocols/openai-responses/decode-request.ts'

const messages = [{ role: 'user', content: 'Hello' }]
const decode = (fields: object) => decodeChatRequest({ model: 'm', messages, ...fields })
const wishOf = (...plugins: object[]) => decode({ plugins }).routing.collaboration
const refused = (param: string, words = '') =>
  expect.objectContaining({ code: 'invalid_request', param, message: expect.stringContaining(words) })

describe('plugins for several models', () => {
  it('are read from every protocol', () => {
    const plugins = [{ id: 'cascade', models: ['a', 'b'], threshold: 0.8, samples: 2, verifier: 'c' }]
    const bodies = [
      decodeChatRequest({ model: 'm', messages, plugins }),
      decodeResponsesRequest({ model: 'm', input: 'Hello', plugins }, [], (prefix) => `${prefix}_1`),
      decodeMessagesRequest({ model: 'm', messages, max_tokens: 9, plugins }, new Headers()),
      decodeCompletionRequest({ model: 'm', prompt: 'Hello', plugins }),
    ]
    for (const { routing } of bodies) {
      expect(routing.collaboration).toEqual({
        pattern: 'cascade',
        cascade: { models: ['a', 'b'], threshold: 0.8, samples: 2, verifier: 'c' },
      })
    }
  })

  it('say all that a panel may be told', () => {
    const panel = { id: 'panel', size: 5, models: ['a', 'b'], mixed: true, aggregation: 'judge', judge: 'c' }
    const more = { rubric: '准确、简短', report: true, max_concurrent: 2, round_timeout_ms: 20_000 }
    expect(wishOf({ ...panel, ...more, min_successful_responses: 5 })).toEqual({
      pattern: 'panel',
      panel: {
        size: 5,
        models: ['a', 'b'],
        mixed: true,
        aggregation: 'judge',
        judge: 'c',
        rubric: '准确、简短',
        report: true,
        minSuccessful: 5,
        maxConcurrent: 2,
        roundTimeoutMs: 20_000,
      },
    })
  })

  it('know OpenRouter’s words for a fusion', () => {
    expect(wishOf({ id: 'fusion', analysis_models: ['a', 'b', 'c'], model: 'd' })).toEqual({
      pattern: 'fusion',
      panel: { models: ['a', 'b', 'c'], judge: 'd' },
    })
  })

  it('read checks as words or as objects', () => {
    const schema = { type: 'object' }
    const checks = [
      'arithmetic',
      { type: 'code_syntax' },
      'schema',
      { type: 'schema', schema },
      { type: 'regex', pattern: '^\\p{Script=Han}+$' },
      { type: 'regex', pattern: 'TODO', must_match: false },
    ]
    expect(wishOf({ id: 'verify', checks, judge: 'j', rubric: 'r', max_retries: 0 })).toEqual({
      verify: {
        checks: [
          { kind: 'arithmetic' },
          { kind: 'code_syntax' },
          { kind: 'schema', schema: null },
          { kind: 'schema', schema },
          { kind: 'regex', pattern: '^\\p{Script=Han}+$', mustMatch: true },
          { kind: 'regex', pattern: 'TODO', mustMatch: false },
        ],
        judge: 'j',
        rubric: 'r',
        maxRetries: 0,
      },
    })
  })

  it('say no more than they say', () => {
    expect(wishOf()).toBeUndefined()
    expect(wishOf({ id: 'web', engine: 'x' }, { id: 'auto-router' })).toBeUndefined()
    expect(wishOf({ id: 'panel', enabled: false, size: 3 })).toBeUndefined()
    expect(wishOf({ id: 'panel' }, { id: 'verify' })).toEqual({ pattern: 'panel', verify: {} })
    expect(
      decode({ plugins: [{ id: 'auto-router', enabled: false, min_quality: 0.9 }] }).routing,
    ).toMatchObject({ autoRouter: {} })
  })

  it.each<[param: string, words: string, plugin: object]>([
    ['treshold', 'no such field', { id: 'cascade', treshold: 0.5 }],
    ['preset', 'no such field', { id: 'fusion', preset: 'general-high' }],
    ['report', 'no such field', { id: 'fusion', report: false }],
    ['aggregation', 'vote', { id: 'panel', aggregation: 'debate' }],
    ['models', '>=2', { id: 'cascade', models: ['a'] }],
    ['model', "'judge'", { id: 'panel', judge: 'a', model: 'b' }],
    ['analysis_models', "'models'", { id: 'panel', models: ['a'], analysis_models: ['b'] }],
    ['min_successful_responses', 'at most 3', { id: 'panel', size: 3, min_successful_responses: 4 }],
    [
      'min_successful_responses',
      'at most 2',
      { id: 'fusion', models: ['a', 'b'], min_successful_responses: 3 },
    ],
    ['checks[0].pattern', 'at character 1', { id: 'verify', checks: [{ type: 'regex', pattern: '(a' }] }],
    ['checks[1]', 'schema', { id: 'verify', checks: ['schema', 'spelling'] }],
    ['checks[0].type', '', { id: 'verify', checks: [{ type: 'spelling' }] }],
    [
      'checks[0].must_mach',
      'no such',
      { id: 'verify', checks: [{ type: 'regex', pattern: 'a', must_mach: true }] },
    ],
  ])('are refused at %s: %s', (param, words, plugin) => {
    expect(() => wishOf({ id: 'web' }, plugin)).toThrow(refused(`plugins[1].${param}`, words))
  })

  it.each<[param: string, most: number, plugin: (size: number) => object]>([
    ['size', BOUNDS.panelSize, (size) => ({ id: 'panel', size })],
    ['max_concurrent', BOUNDS.panelSize, (size) => ({ id: 'panel', max_concurrent: size })],
    ['round_timeout_ms', BOUNDS.roundTimeoutMs, (size) => ({ id: 'panel', round_timeout_ms: size })],
    ['models', BOUNDS.panelSize, (size) => ({ id: 'fusion', models: Array<string>(size).fill('a') })],
    ['models', BOUNDS.cascadeModels, (size) => ({ id: 'cascade', models: Array<string>(size).fill('a') })],
    ['samples', BOUNDS.samples, (size) => ({ id: 'cascade', samples: size })],
    ['threshold', 1, (size) => ({ id: 'cascade', threshold: size })],
    ['max_retries', BOUNDS.retries, (size) => ({ id: 'verify', max_retries: size })],
    ['rubric', BOUNDS.rubricChars, (size) => ({ id: 'verify', rubric: 'x'.repeat(size) })],
    ['checks', BOUNDS.checks, (size) => ({ id: 'verify', checks: Array<string>(size).fill('schema') })],
    [
      'checks[0].pattern',
      BOUNDS.patternChars,
      (size) => ({ id: 'verify', checks: [{ type: 'regex', pattern: 'x'.repeat(size) }] }),
    ],
  ])('take %s up to %i', (param, most, plugin) => {
    expect(wishOf(plugin(most))).toBeDefined()
    expect(() => wishOf(plugin(most + 1))).toThrow(refused(`plugins[0].${param}`))
  })

  it('are refused where they exclude each other', () => {
    const pair = [{ id: 'cascade' }, { id: 'verify' }, { id: 'panel' }]
    expect(() => wishOf(...pair)).toThrow(refused('plugins[2]', "'panel' excludes 'cascade'"))
    expect(() => wishOf({ id: 'verify' }, { id: 'verify' })).toThrow(refused('plugins[1]', 'another'))
    const plugins = [{ id: 'fusion' }]
    const fused = decode({ model: 'switchyard/fusion:best', plugins })
    expect(fused.routing.collaboration).toEqual({ pattern: 'fusion' })
    expect(() => decode({ model: 'Switchyard/Panel:floor', plugins })).toThrow(
      refused('plugins[0]', "'panel'"),
    )
  })

  it('do not go with several choices', () => {
    const several = [
      { n: 2, plugins: [{ id: 'verify' }] },
      { n: 2, model: 'switchyard/cascade' },
    ]
    for (const fields of several) {
      expect(() => decode(fields)).toThrow(refused('n'))
      expect(() => decodeCompletionRequest({ model: 'm', prompt: 'Hello', ...fields })).toThrow(refused('n'))
      expect(decode({ ...fields, n: 1 }).routing.model).toBeDefined()
    }
    expect(decode({ n: 2 }).chat.sampling.choices).toBe(2)
  })
})
