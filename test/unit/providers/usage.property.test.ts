import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ChatEvent, NO_USAGE, type Usage } from '../../../src/core/chat.ts'
import { anthropicMessages } from '../../../src/providers/anthropic-messages/index.ts'
import { googleGenerateContent } from '../../../src/providers/google-generate-content/index.ts'
import { openaiChat } from '../../../src/providers/openai-chat/index.ts'
import { sumUsage, toUsage } from '../../../src/providers/usage.ts'
import { COMPATIBLE } from './conversation.ts'

const openai = openaiChat(COMPATIBLE)

/** What hosts may put where a count belongs. */
const count = fc.oneof(
  fc.integer({ min: 0, max: 200_000 }),
  fc.integer(),
  fc.double({ noNaN: true }),
  fc.constantFrom<unknown>(null, undefined, 'many', '12', {}, []),
)
const counts = (...names: readonly string[]) =>
  fc.record(Object.fromEntries(names.map((name) => [name, count])), { requiredKeys: [] })

const openaiUsage = fc
  .tuple(
    counts('prompt_tokens', 'completion_tokens', 'total_tokens', 'cached_tokens', 'prompt_cache_hit_tokens'),
    fc.option(counts('cached_tokens', 'cache_write_tokens', 'audio_tokens', 'image_tokens')),
    fc.option(counts('reasoning_tokens', 'audio_tokens')),
  )
  .map(([flat, prompt, completion]) => ({
    ...flat,
    prompt_tokens_details: prompt,
    completion_tokens_details: completion,
  }))
const anthropicUsage = fc
  .tuple(
    counts('input_tokens', 'output_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'),
    fc.option(counts('ephemeral_5m_input_tokens', 'ephemeral_1h_input_tokens')),
    fc.option(counts('thinking_tokens')),
  )
  .map(([flat, creation, output]) => ({
    ...flat,
    cache_creation: creation,
    output_tokens_details: output,
  }))
const byModality = fc.option(
  fc.array(
    fc.record({
      modality: fc.constantFrom('TEXT', 'AUDIO', 'IMAGE', 'VIDEO', 'DOCUMENT'),
      tokenCount: count,
    }),
    { maxLength: 4 },
  ),
)
const googleUsage = fc
  .tuple(
    counts(
      'promptTokenCount',
      'toolUsePromptTokenCount',
      'candidatesTokenCount',
      'thoughtsTokenCount',
      'cachedContentTokenCount',
    ),
    byModality,
    byModality,
  )
  .map(([flat, prompt, candidates]) => ({
    ...flat,
    promptTokensDetails: prompt,
    candidatesTokensDetails: candidates,
  }))

function usageOf(events: readonly ChatEvent[]): Usage | null {
  const last = events.at(-1)
  if (last?.type !== 'answer-end') throw new Error('the answer did not end well')
  return last.usage
}

function expectSound(usage: Usage | null): void {
  if (!usage) return
  for (const tokens of Object.values(usage)) {
    expect(Number.isSafeInteger(tokens) && tokens >= 0, JSON.stringify(usage)).toBe(true)
  }
  expect(usage.cachedInputTokens + usage.cacheWriteTokens).toBeLessThanOrEqual(usage.inputTokens)
  expect(usage.audioInputTokens + usage.imageInputTokens).toBeLessThanOrEqual(usage.inputTokens)
  expect(usage.longCacheWriteTokens).toBeLessThanOrEqual(usage.cacheWriteTokens)
  expect(usage.reasoningTokens + usage.audioOutputTokens).toBeLessThanOrEqual(usage.outputTokens)
}

describe('usage, whatever the host counts', () => {
  it('is sound from OpenAI Chat, whole and streamed', () => {
    fc.assert(
      fc.property(openaiUsage, (usage) => {
        const choice = { message: { content: 'Yes' }, finish_reason: 'stop' }
        expectSound(usageOf(openai.decodeAnswer({ choices: [choice], usage })))
        const decode = openai.createDecoder()
        decode(JSON.stringify({ choices: [{ delta: {}, finish_reason: 'stop' }], usage }))
        expectSound(usageOf(decode('[DONE]')))
      }),
    )
  })

  it('is sound from Anthropic Messages, whole and streamed', () => {
    fc.assert(
      fc.property(anthropicUsage, anthropicUsage, (opening, closing) => {
        expectSound(
          usageOf(anthropicMessages.decodeAnswer({ content: [], stop_reason: 'end_turn', usage: opening })),
        )
        const decode = anthropicMessages.createDecoder()
        decode(JSON.stringify({ type: 'message_start', message: { usage: opening } }))
        decode(JSON.stringify({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: closing }))
        expectSound(usageOf(decode('{"type":"message_stop"}')))
      }),
    )
  })

  it('is sound from Google generateContent', () => {
    fc.assert(
      fc.property(googleUsage, (usageMetadata) => {
        const candidates = [{ content: { parts: [{ text: 'Yes' }] }, finishReason: 'STOP' }]
        expectSound(usageOf(googleGenerateContent.decodeAnswer({ candidates, usageMetadata })))
      }),
    )
  })

  it('is exact where the host is sound', () => {
    const tokens = fc.integer({ min: 0, max: 1_000_000 })
    fc.assert(
      fc.property(tokens, tokens, tokens, tokens, (fresh, read, written, output) => {
        const usage = {
          input_tokens: fresh,
          cache_read_input_tokens: read,
          cache_creation_input_tokens: written,
          output_tokens: output,
        }
        const whole = { content: [], stop_reason: 'end_turn', usage }
        expect(usageOf(anthropicMessages.decodeAnswer(whole))).toEqual({
          ...NO_USAGE,
          inputTokens: fresh + read + written,
          cachedInputTokens: read,
          cacheWriteTokens: written,
          outputTokens: output,
        })
      }),
    )
  })
})

const KINDS = [
  'inputTokens',
  'cachedInputTokens',
  'cacheWriteTokens',
  'longCacheWriteTokens',
  'audioInputTokens',
  'imageInputTokens',
  'outputTokens',
  'reasoningTokens',
  'audioOutputTokens',
] as const satisfies readonly (keyof Usage)[]
const wild = fc.oneof(fc.integer({ min: 0, max: 1_000 }), fc.integer(), fc.double({ noNaN: true }))
const wildUsage = fc
  .record({ inputTokens: wild, outputTokens: wild })
  .chain((wholes) => fc.dictionary(fc.constantFrom(...KINDS), wild).map((parts) => ({ ...parts, ...wholes })))

describe('toUsage', () => {
  it('is sound whatever is counted, and changes nothing that is', () => {
    fc.assert(
      fc.property(wildUsage, (counted) => {
        const usage = toUsage(counted)
        expectSound(usage)
        expect(toUsage(usage)).toEqual(usage)
      }),
    )
  })
})

describe('sumUsage', () => {
  it('adds every kind of token, and skips what is not known', () => {
    fc.assert(
      fc.property(fc.array(fc.option(wildUsage.map(small))), (usages) => {
        const known = usages.filter((usage) => usage !== null)
        const sum = sumUsage(usages)
        expectSound(sum)
        expect(sum === null).toBe(known.length === 0)
        for (const kind of KINDS) {
          expect(sum?.[kind] ?? 0).toBe(known.reduce((total, usage) => total + usage[kind], 0))
        }
      }),
    )
  })
})

/** A sound usage of which many can be added without leaving the safe integers. */
function small(counted: Parameters<typeof toUsage>[0]): Usage {
  const bounded = Object.entries(counted).map(([kind, tokens]) => [kind, Math.min(tokens ?? 0, 1e9)])
  return toUsage({ ...counted, ...Object.fromEntries(bounded) })
}
