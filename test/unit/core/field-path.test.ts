import { describe, expect, it } from 'vitest'
import { fieldPath } from '../../../src/core/field-path.ts'

describe('fieldPath', () => {
  it.each<[path: PropertyKey[], text: string]>([
    [[], ''],
    [['messages', 2, 'content'], 'messages[2].content'],
    [['cache', 'no-store'], 'cache.no-store'],
    [['pools', 'openai/gpt-5.1', 'deployments', 0], 'pools["openai/gpt-5.1"].deployments[0]'],
    [['fallbacks', 'a"]['], 'fallbacks["a\\"]["]'],
    [['x'.repeat(1_000)], 'x'.repeat(100)],
  ])('writes %j', (path, text) => {
    expect(fieldPath(path)).toBe(text)
  })
})
