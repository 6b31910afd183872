import { describe, expect, it } from 'vitest'
import {
  eventsIn,
  parameters,
  post,
  prompt,
  received,
  script,
  twoTools,
  valuesAt,
  withHosts,
} from './simulated.ts'

const messages = [{ role: 'user', content: prompt }]
const contents = [{ role: 'user', parts: [{ text: prompt }] }]
const [tool] = twoTools

/** One request for each format that makes the model call a tool. */
const formats = [
  {
    path: 'openai/v1/chat/completions',
    body: { model: 'able', messages, tools: [{ type: 'function', function: { ...tool, parameters } }] },
    overflow: 'context_length_exceeded',
    begun: /"arguments":"[^"]/,
    ended: /\\"Taipei\\"\}|"finish_reason":"tool_calls"/,
  },
  {
    path: 'openai/v1/responses',
    body: { model: 'able', input: prompt, tools: [{ type: 'function', ...tool, parameters }] },
    overflow: 'exceeds the context window',
    begun: /function_call_arguments\.delta|"arguments":"\{/,
    ended: /output_item\.done|"total_tokens"/,
  },
  {
    path: 'anthropic/v1/messages',
    body: { model: 'claude', max_tokens: 500, messages, tools: [{ ...tool, input_schema: parameters }] },
    overflow: 'prompt is too long: 208310 tokens > 200000 maximum',
    begun: /"partial_json":"[^"]|"input":\{"/,
    ended: /content_block_stop|"stop_reason":"tool_use"/,
  },
  {
    path: 'google/v1beta/models/gemini-3-flash:streamGenerateContent?alt=sse',
    body: { contents, tools: [{ functionDeclarations: [{ ...tool, parameters }] }] },
    overflow: 'exceeds the maximum number of tokens allowed',
    begun: /"args":\{"/,
    ended: /Taipei"\}/,
  },
]

describe.each(formats)('$path', ({ path, body, overflow, begun, ended }) => {
  it("context-overflow: says in the host's words that the prompt is too long", () =>
    withHosts(async (hosts) => {
      await script(hosts, { kind: 'context-overflow' })
      const response = await post(`${hosts.url}/${path}`, body)
      expect(response.status).toBe(400)
      expect(await response.text()).toContain(overflow)
    }))

  it.each([true, false])('cut-tool-call: breaks off inside the arguments, streamed: %s', (stream) =>
    withHosts(async (hosts) => {
      await script(hosts, { kind: 'cut-tool-call' })
      const google = path.startsWith('google')
      const place =
        google && !stream ? path.replace('streamGenerateContent?alt=sse', 'generateContent') : path
      const { text, broken } = await received(
        await post(`${hosts.url}/${place}`, google ? body : { ...body, stream }),
      )
      expect(broken).toBe(true)
      expect(text).toMatch(begun)
      expect(text).not.toMatch(ended)
      expect(hosts.calls()).toMatchObject([{ fault: 'cut-tool-call', cut: true }])
    }),
  )

  it('failed: tells of a failure in the place of the end', () =>
    withHosts(async (hosts) => {
      await script(hosts, { kind: 'failed' })
      const streamed = path.startsWith('google') ? body : { ...body, stream: true }
      const events = eventsIn(await (await post(`${hosts.url}/${path}`, streamed)).text())
      expect(events.at(-1)).toContain('The simulated host failed')
      expect(events.at(-1)).not.toBe('[DONE]')
    }))
})

describe('other faults', () => {
  it("context-overflow: is worded as each host of OpenAI's format words it", () =>
    withHosts(async (hosts) => {
      await script(hosts, { kind: 'context-overflow' })
      const response = await post(`${hosts.url}/groq/v1/chat/completions`, { model: 'meta/fast', messages })
      expect(await response.text()).toContain('reduce the length of the messages or completion')
    }))

  it('cut-tool-call: leaves an answer without a tool call as it is', () =>
    withHosts(async (hosts) => {
      await script(hosts, { kind: 'cut-tool-call' })
      const body = { model: 'able', messages, stream: true }
      const { text, broken } = await received(await post(`${hosts.url}/openai/v1/chat/completions`, body))
      expect(broken).toBe(false)
      expect(valuesAt(eventsIn(text), 'choices.0.finish_reason')).toEqual(['stop'])
    }))

  it('stall after no chunk: sends headers and nothing else', () =>
    withHosts(async (hosts) => {
      await script(hosts, { kind: 'stall', afterChunks: 0 })
      const response = await post(`${hosts.url}/openai/v1/chat/completions`, { model: 'able', messages })
      expect(response.status).toBe(200)
      const read = response.body?.getReader().read()
      const silence = new Promise((resolve) => setTimeout(resolve, 60, 'silence'))
      expect(await Promise.race([read, silence])).toBe('silence')
    }))

  it('replay of nothing: 200 without a body', () =>
    withHosts(async (hosts) => {
      await script(hosts, { kind: 'replay', body: '' })
      const response = await post(`${hosts.url}/openai/v1/chat/completions`, { model: 'able', messages })
      expect(response.status).toBe(200)
      expect(await response.text()).toBe('')
    }))

  it("status: OpenAI's message says how long to wait, too", () =>
    withHosts(async (hosts) => {
      await script(hosts, { kind: 'status', status: 429, retryAfterMs: 1500, retryAfterHeader: 'none' })
      const response = await post(`${hosts.url}/openai/v1/chat/completions`, { model: 'able', messages })
      expect(response.headers.has('retry-after')).toBe(false)
      expect(await response.text()).toContain('Please try again in 1.5s.')
    }))
})
