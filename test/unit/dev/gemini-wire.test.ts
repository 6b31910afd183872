import { describe, expect, it } from 'vitest'
import {
  eventsIn,
  json,
  parameters,
  png,
  post,
  refusal,
  twoSubjects,
  twoTools,
  valuesAt,
  withHosts,
} from './simulated.ts'

const tools = [
  { functionDeclarations: twoTools.map((tool) => ({ ...tool, parametersJsonSchema: parameters })) },
]
const asked = { role: 'user', parts: [{ text: twoSubjects }] }
const tides = { contents: [{ role: 'user', parts: [{ text: 'Tell me about tides' }] }] }
const NO_THOUGHT = { thinkingConfig: { thinkingBudget: 0 } }

function ask(
  url: string,
  body: object,
  model = 'gemini-3-flash',
  action = 'generateContent',
): Promise<Response> {
  return post(`${url}/google/v1beta/models/${model}:${action}`, body)
}

/** The parts of every event of a stream. */
async function stream(url: string, body: object, model = 'gemini-3-flash'): Promise<string[]> {
  return eventsIn(await (await ask(url, body, model, 'streamGenerateContent?alt=sse')).text())
}

type Part = { functionCall?: { id?: string; name: string }; thoughtSignature?: string | undefined }
const responses = (parts: readonly Part[]) => ({
  role: 'user',
  parts: parts.flatMap(({ functionCall }) =>
    functionCall ? [{ functionResponse: { ...functionCall, args: undefined, response: { ok: true } } }] : [],
  ),
})

describe('function calls', () => {
  it('are parallel, with ids, the first one signed, and taken back', () =>
    withHosts(async ({ url }) => {
      const { candidates } = await json(ask(url, { contents: [asked], tools }))
      const parts: Part[] = candidates[0].content.parts
      expect(parts).toMatchObject([
        {
          functionCall: { name: 'get_weather', args: { city: 'Taipei' } },
          thoughtSignature: expect.any(String),
        },
        { functionCall: { name: 'get_time' } },
      ])
      expect(parts[1]).not.toHaveProperty('thoughtSignature')
      expect(new Set(parts.map((part) => part.functionCall?.id)).size).toBe(2)
      const streamed = valuesAt(
        await stream(url, { contents: [asked], tools }),
        'candidates.0.content.parts.0',
      )
      expect(streamed).toEqual(parts)

      const again = (model: readonly Part[]) => ({
        contents: [asked, { role: 'model', parts: model }, responses(model)],
        tools,
      })
      expect((await ask(url, again(parts))).status).toBe(200)
      const dummy = parts.with(0, { ...parts[0], thoughtSignature: 'skip_thought_signature_validator' })
      expect((await ask(url, again(dummy))).status).toBe(200)
    }))

  it.each([
    [undefined, 'Function call is missing a thought_signature in functionCall parts'],
    ['Zm9yZWlnbg==', 'Thought signature is not valid'],
  ])('are refused without their own signature: %s', (thoughtSignature, words) =>
    withHosts(async ({ url }) => {
      const model = [{ functionCall: { name: 'get_time', args: {} }, thoughtSignature }]
      const contents = [asked, { role: 'model', parts: model }, responses(model)]
      const refused = await refusal(ask(url, { contents, tools }))
      expect(refused).toEqual({ status: 400, message: expect.stringContaining(words) })
      if (thoughtSignature) return
      expect((await ask(url, { contents, tools }, 'gemini-2.5-flash')).status).toBe(200)
      const earlier = [...contents, { role: 'model', parts: [{ text: 'ok' }] }, asked]
      expect((await ask(url, { contents: earlier, tools })).status).toBe(200)
    }),
  )
})

describe('an answer', () => {
  it('shows thoughts when they are included', () =>
    withHosts(async ({ url }) => {
      const generationConfig = { thinkingConfig: { thinkingLevel: 'HIGH', includeThoughts: true } }
      const { candidates, usageMetadata } = await json(ask(url, { ...tides, generationConfig }))
      expect(candidates[0].content.parts).toMatchObject([
        { thought: true },
        { thoughtSignature: expect.any(String) },
      ])
      expect(usageMetadata.thoughtsTokenCount).toBeGreaterThan(100)
      const last = JSON.parse((await stream(url, { ...tides, generationConfig })).at(-1) ?? '')
      expect(last.candidates[0]).toMatchObject({ content: { parts: [{ text: '' }] }, finishReason: 'STOP' })
    }))

  it('has as many candidates, and ends where asked', () =>
    withHosts(async ({ url }) => {
      const generationConfig = { ...NO_THOUGHT, candidateCount: 2, stopSequences: ['tides'] }
      const { candidates } = await json(ask(url, { ...tides, generationConfig }))
      expect(candidates).toHaveLength(2)
      expect(candidates[0].content.parts[0].text).toMatch(/about $/)
    }))

  it('tells how sure it was', () =>
    withHosts(async ({ url }) => {
      const generationConfig = { ...NO_THOUGHT, responseLogprobs: true, logprobs: 2 }
      const { candidates } = await json(ask(url, { ...tides, generationConfig }))
      const { chosenCandidates, topCandidates } = candidates[0].logprobsResult
      expect(topCandidates).toHaveLength(chosenCandidates.length)
      expect(topCandidates[0].candidates).toHaveLength(2)
      expect(candidates[0].avgLogprobs).toBeLessThan(0)
    }))

  it('counts and acknowledges media', () =>
    withHosts(async ({ url }) => {
      const parts = [
        { inlineData: { mimeType: 'image/png', data: png } },
        { fileData: { mimeType: 'video/mp4', fileUri: 'https://example.com/a' } },
        { text: 'What is this?' },
      ]
      const answer = await json(
        ask(url, { contents: [{ role: 'user', parts }], generationConfig: NO_THOUGHT }),
      )
      expect(answer.candidates[0].content.parts[0].text).toContain(
        '1 image (image/png) and 1 video (video/mp4)',
      )
      expect(answer.usageMetadata.promptTokensDetails).toMatchObject([
        { modality: 'TEXT' },
        { modality: 'IMAGE', tokenCount: 258 },
        { modality: 'VIDEO' },
      ])
    }))

  it('has no candidate when the prompt is blocked, and no parts when thinking took everything', () =>
    withHosts(async ({ url }) => {
      const blocked = await json(ask(url, { contents: [{ parts: [{ text: 'simulate:refusal' }] }] }))
      expect(blocked).toMatchObject({ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } })
      expect(blocked).not.toHaveProperty('candidates')
      const { candidates } = await json(ask(url, { ...tides, generationConfig: { maxOutputTokens: 5 } }))
      expect(candidates).toEqual([{ content: { role: 'model' }, finishReason: 'MAX_TOKENS', index: 0 }])
    }))
})

const call = { role: 'model', parts: [{ functionCall: { name: 'get_time', args: {} } }] }
const asJson = { responseMimeType: 'application/json', responseJsonSchema: parameters }

describe('refuses', () => {
  it.each([
    [{ contents: [] }, 'contents is not specified'],
    [{ ...tides, stream: true }, 'Unknown name "stream": Cannot find field.'],
    [{ ...tides, generationConfig: { maxTokens: 1 } }, 'Unknown name "maxTokens" at \'generation_config\''],
    [
      { ...tides, tools, generationConfig: asJson },
      "Function calling with a response mime type: 'application/json'",
    ],
    [
      { ...tides, generationConfig: { thinkingConfig: { thinkingLevel: 'low' } } },
      'Thinking level is not supported',
    ],
    [{ contents: [asked, call, asked] }, 'number of function response parts is equal'],
    [{ contents: [asked, responses(call.parts)] }, 'function response turn comes immediately after'],
  ])('what Google refuses', (body, words) =>
    withHosts(async ({ url }) => {
      const refused = await refusal(ask(url, body, 'gemini-2.5-flash'))
      expect(refused).toEqual({ status: 400, message: expect.stringContaining(words) })
    }),
  )

  it('takes a schema together with functions from Gemini 3 on', () =>
    withHosts(async ({ url }) => {
      expect((await ask(url, { ...tides, tools, generationConfig: asJson })).status).toBe(200)
    }))
})
