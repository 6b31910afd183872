import { describe, expect, it } from 'vitest'
import {
  mayBeSampled,
  meanLogprobOf,
  shortSampleRequest,
  THINKING_SAMPLE_TOKENS,
  withLogprobs,
  withoutLogprobs,
} from '../../../src/collaborate/samples.ts'
import type { ChatRequest, NativeRequest } from '../../../src/core/chat.ts'
import { chat } from '../route/builders.ts'
import { answering } from './answers.ts'

const asking = (text: string, rest: Partial<ChatRequest> = {}) =>
  chat({ messages: [{ role: 'user', content: [{ type: 'text', text }] }], ...rest })
const native = (format: NativeRequest['format'], body: Record<string, unknown>): NativeRequest => ({
  format,
  body,
  headers: {},
  droppedElsewhere: [],
  onlyHere: [],
})

describe('shortSampleRequest', () => {
  it('asks the same for its final answer only, at the usual temperature', () => {
    const sample = shortSampleRequest(asking('7 × 8?', { sampling: { temperature: 0, seed: 1 } }))
    expect(sample.messages).toHaveLength(1)
    expect(JSON.stringify(sample.messages)).toMatch(/7 × 8\?.*final answer/)
    expect(sample.sampling).toEqual({ maxOutputTokens: 128 })
  })

  it('asks for JSON as it was asked for', () => {
    const request = asking('Bern?', { output: { type: 'json_object' } })
    expect(shortSampleRequest(request)).toMatchObject({ messages: request.messages, output: request.output })
  })

  it('gives room to think, but no more than the caller does', () => {
    const request = asking('7 × 8?', { sampling: { maxOutputTokens: 500 } })
    expect(shortSampleRequest(request, THINKING_SAMPLE_TOKENS).sampling.maxOutputTokens).toBe(500)
    expect(shortSampleRequest(asking('7 × 8?'), THINKING_SAMPLE_TOKENS).sampling.maxOutputTokens).toBe(2_048)
  })
})

describe('mayBeSampled', () => {
  it('takes one answer to a short question, or JSON', () => {
    expect(mayBeSampled(asking('7 × 8?'))).toBe(true)
    expect(mayBeSampled(asking('x'.repeat(5_000), { output: { type: 'json_object' } }))).toBe(true)
    expect(mayBeSampled(asking('x'.repeat(5_000)))).toBe(false)
    expect(mayBeSampled(asking('x', { tools: [{ name: 'look' }] }))).toBe(false)
    expect(mayBeSampled(asking('x', { sampling: { choices: 2 } }))).toBe(false)
  })
})

describe('meanLogprobOf', () => {
  it('is the mean over the tokens that have one', () => {
    const entries = [
      { token: 'a', logprob: -1 },
      { logprob: -3 },
      { logprob: -9999 },
      { logprob: null },
      'odd',
    ]
    expect(meanLogprobOf(answering([], entries))).toBe(-2)
    expect(meanLogprobOf(answering([], [{ logprob: -9999 }]))).toBeNull()
    expect(meanLogprobOf(answering([]))).toBeNull()
  })
})

describe('withLogprobs', () => {
  it("asks for them in our words and in the caller's own", () => {
    const inChat = withLogprobs(chat({ native: native('openai-chat', { logit_bias: {} }) }))
    expect(inChat.sampling.logprobs).toBe(true)
    expect(inChat.native?.body).toEqual({ logit_bias: {}, logprobs: true })
    const inResponses = withLogprobs(chat({ native: native('openai-responses', { include: ['a'] }) }))
    expect(inResponses.native?.body).toEqual({ include: ['a', 'message.output_text.logprobs'] })
    expect(withLogprobs(chat({ native: native('anthropic-messages', { a: 1 }) })).native?.body).toEqual({
      a: 1,
    })
  })

  it('leaves a request that asks for them as it is', () => {
    const asked = chat({ sampling: { logprobs: true, topLogprobs: 3 } })
    expect(withLogprobs(asked)).toBe(asked)
  })
})

describe('withoutLogprobs', () => {
  it('takes them out of what is said, also where that is relayed', () => {
    const said = { type: 'text-delta', text: 'a', logprobs: [{ logprob: -1 }] } as const
    const call = { type: 'tool-call-start', index: 0, id: 'c', name: 'look' } as const
    const relayed = { type: 'relay', text: 'data: …', read: () => [said, call] } as const
    expect(withoutLogprobs(relayed)).toEqual([{ type: 'text-delta', text: 'a' }, call])
    const end = { type: 'answer-end', reason: 'stop', usage: null } as const
    expect(withoutLogprobs({ ...end, native: { body: { logprobs: {} } } })).toEqual([end])
  })
})
