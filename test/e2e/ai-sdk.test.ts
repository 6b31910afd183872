import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { APICallError, generateText, isStepCount, type LanguageModel, Output, streamText, tool } from 'ai'
import { afterEach, describe, expect, inject, it } from 'vitest'
import * as z from 'zod'
import { DEV_KEY } from '../../src/dev/seed.ts'
import { clearFaults, PIXEL, recorded, scriptFaults, TRICKLE } from './control.ts'

// It warns of every model that it has no entry for, and ours are named by vendor.
globalThis.AI_SDK_LOG_WARNINGS = false

/** The headers of the latest answer, which the clients do not always show while it goes on. */
let latest: Response | null = null
const baseURL = `${inject('switchyardUrl')}/v1`
const settings = {
  baseURL,
  apiKey: DEV_KEY,
  async fetch(input: RequestInfo | URL, init?: RequestInit) {
    latest = await fetch(input, init)
    return latest
  },
}
const openai = createOpenAI(settings)
const compatible = createOpenAICompatible({
  ...settings,
  name: 'switchyard',
  includeUsage: true,
  supportsStructuredOutputs: true,
})
const anthropic = createAnthropic(settings)

type Provider = { name: string; of: (id: string) => LanguageModel }
const PROVIDERS: readonly Provider[] = [
  { name: '@ai-sdk/openai .chat', of: (id) => openai.chat(id) },
  { name: '@ai-sdk/openai .responses', of: (id) => openai.responses(id) },
  { name: '@ai-sdk/openai-compatible', of: (id) => compatible(id) },
  { name: '@ai-sdk/anthropic', of: (id) => anthropic(id) },
]
const MODELS = ['openai/gpt-5-mini', 'anthropic/claude-haiku-4.5', 'google/gemini-3.5-flash']

const tools = {
  get_weather: tool({
    description: 'What the sky of a city looks like now',
    inputSchema: z.object({ city: z.string() }),
    execute: async ({ city }) => ({ city, sky: 'drizzle-42' }),
  }),
  get_time: tool({
    description: 'What the clocks of a city say now',
    inputSchema: z.object({ city: z.string() }),
    execute: async ({ city }) => ({ city, time: 'noon-43' }),
  }),
}
const bothQuestion = 'What are the weather and the time in Taipei?'

async function refused(model: LanguageModel): Promise<unknown> {
  return generateText({ model, prompt: 'Hello', maxRetries: 0 }).catch((error: unknown) => error)
}

afterEach(clearFaults)

describe.each(PROVIDERS)('ai with $name', ({ of }) => {
  describe.each(MODELS)('and %s', (id) => {
    const model = of(id)

    it('generates text', async () => {
      const { text, finishReason, usage, finalStep } = await generateText({
        model,
        instructions: 'Be brief.',
        prompt: 'What is 2 + 3?',
      })
      expect(text).toMatch(/^\[simulated .+\] 2 \+ 3 = \d\.$/)
      expect(finishReason).toBe('stop')
      expect(usage.inputTokens).toBeGreaterThan(0)
      expect(usage.outputTokens).toBeGreaterThan(0)
      expect(finalStep.response.modelId).toBe(id)
    })

    it('streams text', async () => {
      const result = streamText({ model, prompt: 'Tell me about lighthouses.' })
      let text = ''
      for await (const piece of result.textStream) text += piece
      expect(text).toMatch(/^\[simulated /)
      expect(await result.text).toBe(text)
      expect(await result.finishReason).toBe('stop')
      expect((await result.usage).outputTokens).toBeGreaterThan(0)
    })

    it('goes through a loop of tools, called at once', async () => {
      const { text, steps } = await generateText({
        model,
        tools,
        prompt: bothQuestion,
        stopWhen: isStepCount(4),
      })
      expect(steps.map(({ finishReason }) => finishReason)).toEqual(['tool-calls', 'stop'])
      expect(steps[0]?.toolCalls).toMatchObject([
        { toolName: 'get_weather', input: { city: 'Taipei' } },
        { toolName: 'get_time', input: { city: 'Taipei' } },
      ])
      expect(text).toContain('drizzle-42')
      expect(text).toContain('noon-43')
    })

    it('goes through the same loop streamed', async () => {
      const result = streamText({ model, tools, prompt: bothQuestion, stopWhen: isStepCount(4) })
      const text = await result.text
      expect((await result.steps).map(({ toolCalls }) => toolCalls.length)).toEqual([2, 0])
      expect(text).toContain('drizzle-42')
      expect(text).toContain('noon-43')
    })

    it('gets objects that fit their schema', async () => {
      const schema = z.object({ city: z.string(), celsius: z.number() })
      const request = { model, prompt: 'Weather in Taipei', output: Output.object({ schema }) }
      expect((await generateText(request)).output).toEqual({ city: 'Taipei', celsius: expect.any(Number) })
      expect(await streamText(request).output).toEqual({ city: 'Taipei', celsius: expect.any(Number) })
    })

    it('shows a picture', async () => {
      const { text } = await generateText({
        model,
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'What is this?' },
              { type: 'file', mediaType: 'image/png', data: PIXEL },
            ],
          },
        ],
      })
      expect(text).toContain('With 1 image (image/png)')
    })
  })

  it('leaves midway, which is recorded', async () => {
    await scriptFaults([TRICKLE])
    const leaving = new AbortController()
    const { textStream } = streamText({
      model: of('anthropic/claude-haiku-4.5'),
      prompt: 'Write a long story.',
      abortSignal: leaving.signal,
      maxRetries: 0,
    })
    for await (const piece of textStream) if (piece !== '') leaving.abort()
    if (!latest) throw new Error('nobody answered')
    expect(await recorded(latest)).toMatchObject({ status: 'cancelled' })
  })

  it('maps errors', async () => {
    const unknown = await refused(of('nobody/knows-me'))
    expect(APICallError.isInstance(unknown)).toBe(true)
    expect(unknown).toMatchObject({ statusCode: 404, isRetryable: false })
    expect(unknown).toHaveProperty('message', expect.stringContaining('nobody/knows-me'))
    await scriptFaults([{ kind: 'status', status: 503 }])
    const failed = await refused(of('openai/gpt-4o-mini'))
    expect(APICallError.isInstance(failed)).toBe(true)
    expect(failed).toMatchObject({ isRetryable: true, statusCode: expect.any(Number) })
  })

  it('is told when a stream breaks', async () => {
    await scriptFaults([{ kind: 'error-in-band', afterChunks: 12 }])
    const errors: unknown[] = []
    const result = streamText({
      model: of('openai/gpt-4.1-mini'),
      prompt: 'Write a long story.',
      maxRetries: 0,
      onError: ({ error }) => void errors.push(error),
    })
    await result.consumeStream()
    expect(errors).toHaveLength(1)
  })
})

describe('ai, of thoughts', () => {
  it.each(['anthropic/claude-haiku-4.5', 'google/gemini-3.5-flash'])(
    'takes the signed ones of %s there and back through @ai-sdk/anthropic',
    async (id) => {
      const result = streamText({
        model: anthropic(id),
        tools,
        prompt: bothQuestion,
        stopWhen: isStepCount(4),
        providerOptions: { anthropic: { thinking: { type: 'enabled', budgetTokens: 2_048 } } },
      })
      const steps = await result.steps
      expect(steps.map(({ toolCalls }) => toolCalls.length)).toEqual([2, 0])
      for (const { reasoningText } of steps) expect(reasoningText).toMatch(/.{20}/)
      expect(await result.text).toContain('noon-43')
    },
  )

  it.each(MODELS)('takes the kept ones of %s there and back through .responses', async (id) => {
    const ask = (store: boolean) =>
      generateText({
        model: openai.responses(id),
        tools,
        prompt: bothQuestion,
        stopWhen: isStepCount(4),
        providerOptions: {
          openai: {
            store,
            reasoningEffort: 'low',
            reasoningSummary: 'auto',
            forceReasoning: true,
            ...(!store && { include: ['reasoning.encrypted_content'] }),
          },
        },
      })
    for (const store of [true, false]) {
      const { steps, text } = await ask(store)
      expect(steps.map(({ toolCalls }) => toolCalls.length)).toEqual([2, 0])
      expect(steps[0]?.reasoningText).toMatch(/.{20}/)
      expect(text).toContain('drizzle-42')
    }
  })
})
