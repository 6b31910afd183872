import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import worker from '../../src/worker.ts'
import { ALONE, askedIn, capIn, crewAt, FLASH, HAIKU, MINI, MODELS, readCrew } from './crew.ts'
import { GOOGLE, type HostCall, OPENAI, sleep } from './hosts.ts'
import {
  ask,
  chat,
  decisionIdOf,
  errorOf,
  get,
  jsonRequest,
  type Key,
  mintKey,
  post,
  recorded,
  tenantWith,
} from './world.ts'

afterEach(() => vi.restoreAllMocks())

const METADATA = { 'x-switchyard-metadata': 'enabled' }
const PANEL = { plugins: [{ id: 'panel', models: MODELS, aggregation: 'vote' }], ...ALONE, max_tokens: 200 }

const strictly = (usd: number) =>
  tenantWith({ limits: [{ per: 'tenant', max_budget_usd: usd, strict: true }] })

const listed = z.object({
  data: z.array(z.object({ subject: z.string(), spent_usd: z.number(), held_usd: z.number() })),
})

/** What the ledger says once it was told everything: nothing is held any more, and the sum of all attempts is spent. */
async function spentBy(key: Key, answer: Response): Promise<number> {
  const { attempts } = await recorded(key, decisionIdOf(answer))
  const usd = attempts.reduce((sum, { costMicroUsd }) => sum + (costMicroUsd ?? 0), 0) / 1e6
  await vi.waitFor(
    async () => {
      const { data } = listed.parse(await (await get(key, '/v1/budgets')).json())
      expect(data[0]?.spent_usd).toBeCloseTo(usd, 9)
      expect(data[0]?.held_usd).toBe(0)
    },
    { timeout: 4_000, interval: 300 },
  )
  return usd
}

/** Writes as much as it may. */
const greedy = (call: HostCall) => ({ text: 'The answer is 4', input: 8, output: capIn(call) })

/** Answers when nobody waits any more. */
const late = async () => sleep(8_000).then(() => 'The answer is 4')

describe('a strict budget', () => {
  it('has spent what all calls cost, those of the judge too', async () => {
    const key = await strictly(1)
    crewAt('I cannot compare this. It says one thing.', 'It says another. Nobody knows.', 'So. And so.')
    const plugins = [{ id: 'panel', models: MODELS, judge: MINI }]
    const answer = await chat(key, 'switchyard/panel', { ...PANEL, plugins })
    const { usage } = await readCrew(answer)
    expect(usage.members?.map(({ role }) => role)).toEqual(['member', 'member', 'member', 'judge', 'judge'])
    expect(await spentBy(key, answer)).toBeCloseTo(usage.cost, 6)
  })

  it('has spent what those took who failed', async () => {
    const key = await strictly(1)
    crewAt({ status: 500 })
    const answer = await chat(key, 'switchyard/panel', PANEL)
    expect(await errorOf(answer.clone())).toMatchObject({ status: 502, code: 'provider_failed' })
    expect(await spentBy(key, answer)).toBeLessThan(0.001)
  })

  it('has spent what those had taken whose caller left', async () => {
    const key = await strictly(1)
    crewAt('The answer is 4', late, late)
    const context = createExecutionContext()
    const asked = {
      model: 'switchyard/panel',
      messages: [{ role: 'user', content: 'What is 2 + 2?' }],
      ...PANEL,
      stream: true,
    }
    const request = new Request('http://switchyard/v1/chat/completions', jsonRequest(key, asked))
    const answer = await worker.fetch(request, { ...env }, context)
    const reader = answer.body?.getReader()
    await reader?.read()
    await reader?.cancel()
    await waitOnExecutionContext(context)
    const { decision } = await recorded(key, decisionIdOf(answer))
    expect(decision.status).toBe('cancelled')
    expect(await spentBy(key, answer)).toBeGreaterThan(0.0006)
  }, 20_000)

  it('that pays only for some has these answer, and is not overspent', async () => {
    const asked: number[] = []
    for (const usd of [0.0005, 0.001, 0.0015, 0.003]) {
      const key = await strictly(usd)
      const calls = crewAt(greedy)
      const answer = await chat(key, 'switchyard/panel', PANEL, METADATA)
      const { outcome } = await readCrew(answer)
      asked.push(calls.length)
      expect(outcome?.of).toBe(3)
      expect(await spentBy(key, answer)).toBeLessThanOrEqual(usd)
      if (calls.length < 3) expect(outcome?.notes).toEqual(expect.arrayContaining(['partial', 'over_budget']))
    }
    expect(asked).toEqual(asked.toSorted((a, b) => a - b))
    expect([asked[0], asked.includes(2), asked.at(-1)]).toEqual([1, true, 3])
  })

  it('that pays for nobody refuses the request', async () => {
    const key = await strictly(0.000001)
    const calls = crewAt(greedy)
    expect(await errorOf(await chat(key, 'switchyard/panel', PANEL))).toMatchObject({
      status: 402,
      code: 'budget_exceeded',
    })
    expect(calls).toEqual([])
  })
})

describe('a limit of one model', () => {
  it('leaves the others of a panel to answer', async () => {
    const limits = [{ per: 'model', match: HAIKU, max_budget_usd: 0.000001, strict: true }]
    const key = await tenantWith({ limits })
    const calls = crewAt('The answer is 4')
    const { outcome, said } = await readCrew(await chat(key, 'switchyard/panel', PANEL, METADATA))
    expect(askedIn(calls)).toEqual([OPENAI, GOOGLE])
    expect(said).toBe('The answer is 4')
    expect(outcome?.parts).toHaveLength(2)
  })

  it('that is no member keeps nobody from answering', async () => {
    const routed = await post(await mintKey(), '/v1/route', ask('switchyard/panel', PANEL))
    const { model } = z.object({ model: z.string() }).parse(await routed.json())
    expect(MODELS).not.toContain(model)
    const key = await tenantWith({
      limits: [{ per: 'model', match: model, max_budget_usd: 0.000001, strict: true }],
    })
    crewAt('The answer is 4')
    const { outcome } = await readCrew(await chat(key, 'switchyard/panel', PANEL, METADATA))
    expect(outcome).toMatchObject({ of: 3, partial: false })
  })

  it('refuses a panel that needs more than are left', async () => {
    const limits = [{ per: 'model', match: HAIKU, max_budget_usd: 0.000001, strict: true }]
    const key = await tenantWith({ limits })
    const calls = crewAt('The answer is 4')
    const plugins = [{ id: 'panel', models: [HAIKU, FLASH], min_successful_responses: 2 }]
    const refused = await errorOf(await chat(key, 'switchyard/panel', { ...PANEL, plugins }))
    expect(refused).toMatchObject({ status: 402, param: `model:${HAIKU}` })
    expect(calls).toEqual([])
  })
})
