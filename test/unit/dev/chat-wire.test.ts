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

const messages = [{ role: 'user', content: 'Tell me about tides' }]
const tools = twoTools.map((tool) => ({ type: 'function', function: { ...tool, parameters } }))
const asked = [{ role: 'user', content: twoSubjects }]

function ask(url: string, changes: object, host = 'openai'): Promise<Response> {
  return post(`${url}/${host}/v1/chat/completions`, { model: 'able', messages, ...changes })
}

describe('choices', () => {
  it('gives as many as asked, all different, in a stream one after the other', () =>
    withHosts(async ({ url }) => {
      const { choices, usage } = await json(ask(url, { n: 3 }))
      const texts = choices.map((choice: { message: { content: string } }) => choice.message.content)
      expect(new Set(texts).size).toBe(3)
      const single = await json(ask(url, {}))
      expect(usage.completion_tokens).toBeGreaterThan(2 * single.usage.completion_tokens)

      const events = eventsIn(await (await ask(url, { n: 3, stream: true })).text())
      expect(valuesAt(events, 'choices.0.index').slice(0, 6)).toEqual([0, 1, 2, 0, 1, 2])
      expect(valuesAt(events, 'choices.0.finish_reason')).toEqual(['stop', 'stop', 'stop'])
    }))

  it('ends before a stop sequence', () =>
    withHosts(async ({ url }) => {
      const { choices } = await json(ask(url, { stop: ['tides', 'never said'] }))
      expect(choices[0]).toMatchObject({ finish_reason: 'stop' })
      expect(choices[0].message.content).toMatch(/about $/)
    }))

  it('tells how sure it was of every token', () =>
    withHosts(async ({ url }) => {
      const options = { logprobs: true, top_logprobs: 2, seed: 7, some_field: 1 }
      const { choices } = await json(ask(url, options))
      const { content } = choices[0].logprobs
      expect(content.map((token: { token: string }) => token.token).join('')).toBe(choices[0].message.content)
      expect(content[0].top_logprobs).toHaveLength(2)
      expect(content[0].logprob).toBeLessThan(0)
      expect(content[0].top_logprobs[1].logprob).toBeLessThan(content[0].logprob)

      const events = eventsIn(await (await ask(url, { ...options, stream: true })).text())
      expect(valuesAt(events, 'choices.0.logprobs.content.0.token').join('')).toBe(choices[0].message.content)
      expect((await ask(url, { top_logprobs: 2 })).status).toBe(400)
    }))

  it('refuses when the prompt says so', () =>
    withHosts(async ({ url }) => {
      const please = [{ role: 'user', content: 'simulate:refusal' }]
      const { choices } = await json(ask(url, { messages: please }))
      expect(choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: null } })
      const events = eventsIn(await (await ask(url, { messages: please, stream: true })).text())
      expect(valuesAt(events, 'choices.0.delta.refusal').join('')).toBe(choices[0].message.refusal)
    }))

  it("tells what was thought in each host's own fields", () =>
    withHosts(async ({ url }) => {
      const { choices } = await json(ask(url, { model: 'any/thinker' }, 'openrouter'))
      const { reasoning, reasoning_details: details } = choices[0].message
      expect(details).toMatchObject([{ type: 'reasoning.text', text: reasoning }])
    }))
})

describe('tools', () => {
  it('are called at once when the prompt names several subjects, unless that is forbidden', () =>
    withHosts(async ({ url }) => {
      const { choices } = await json(ask(url, { messages: asked, tools }))
      const names = valuesAt([JSON.stringify(choices)], '0.message.tool_calls').flat()
      expect(names).toMatchObject([
        { function: { name: 'get_weather', arguments: '{"city":"Taipei"}' } },
        { function: { name: 'get_time' } },
      ])
      const events = eventsIn(await (await ask(url, { messages: asked, tools, stream: true })).text())
      expect(valuesAt(events, 'choices.0.delta.tool_calls.0.id')).toHaveLength(2)
      expect(new Set(valuesAt(events, 'choices.0.delta.tool_calls.0.index'))).toEqual(new Set([0, 1]))
    }))

  it('are called one after the other when only one may be', () =>
    withHosts(async ({ url }) => {
      const called: string[] = []
      const history: object[] = [...asked]
      for (let step = 0; step < 3; step++) {
        const { choices } = await json(ask(url, { messages: history, tools, parallel_tool_calls: false }))
        const calls = choices[0].message.tool_calls ?? []
        const results = calls.map((call: { id: string }) => {
          return { role: 'tool', tool_call_id: call.id, content: 'done' }
        })
        called.push(...calls.map((call: { function: { name: string } }) => call.function.name))
        history.push(choices[0].message, ...results)
      }
      expect(called).toEqual(['get_weather', 'get_time'])
    }))
})

describe('media', () => {
  it('is counted and acknowledged', () =>
    withHosts(async ({ url }) => {
      const content = [
        { type: 'text', text: 'Tell me about tides' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } },
        { type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'low' } },
        { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
        { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' } },
      ]
      const { choices, usage } = await json(ask(url, { messages: [{ role: 'user', content }] }))
      expect(choices[0].message.content).toContain(
        '2 images (image/png, by reference) and 1 audio (audio/wav) and 1 file (application/pdf)',
      )
      const plain = await json(ask(url, {}))
      expect(usage.prompt_tokens).toBeGreaterThan(plain.usage.prompt_tokens + 500)
      expect(usage.prompt_tokens_details.audio_tokens).toBeGreaterThan(0)
    }))

  it.each([
    [{ type: 'image_url', image_url: { url: 'data:image/bmp;base64,AAAA' } }, 'unsupported image'],
    [{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'ogg' } }, "'wav' and 'mp3'"],
    [{ type: 'file', file: { file_data: 'AAAA' } }, 'data URL'],
    [{ type: 'hologram' }, "Invalid value: 'hologram'"],
  ])('is refused when the host cannot read it', (part, words) =>
    withHosts(async ({ url }) => {
      const refused = await refusal(ask(url, { messages: [{ role: 'user', content: [part] }] }))
      expect(refused).toEqual({ status: 400, message: expect.stringContaining(words) })
    }),
  )
})

const calls = [{ id: 'call_1', type: 'function', function: { name: 'get_time', arguments: '{}' } }]
const result = (id: string, content: unknown = 'noon') => ({ role: 'tool', tool_call_id: id, content })
const image = [{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }]

describe('refuses', () => {
  it.each([
    [[...messages, result('call_1')], "must be a response to a preceeding message with 'tool_calls'"],
    [[...messages, { role: 'assistant', tool_calls: calls }, result('call_2')], 'must be a response to'],
    [
      [...messages, { role: 'assistant', tool_calls: calls }, ...messages],
      'did not have response messages: call_1',
    ],
    [
      [...messages, { role: 'assistant', tool_calls: calls }, result('call_1', image)],
      "with role 'tool' contains an image",
    ],
    [
      [...messages, { role: 'assistant', content: 'a', reasoning_content: 'b' }],
      "'messages[1].reasoning_content'",
    ],
    [
      [...messages, { role: 'assistant', content: 'a', reasoning_details: [] }],
      "'messages[1].reasoning_details'",
    ],
    [[{ role: 'user' }], 'expected a string, got null'],
  ])('messages that do not fit together', (history, words) =>
    withHosts(async ({ url }) => {
      const refused = await refusal(ask(url, { messages: history }))
      expect(refused).toEqual({ status: 400, message: expect.stringContaining(words) })
    }),
  )

  it('the developer role, where it is not known', () =>
    withHosts(async ({ url }) => {
      const history = [{ role: 'developer', content: 'Be brief' }, ...messages]
      const { message } = await refusal(ask(url, { messages: history, model: 'deepseek-chat' }, 'deepseek'))
      expect(message).toContain('developer is not one of')
      expect((await ask(url, { messages: history })).status).toBe(200)
    }))

  it('max_tokens for models that think, and says what is missing', () =>
    withHosts(async ({ url }) => {
      const old = await json(ask(url, { model: 'gpt-5-mini', max_tokens: 9 }))
      expect(old.error).toMatchObject({ param: 'max_tokens', code: 'unsupported_parameter' })
      const { error } = await json(ask(url, { messages: undefined }))
      expect(error).toMatchObject({ message: "Missing required parameter: 'messages'.", param: 'messages' })
    }))
})
