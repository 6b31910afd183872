import { describe, expect, it } from 'vitest'
import {
  claude,
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

const tools = twoTools.map((tool) => ({ ...tool, input_schema: parameters }))
const asked = { role: 'user', content: twoSubjects }
const thinking = { type: 'enabled', budget_tokens: 1024 }
const thinks = { max_tokens: 4000, thinking }
const say = (content: unknown) => ({ messages: [{ role: 'user', content }] })

function ask(url: string, body: object): Promise<Response> {
  return post(`${url}/anthropic/v1/messages`, { ...claude, ...body })
}

const kinds = (content: readonly { type: string }[]) => content.map(({ type }) => type)

/** Results for every call in an answer. */
function results(content: readonly { type: string; id: string }[], said: object = { content: 'done' }) {
  const calls = content.filter(({ type }) => type === 'tool_use')
  return { role: 'user', content: calls.map(({ id }) => ({ type: 'tool_result', tool_use_id: id, ...said })) }
}

describe('thinking', () => {
  it('is streamed and signed, and taken back as it was', () =>
    withHosts(async ({ url }) => {
      const body = { ...thinks, tools, messages: [asked] }
      const { content } = await json(ask(url, body))
      expect(kinds(content)).toEqual(['thinking', 'tool_use', 'tool_use'])
      const events = eventsIn(await (await ask(url, { ...body, stream: true })).text())
      expect(valuesAt(events, 'delta.thinking').join('')).toBe(content[0].thinking)
      expect(valuesAt(events, 'delta.signature')).toEqual([content[0].signature])
      expect(valuesAt(events, 'type')).toContain('ping')

      const history = (first: object) => [
        asked,
        { role: 'assistant', content: [first, ...content.slice(1)] },
        results(content),
      ]
      expect((await ask(url, { ...body, messages: history(content[0]) })).status).toBe(200)
      const forged = { ...content[0], thinking: `${content[0].thinking}!` }
      expect((await refusal(ask(url, { ...body, messages: history(forged) }))).message).toBe(
        'messages.1.content.0: Invalid `signature` in `thinking` block',
      )
      const without = history(content[1]).with(1, { role: 'assistant', content: content.slice(1) })
      expect((await refusal(ask(url, { ...body, messages: without }))).message).toMatch(
        /^messages\.1\.content\.0\.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`/,
      )
    }))

  it('may be redacted, or signed without being shown', () =>
    withHosts(async ({ url }) => {
      const prompt = say('simulate:redacted-thinking Tell me about tides')
      const { content } = await json(ask(url, { ...thinks, ...prompt }))
      expect(kinds(content)).toEqual(['thinking', 'redacted_thinking', 'text'])
      const history = (blocks: unknown) => ({
        messages: [...prompt.messages, { role: 'assistant', content: blocks }, asked],
      })
      expect((await ask(url, { ...thinks, ...history(content) })).status).toBe(200)
      const forged = [content[0], { type: 'redacted_thinking', data: 'forged' }]
      expect((await refusal(ask(url, history(forged)))).message).toContain('Invalid `data`')

      const hidden = await json(
        ask(url, { thinking: { type: 'adaptive', display: 'omitted' }, output_config: { effort: 'low' } }),
      )
      expect(hidden.content[0]).toMatchObject({ type: 'thinking', thinking: '' })
      expect((await ask(url, history(hidden.content))).status).toBe(200)
    }))

  it.each([
    [{ thinking: { type: 'enabled', budget_tokens: 1000 } }, 'greater than or equal to 1024'],
    [{ thinking }, '`max_tokens` must be greater than `thinking.budget_tokens`'],
    [{ ...thinks, temperature: 0.5 }, '`temperature` may only be set to 1 when thinking is enabled'],
    [
      { ...thinks, tools, tool_choice: { type: 'any' } },
      'Thinking may not be enabled when tool_choice forces',
    ],
  ])('does not go with everything', (body, words) =>
    withHosts(async ({ url }) => {
      const refused = await refusal(ask(url, body))
      expect(refused).toEqual({ status: 400, message: expect.stringContaining(words) })
    }),
  )
})

describe('an answer', () => {
  it('ends at a stop sequence and names it', () =>
    withHosts(async ({ url }) => {
      const answer = await json(ask(url, { ...say('Tell me about tides'), stop_sequences: ['tides'] }))
      expect(answer).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: 'tides' })
      expect(answer.content[0].text).toMatch(/about $/)
    }))

  it('calls one tool where parallel use is disabled', () =>
    withHosts(async ({ url }) => {
      const tool_choice = { type: 'auto', disable_parallel_tool_use: true }
      const { content } = await json(ask(url, { messages: [asked], tools, tool_choice }))
      expect(kinds(content)).toEqual(['tool_use'])
    }))

  it('may be a refusal', () =>
    withHosts(async ({ url }) => {
      expect(await json(ask(url, say('simulate:refusal')))).toMatchObject({
        stop_reason: 'refusal',
        content: [],
      })
    }))

  it('acknowledges images and documents, in results too', () =>
    withHosts(async ({ url }) => {
      const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } }
      const pdf = {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: 'AAAA' },
      }
      const far = { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } }
      const { content } = await json(
        ask(url, say([image, far, pdf, { type: 'text', text: 'What is this?' }])),
      )
      expect(content[0].text).toContain('2 images (image/png, by reference) and 1 file (application/pdf)')

      const called = await json(ask(url, { messages: [asked], tools }))
      const told = results(called.content, { content: [image], is_error: true })
      const messages = [asked, { role: 'assistant', content: called.content }, told]
      expect((await json(ask(url, { messages, tools }))).content[0].text).toContain('2 images')
      const done = [asked, { role: 'assistant', content: called.content }, results(called.content)]
      expect((await json(ask(url, { messages: done, tools }))).content[0].text).toContain('done; done')
    }))

  it('tells for how long it wrote to the cache', () =>
    withHosts(async ({ url }) => {
      const text = 'A rather long and constant instruction. '.repeat(200)
      const cached = (ttl: string) => [
        { type: 'text', text: `${ttl} ${text}`, cache_control: { type: 'ephemeral', ttl } },
      ]
      const hour = await json(ask(url, { system: cached('1h') }))
      const { cache_creation_input_tokens: written } = hour.usage
      expect(hour.usage.cache_creation).toEqual({
        ephemeral_5m_input_tokens: 0,
        ephemeral_1h_input_tokens: written,
      })
      const short = await json(ask(url, { system: cached('5m') }))
      expect(short.usage.cache_creation.ephemeral_5m_input_tokens).toBeGreaterThan(1024)
    }))
})

describe('count_tokens', () => {
  it('counts what a message would cost', () =>
    withHosts(async ({ url }) => {
      const { max_tokens: _, ...prompt } = claude
      const count = await json(post(`${url}/anthropic/v1/messages/count_tokens`, prompt))
      expect(count).toEqual({ input_tokens: (await json(ask(url, {}))).usage.input_tokens })
    }))
})

const use = { type: 'tool_use', id: 'toolu_1', name: 'get_time', input: {} }
const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'noon' }

describe('refuses', () => {
  it.each([
    [{ max_tokens: undefined }, 'max_tokens: Field required'],
    [{ best_of: 2 }, 'best_of: Extra inputs are not permitted'],
    [{ messages: [{ role: 'assistant', content: 'hi' }] }, 'first message must use the "user" role'],
    [say([{ type: 'text', text: '' }]), 'text content blocks must be non-empty'],
    [say([result]), 'unexpected `tool_use_id` found in `tool_result` blocks: toolu_1'],
    [
      { messages: [asked, { role: 'assistant', content: [use] }, asked] },
      'without `tool_result` blocks immediately after: toolu_1',
    ],
    [
      {
        messages: [
          asked,
          { role: 'assistant', content: [use] },
          { role: 'user', content: [{ type: 'text', text: 'so' }, result] },
        ],
      },
      'without `tool_result` blocks immediately after',
    ],
    [say([{ type: 'image', source: { type: 'base64', media_type: 'image/bmp', data: png } }]), 'media_type'],
    [{ tools: [{ name: 'no spaces', input_schema: { type: 'object' } }] }, 'String should match pattern'],
  ])('what Anthropic refuses', (body, words) =>
    withHosts(async ({ url }) => {
      const response = await ask(url, body)
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({
        type: 'error',
        error: { type: 'invalid_request_error', message: expect.stringContaining(words) },
      })
    }),
  )
})
