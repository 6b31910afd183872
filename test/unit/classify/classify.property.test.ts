import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { classify } from '../../../src/classify/classify.ts'
import type { AssistantPart, ChatRequest, ContentPart, Message } from '../../../src/core/chat.ts'
import { NEEDS, TASK_TYPES, TIERS, TOKEN_FAMILIES } from '../../../src/core/demand.ts'
import { ask } from './request.ts'

const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.lorem())
const source = fc.oneof(
  fc.record({ url: fc.string() }),
  fc.record({ mediaType: fc.string(), base64: fc.base64String() }),
)
const part: fc.Arbitrary<ContentPart> = fc.oneof(
  fc.record({ type: fc.constant('text' as const), text }),
  fc.record({ type: fc.constantFrom('image' as const, 'audio' as const, 'file' as const), source }),
)
const content = fc.array(part, { maxLength: 4 })
const written: fc.Arbitrary<AssistantPart> = fc.oneof(
  fc.record({ type: fc.constantFrom('text' as const, 'refusal' as const, 'reasoning' as const), text }),
  fc.record({
    type: fc.constant('tool-call' as const),
    id: fc.string(),
    name: fc.string(),
    argumentsJson: text,
  }),
)
const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ role: fc.constantFrom('system' as const, 'developer' as const, 'user' as const), content }),
  fc.record({ role: fc.constant('assistant' as const), content: fc.array(written, { maxLength: 4 }) }),
  fc.record({ role: fc.constant('tool' as const), toolCallId: fc.string(), content }),
)
const request: fc.Arbitrary<ChatRequest> = fc.record({
  messages: fc.array(message, { maxLength: 6 }),
  tools: fc.array(fc.record({ name: fc.string(), parameters: fc.dictionary(fc.string(), fc.jsonValue()) }), {
    maxLength: 3,
  }),
  toolChoice: fc.constantFrom('auto' as const, 'none' as const, 'required' as const),
  output: fc.constantFrom({ type: 'text' } as const, { type: 'json_object' } as const),
  sampling: fc.record({ maxOutputTokens: fc.integer({ min: 1, max: 10_000 }) }),
  reasoning: fc.constant({}),
  native: fc.constant(null),
})

describe('classify: properties', () => {
  it('answers every request with values in their ranges, and the same twice', () => {
    fc.assert(
      fc.property(request, (each) => {
        const demand = classify(each)
        expect(TASK_TYPES).toContain(demand.taskType)
        expect(TIERS).toContain(demand.tier)
        expect(demand.taskConfidence).toBeGreaterThan(0)
        expect(demand.taskConfidence).toBeLessThanOrEqual(1)
        expect(demand.difficulty).toBeGreaterThanOrEqual(0)
        expect(demand.difficulty).toBeLessThanOrEqual(1)
        expect(demand.expectedOutputTokens).toBeGreaterThanOrEqual(1)
        expect(demand.expectedOutputTokens).toBeLessThanOrEqual(each.sampling.maxOutputTokens ?? 0)
        expect(demand.modalities[0]).toBe('text')
        expect(demand.needs).toEqual(NEEDS.filter((need) => demand.needs.includes(need)))
        expect(classify(each)).toEqual(demand)
      }),
    )
  })

  it('never counts fewer tokens when text is added', () => {
    fc.assert(
      fc.property(text, text, (start, more) => {
        const before = classify(ask(start)).inputTokens
        const after = classify(ask(start + more)).inputTokens
        for (const family of TOKEN_FAMILIES) expect(after[family]).toBeGreaterThanOrEqual(before[family])
      }),
    )
  })

  it.each([
    ['letters', 'a'],
    ['brackets', '('],
    ['option marks', '(A)\n'],
    ['blanks', ' '],
    ['line ends', '\n'],
    ['digits', '7'],
    ['the start of a phrase', 'step by '],
    ['number words', '一'],
    ['emoji', '😀'],
    ['high halves of surrogate pairs', '\ud83d'],
    ['low halves of surrogate pairs', '\ude00'],
    ['combining marks', '\u0301'],
    ['back quotes', '```'],
  ])('takes a megabyte of %s in its stride', (_, unit) => {
    const huge = unit.repeat(Math.ceil(1_000_000 / unit.length))
    const started = performance.now()
    const { difficulty, expectedOutputTokens } = classify(ask(huge))
    expect(performance.now() - started).toBeLessThan(3_000)
    expect(difficulty).toBeGreaterThanOrEqual(0)
    expect(difficulty).toBeLessThanOrEqual(1)
    expect(expectedOutputTokens).toBeLessThan(50_000)
  })
})
