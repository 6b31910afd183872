import Anthropic, {
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  RateLimitError,
} from '@anthropic-ai/sdk'
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod'
import { afterEach, describe, expect, inject, it } from 'vitest'
import * as z from 'zod'
import { DEV_KEY } from '../../src/dev/seed.ts'
import { clearFaults, PIXEL, recorded, scriptFaults, TRICKLE } from './control.ts'

const client = new Anthropic({ baseURL: inject('switchyardUrl'), apiKey: DEV_KEY, maxRetries: 0 })
const MODELS = ['anthropic/claude-haiku-4.5', 'openai/gpt-5-mini', 'google/gemini-3.5-flash']

const weatherTool = {
  name: 'get_weather',
  description: 'The current weather of a city',
  input_schema: {
    type: 'object' as const,
    properties: { city: { type: 'string' } },
    required: ['city'],
  },
}
const ask = (content: Anthropic.MessageParam['content']): Anthropic.MessageParam[] => [
  { role: 'user', content },
]

/** The only call of a message. */
function callOf({ content }: Anthropic.Message): Anthropic.ToolUseBlock {
  const [call, ...others] = content.filter((block) => block.type === 'tool_use')
  if (!call || others.length > 0) throw new Error(`not one call: ${JSON.stringify(content)}`)
  return call
}

function textOf({ content }: Anthropic.Message): string {
  return content.map((block) => (block.type === 'text' ? block.text : '')).join('')
}

function resultOf({ id }: Anthropic.ToolUseBlock): Anthropic.MessageParam {
  return {
    role: 'user',
    content: [{ type: 'tool_result', tool_use_id: id, content: '{"sky":"drizzle-42"}' }],
  }
}

async function count(text: string): Promise<Anthropic.MessageTokensCount> {
  return client.messages.countTokens({ model: 'anthropic/claude-haiku-4.5', messages: ask(text) })
}

afterEach(clearFaults)

describe('the official anthropic client', () => {
  it.each(MODELS)('asks %s', async (model) => {
    const { data, response } = await client.messages
      .create({ model, max_tokens: 1_000, system: 'Be brief.', messages: ask('What is 2 + 3?') })
      .withResponse()
    expect(textOf(data)).toMatch(/^\[simulated .+\] 2 \+ 3 = \d\.$/)
    expect(data).toMatchObject({ type: 'message', role: 'assistant', model, stop_reason: 'end_turn' })
    expect(data.usage).toMatchObject({ input_tokens: expect.any(Number), output_tokens: expect.any(Number) })
    expect(response.headers.get('x-switchyard-model')).toBe(model)
  })

  it.each(MODELS)('puts together what %s streams', async (model) => {
    const stream = client.messages.stream({
      model,
      max_tokens: 1_000,
      messages: ask('Why do lighthouses have such thick walls?'),
    })
    let deltas = ''
    stream.on('text', (delta) => (deltas += delta))
    const final = await stream.finalMessage()
    expect(textOf(final)).toBe(deltas)
    expect(deltas).toMatch(/^\[simulated /)
    expect(final).toMatchObject({ model, stop_reason: 'end_turn' })
    expect(final.usage.output_tokens).toBeGreaterThan(0)
    expect(final.usage.input_tokens).toBeGreaterThan(0)
  })

  it.each(MODELS)('takes a call of %s there and back, streamed', async (model) => {
    const messages = ask('What is the weather in Taipei?')
    const settings = { model, max_tokens: 1_000, tools: [weatherTool] }
    const asked = await client.messages.stream({ ...settings, messages }).finalMessage()
    expect(asked.stop_reason).toBe('tool_use')
    expect(callOf(asked).input).toEqual({ city: 'Taipei' })
    messages.push({ role: 'assistant', content: asked.content }, resultOf(callOf(asked)))
    const told = await client.messages.create({ ...settings, messages })
    expect(told.stop_reason).toBe('end_turn')
    expect(textOf(told)).toContain('drizzle-42')
  })

  it.each(['anthropic/claude-haiku-4.5', 'anthropic/claude-sonnet-4.5', 'google/gemini-3.5-flash'])(
    'takes the signed thoughts of %s there and back',
    async (model) => {
      const messages = ask('What is the weather in Taipei? simulate:redacted-thinking')
      const thinking = { type: 'enabled' as const, budget_tokens: 2_048 }
      // Resellers of the model have no signatures.
      const provider = { ignore: ['openrouter'] }
      const settings = { model, max_tokens: 4_000, tools: [weatherTool], thinking, provider }
      const asked = await client.messages.stream({ ...settings, messages }).finalMessage()
      const [thought] = asked.content
      expect(thought).toMatchObject({ type: 'thinking', signature: expect.stringMatching(/.{20}/) })
      expect(thought).toHaveProperty('thinking', expect.stringMatching(/.{20}/))
      const redacted = asked.content.filter(({ type }) => type === 'redacted_thinking')
      expect(redacted).toHaveLength(model.startsWith('anthropic/') ? 1 : 0)
      messages.push({ role: 'assistant', content: asked.content }, resultOf(callOf(asked)))
      const told = await client.messages.create({ ...settings, messages })
      expect(told.content[0]?.type).toBe('thinking')
      expect(textOf(told)).toContain('drizzle-42')
    },
  )

  it.each(MODELS)('gets an answer of %s that fits its schema', async (model) => {
    const weather = z.strictObject({ city: z.string(), celsius: z.number() })
    const request = {
      model,
      max_tokens: 1_000,
      messages: ask('Weather in Taipei'),
      output_config: { format: zodOutputFormat(weather) },
    }
    const whole = await client.messages.parse(request)
    expect(whole.parsed_output).toEqual({ city: 'Taipei', celsius: expect.any(Number) })
    const streamed = await client.messages.stream(request).finalMessage()
    expect(streamed.parsed_output).toEqual({ city: 'Taipei', celsius: expect.any(Number) })
  })

  it.each(MODELS)('shows %s a picture', async (model) => {
    const source = { type: 'base64' as const, media_type: 'image/png' as const, data: PIXEL }
    const message = await client.messages.create({
      model,
      max_tokens: 1_000,
      messages: ask([
        { type: 'image', source },
        { type: 'text', text: 'What is this?' },
      ]),
    })
    expect(textOf(message)).toContain('With 1 image (image/png)')
  })

  it('counts tokens without asking anybody', async () => {
    const short = await count('Hello')
    const long = await count('Hello, lighthouse keeper! '.repeat(200))
    expect(short.input_tokens).toBeGreaterThan(0)
    expect(long.input_tokens).toBeGreaterThan(short.input_tokens + 500)
  })

  it('says which stop sequence ended an answer, and when there was no room for more', async () => {
    const alone = { provider: { only: ['anthropic'] } }
    const messages = ask('Tell me about lighthouses.')
    const request = { model: 'anthropic/claude-haiku-4.5', messages, ...alone }
    const stopped = await client.messages.create({
      ...request,
      max_tokens: 1_000,
      stop_sequences: ['simulated answer'],
    })
    expect(stopped).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: 'simulated answer' })
    const cut = await client.messages.stream({ ...request, max_tokens: 8 }).finalMessage()
    expect(cut.stop_reason).toBe('max_tokens')
  })

  it('leaves midway, which is recorded', async () => {
    await scriptFaults([TRICKLE])
    const stream = client.messages.stream({
      model: 'google/gemini-3.5-flash',
      max_tokens: 1_000,
      messages: ask('Write a long story.'),
    })
    stream.on('text', () => stream.abort())
    await expect(stream.finalMessage()).rejects.toThrow(APIUserAbortError)
    const { response } = stream
    if (!response) throw new Error('no response')
    expect(await recorded(response)).toMatchObject({ status: 'cancelled' })
  })

  it('raises its own error classes', async () => {
    const send = (request: object, at: Anthropic = client) =>
      at.messages.create({
        model: 'auto',
        max_tokens: 100,
        messages: ask('Hello'),
        ...request,
        stream: false,
      })
    await expect(send({ model: 'nobody/knows-me' })).rejects.toThrow(NotFoundError)
    await expect(send({ model: 'nobody/knows-me' })).rejects.toMatchObject({
      error: { type: 'error', error: { type: 'not_found_error' } },
    })
    await expect(send({ messages: [] })).rejects.toThrow(BadRequestError)
    await expect(send({ max_tokens: 0 })).rejects.toMatchObject({
      status: 400,
      error: { error: { type: 'invalid_request_error', message: expect.stringContaining('max_tokens') } },
    })
    const stranger = new Anthropic({ baseURL: client.baseURL, apiKey: 'sk-stranger', maxRetries: 0 })
    await expect(send({}, stranger)).rejects.toThrow(AuthenticationError)
    await scriptFaults([{ kind: 'status', status: 429, retryAfterMs: 7_000 }])
    const limited: unknown = await send({ model: 'anthropic/claude-haiku-4.5' }).catch(
      (error: unknown) => error,
    )
    if (!(limited instanceof RateLimitError)) throw new Error(`not limited: ${String(limited)}`)
    expect(limited.headers.get('retry-after')).toBe('7')
    await clearFaults()
    await scriptFaults([{ kind: 'status', status: 503 }])
    await expect(send({ model: 'anthropic/claude-haiku-4.5' })).rejects.toThrow(InternalServerError)
  })

  it('is told when a stream breaks', async () => {
    await scriptFaults([{ kind: 'error-in-band', afterChunks: 12 }])
    const broken = client.messages.stream({
      model: 'openai/gpt-4.1-mini',
      max_tokens: 1_000,
      messages: ask('Write a long story.'),
    })
    await expect(broken.finalMessage()).rejects.toMatchObject({
      error: { type: 'error', error: { type: expect.any(String), message: expect.any(String) } },
    })
  })
})
