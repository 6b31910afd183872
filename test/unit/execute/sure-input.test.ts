import { describe, expect, it } from 'vitest'
import type { ChatRequest, ContentPart } from '../../../src/core/chat.ts'
import { sureInputTokens } from '../../../src/execute/sure-input.ts'

const MODEL = { contextWindow: 100_000, tokenFamily: 'anthropic' } as const
const asking = (content: readonly ContentPart[], more: Partial<ChatRequest> = {}): ChatRequest => ({
  messages: [{ role: 'user', content }],
  tools: [],
  output: { type: 'text' },
  sampling: {},
  reasoning: {},
  native: null,
  ...more,
})

const sure = (text: string, more?: Partial<ChatRequest>) =>
  sureInputTokens(asking([{ type: 'text', text }], more))(MODEL)

describe('sureInputTokens', () => {
  it('counts a token for each byte of a text, and for each of its tools', () => {
    expect(sure('𝔄'.repeat(1_000)) - sure('')).toBe(4_000)
    expect(sure('字'.repeat(1_000)) - sure('')).toBe(3_000)
    const parameters = { type: 'object', properties: { a: { description: 'x'.repeat(5_000) } } }
    expect(sure('', { tools: [{ name: 'f', parameters }] }) - sure('')).toBeGreaterThan(6_000)
  })

  it('takes media by what hosts may make of them, not by their bytes', () => {
    const image: ContentPart = {
      type: 'image',
      source: { mediaType: 'image/png', base64: 'A'.repeat(1_000_000) },
    }
    expect(sureInputTokens(asking([image]))(MODEL)).toBeLessThan(9_000)
    expect(sureInputTokens(asking([image]))({ ...MODEL, tokenFamily: 'openai' })).toBeGreaterThan(48_169)
    const minute = { mediaType: 'audio/ogg', base64: 'A'.repeat(60_000) }
    expect(sureInputTokens(asking([{ type: 'audio', source: minute }]))(MODEL)).toBeGreaterThan(60 * 32)
  })

  it('takes documents and links for as much as the model holds, and never more', () => {
    const file: ContentPart = { type: 'file', source: { url: 'https://files.example/a.pdf' } }
    expect(sureInputTokens(asking([file]))(MODEL)).toBe(100_000)
    expect(sureInputTokens(asking([{ type: 'text', text: 'x'.repeat(200_000) }]))(MODEL)).toBe(100_000)
  })
})
