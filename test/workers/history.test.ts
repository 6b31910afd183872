import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { env } from 'cloudflare:workers'
import { createId } from '../../src/core/ids.ts'
import { insertDecisions } from '../../src/db/decisions.ts'
import { type DecisionEntry, rowsOf } from '../../src/record/entry.ts'
import { attemptEntry, decisionEntry } from './entries.ts'
import { fakeHosts, OPENAI, OPENAI_FIRST, openaiAnswer, OPENROUTER, refusal } from './hosts.ts'
import { ask, chat, decisionIdOf, errorOf, get, type Key, mintKey, post, recorded } from './world.ts'

afterEach(() => vi.restoreAllMocks())

const keep = (entries: readonly DecisionEntry[]) => insertDecisions(env.DB, rowsOf(entries))

describe('GET /v1/decisions/{id}', () => {
  it('tells what was decided and what then happened, to the tenant only', async () => {
    const key = await mintKey()
    fakeHosts({ [OPENAI]: () => refusal(500, 'Broken'), [OPENROUTER]: () => openaiAnswer('Hello') })
    const answer = await chat(key, 'openai/gpt-4.1-mini', OPENAI_FIRST, { 'x-request-id': 'mine-1' })
    const id = decisionIdOf(answer)
    expect((await recorded(key, id)).decision).toMatchObject({ requestId: 'mine-1', tenantId: key.tenantId })
    const told = await get(key, `/v1/decisions/${id}`)
    expect(told.status).toBe(200)
    expect(told.headers.get('content-type')).toBe('application/json')
    expect(await told.json()).toMatchObject({
      id,
      object: 'routing.decision',
      requested_model: 'openai/gpt-4.1-mini',
      reason: 'fallback_error',
      status: 'succeeded',
      answered_by: { model: 'openai/gpt-4.1-mini', provider: 'openrouter' },
      cost_usd: 0.0006,
      attempts: [
        {
          provider: 'openai',
          outcome: 'failed',
          failure: { code: 'provider_failed', message: 'Broken', status: 500 },
        },
        { provider: 'openrouter', outcome: 'succeeded', usage: { input_tokens: 1_000 }, cost_usd: 0.0006 },
      ],
    })
    const colleague = await mintKey({ tenantId: key.tenantId })
    expect((await get(colleague, `/v1/decisions/${id}`)).status).toBe(200)
    const stranger = await get(await mintKey(), `/v1/decisions/${id}`)
    expect(await errorOf(stranger)).toMatchObject({ status: 404, code: 'not_found', param: 'decision_id' })
  })

  it('says when to look again for one that may still be on its way', async () => {
    const key = await mintKey()
    const [now, random] = [Date.now(), new Uint8Array(16)]
    const fresh = await get(key, `/v1/decisions/${createId('dec', now, random)}`)
    expect(fresh.headers.get('retry-after')).toBe('2')
    expect(await errorOf(fresh)).toMatchObject({ status: 404, code: 'not_found' })
    for (const id of [createId('dec', now - 60_000, random), 'nonsense']) {
      const gone = await get(key, `/v1/decisions/${id}`)
      expect(gone.status).toBe(404)
      expect(gone.headers.get('retry-after')).toBeNull()
    }
  })
})

it('POST /v1/route decides, is recorded, and calls nobody', async () => {
  const key = await mintKey()
  const calls = fakeHosts({})
  const answer = await post(key, '/v1/route', ask('auto'))
  const id = decisionIdOf(answer)
  expect(await answer.json()).toMatchObject({
    id,
    object: 'routing.decision',
    model: expect.stringContaining('/'),
    candidates: expect.arrayContaining([expect.objectContaining({ eligible: true })]),
  })
  const { decision, attempts } = await recorded(key, id)
  expect(decision).toMatchObject({ status: 'decided', attemptCount: 0, costMicroUsd: 0, streamed: false })
  expect(attempts).toEqual([])
  expect(calls).toEqual([])
  expect(await (await get(key, `/v1/decisions/${id}`)).json()).toMatchObject({
    status: 'decided',
    attempts: [],
  })
})

const logPage = z.object({
  object: z.literal('list'),
  data: z.array(z.object({ id: z.string() }).loose()),
  next_before: z.string().nullable(),
})

async function pageOf(key: Key, query: string) {
  const { data, next_before } = logPage.parse(await (await get(key, `/v1/logs?${query}`)).json())
  return { ids: data.map(({ id }) => id), next: next_before, data }
}

describe('GET /v1/logs', () => {
  it('pages through the tenant’s decisions, newest first, each once', async () => {
    const [key, { tenantId: other }] = [await mintKey(), await mintKey()]
    const { tenantId } = key
    const entries = Array.from({ length: 5 }, () => decisionEntry({ tenantId }))
    await keep([...entries, decisionEntry({ tenantId: other })])
    const ids = entries.map(({ id }) => id).toReversed()
    const first = await pageOf(key, 'limit=2')
    expect(first).toMatchObject({ ids: ids.slice(0, 2), next: ids[1] })
    const second = await pageOf(key, `limit=2&before=${first.next}`)
    expect(second).toMatchObject({ ids: ids.slice(2, 4), next: ids[3] })
    expect(await pageOf(key, `limit=2&before=${second.next}`)).toMatchObject({ ids: [ids[4]], next: null })
    expect((await pageOf(key, '')).ids).toEqual(ids)
  })

  it('shows figures and no details', async () => {
    const key = await mintKey()
    const { tenantId } = key
    const attempts = [attemptEntry({ outcome: 'failed', costMicroUsd: null }), attemptEntry({})]
    const detail = '{"long":true}'
    await keep([
      decisionEntry({ tenantId, status: 'failed', failureCode: 'timeout', detail, attempts }),
      decisionEntry({ tenantId, streamed: true }),
    ])
    const { data } = await pageOf(key, '')
    expect(data).toMatchObject([
      {
        status: 'succeeded',
        streamed: true,
        simulated: false,
        attempts: 1,
        input_tokens: 100,
        cost_usd: 0.00007,
      },
      { status: 'failed', failure_code: 'timeout', attempts: 2, cost_usd: null, always_best_usd: 0.009 },
    ])
    expect(JSON.stringify(data)).not.toContain('long')
  })

  it.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=many', 'limit'],
    ['limit=1.5', 'limit'],
    [`before=${'x'.repeat(65)}`, 'before'],
  ])('names the field of %s', async (query, param) => {
    const refused = await errorOf(await get(await mintKey(), `/v1/logs?${query}`))
    expect(refused).toMatchObject({ status: 400, code: 'invalid_request', param })
  })
})

const usageBody = z.object({
  from: z.number(),
  to: z.number(),
  data: z.array(z.object({ model: z.string(), provider: z.string(), attempts: z.number() }).loose()),
})

async function usageOf(key: Key, query: string) {
  return usageBody.parse(await (await get(key, `/v1/usage?${query}`)).json())
}

describe('GET /v1/usage', () => {
  const MINUTE = 1_800_000_000_000

  it('sums a span of the tenant’s minutes per model and host', async () => {
    const [key, { tenantId: other }] = [await mintKey(), await mintKey()]
    const { tenantId } = key
    const at = (startedAt: number, fields: Parameters<typeof attemptEntry>[0] = {}) =>
      decisionEntry({ tenantId, attempts: [attemptEntry({ startedAt, ...fields })] })
    await keep([
      at(MINUTE - 1),
      at(MINUTE),
      at(MINUTE + 59_999, { ttftMs: null, outcome: 'failed', costMicroUsd: null, latencyMs: 400 }),
      at(MINUTE + 61_000, { outcome: 'cancelled', ttftMs: 500 }),
      at(MINUTE, { provider: 'openrouter' }),
      at(MINUTE + 120_000),
      decisionEntry({ tenantId: other, attempts: [attemptEntry({ startedAt: MINUTE })] }),
    ])
    const { from, to, data } = await usageOf(key, `from=${MINUTE}&to=${MINUTE + 120_000}`)
    expect([from, to]).toEqual([MINUTE, MINUTE + 120_000])
    const model = 'openai/gpt-4.1-mini'
    expect(data).toEqual([
      {
        model,
        provider: 'openai',
        attempts: 3,
        failures: 1,
        cancelled: 1,
        input_tokens: 300,
        output_tokens: 60,
        cost_usd: 0.00014,
        mean_latency_ms: 667,
        mean_ttft_ms: 400,
      },
      expect.objectContaining({ model, provider: 'openrouter', attempts: 1, failures: 0, mean_ttft_ms: 300 }),
    ])
  })

  it('is of the last day when no span is given, this minute included', async () => {
    const key = await mintKey()
    const { tenantId } = key
    const now = Date.now()
    const attempts = [now, now - 23 * 3_600_000, now - 25 * 3_600_000].map((startedAt) =>
      attemptEntry({ startedAt }),
    )
    await keep([decisionEntry({ tenantId, attempts })])
    expect((await usageOf(key, '')).data).toMatchObject([{ attempts: 2 }])
    expect((await usageOf(await mintKey(), '')).data).toEqual([])
  })

  it.each([
    ['from=-1', 'from'],
    ['to=0', 'to'],
    ['from=yesterday', 'from'],
  ])('names the field of %s', async (query, param) => {
    const refused = await errorOf(await get(await mintKey(), `/v1/usage?${query}`))
    expect(refused).toMatchObject({ status: 400, code: 'invalid_request', param })
  })
})
