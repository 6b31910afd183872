import { describe, expect, it } from 'vitest'
import { PII_ENTITIES } from '../../../../src/core/guardrails.ts'
import { decodeConfig, formFaults } from '../../../../src/protocols/tenant-config/decode-config.ts'

/** What is wrong with one guardrail, as `path: message`. */
function faultsOf(guardrail: object): string[] {
  return formFaults({ guardrails: [guardrail] }).map(({ path, message }) => `${path}: ${message}`)
}

const many = (count: number, item: string) => Array.from({ length: count }, () => item)
const rails = (count: number) => Array.from({ length: count }, (_, i) => ({ id: `r${i}`, kind: 'pii' }))

describe('the section `guardrails`', () => {
  it('reports on requests unless it says more', () => {
    expect(decodeConfig({ guardrails: [{ id: 'pii', kind: 'pii' }] }).guardrails).toEqual([
      {
        id: 'pii',
        on: ['input'],
        action: 'report',
        maskWith: null,
        check: { kind: 'pii', entities: PII_ENTITIES },
      },
    ])
    const [injection, topics, webhook] = decodeConfig({
      guardrails: [
        { id: 'a', kind: 'prompt_injection' },
        { id: 'b', kind: 'topics' },
        { id: 'c', kind: 'webhook', url: 'https://checker.example' },
      ],
    }).guardrails
    expect(injection?.check).toEqual({ kind: 'prompt_injection', threshold: 0.6 })
    expect(topics?.check).toEqual({ kind: 'topics', taskTypes: null, languages: null })
    expect(webhook?.check).toMatchObject({ timeoutMs: 2_000, failOpen: true })
  })

  it('says where a pattern goes wrong', () => {
    expect(faultsOf({ id: 'a', kind: 'regex', patterns: ['ok', 'a(?=b)'] })).toEqual([
      'guardrails[0].patterns[1]: Look-around and flags within a pattern are not supported, at character 2',
    ])
  })

  it('wants each id once', () => {
    const twice = { id: 'same', kind: 'pii' }
    expect(formFaults({ guardrails: [twice, twice] })).toMatchObject([{ path: 'guardrails[1].id' }])
  })

  it.each([
    ['id', { id: 'two words', kind: 'pii' }],
    ['kind', { id: 'a', kind: 'magic' }],
    ['on', { id: 'a', kind: 'pii', on: [] }],
    ['on[0]', { id: 'a', kind: 'topics', on: ['output'] }],
    ['action', { id: 'a', kind: 'max_tokens', tokens: 5, action: 'mask' }],
    ['entities[0]', { id: 'a', kind: 'pii', entities: ['shoe_size'] }],
    ['patterns', { id: 'a', kind: 'regex', patterns: many(33, 'a') }],
    ['patterns[0]', { id: 'a', kind: 'regex', patterns: ['a'.repeat(513)] }],
    ['words', { id: 'a', kind: 'keywords', words: many(201, 'a') }],
    ['words[0]', { id: 'a', kind: 'keywords', words: [' '] }],
    ['mask_with', { id: 'a', kind: 'pii', mask_with: 'x'.repeat(65) }],
    ['threshold', { id: 'a', kind: 'prompt_injection', threshold: 1.1 }],
    ['task_types[0]', { id: 'a', kind: 'topics', task_types: ['gossip'] }],
    ['tokens', { id: 'a', kind: 'max_tokens', tokens: 0 }],
    ['url', { id: 'a', kind: 'webhook', url: 'https://10.0.0.1/' }],
    ['timeout_ms', { id: 'a', kind: 'webhook', url: 'https://a.example', timeout_ms: 10_001 }],
    ['words', { id: 'a', kind: 'pii', words: ['a'] }],
  ])('wants %s within its bounds', (field, guardrail) => {
    expect(formFaults({ guardrails: [guardrail] }).map(({ path }) => path)).toContain(
      `guardrails[0].${field}`,
    )
  })

  it('takes 32 guardrails and no more', () => {
    expect(formFaults({ guardrails: rails(32) })).toEqual([])
    expect(formFaults({ guardrails: rails(33) })).toMatchObject([{ path: 'guardrails' }])
  })
})
