import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { crewAt, MINI, MODELS, sentIn } from './crew.ts'
import type { HostCall } from './hosts.ts'
import { finished, objectOf, type ShownRun, statusesOf, told } from './run-api.ts'
import { get, type Key, mintKey, tenantWith } from './world.ts'

afterEach(() => vi.restoreAllMocks())

const task = (id: string, fields: object = {}) => ({ id, kind: 'model', input: `問題 ${id}`, ...fields })
const chain = (length: number) =>
  Array.from({ length }, (_, at) => task(`t${at}`, at > 0 ? { depends_on: [`t${at - 1}`] } : {}))
const beside = (length: number) => Array.from({ length }, (_, at) => task(`t${at}`))

/** A key that may ask these models only. */
async function keyFor(models: readonly string[]): Promise<Key> {
  const key = await mintKey()
  const update = 'update api_keys set allowed_models = ? where id = ?'
  await env.DB.prepare(update).bind(JSON.stringify(models), key.id).run()
  return key
}

/** What a run took is what its tasks took, and no attempt is counted twice. */
function expectPaid({ tasks, usage }: ShownRun): void {
  const own = tasks.filter(({ id }) => !/[[/]/.test(id))
  expect(own.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(usage.tokens)
  expect(own.reduce((sum, { cost_usd }) => sum + cost_usd, 0)).toBeCloseTo(usage.cost_usd, 9)
}

describe('the budget of a run', () => {
  it.each([
    ['money', { usd: 0.01 }],
    ['tokens', { tokens: 8_000 }],
    ['attempts', { max_attempts: 2 }],
  ])('of %s ends it with what is there', async (_, budget) => {
    crewAt({ text: '好', input: 1_000, output: 5_000 })
    const key = await keyFor([MINI])
    const run = await finished(key, { plan: { tasks: chain(4) }, budget })
    expect(run).toMatchObject({ status: 'failed', partial: true, failure: { code: 'budget_exceeded' } })
    expect(run.usage.attempts).toBe(2)
    expect(Object.values(statusesOf(run)).slice(0, 3)).toEqual(['succeeded', 'succeeded', 'cancelled'])
    expect(run.missing.map(({ reason }) => reason)).toEqual(['cancelled', 'cancelled'])
    expect((await told(key, run.id)).at(-1)).toBe('run.failed')
    expectPaid(run)
  })

  it('leaves what is done beside each other as the output', async () => {
    crewAt('好')
    const body = { plan: { tasks: beside(5), budget: { usd: 2 } }, budget: { max_attempts: 3, usd: 3 } }
    const run = await finished(await keyFor([MINI]), body)
    expect(run).toMatchObject({ status: 'failed', budget: { max_attempts: 3, usd: 2 } })
    expect(run.output).toEqual({ t0: '好', t1: '好', t2: '好', t3: null, t4: null })
  })

  it('that is too small for any model is named where it fails', async () => {
    crewAt('好')
    const run = await finished(await keyFor([MINI]), {
      plan: { tasks: [task('a')] },
      budget: { usd: 0.000_01 },
    })
    expect(run).toMatchObject({ status: 'failed', failure: { code: 'no_eligible_model' } })
    expect(run.failure?.message).toContain("of the run's budget there is 0.00001 USD for it")
  })

  it('covers retries', async () => {
    crewAt({ status: 400 })
    const retry = { max: 10, backoff: { initial_ms: 1, max_ms: 1 } }
    const run = await finished(await keyFor([MINI]), {
      plan: { tasks: [task('a', { retry, needs: { skills: [] } })], budget: { max_attempts: 4 } },
    })
    expect(run.status).toBe('failed')
    expect(run.usage.attempts).toBeLessThanOrEqual(4)
  })

  it('covers a panel, a judge, a subplan and what is made of them', async () => {
    crewAt((call) => said(call))
    const plan = {
      tasks: [
        task('panel', { kind: 'panel' }),
        task('judge', { kind: 'judge', input: { question: '哪一個？', candidates: ['甲', '乙'] } }),
        { id: 'sub', kind: 'subplan', plan: { tasks: beside(2) } },
      ],
      aggregate: 'reduce',
    }
    const run = await finished(await keyFor(MODELS), { plan, budget: { usd: 1, tokens: 1_000_000 } })
    expect(run).toMatchObject({ status: 'succeeded', partial: false })
    expect(statusesOf(run)).toMatchObject({ panel: 'succeeded', judge: 'succeeded', 'sub/t1': 'succeeded' })
    expect(run.tasks.find(({ id }) => id === '$aggregate')?.tokens).toBeGreaterThan(0)
    expectPaid(run)
  })

  it('covers planning', async () => {
    crewAt('我只會說話。')
    const goal = '调查新能源汽车市场，分析销售数据，然后撰写一份报告'
    const key = await keyFor([MINI])
    const tight = await finished(key, { goal, budget: { max_attempts: 1 } })
    expect(tight).toMatchObject({
      status: 'failed',
      failure: { code: 'budget_exceeded' },
      usage: { attempts: 1 },
    })
    expectPaid(tight)
  })

  it('of a subplan is its own: others go on when it is used up', async () => {
    crewAt('好')
    const plan = {
      tasks: [
        task('a'),
        { id: 'sub', kind: 'subplan', plan: { tasks: chain(3), budget: { tokens: 1_000 } } },
        task('after', { depends_on: ['sub'] }),
      ],
    }
    const run = await finished(await keyFor([MINI]), { plan })
    expect(run).toMatchObject({ status: 'succeeded', partial: true, output: { a: '好', after: null } })
    expect(statusesOf(run)).toMatchObject({
      sub: 'failed',
      'sub/t0': 'succeeded',
      'sub/t1': 'cancelled',
      after: 'blocked',
    })
    expect(run.missing).toContainEqual(expect.objectContaining({ task: 'sub', reason: 'budget_exceeded' }))
  })
})

const said = (call: HostCall) =>
  sentIn(call).includes('<answer A') ? '{"A":{"score":9,"reason":"好"},"B":{"score":3}}' : '答案是 42'

describe('the budget of a tenant', () => {
  it('holds in runs, which say truthfully why they failed', async () => {
    crewAt('好')
    const key = await tenantWith({ limits: [{ per: 'tenant', max_budget_usd: 0.001, strict: true }] })
    const run = await finished(key, {
      plan: { tasks: chain(8).map((one) => ({ ...one, retry: { max: 0 } })) },
    })
    expect(run).toMatchObject({ status: 'failed', failure: { code: 'budget_exceeded' } })
    expect(run.tasks[0]?.status).toBe('succeeded')
    expect(run.tasks.map(({ status }) => status)).toContain('blocked')
    expect(run.usage.cost_usd).toBeLessThanOrEqual(0.001)
    const budgets = z.object({ data: z.array(z.looseObject({ spent_usd: z.number() })) })
    await vi.waitFor(
      async () => {
        const { data } = budgets.parse(await (await get(key, '/v1/budgets')).json())
        expect(data[0]?.spent_usd).toBeCloseTo(run.usage.cost_usd, 9)
      },
      { timeout: 4_000, interval: 500 },
    )
  })

  it('and what a key may ask hold in runs', async () => {
    const calls = crewAt('好')
    const key = await keyFor(['anthropic/*'])
    const run = await finished(key, { plan: { tasks: beside(3) } })
    expect(run.status).toBe('succeeded')
    expect(calls.every(({ host }) => host === 'api.anthropic.com')).toBe(true)
    const state = (await objectOf(key, run.id).view())?.state
    expect(state?.request.caller.allowedModels).toEqual(['anthropic/*'])
  })
})
