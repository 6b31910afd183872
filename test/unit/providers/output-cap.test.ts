import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ChatRequest, REASONING_EFFORTS, type WireFormat } from '../../../src/core/chat.ts'
import type { Adapter, Target } from '../../../src/providers/adapter.ts'
import { anthropicMessages } from '../../../src/providers/anthropic-messages/index.ts'
import { googleGenerateContent } from '../../../src/providers/google-generate-content/index.ts'
import { openaiChat } from '../../../src/providers/openai-chat/index.ts'
import { openaiResponses } from '../../../src/providers/openai-responses/index.ts'
import { vertexMessages } from '../../../src/providers/vertex.ts'
import { COMPATIBLE, OPENAI, requestWith, TARGET } from './conversation.ts'

/** The parts of a body that bound its answer. */
type Sent = {
  max_tokens?: number
  max_completion_tokens?: number
  max_output_tokens?: number
  generationConfig?: { maxOutputTokens?: number }
  thinking?: { budget_tokens?: number }
}

function sent(adapter: Adapter, request: ChatRequest, target: Partial<Target>): Sent {
  const { body } = adapter.encode(request, { ...TARGET, ...target })
  return JSON.parse(JSON.stringify(body))
}

/** The same request as its caller said it in this format. */
function native(format: WireFormat, body: Record<string, unknown>): Pick<ChatRequest, 'native'> {
  const said = { format, body, headers: {}, droppedElsewhere: [], onlyHere: [] }
  return { native: said }
}

/** How a format says the bound; `native`: the name that its own callers use, where we pass their words on. */
const FORMATS: readonly [
  name: string,
  adapter: Adapter,
  read: (body: Sent) => number | undefined,
  native: string | null,
][] = [
  ['max_tokens', openaiChat(COMPATIBLE), (body) => body.max_tokens, 'max_tokens'],
  [
    'max_completion_tokens',
    openaiChat(OPENAI),
    (body) => body.max_completion_tokens,
    'max_completion_tokens',
  ],
  ['max_output_tokens', openaiResponses(), (body) => body.max_output_tokens, 'max_output_tokens'],
  ["Anthropic's max_tokens", anthropicMessages, (body) => body.max_tokens, 'max_tokens'],
  ["Vertex's max_tokens", vertexMessages, (body) => body.max_tokens, 'max_tokens'],
  ['maxOutputTokens', googleGenerateContent, (body) => body.generationConfig?.maxOutputTokens, null],
]

const asking = (maxOutputTokens?: number) =>
  requestWith({ sampling: maxOutputTokens === undefined ? {} : { maxOutputTokens } })

describe.each(FORMATS)('the most a call may write, as %s', (_, adapter, read, field) => {
  const inItsWords = (tokens?: number) => {
    const own = field !== null && tokens !== undefined ? { [field]: tokens } : {}
    return { ...asking(tokens), ...(field !== null && native(adapter.format, own)) }
  }

  it.each([
    ['translated', asking],
    ["in the caller's own words", inItsWords],
  ])('is the smaller of the cap and what the caller asked: %s', (_name, ask) => {
    expect(read(sent(adapter, ask(2_000), { outputCap: 500 }))).toBe(500)
    expect(read(sent(adapter, ask(100), { outputCap: 500 }))).toBe(100)
    expect(read(sent(adapter, ask(), { outputCap: 500 }))).toBe(500)
    expect(read(sent(adapter, ask(100), {}))).toBe(100)
  })
})

it('is shared by several choices', () => {
  const request = requestWith({ sampling: { choices: 3, maxOutputTokens: 1_000 } })
  expect(sent(openaiChat(OPENAI), request, { outputCap: 301 })).toHaveProperty('max_completion_tokens', 100)
  expect(sent(openaiChat(OPENAI), request, { outputCap: 2 })).toHaveProperty('max_completion_tokens', 1)
})

const models = fc.constantFrom(
  'claude-haiku-4-5',
  'claude-sonnet-4-6',
  'claude-opus-4-7',
  'claude-opus-5-5',
  'kimi',
)
const budget = fc.integer({ min: 1_024, max: 20_000 })
const wish = fc.oneof(
  fc.record({ effort: fc.constantFrom(...REASONING_EFFORTS) }),
  fc.record({ budgetTokens: budget }),
  fc.constant({}),
)

it('leaves no budget of thoughts that is not below it', () => {
  const told = fc.option(budget, { nil: undefined })
  const caps = fc.integer({ min: 1, max: 20_000 })
  fc.assert(
    fc.property(models, wish, told, caps, fc.option(caps), (hostModelId, reasoning, tokens, cap, asked) => {
      const sampling = asked === null ? {} : { maxOutputTokens: asked }
      const thinking = tokens === undefined ? {} : { thinking: { type: 'enabled', budget_tokens: tokens } }
      for (const words of [native('anthropic-messages', { messages: [], ...thinking }), {}]) {
        const request = requestWith({ reasoning, sampling, ...words })
        const body = sent(anthropicMessages, request, { hostModelId, outputCap: cap, maxOutputTokens: 9_000 })
        const bound = body.max_tokens ?? Infinity
        expect(bound).toBeLessThanOrEqual(Math.min(cap, asked ?? cap, 9_000))
        expect(body.thinking?.budget_tokens ?? 0).toBeLessThan(bound)
      }
    }),
  )
})
