import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterEach, describe, expect, inject, it } from 'vitest'
import { DEV_KEY } from '../../src/dev/seed.ts'
import { clearFaults, recorded, scriptFaults } from './control.ts'

const url = inject('switchyardUrl')
const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: DEV_KEY, maxRetries: 0 })
const anthropic = new Anthropic({ baseURL: url, apiKey: DEV_KEY, maxRetries: 0 })
const question = 'Tell me a long story about a lighthouse keeper, in twenty sentences.'
const messages = [{ role: 'user' as const, content: question }]

afterEach(clearFaults)

/** The first model breaks off in the middle; the second has to finish. */
const CUT = { kind: 'cut', afterChunks: 12, host: 'xai', model: 'grok-4.3', times: 1 }
const CONTINUED = {
  provider: { only: ['xai', 'moonshot'] },
  fallbacks: ['moonshot/kimi-k2.6'],
  stream_failure: { mode: 'continue' },
}

describe('a stream that breaks off and is continued', () => {
  it('is one answer to the openai client', async () => {
    await scriptFaults([CUT])
    const { data, response } = await openai.chat.completions
      .create({
        model: 'xai/grok-4.3',
        messages,
        stream: true,
        stream_options: { include_usage: true },
        ...CONTINUED,
      })
      .withResponse()
    let text = ''
    let usage: OpenAI.CompletionUsage | null = null
    const finishes: string[] = []
    for await (const chunk of data) {
      text += chunk.choices[0]?.delta.content ?? ''
      if (chunk.choices[0]?.finish_reason) finishes.push(chunk.choices[0].finish_reason)
      usage = chunk.usage ?? usage
    }
    expect(finishes).toEqual(['stop'])
    expect(text.length).toBeGreaterThan(200)
    const { status, attempts } = await recorded(response)
    expect(status).toBe('succeeded')
    expect(attempts.map(({ model, outcome }) => `${model} ${outcome}`)).toEqual([
      'xai/grok-4.3 failed',
      'moonshot/kimi-k2.6 succeeded',
    ])
    expect(usage?.completion_tokens).toBeGreaterThan(0)
  })

  it('is one message to the Anthropic client', async () => {
    await scriptFaults([CUT])
    const stream = anthropic.messages.stream({
      model: 'xai/grok-4.3',
      max_tokens: 4_000,
      messages,
      ...CONTINUED,
    })
    const message = await stream.finalMessage()
    expect(message.stop_reason).toBe('end_turn')
    expect(message.content.map(({ type }) => type)).toEqual(['text'])
  })

  it('is one response to the Responses client', async () => {
    await scriptFaults([CUT])
    const stream = await openai.responses.create({
      model: 'xai/grok-4.3',
      input: question,
      stream: true,
      ...CONTINUED,
    })
    const types: string[] = []
    for await (const event of stream) types.push(event.type)
    expect(types.at(-1)).toBe('response.completed')
    expect(types.filter((type) => type === 'response.output_text.done')).toHaveLength(1)
  })

  it('shows the seam to who looks', async () => {
    await scriptFaults([CUT])
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${DEV_KEY}`,
        'content-type': 'application/json',
        'x-switchyard-metadata': 'enabled',
      },
      body: JSON.stringify({ model: 'xai/grok-4.3', messages, stream: true, ...CONTINUED }),
    })
    const text = await response.text()
    expect(text).toContain('\n\n: switchyard continued by moonshot/kimi-k2.6\n\n')
    expect(text).toContain('"continued_by":[{"model":"moonshot/kimi-k2.6","provider":"moonshot"}]')
    expect(text.trimEnd().endsWith('data: [DONE]')).toBe(true)
  })
})

const HEDGED = {
  provider: { only: ['xai', 'moonshot'] },
  fallbacks: ['moonshot/kimi-k2.6'],
  hedge: { after_ms: 100 },
}

describe('a host that is silent', () => {
  it('is outrun by another where the caller hedges', async () => {
    await scriptFaults([{ kind: 'stall', afterChunks: 0, host: 'xai', model: 'grok-4.3', times: 1 }])
    const { data, response } = await openai.chat.completions
      .create({
        model: 'xai/grok-4.3',
        messages,
        stream: true,
        ...HEDGED,
      })
      .withResponse()
    for await (const chunk of data) expect(chunk.model).toBe('moonshot/kimi-k2.6')
    expect(response.headers.get('x-switchyard-reason')).toBe('fallback_timeout')
    const { attempts } = await recorded(response)
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['cancelled', 'succeeded'])
  })
})

const ALONE = { provider: { only: ['xai'] } }

describe('a host with a passing fault', () => {
  it('is asked again', async () => {
    const failing = { kind: 'status', status: 503, host: 'xai', model: 'grok-4.3', times: 2 }
    await scriptFaults([failing])
    const { response } = await openai.chat.completions
      .create({ model: 'xai/grok-4.3', messages, ...ALONE })
      .withResponse()
    expect(response.headers.get('x-switchyard-attempts')).toBe('3')
    expect(response.headers.get('x-switchyard-reason')).toBe('pinned_by_request')
  })
})
