import OpenAI, { APIError, AuthenticationError, NotFoundError } from 'openai'
import { zodResponseFormat } from 'openai/helpers/zod'
import { afterEach, describe, expect, inject, it } from 'vitest'
import * as z from 'zod'
import { DEV_KEY } from '../../src/dev/seed.ts'
import { clearFaults, PIXEL, recorded, scriptFaults, TRICKLE } from './control.ts'

const client = new OpenAI({ baseURL: `${inject('switchyardUrl')}/v1`, apiKey: DEV_KEY, maxRetries: 0 })
const MODELS = ['openai/gpt-5-mini', 'anthropic/claude-haiku-4.5', 'google/gemini-2.5-flash']
const question = [{ role: 'user' as const, content: 'What is 2 + 3?' }]

const weatherTool = {
  type: 'function' as const,
  function: {
    name: 'get_weather',
    description: 'The current weather of a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
}

afterEach(clearFaults)

describe('the official openai client', () => {
  it('chats with the model that was chosen', async () => {
    const { data, response } = await client.chat.completions
      .create({ model: 'auto', messages: question })
      .withResponse()
    expect(data.object).toBe('chat.completion')
    expect(data.choices[0]?.message.content).toMatch(/^\[simulated .+\].*5/s)
    expect(data.choices[0]?.finish_reason).toBe('stop')
    expect(data.model).toBe(response.headers.get('x-switchyard-model'))
    expect(data.usage?.total_tokens).toBe(
      (data.usage?.prompt_tokens ?? 0) + (data.usage?.completion_tokens ?? 0),
    )
    expect(Number(response.headers.get('x-switchyard-cost-usd'))).toBeGreaterThan(0)
    expect(response.headers.get('x-switchyard-simulated')).toBe('true')
  })

  it.each([
    'openai/gpt-5-mini',
    'anthropic/claude-haiku-4.5',
    'google/gemini-2.5-flash',
    'meta/llama-3.3-70b',
  ])('streams from %s, whatever its host speaks, with usage at the end', async (model) => {
    const stream = await client.chat.completions.create({
      model,
      messages: question,
      stream: true,
      stream_options: { include_usage: true },
    })
    let text = ''
    const finishes: string[] = []
    let usage: OpenAI.CompletionUsage | null = null
    for await (const chunk of stream) {
      expect(chunk.model).toBe(model)
      text += chunk.choices[0]?.delta.content ?? ''
      if (chunk.choices[0]?.finish_reason) finishes.push(chunk.choices[0].finish_reason)
      usage = chunk.usage ?? usage
    }
    expect(text).toContain('[simulated ')
    expect(finishes).toEqual(['stop'])
    expect(usage?.completion_tokens).toBeGreaterThan(0)
    expect(usage).toHaveProperty('cost')
  })

  it.each(['auto', 'anthropic/claude-haiku-4.5', 'google/gemini-2.5-flash'])(
    'takes a tool call of %s there and back',
    async (model) => {
      const messages: OpenAI.ChatCompletionMessageParam[] = [
        { role: 'system', content: 'Use the tools you have.' },
        { role: 'user', content: 'What is the weather in Taipei?' },
      ]
      const asked = await client.chat.completions.create({ model, messages, tools: [weatherTool] })
      const answer = asked.choices[0]
      const call = answer?.message.tool_calls?.[0]
      if (!answer || call?.type !== 'function') throw new Error('no tool call')
      expect(answer.finish_reason).toBe('tool_calls')
      expect(call.function.name).toBe('get_weather')
      expect(JSON.parse(call.function.arguments)).toEqual({ city: 'Taipei' })
      messages.push(answer.message, { role: 'tool', tool_call_id: call.id, content: '{"sky":"drizzle-42"}' })
      const told = await client.chat.completions.create({ model, messages, tools: [weatherTool] })
      expect(told.choices[0]?.finish_reason).toBe('stop')
      expect(told.choices[0]?.message.content).toContain('drizzle-42')
    },
  )

  it('streams tool calls that the client can put together', async () => {
    const stream = client.chat.completions.stream({
      model: 'openai/gpt-5-mini',
      messages: [{ role: 'user', content: 'What is the weather in Taipei?' }],
      tools: [weatherTool],
      tool_choice: 'required',
    })
    const completion = await stream.finalChatCompletion()
    const call = completion.choices[0]?.message.tool_calls?.[0]
    expect(call).toMatchObject({
      type: 'function',
      function: { name: 'get_weather', arguments: '{"city":"Taipei"}' },
    })
  })

  it.each(MODELS)('gets JSON of %s that fits its schema', async (model) => {
    const weather = z.strictObject({ city: z.string(), celsius: z.number() })
    const { choices } = await client.chat.completions.parse({
      model,
      messages: [{ role: 'user', content: 'Weather in Taipei' }],
      response_format: zodResponseFormat(weather, 'weather'),
    })
    expect(choices[0]?.message.parsed).toEqual({ city: 'Taipei', celsius: expect.any(Number) })
    expect(choices[0]?.finish_reason).toBe('stop')
  })

  it.each(MODELS)('shows %s a picture', async (model) => {
    const { choices } = await client.chat.completions.create({
      model,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } },
          ],
        },
      ],
    })
    expect(choices[0]?.message.content).toContain('With 1 image (image/png)')
  })

  it.each(MODELS)('runs the tools that %s calls', async (model) => {
    const asked: unknown[] = []
    const runner = client.chat.completions.runTools({
      model,
      stream: true,
      messages: [{ role: 'user', content: 'What is the weather in Taipei?' }],
      tools: [
        {
          type: 'function',
          function: {
            ...weatherTool.function,
            parse: JSON.parse,
            function: (args: object) => {
              asked.push(args)
              return '{"sky":"drizzle-42"}'
            },
          },
        },
      ],
    })
    expect(await runner.finalContent()).toContain('drizzle-42')
    expect(asked).toEqual([{ city: 'Taipei' }])
  })

  it('leaves midway, which is recorded', async () => {
    await scriptFaults([TRICKLE])
    const { data: stream, response } = await client.chat.completions
      .create({ model: 'openai/gpt-5-mini', messages: question, stream: true })
      .withResponse()
    for await (const { choices } of stream) if (choices[0]?.delta.content) break
    stream.controller.abort()
    expect(await recorded(response)).toMatchObject({ status: 'cancelled' })
  })

  it('is told when a stream breaks', async () => {
    await scriptFaults([{ kind: 'error-in-band', afterChunks: 8 }])
    const stream = client.chat.completions.stream({ model: 'openai/gpt-5-mini', messages: question })
    await expect(stream.finalChatCompletion()).rejects.toThrow(APIError)
  })

  it('lists and finds models', async () => {
    const ids = (await client.models.list()).data.map(({ id }) => id)
    expect(ids.length).toBeGreaterThan(40)
    expect(ids).toEqual(expect.arrayContaining(['auto', 'openai/gpt-5-mini', 'anthropic/claude-haiku-4.5']))
    expect(await client.models.retrieve('openai/gpt-5-mini')).toMatchObject({
      owned_by: 'openai',
      health: 'simulated',
      pricing: { prompt: expect.any(Number), completion: expect.any(Number) },
      modalities: { input: expect.arrayContaining(['text', 'image']) },
    })
    expect(await client.models.retrieve('switchyard/auto')).toMatchObject({ id: 'auto' })
  })

  it('raises its own error classes', async () => {
    const ask = (model: string) => client.chat.completions.create({ model, messages: question })
    await expect(ask('nobody/knows-me')).rejects.toThrow(NotFoundError)
    await expect(ask('nobody/knows-me')).rejects.toMatchObject({ code: 'model_not_found', param: 'model' })
    const stranger = new OpenAI({ baseURL: client.baseURL, apiKey: 'sk-stranger', maxRetries: 0 })
    await expect(stranger.models.list()).rejects.toThrow(AuthenticationError)
    const empty = client.chat.completions.create({ model: 'auto', messages: [] })
    await expect(empty).rejects.toMatchObject({ status: 400, param: 'messages' })
  })
})
