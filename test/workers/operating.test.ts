import { createExecutionContext, createScheduledController, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { configOf, type Env } from '../../src/env.ts'
import worker from '../../src/worker.ts'
import { fakeHosts, openaiAnswer } from './hosts.ts'
import {
  ask,
  bearer,
  countOf,
  db,
  errorOf,
  fetchWith,
  jsonRequest,
  keyless,
  mintKey,
  post,
  watchLogs,
} from './world.ts'
import { insertDecisions } from '../../src/db/decisions.ts'
import { listOfferFacts } from '../../src/db/offer-facts.ts'
import { rowsOf } from '../../src/record/entry.ts'
import { attemptEntry, decisionEntry } from './entries.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

async function runCron(): Promise<void> {
  const context = createExecutionContext()
  await worker.scheduled(createScheduledController(), { ...env }, context)
  await waitOnExecutionContext(context)
}

const MODELS_DEV = 'models.dev'

/** models.dev's list with these prices of GPT-4.1 models: [input, output], USD per million tokens. */
function listing(prices: Readonly<Record<string, readonly [number, number]>>): Response {
  const models = Object.entries(prices).map(([id, [input, output]]) => [
    id,
    { id, cost: { input, output, cache_read: input / 4 }, limit: { context: 500_000, output: 20_000 } },
  ])
  return Response.json({ openai: { id: 'openai', models: Object.fromEntries(models) }, other: {} })
}

const DEARER = { 'gpt-4.1': [3, 9], 'gpt-4.1-mini': [0.5, 2], 'gpt-4.1-nano': [0.2, 0.5] } as const

const modelBody = z.object({
  providers: z.array(z.object({ provider: z.string(), pricing: z.object({ prompt: z.number() }) })),
})

/** What an isolate says GPT-4.1 mini costs at OpenAI. */
async function priceIn(isolate: Env): Promise<number | undefined> {
  const answer = await fetchWith(isolate, '/v1/models/gpt-4.1-mini', { headers: bearer(await mintKey()) })
  const { providers } = modelBody.parse(await answer.json())
  return providers.find(({ provider }) => provider === 'openai')?.pricing.prompt
}

describe('prices', () => {
  it('are read from models.dev, kept, and seen by isolates that look again', async () => {
    const isolate = { ...env }
    expect(await priceIn(isolate)).toBe(0.4)
    const calls = fakeHosts({ [MODELS_DEV]: () => listing(DEARER) })
    await runCron()
    expect(calls.map(({ url }) => url)).toEqual(['https://models.dev/api.json'])
    expect(await listOfferFacts(db)).toHaveLength(3)
    expect(await listOfferFacts(db)).toContainEqual(
      expect.objectContaining({
        host: 'openai',
        hostModelId: 'gpt-4.1-mini',
        inputPrice: 500_000,
        outputPrice: 2_000_000,
        cachedInputPrice: 125_000,
        contextWindow: 500_000,
      }),
    )
    expect(await env.CONFIG.get('catalog:facts')).toContain('gpt-4.1-mini')
    expect(await priceIn(isolate)).toBe(0.4)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 301_000 })
    await priceIn(isolate)
    expect(await priceIn(isolate)).toBe(0.5)
  })

  const bad: [string, () => Response][] = [
    ['unreachable', () => raise(new TypeError('Network connection lost'))],
    ['an error', () => new Response('down', { status: 503 })],
    ['not JSON', () => new Response('<html>')],
    ['another form', () => Response.json([1, 2])],
    ['empty', () => Response.json({})],
    ['short', () => listing({ 'gpt-4.1': [2.5, 8] })],
    ['eleven times dearer', () => listing({ 'gpt-4.1': [22, 88], 'gpt-4.1-mini': [4.4, 17.6] })],
    ['free', () => listing({ 'gpt-4.1': [0, 0], 'gpt-4.1-mini': [-1, 1], 'gpt-4.1-nano': [0.1, 0] })],
  ]
  it.each(bad)('stand when the list is %s, and one warning is logged', async (_, answer) => {
    fakeHosts({ [MODELS_DEV]: () => listing(DEARER) })
    await runCron()
    const [rows, published] = [await listOfferFacts(db), await env.CONFIG.get('catalog:facts')]
    vi.restoreAllMocks()
    fakeHosts({ [MODELS_DEV]: answer })
    const logs = watchLogs()
    await runCron()
    expect(await listOfferFacts(db)).toEqual(rows)
    expect(await env.CONFIG.get('catalog:facts')).toBe(published)
    expect(logs.lines).toEqual([
      { level: 'warn', text: expect.stringContaining('Prices were not refreshed') },
    ])
  })

  it('decide on the built-in facts when the published ones cannot be read', async () => {
    await env.CONFIG.put('catalog:facts', '{broken')
    const isolate = { ...env }
    const logs = watchLogs()
    expect(await priceIn(isolate)).toBe(0.4)
    expect(await priceIn(isolate)).toBe(0.4)
    expect(logs.lines).toMatchObject([{ level: 'warn' }])
  })
})

it('deletes decisions after their retention, with what was said of them, and no sums', async () => {
  const key = await mintKey()
  const { tenantId } = key
  const day = 24 * 60 * 60 * 1_000
  const [old, young] = [Date.now() - 31 * day, Date.now() - 29 * day].map((createdAt) =>
    decisionEntry({ tenantId, createdAt, attempts: [attemptEntry({ startedAt: createdAt })] }),
  )
  if (!old || !young) throw new Error('two entries')
  await insertDecisions(env.DB, rowsOf([old, young]))
  for (const { id } of [old, young]) await post(key, '/v1/feedback', { decision_id: id, score: 1 })
  fakeHosts({ [MODELS_DEV]: () => listing(DEARER) })
  await runCron()
  const left = (table: string) => countOf(`select count(*) as n from ${table} where tenant_id = ?`, tenantId)
  expect([await left('decisions'), await left('attempts'), await left('feedback')]).toEqual([1, 1, 1])
  expect(await left('rollups')).toBe(2)
  expect(await countOf('select count(*) as n from decisions where id = ?', young.id)).toBe(1)
  expect(await countOf('select count(*) as n from attempts where decision_id = ?', young.id)).toBe(1)
})

/** Variables of an operator whose only host is a server of their own. */
const shed = (model: object) => ({
  ...keyless,
  LOCAL_HOSTS: JSON.stringify([
    { id: 'shed', base_url: 'http://shed.internal:11434/v1', models: [{ id: 'llama3.1:8b', ...model }] },
  ]),
})
const like = { like: 'meta/llama-3.1-8b' }

describe('configuration', () => {
  it.each([
    ['LOCAL_HOSTS', 'hunter2-is-not-json'],
    ['LOCAL_HOSTS', '[{"id":"shed","base_url":"hunter2","models":[{"id":"m"}]}]'],
    ['LOCAL_HOSTS', '[{"id":"shed","base_url":"http://shed","api_key":["hunter2"],"models":[{"id":"m"}]}]'],
    ['HOST_ACCOUNTS', '[{"id":"groq","host":"openai","api_key":"hunter2"}]'],
    ['SIMULATED_HOSTS_URL', 'hunter2'],
    ['SECRETS_KEY', 'hunter2'],
    ['SECRETS_KEY', `a:${btoa('hunter2'.padEnd(32))},a:${btoa('k'.repeat(32))}`],
    ['RETENTION_DAYS', 'hunter2'],
    ['EXPLORATION_RATE', '1.5'],
  ])('names a bad %s, but not its value', async (name, value) => {
    const logs = watchLogs()
    const variables = { ...keyless, [name]: value }
    expect(() => configOf(variables)).toThrow(name)
    const answer = await fetchWith(
      variables,
      '/v1/chat/completions',
      jsonRequest(await mintKey(), ask('auto')),
    )
    const error = await errorOf(answer)
    expect(error).toMatchObject({ status: 500, code: 'internal' })
    expect(logs.lines).toMatchObject([{ level: 'error', text: expect.stringContaining(name) }])
    expect(`${JSON.stringify(error)}${logs.lines[0]?.text}`).not.toMatch(/hunter2|aHVudGVyM/)
  })

  it('offers the models of a local server', async () => {
    const calls = fakeHosts({ 'shed.internal': () => openaiAnswer('Hello from the shed') })
    const variables = shed({ ...like, price: { prompt: 0, completion: 0 } })
    const key = await mintKey()
    const listed = await fetchWith(variables, '/v1/models/shed/llama3.1:8b', { headers: bearer(key) })
    expect(await listed.json()).toMatchObject({
      id: 'shed/llama3.1:8b',
      providers: [{ provider: 'shed', health: 'live', pricing: { prompt: 0, completion: 0 } }],
    })
    for (const model of ['auto', 'shed/llama3.1:8b', 'llama3.1:8b']) {
      const answer = await fetchWith(variables, '/v1/chat/completions', jsonRequest(key, ask(model)))
      expect(await answer.json()).toMatchObject({ model: 'shed/llama3.1:8b', usage: { cost: 0 } })
      expect(answer.headers.get('x-switchyard-cost-usd')).toBe('0')
    }
    expect(calls.map(({ url }) => url)).toContain('http://shed.internal:11434/v1/chat/completions')
    expect(calls[0]?.body).toMatchObject({ model: 'llama3.1:8b' })
  })

  it('uses a local model without a price only when asked for by name', async () => {
    fakeHosts({ 'shed.internal': () => openaiAnswer('Hello from the shed') })
    const variables = shed(like)
    const key = await mintKey()
    const auto = await fetchWith(variables, '/v1/chat/completions', jsonRequest(key, ask('auto')))
    expect(await errorOf(auto)).toMatchObject({ status: 400, code: 'no_eligible_model' })
    const named = await fetchWith(
      variables,
      '/v1/chat/completions',
      jsonRequest(key, ask('shed/llama3.1:8b')),
    )
    expect(await named.json()).toMatchObject({ model: 'shed/llama3.1:8b', usage: { cost: null } })
    expect(named.headers.get('x-switchyard-cost-usd')).toBeNull()
  })
})

function raise(error: Error): never {
  throw error
}
