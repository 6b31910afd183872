import { env } from 'cloudflare:workers'
import { evictDurableObject, listDurableObjectIds } from 'cloudflare:test'
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { metersOf } from '../../src/tenants/ledger/meter.ts'
import {
  ANTHROPIC,
  anthropicAnswer,
  fakeHosts,
  OPENAI,
  openaiAnswer,
  openaiStream,
  refusal,
} from './hosts.ts'
import {
  ask,
  chat,
  decisionIdOf,
  errorOf,
  fetchWith,
  get,
  jsonRequest,
  type Key,
  keyless,
  mintKey,
  post,
  recorded,
  tenantWith,
} from './world.ts'

afterEach(() => vi.restoreAllMocks())

const MINI = 'openai/gpt-4.1-mini'
const HAIKU = 'anthropic/claude-haiku-4.5'
/** 600 fresh and 400 cached tokens in, 200 out, at 0.40, 0.10 and 1.60 USD a million. */
const COST_USD = 0.0006

/** An operator whose only host is a server of their own, which says no prices. */
const unpriced = {
  ...keyless,
  LOCAL_HOSTS: JSON.stringify([
    { id: 'shed', base_url: 'http://shed.internal:11434/v1', models: [{ id: 'llama3.1:8b' }] },
  ]),
}

const tenantLimited = (limits: readonly object[], fields: object = {}) => tenantWith({ limits, ...fields })

const meter = z.object({
  subject: z.string(),
  max_budget_usd: z.number().optional(),
  spent_usd: z.number().optional(),
  held_usd: z.number().optional(),
  window_end: z.number().nullish(),
  rpm: z.number().optional(),
  rpm_used: z.number().optional(),
  tpm_used: z.number().optional(),
  parallel_requests: z.number().optional(),
})
const listed = z.object({ data: z.array(meter) })

async function budgetsOf(key: Key) {
  const { data } = listed.parse(await (await get(key, '/v1/budgets')).json())
  return data
}

/** What a tenant's meters say once everything was told. */
async function settled(key: Key, spentUsd: number) {
  return vi.waitFor(
    async () => {
      const budgets = await budgetsOf(key)
      const spent = budgets.find(({ subject }) => subject === 'tenant')?.spent_usd
      expect(spent).toBeCloseTo(spentUsd, 9)
      return budgets
    },
    { timeout: 4_000, interval: 300 },
  )
}

/** A host that uses up every token that it is let. */
async function thorough({ body }: { body: unknown }): Promise<Response> {
  await new Promise((wake) => setTimeout(wake, 20))
  const { max_completion_tokens: cap = 200 } = z
    .object({ max_completion_tokens: z.number().optional() })
    .parse(body)
  const usage = { prompt_tokens: 10, completion_tokens: cap, total_tokens: 10 + cap }
  const whole = z.looseObject({}).parse(await openaiAnswer('Hello').json())
  return Response.json({ ...whole, usage })
}

const askShed = (by: Key) =>
  fetchWith(unpriced, '/v1/chat/completions', jsonRequest(by, ask('shed/llama3.1:8b')))

const short = { max_tokens: 200, provider: { only: ['openai'] } }

describe('budgets', () => {
  it('cost nothing where nobody set any', async () => {
    const before = await listDurableObjectIds(env.LEDGER)
    const key = await mintKey()
    fakeHosts({ [OPENAI]: () => openaiAnswer('Hello') })
    const answer = await chat(key, MINI, short)
    expect(answer.status).toBe(200)
    expect([...answer.headers.keys()].filter((name) => /ratelimit|budget/.test(name))).toEqual([])
    expect(await listDurableObjectIds(env.LEDGER)).toEqual(before)
  })

  it.each([false, true])('are spent by what answers cost, then end in 402 (strict: %s)', async (strict) => {
    const key = await tenantLimited([
      { per: 'tenant', max_budget_usd: 0.003, budget_duration: '1mo', soft_budget_usd: 0.001, strict },
    ])
    fakeHosts({ [OPENAI]: () => openaiAnswer('Hello') })
    let answered = 0
    let answer = await chat(key, MINI, short)
    expect(answer.headers.get('x-switchyard-budget-remaining-usd')).toMatch(/^0\.00/)
    for (; answer.ok; answer = await chat(key, MINI, short)) {
      answered += 1
      await settled(key, answered * COST_USD)
    }
    expect(answered).toBeGreaterThanOrEqual(3)
    expect(answered * COST_USD).toBeLessThanOrEqual(0.003)
    expect(await errorOf(answer)).toMatchObject({
      status: 402,
      code: 'budget_exceeded',
      type: 'insufficient_quota',
      param: 'tenant',
    })
    const [budget] = await settled(key, answered * COST_USD)
    const month = new Date()
    const end = Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1) / 1_000
    expect(budget).toMatchObject({ max_budget_usd: 0.003, held_usd: 0, window_end: end })
  })

  it('are never overspent by requests side by side, each of which costs all it may', async () => {
    const key = await tenantLimited([{ per: 'key', max_budget_usd: 0.002, strict: true }])
    fakeHosts({ [OPENAI]: thorough })
    const answers = await Promise.all(Array.from({ length: 15 }, () => chat(key, MINI, short)))
    const costs = answers.map((one) => (one.ok ? Number(one.headers.get('x-switchyard-cost-usd')) : 0))
    const spent = costs.reduce((sum, cost) => sum + cost, 0)
    expect(spent).toBeGreaterThan(0.0005)
    expect(spent).toBeLessThanOrEqual(0.002)
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused.length + costs.filter((cost) => cost > 0).length).toBe(15)
    for (const one of refused) expect(one.headers.get('retry-after')).toBe('1')
    await vi.waitFor(async () => expect((await budgetsOf(key))[0]?.spent_usd).toBeCloseTo(spent, 9))
  })

  it('count what callers hung up on, streams, failures and embeddings', async () => {
    const key = await tenantLimited([
      { per: 'tenant', max_budget_usd: 100 },
      { per: 'user', rpm: 1_000 },
    ])
    fakeHosts({
      [OPENAI]: ({ url }) => {
        if (url.endsWith('/embeddings')) {
          const data = [{ object: 'embedding', index: 0, embedding: [0.5] }]
          return Response.json({ object: 'list', data, usage: { prompt_tokens: 1_000, total_tokens: 1_000 } })
        }
        return openaiStream(['Hello ', 'you'])
      },
      [ANTHROPIC]: () => refusal(500, 'down'),
    })
    const fields = { ...short, stream: true, user: 'u1' }
    const streamed = await chat(key, MINI, fields)
    await streamed.text()
    const gone = await chat(key, MINI, fields)
    await gone.body?.cancel()
    const failed = await chat(key, HAIKU, { provider: { only: ['anthropic'] }, num_retries: 0, user: 'u2' })
    expect(failed.status).toBe(502)
    const embedding = await post(key, '/v1/embeddings', {
      model: 'openai/text-embedding-3-small',
      input: 'Hello',
      provider: { only: ['openai'] },
    })
    expect(embedding.status).toBe(200)
    let costs = 0
    for (const one of [streamed, gone, failed, embedding]) {
      costs += (await recorded(key, decisionIdOf(one))).decision.costMicroUsd ?? 0
    }
    expect(costs).toBeGreaterThan(620)
    const budgets = await settled(key, costs / 1e6)
    expect(budgets.filter(({ rpm }) => rpm !== undefined)).toMatchObject([
      { subject: 'user:u1', rpm_used: 2 },
      { subject: 'user:u2', rpm_used: 1 },
    ])
  })

  it('of a model leave others to answer, and refuse it where nobody else may', async () => {
    const key = await tenantLimited([
      { per: 'model', match: 'openai/*', max_budget_usd: 0.0001, strict: true },
    ])
    fakeHosts({
      [OPENAI]: () => openaiAnswer('Hello'),
      [ANTHROPIC]: () => anthropicAnswer('Hello from another'),
    })
    const other = await chat(key, MINI, { max_tokens: 200, models: [HAIKU] })
    expect(other.headers.get('x-switchyard-model')).toBe(HAIKU)
    const none = await chat(key, MINI, short)
    expect(await errorOf(none)).toMatchObject({ status: 402, param: 'model:openai/*' })
  })

  it('let no model answer whose price is not known', async () => {
    const key = await mintKey()
    const init = { ...jsonRequest(key, { limits: [{ per: 'tenant', max_budget_usd: 10 }] }), method: 'PUT' }
    expect((await fetchWith(unpriced, '/v1/config', init)).status).toBe(201)
    fakeHosts({ 'shed.internal': () => openaiAnswer('Hello') })
    expect((await askShed(await mintKey())).status).toBe(200)
    const refused = await askShed(key)
    expect(refused.status).toBe(400)
    expect(await refused.text()).toContain('no_price')
  })

  it('tell once in a window that the soft limit was passed, and once that nothing is left', async () => {
    const limits = [{ per: 'tenant', max_budget_usd: 0.0015, soft_budget_usd: 0.0005, strict: true }]
    const key = await tenantLimited(limits, { alert_url: 'https://listener.example/budgets' })
    const sent = vi.spyOn(env.WEBHOOKS, 'send')
    fakeHosts({ [OPENAI]: thorough })
    for (let asked = 0; asked < 8; asked += 1) {
      await chat(key, MINI, short)
      await new Promise((wake) => setTimeout(wake, 50))
    }
    const messages = sent.mock.calls.map(([message]) => message)
    expect(messages).toMatchObject([
      { type: 'budget.soft_exceeded', url: 'https://listener.example/budgets', tenantId: key.tenantId },
      { type: 'budget.exceeded', data: { subject: 'tenant', max_budget_usd: 0.0015 } },
    ])
  })
})

describe('LedgerObject', () => {
  it('knows after a restart what it has promised and counted', async () => {
    const ledger = env.LEDGER.getByName(crypto.randomUUID())
    const limits = { requestsPerMinute: 10, tokensPerMinute: null, parallel: 2, strict: true }
    const budget = { maxMicroUsd: 1_000, softMicroUsd: null, duration: '1d' }
    const meters = metersOf('tenant', { budget, ...limits }, Date.now())
    const wanted = (id: string) => ({
      id,
      meters,
      worstMicroUsd: 400,
      enoughMicroUsd: 400,
      leastMicroUsd: 10,
      marginMicroUsd: 50,
      tokens: 10,
      expiresAt: Date.now() + 60_000,
    })
    const outcomeOf = async (id: string) => (await ledger.reserve(wanted(id), null)).outcome
    expect(await outcomeOf('a')).toEqual({ kind: 'granted', microUsd: 400 })
    expect(await outcomeOf('b')).toEqual({ kind: 'granted', microUsd: 400 })
    await evictDurableObject(ledger)
    expect(await outcomeOf('c')).toMatchObject({ kind: 'refused', why: 'parallel' })
    await ledger.settle({
      id: 'a',
      taken: meters.map(({ id }) => ({ meterId: id, amounts: { microUsd: 300, requests: 1, tokens: 10 } })),
    })
    await evictDurableObject(ledger)
    const states = await ledger.list()
    expect(states).toMatchObject([
      { spentMicroUsd: 300, heldMicroUsd: 450 },
      { running: 1, minute: { requests: 2 } },
    ])
    expect(await outcomeOf('a')).toMatchObject({ kind: 'granted', microUsd: 200 })
  })
})

describe('rates', () => {
  it('refuse what is too much within a minute, and say how much is left', async () => {
    const key = await tenantLimited([{ per: 'key', rpm: 2, tpm: 100_000 }])
    fakeHosts({ [OPENAI]: () => openaiAnswer('Hello') })
    const first = await chat(key, MINI, short)
    expect(first.headers.get('x-ratelimit-limit-requests')).toBe('2')
    expect(first.headers.get('x-ratelimit-remaining-requests')).toBe('1')
    expect(first.headers.get('x-ratelimit-limit-tokens')).toBe('100000')
    expect((await chat(key, MINI, short)).status).toBe(200)
    const third = await chat(key, MINI, short)
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(50)
    expect(await errorOf(third)).toMatchObject({ status: 429, code: 'rate_limit_exceeded' })
  })

  it('let so many requests be under way at a time, and give the place back', async () => {
    const key = await tenantLimited([{ per: 'tenant', max_parallel_requests: 2 }])
    fakeHosts({
      [OPENAI]: async () => {
        await new Promise((wake) => setTimeout(wake, 50))
        return openaiAnswer('Hello')
      },
    })
    const all = () => Promise.all([1, 2, 3].map(() => chat(key, MINI, short)))
    expect((await all()).map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 429])
    await vi.waitFor(async () => expect(await budgetsOf(key)).toMatchObject([{ parallel_requests: 0 }]))
    expect((await chat(key, MINI, short)).status).toBe(200)
  })
})
