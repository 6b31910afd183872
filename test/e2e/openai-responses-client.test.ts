import OpenAI, { APIUserAbortError, AuthenticationError, BadRequestError, NotFoundError } from 'openai'
import { zodTextFormat } from 'openai/helpers/zod'
import { afterEach, describe, expect, inject, it } from 'vitest'
import * as z from 'zod'
import { DEV_KEY } from '../../src/dev/seed.ts'
import { clearFaults, hostsWereLeft, PIXEL, recorded, scriptFaults, TRICKLE } from './control.ts'

const client = new OpenAI({ baseURL: `${inject('switchyardUrl')}/v1`, apiKey: DEV_KEY, maxRetries: 0 })
const MODELS = ['openai/gpt-5-mini', 'anthropic/claude-haiku-4.5', 'google/gemini-3.5-flash']

const weatherTool = {
  type: 'function' as const,
  name: 'get_weather',
  description: 'The current weather of a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  strict: false,
}
const weatherQuestion = 'What is the weather in Taipei?'

/** The only call of a response. */
function callOf({ output }: OpenAI.Responses.Response): OpenAI.Responses.ResponseFunctionToolCall {
  const [call, ...others] = output.filter((item) => item.type === 'function_call')
  if (!call || others.length > 0) throw new Error(`not one call: ${JSON.stringify(output)}`)
  return call
}

async function settled(id: string): Promise<OpenAI.Responses.Response> {
  for (let tries = 0; tries < 80; tries++) {
    const response = await client.responses.retrieve(id)
    if (response.status !== 'queued' && response.status !== 'in_progress') return response
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`${id} never ends`)
}

afterEach(clearFaults)

describe('the official openai client, in Responses', () => {
  it.each(MODELS)('asks %s', async (model) => {
    const { data, response } = await client.responses
      .create({ model, input: 'What is 2 + 3?', instructions: 'Be brief.' })
      .withResponse()
    expect(data.output_text).toMatch(/^\[simulated .+\] 2 \+ 3 = \d\.$/)
    expect(data).toMatchObject({ object: 'response', status: 'completed', model, error: null, store: true })
    expect(data.usage?.total_tokens).toBe((data.usage?.input_tokens ?? 0) + (data.usage?.output_tokens ?? 0))
    expect(response.headers.get('x-switchyard-model')).toBe(model)
  })

  it.each(MODELS)('puts together what %s streams, as it is kept', async (model) => {
    const stream = client.responses.stream({
      model,
      input: 'Why do lighthouses have such thick walls?',
      reasoning: { effort: 'low', summary: 'auto' },
    })
    let deltas = ''
    let thoughts = ''
    stream.on('response.output_text.delta', ({ delta }) => (deltas += delta))
    stream.on('response.reasoning_summary_text.delta', ({ delta }) => (thoughts += delta))
    const final = await stream.finalResponse()
    expect(final.status).toBe('completed')
    expect(final.output_text).toBe(deltas)
    expect(deltas).toMatch(/^\[simulated /)
    expect(thoughts.length).toBeGreaterThan(20)
    const kept = await client.responses.retrieve(final.id)
    expect(kept.output_text).toBe(deltas)
    expect(kept.usage).toEqual(final.usage)
    // What is kept may also hold a sealed thought without words, which was not asked for.
    const ids = kept.output.map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining(final.output.map(({ id }) => id)))
  })

  it.each(MODELS)('takes a call of %s there and back by the id of its response', async (model) => {
    const asked = await client.responses.create({ model, input: weatherQuestion, tools: [weatherTool] })
    const call = callOf(asked)
    expect(JSON.parse(call.arguments)).toEqual({ city: 'Taipei' })
    const told = await client.responses.create({
      model,
      previous_response_id: asked.id,
      input: [{ type: 'function_call_output', call_id: call.call_id, output: '{"sky":"drizzle-42"}' }],
      tools: [weatherTool],
    })
    expect(told.output_text).toContain('drizzle-42')
    expect(told.previous_response_id).toBe(asked.id)
    const listed = await client.responses.inputItems.list(told.id, { order: 'asc' })
    expect(listed.data.filter(({ type }) => type !== 'reasoning').map(({ type }) => type)).toEqual([
      'message',
      'function_call',
      'function_call_output',
    ])
  })

  it.each(MODELS)('keeps the conversation with %s itself, sealed thoughts and all', async (model) => {
    const settings = {
      model,
      tools: [weatherTool],
      store: false,
      reasoning: { effort: 'low' as const, summary: 'auto' as const },
      include: ['reasoning.encrypted_content' as const],
      // Only its maker's host gives out sealed thoughts.
      provider: { only: [model.split('/')[0]] },
    }
    const input: OpenAI.Responses.ResponseInput = [{ role: 'user', content: weatherQuestion }]
    const asked = await client.responses.stream({ ...settings, input }).finalResponse()
    expect(asked.output.map(({ type }) => type)).toEqual(['reasoning', 'function_call'])
    expect(asked.output[0]).toHaveProperty('encrypted_content', expect.any(String))
    const { call_id } = callOf(asked)
    input.push(...asked.output.map((item) => z.custom<OpenAI.Responses.ResponseInputItem>().parse(item)))
    input.push({ type: 'function_call_output', call_id, output: '{"sky":"drizzle-42"}' })
    const told = await client.responses.create({ ...settings, input })
    expect(told.output_text).toContain('drizzle-42')
    await expect(client.responses.retrieve(told.id)).rejects.toThrow(NotFoundError)
  })

  it('goes on with one model after the other, by the id of the last response', async () => {
    let last = await client.responses.create({ model: 'auto', input: 'Hello' })
    for (const model of [...MODELS, ...MODELS.toReversed()]) {
      const settings = {
        model,
        tools: [weatherTool],
        reasoning: { effort: 'low' as const, summary: 'auto' as const },
      }
      const asked = await client.responses.create({
        ...settings,
        previous_response_id: last.id,
        input: weatherQuestion,
      })
      const { call_id } = callOf(asked)
      last = await client.responses
        .stream({
          ...settings,
          previous_response_id: asked.id,
          input: [{ type: 'function_call_output', call_id, output: '{"sky":"drizzle-42"}' }],
        })
        .finalResponse()
      expect(last.output_text).toContain('drizzle-42')
    }
    const items = []
    for await (const item of client.responses.inputItems.list(last.id, { limit: 5 })) items.push(item)
    expect(items.filter(({ type }) => type === 'function_call')).toHaveLength(2 * MODELS.length)
  })

  it.each(MODELS)('gets an answer of %s that fits its schema', async (model) => {
    const weather = z.strictObject({ city: z.string(), celsius: z.number() })
    const request = { model, input: 'Weather in Taipei', text: { format: zodTextFormat(weather, 'weather') } }
    const whole = await client.responses.parse(request)
    expect(whole.output_parsed).toEqual({ city: 'Taipei', celsius: expect.any(Number) })
    const streamed = await client.responses.stream(request).finalResponse()
    expect(streamed.output_parsed).toEqual({ city: 'Taipei', celsius: expect.any(Number) })
  })

  it.each(MODELS)('shows %s a picture', async (model) => {
    const { output_text } = await client.responses.create({
      model,
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'What is this?' },
            { type: 'input_image', detail: 'auto', image_url: `data:image/png;base64,${PIXEL}` },
          ],
        },
      ],
    })
    expect(output_text).toContain('With 1 image (image/png)')
  })

  it('reads, lists and deletes what was kept', async () => {
    const made = await client.responses.create({ model: 'openai/gpt-5-mini', input: 'What is 2 + 3?' })
    expect(await client.responses.retrieve(made.id)).toMatchObject({
      id: made.id,
      output_text: made.output_text,
    })
    const { data } = await client.responses.inputItems.list(made.id)
    expect(data).toMatchObject([{ role: 'user', content: [{ type: 'input_text', text: 'What is 2 + 3?' }] }])
    await client.responses.delete(made.id)
    await expect(client.responses.retrieve(made.id)).rejects.toThrow(NotFoundError)
    const orphan = client.responses.create({ model: 'auto', input: 'And?', previous_response_id: made.id })
    await expect(orphan).rejects.toMatchObject({ status: 404, param: 'previous_response_id' })
  })

  it('answers in the background, for who asks later', async () => {
    const begun = await client.responses.create({
      model: 'anthropic/claude-haiku-4.5',
      input: 'What is 2 + 3?',
      background: true,
    })
    expect(begun).toMatchObject({ status: 'queued', background: true, output: [] })
    const done = await settled(begun.id)
    expect(done).toMatchObject({ id: begun.id, status: 'completed', model: 'anthropic/claude-haiku-4.5' })
    expect(done.output_text).toMatch(/^\[simulated .+\] 2 \+ 3 = \d\.$/)
  })

  it('cancels in the background', async () => {
    await scriptFaults([TRICKLE])
    const model = 'openai/gpt-4o-mini'
    const { id } = await client.responses.create({ model, input: 'Tell me a story.', background: true })
    await expect.poll(async () => (await client.responses.retrieve(id)).status).toBe('in_progress')
    expect(await client.responses.cancel(id)).toMatchObject({ id, status: 'cancelled' })
    await expect.poll(hostsWereLeft, { timeout: 5_000 }).toBe(true)
    expect(await client.responses.retrieve(id)).toMatchObject({ status: 'cancelled', output: [] })
    await clearFaults()
    const waited = await client.responses.create({ model: 'openai/gpt-5-mini', input: 'What is 2 + 3?' })
    await expect(client.responses.cancel(waited.id)).rejects.toThrow(BadRequestError)
  })

  it('leaves midway, which is recorded', async () => {
    await scriptFaults([TRICKLE])
    const { data: stream, response } = await client.responses
      .create({ model: 'anthropic/claude-haiku-4.5', input: 'Write a long story.', stream: true })
      .withResponse()
    for await (const event of stream) {
      if (event.type === 'response.output_text.delta') break
    }
    stream.controller.abort()
    expect(await recorded(response)).toMatchObject({ status: 'cancelled' })
    const leaving = new AbortController()
    const left = client.responses.create(
      { model: 'anthropic/claude-haiku-4.5', input: 'Write a story.' },
      { signal: leaving.signal },
    )
    setTimeout(() => leaving.abort(), 200)
    await expect(left).rejects.toThrow(APIUserAbortError)
  })

  it('raises its own error classes', async () => {
    const ask = (request: object) =>
      client.responses.create({ model: 'auto', input: 'Hello', ...request, stream: false })
    await expect(ask({ model: 'nobody/knows-me' })).rejects.toThrow(NotFoundError)
    await expect(ask({ temperature: 3 })).rejects.toThrow(BadRequestError)
    await expect(ask({ temperature: 3 })).rejects.toMatchObject({ param: 'temperature' })
    const stranger = new OpenAI({ baseURL: client.baseURL, apiKey: 'sk-stranger', maxRetries: 0 })
    await expect(stranger.responses.retrieve('resp_1')).rejects.toThrow(AuthenticationError)
    await scriptFaults([{ kind: 'error-in-band', afterChunks: 12 }])
    const broken = client.responses.stream({ model: 'openai/gpt-4.1-mini', input: 'Write a story.' })
    const final = await broken.finalResponse().catch((error: unknown) => error)
    expect(final).toSatisfy(
      (end: unknown) => end instanceof Error || JSON.stringify(end).includes('"failed"'),
    )
  })
})
