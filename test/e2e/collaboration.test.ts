import Anthropic from '@anthropic-ai/sdk'
import OpenAI, { APIError } from 'openai'
import { afterEach, describe, expect, inject, it } from 'vitest'
import * as z from 'zod'
import { DEV_KEY } from '../../src/dev/seed.ts'
import { clearFaults, hostsWereLeft, scriptFaults } from './control.ts'

const url = inject('switchyardUrl')
const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: DEV_KEY, maxRetries: 0 })
const anthropic = new Anthropic({ baseURL: url, apiKey: DEV_KEY, maxRetries: 0 })

const MODELS = ['xai/grok-4.3', 'moonshot/kimi-k2.6', 'mistral/mistral-medium-3.1']
const provider = { only: ['xai', 'moonshot', 'mistral'], allow_fallbacks: false }
const PANEL = { id: 'panel', models: MODELS }
/** What the official clients do not know of a body: plugins, and hosts that no other test breaks. */
const among = (...plugins: readonly object[]) => ({ plugins, provider })
const messages = [{ role: 'user' as const, content: 'What is 2 + 2?' }]
const story = [{ role: 'user' as const, content: 'Tell me a long story about a lighthouse keeper.' }]

afterEach(clearFaults)

const memberUsage = z.object({
  role: z.string(),
  number: z.number(),
  model: z.string(),
  input_tokens: z.number(),
  output_tokens: z.number(),
  cost: z.number(),
})
const usage = z.object({
  prompt_tokens: z.number(),
  completion_tokens: z.number(),
  cost: z.number(),
  members: z.array(memberUsage),
})

const outcome = z.object({
  pattern: z.string(),
  aggregation: z.string().nullable(),
  answered: z.number(),
  of: z.number(),
  partial: z.boolean(),
  notes: z.array(z.string()),
  vote: z.array(z.object({ answer: z.string(), members: z.array(z.number()) })).nullable(),
  report: z.looseObject({ source: z.string(), consensus: z.array(z.string()) }).nullable(),
  parts: z.array(z.looseObject({ role: z.string(), outcome: z.string() })),
})

/** The history holds no word of an answer. */
const recordedOutcome = outcome.extend({
  vote: z.array(z.strictObject({ members: z.array(z.number()), weight: z.number() })).nullable(),
  report: z.strictObject({ source: z.string() }).nullable(),
})

const recordedAnswer = z.object({
  status: z.string(),
  attempts: z.array(z.looseObject({ role: z.string().optional(), model: z.string(), outcome: z.string() })),
  cost_usd: z.number().nullable(),
  collaboration_outcome: recordedOutcome,
})

/** What the history says of an answer that several worked on. */
async function recorded(response: { headers: Headers }) {
  const id = response.headers.get('x-switchyard-decision-id')
  for (let tries = 0; tries < 120; tries++) {
    const found = await fetch(`${url}/v1/decisions/${id}`, {
      headers: { authorization: `Bearer ${DEV_KEY}` },
    })
    if (found.ok) return recordedAnswer.parse(await found.json())
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  throw new Error(`${id} was never recorded`)
}

/** A panel's stream as it comes over the wire. */
function streamed(fields: object, signal: AbortSignal | null = null): Promise<Response> {
  const asked = { model: 'switchyard/panel', stream: true, ...among(PANEL), ...fields }
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    signal,
    headers: { authorization: `Bearer ${DEV_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(asked),
  })
}

describe('a panel', () => {
  it('is one stream to the openai client, with the usage of every member', async () => {
    const { data, response } = await openai.chat.completions
      .create({
        model: 'switchyard/panel',
        messages,
        stream: true,
        stream_options: { include_usage: true },
        ...among(PANEL),
      })
      .withResponse()
    let text = ''
    let told: unknown = null
    for await (const chunk of data) {
      text += chunk.choices[0]?.delta.content ?? ''
      told = chunk.usage ?? told
    }
    expect(text).toContain('= 4.')
    expect(response.headers.get('x-switchyard-topology')).toBe('panel')
    const { members, ...sum } = usage.parse(told)
    const total = (read: (one: z.output<typeof memberUsage>) => number) =>
      members.reduce((all, one) => all + read(one), 0)
    expect(members.length).toBeGreaterThanOrEqual(2)
    expect(new Set(members.map(({ role }) => role))).toEqual(new Set(['member']))
    expect(sum.prompt_tokens).toBe(total((one) => one.input_tokens))
    expect(sum.completion_tokens).toBe(total((one) => one.output_tokens))
    expect(sum.cost).toBeCloseTo(
      total((one) => one.cost),
      6,
    )
    const { status, attempts, collaboration_outcome: came } = await recorded(response)
    expect(status).toBe('succeeded')
    expect(attempts.map(({ model }) => model).toSorted()).toEqual(MODELS.toSorted())
    expect(came).toMatchObject({ pattern: 'panel', aggregation: 'vote', partial: false })
    expect(came.vote?.[0]?.members.length).toBeGreaterThanOrEqual(2)
  })

  it('says how far it has come while nobody can tell which draft is kept', async () => {
    await scriptFaults([
      { kind: 'slow', delayMs: 1_500, host: 'moonshot' },
      { kind: 'slow', delayMs: 2_500, host: 'mistral' },
    ])
    const response = await streamed({ messages: story })
    const text = await response.text()
    expect(text).toMatch(/^: switchyard panel 1\/3\n\n/m)
    expect(text.indexOf(': switchyard panel')).toBeLessThan(text.indexOf('data: {'))
    expect(text).toMatch(/data: \[DONE\]\n\n$/)
  })

  it('answers without a member whose host is dead, and says so', async () => {
    await scriptFaults([{ kind: 'refuse', host: 'moonshot' }])
    const { data, response } = await openai.chat.completions
      .create({ model: 'switchyard/panel', messages, ...among({ ...PANEL, aggregation: 'judge' }) })
      .withResponse()
    expect(data.choices[0]?.message.content).toContain('= 4.')
    expect(response.headers.get('x-switchyard-warnings')).toContain('partial')
    const { collaboration_outcome: came, attempts } = await recorded(response)
    expect(came).toMatchObject({ answered: 2, of: 3, partial: true })
    expect(attempts.find(({ model }) => model === 'moonshot/kimi-k2.6')?.outcome).toBe('failed')
  })

  it('fails truthfully where fewer answer than it must have', async () => {
    await scriptFaults([
      { kind: 'refuse', host: 'moonshot' },
      { kind: 'refuse', host: 'xai' },
    ])
    const plugins = [{ ...PANEL, min_successful_responses: 2 }]
    const asked = openai.chat.completions.create({
      model: 'switchyard/panel',
      messages,
      ...among(...plugins),
    })
    const error = await asked.catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(APIError)
    expect(error).toMatchObject({ status: 502, message: expect.stringContaining('min_successful_responses') })
  })

  it('ends with an error in the stream where all members fail after it has begun', async () => {
    await scriptFaults(
      ['xai', 'moonshot', 'mistral'].map((host) => ({ kind: 'status', status: 500, delayMs: 1_800, host })),
    )
    const response = await streamed({ messages, num_retries: 0 })
    const text = await response.text()
    expect(text).toContain('data: {"error":')
    expect(text).not.toContain('[DONE]')
  })

  it('leaves all hosts when its caller hangs up, and is settled', async () => {
    await scriptFaults(
      ['xai', 'moonshot', 'mistral'].map((host) => ({ kind: 'slow', delayMs: 20_000, host })),
    )
    const leaving = new AbortController()
    // Only what is written now and then shows that a client has left, which may take two beats.
    const patient = { timeouts: { ttft_ms: 60_000 } }
    const response = await streamed({ messages: story, ...patient }, leaving.signal)
    leaving.abort()
    const { status, attempts } = await recorded(response)
    expect(status).toBe('cancelled')
    expect(attempts.map(({ outcome: ended }) => ended)).toEqual(['cancelled', 'cancelled', 'cancelled'])
    expect(await hostsWereLeft()).toBe(true)
  })
})

describe('a cascade', () => {
  it('shows every stage to the Anthropic client', async () => {
    const { data, response } = await anthropic.messages
      .create({
        model: 'switchyard/cascade',
        max_tokens: 500,
        messages,
        ...among({ id: 'cascade', models: MODELS.slice(0, 2), threshold: 1, samples: 0 }),
      })
      .withResponse()
    expect(data.model).toBe(MODELS[1])
    const { collaboration_outcome: came, attempts } = await recorded(response)
    expect(came.parts.map(({ role, outcome: became }) => `${role} ${became}`)).toEqual([
      'stage discarded',
      'stage kept',
    ])
    expect(attempts.map(({ model }) => model)).toEqual(MODELS.slice(0, 2))
  })

  it('keeps the first draft that is trusted', async () => {
    const plugins = [{ id: 'cascade', models: MODELS.slice(0, 2), threshold: 0 }]
    const answer = await openai.chat.completions.create({
      model: 'switchyard/cascade',
      messages,
      ...among(...plugins),
    })
    expect(answer.model).toBe(MODELS[0])
  })

  it('goes on where a stage is dead', async () => {
    await scriptFaults([{ kind: 'refuse', host: 'xai' }])
    const plugins = [{ id: 'cascade', models: MODELS.slice(0, 2), threshold: 0 }]
    const asked = { model: 'switchyard/cascade', messages, ...among(...plugins) }
    expect((await openai.chat.completions.create(asked)).model).toBe(MODELS[1])
  })
})

describe('a fusion', () => {
  it('is written by one, with the report beside it, in Responses', async () => {
    const { data, response } = await openai.responses
      .create({
        model: 'switchyard/fusion',
        input: 'Compare two ways to brew tea.',
        ...among({ id: 'fusion', models: MODELS, judge: MODELS[0] }),
      })
      .withResponse()
    expect(data.output_text.length).toBeGreaterThan(20)
    const told = z.object({ switchyard: z.object({ collaboration_outcome: outcome }) }).parse(data)
    expect(told.switchyard.collaboration_outcome.report?.source).toMatch(/analyst|vote/)
    const { attempts } = await recorded(response)
    expect(attempts.map(({ role }) => role ?? '').toSorted()).toEqual([
      'analyst',
      'member',
      'member',
      'member',
      'writer',
    ])
  })
})

describe('verification', () => {
  it('sends an answer back with what is wrong with it', async () => {
    const plugins = [
      { id: 'verify', checks: [{ type: 'regex', pattern: 'never-to-be-found' }], max_retries: 2 },
    ]
    const { data, response } = await openai.chat.completions
      .create({ model: MODELS[0] ?? '', messages, ...among(...plugins) })
      .withResponse()
    expect(data.choices[0]?.message.content).toBeTruthy()
    const { collaboration_outcome: came, attempts } = await recorded(response)
    expect(came.notes).toContain('checks_failed')
    expect(attempts).toHaveLength(3)
  })
})
