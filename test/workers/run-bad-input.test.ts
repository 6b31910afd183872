import { afterEach, describe, expect, it, vi } from 'vitest'
import { agentsAt, begin, callBack, ended, finished, type Offer, putAgent, told, view } from './run-api.ts'
import { crewAt, sentIn } from './crew.ts'
import { errorOf, mintKey, post } from './world.ts'

afterEach(() => vi.restoreAllMocks())

const MEGABYTE = 1024 * 1024
const text = (megabytes: number) => '字'.repeat((megabytes * MEGABYTE) / 3 + 1)
const task = (id: string, fields: object = {}) => ({ id, kind: 'model', ...fields })
const WAIT = { timeout: 5_000, interval: 20 }

describe('POST /v1/runs, with a plan that cannot be carried out', () => {
  const ring = Array.from({ length: 50 }, (_, at) => task(`t${at}`, { depends_on: [`t${(at + 1) % 50}`] }))
  const crowd = Array.from({ length: 10_000 }, (_, at) => task(`t${at}`))
  const broad = { over: { $ref: 'input.list' }, max: 1_000, task: { kind: 'model' } }
  it.each<[string, object[], string, string]>([
    ['a cycle', ring, 'plan.tasks[0].depends_on[0]', 'cycle'],
    [
      'a task that waits for itself',
      [task('a', { depends_on: ['a'] })],
      'plan.tasks[0].depends_on[0]',
      'cycle',
    ],
    ['10,000 tasks', crowd, 'plan.tasks', 'too_many_tasks'],
    [
      '11,000 items',
      Array.from({ length: 11 }, (_, at) => ({ id: `m${at}`, kind: 'map', map: broad })),
      'plan.tasks',
      'too_many_executions',
    ],
    [
      'a reference to nobody',
      [task('a', { input: { $ref: 'tasks.z.output' } })],
      'plan.tasks[0].input',
      'unknown_task',
    ],
    [
      'a reference to one beside it',
      [task('a'), task('b', { input: { 数据: [{ $ref: 'tasks.a.output' }] } })],
      'plan.tasks[1].input["数据"][0]',
      'unreachable_ref',
    ],
    ['an input of 4 MB', [task('a', { input: { text: text(4) } })], 'plan.tasks[0].input', 'too_large'],
  ])('names what is wrong with %s', async (_, tasks, param, code) => {
    const answer = await post(await mintKey(), '/v1/runs', { plan: { tasks } })
    const { error } = JSON.parse(await answer.text())
    expect(answer.status).toBe(400)
    expect(error).toMatchObject({ code: 'invalid_request', param, type: 'invalid_request_error' })
    expect(error.errors).toContainEqual(expect.objectContaining({ path: param, code }))
    expect(error.message.length).toBeLessThan(400)
  })

  it('refuses what is too large, wherever it stands', async () => {
    const key = await mintKey()
    const plan = { tasks: [task('a')] }
    const refused = async (body: object) => {
      const { status, code, param } = await errorOf(await post(key, '/v1/runs', body))
      return [status, code, param]
    }
    expect(await refused({ plan: { tasks: [task('a', { input: text(5) })] } })).toEqual([
      413,
      'request_too_large',
      null,
    ])
    expect(await refused({ plan, input: text(5) })).toEqual([413, 'request_too_large', null])
    expect(await refused({ plan, input: text(2) })).toEqual([400, 'invalid_request', 'input'])
    expect(await refused({ goal: text(1) })).toEqual([400, 'invalid_request', 'goal'])
  })
})

/** A run of one task for an agent elsewhere, which was offered it. */
async function offered(fields: object = {}, ids: readonly string[] = ['courier']) {
  const offers = agentsAt(ids)
  const key = await mintKey()
  for (const id of ids) await putAgent(key, id, { priority: id === ids[0] ? 100 : 0 })
  const one = {
    id: 'a',
    kind: 'agent',
    needs: { skills: ['carry'] },
    retry: { max: 2, backoff: { initial_ms: 1 } },
  }
  const { id } = await begin(key, { plan: { tasks: [{ ...one, ...fields }] } })
  await vi.waitFor(() => expect(offers).toHaveLength(1), WAIT)
  return { key, id, offers }
}

const last = (offers: readonly Offer[]) =>
  offers.at(-1)?.callback ?? { result_url: '', heartbeat_url: '', token: '' }
const resultTo = ({ result_url, token }: Offer['callback'], body: object) => callBack(result_url, token, body)

describe('an agent elsewhere', () => {
  it('may say 5 MB: it is refused by name, and its attempt goes on', async () => {
    const { key, id, offers } = await offered()
    const callback = last(offers)
    const refused = async (output: string) => {
      const { status, param } = await errorOf(await resultTo(callback, { output }))
      return [status, param]
    }
    expect(await refused(text(5))).toEqual([413, null])
    expect(await refused(text(1.1))).toEqual([400, 'output'])
    const beat = await callBack(callback.heartbeat_url, callback.token, { progress: text(5) })
    expect(beat.status).toBe(413)
    expect((await resultTo(callback, { output: text(0.9) })).status).toBe(200)
    expect(await ended(key, id)).toMatchObject({ status: 'succeeded', usage: { attempts: 1 } })
  })

  it('may answer 5 MB at once, and is asked again', async () => {
    let asked = 0
    const offers = agentsAt(['courier'], () => Response.json({ output: (asked += 1) > 1 ? '完' : text(5) }))
    const key = await mintKey()
    await putAgent(key, 'courier')
    const one = {
      id: 'a',
      kind: 'agent',
      assign: { agent: 'courier' },
      retry: { backoff: { initial_ms: 1 } },
    }
    const run = await finished(key, { plan: { tasks: [one] } })
    expect(run).toMatchObject({ status: 'succeeded', output: '完', usage: { attempts: 2 } })
    expect(offers).toHaveLength(2)
  })

  it('may answer with the wrong schema until nobody asks any more', async () => {
    const offers = agentsAt(['courier'], () => Response.json({ output: { 人口: '很多' } }))
    const key = await mintKey()
    await putAgent(key, 'courier')
    const output_schema = { type: 'object', properties: { 人口: { type: 'integer' } } }
    const one = { id: 'a', kind: 'agent', assign: { agent: 'courier' }, output_schema }
    const retry = { max: 1, backoff: { initial_ms: 1 } }
    const run = await finished(key, { plan: { tasks: [{ ...one, retry }] } })
    expect(run).toMatchObject({ status: 'failed', failure: { code: 'invalid_output' }, output: null })
    expect(run.failure?.message).toContain('人口')
    expect(run.missing).toMatchObject([{ task: 'a', reason: 'invalid_output' }])
    expect(offers).toHaveLength(2)
  })

  it('may answer when its attempt is over: that is told, and changes nothing', async () => {
    const { key, id, offers } = await offered({ timeout: { attempt_ms: 300 } }, ['courier', 'runner'])
    await vi.waitFor(() => expect(offers).toHaveLength(2), WAIT)
    expect(offers.map(({ host }) => host)).toEqual(['courier.example.com', 'runner.example.com'])
    const [first] = offers
    const late = await resultTo(first?.callback ?? last(offers), {
      output: 'late',
      usage: { cost_usd: 0.25 },
    })
    expect(await errorOf(late)).toMatchObject({ status: 409, code: 'stale_attempt' })
    const twice = [
      await resultTo(last(offers), { output: '準時' }),
      await resultTo(last(offers), { output: '又來' }),
    ]
    expect(twice.map(({ status }) => status)).toEqual([200, 409])
    const run = await ended(key, id)
    expect(run).toMatchObject({ status: 'succeeded', output: '準時', partial: false })
    expect(run.tasks).toMatchObject([{ agent: 'runner', attempts: 2, migrations: 1 }])
    expect(run.usage.cost_usd).toBe(0.25)
    const log = await told(key, id)
    expect(log.filter((type) => type === 'task.succeeded')).toHaveLength(1)
    expect(log).toEqual(expect.arrayContaining(['task.migrated', 'stale_result']))
  })

  it('may fall silent: another goes on with what it had told', async () => {
    const { key, id, offers } = await offered({ timeout: { heartbeat_ms: 1_000 } }, ['courier', 'runner'])
    const { heartbeat_url, token } = last(offers)
    expect((await callBack(heartbeat_url, token, { progress: { 已讀: 7 } })).status).toBe(200)
    await vi.waitFor(() => expect(offers).toHaveLength(2), { timeout: 20_000, interval: 200 })
    expect(offers[1]).toMatchObject({ host: 'runner.example.com', carry_over: { 已讀: 7 } })
    expect((await callBack(heartbeat_url, token, {})).status).toBe(409)
    await resultTo(last(offers), { output: 'done' })
    expect((await ended(key, id)).tasks).toMatchObject([{ agent: 'runner', migrations: 1 }])
    expect(await told(key, id)).toContain('task.migrated')
  }, 30_000)

  it('may never answer: the run ends at its deadline', async () => {
    const offers = agentsAt(['courier'])
    const key = await mintKey()
    await putAgent(key, 'courier')
    const tasks = [
      { id: 'a', kind: 'wait', wait: { for_ms: 1 } },
      { id: 'b', kind: 'agent', assign: { agent: 'courier' } },
    ]
    const outputs = { first: { $ref: 'input.x' }, b: { $ref: 'tasks.b.output' } }
    const plan = { tasks, outputs, budget: { deadline_ms: 700 } }
    const run = await finished(key, {
      plan: { ...plan, tasks: [tasks[0], { ...tasks[1], depends_on: ['a'] }] },
      input: { x: '一' },
    })
    expect(run).toMatchObject({
      status: 'failed',
      partial: true,
      failure: { code: 'deadline_exceeded' },
      output: { first: '一', b: null },
      missing: [{ task: 'b', reason: 'cancelled' }],
    })
    expect((await resultTo(last(offers), { output: 'late' })).status).toBe(409)
    expect((await told(key, run.id)).filter((type) => /^run\.(succ|fail|canc)/.test(type))).toHaveLength(1)
  })

  it('gives no sign of life for others', async () => {
    const [{ key, id, offers }, stranger] = [await offered(), await offered()]
    const { heartbeat_url, result_url } = last(offers)
    const theirs = last(stranger.offers).token
    for (const url of [heartbeat_url, result_url]) {
      expect(await errorOf(await callBack(url, theirs, { output: 1 }))).toMatchObject({ status: 401 })
    }
    const unknown = heartbeat_url.replace(/\d+\/heartbeat$/, '7/heartbeat')
    expect((await callBack(unknown, last(offers).token, {})).status).toBe(401)
    for (const [owner, agent] of [
      [key, 'nobody'],
      [await mintKey(), 'courier'],
    ] as const) {
      expect(await errorOf(await post(owner, `/v1/agents/${agent}/heartbeat`, {}))).toMatchObject({
        status: 404,
        code: 'not_found',
      })
    }
    expect((await view(key, id)).status).toBe('running')
  })
})

describe('a planner', () => {
  const GOAL = '调查新能源汽车市场，分析销售数据，然后撰写一份报告'
  it('may answer prose: the goal is one task then, and what it took is paid', async () => {
    const calls = crewAt((call) =>
      sentIn(call).includes('标题和说明一律用中文写') ? '好的，我来想一想……' : '报告：一切都好。',
    )
    const key = await mintKey()
    const run = await finished(key, { goal: GOAL })
    expect(run).toMatchObject({ status: 'succeeded', goal: GOAL, output: '报告：一切都好。', failure: null })
    expect(run.tasks.map(({ status }) => status)).toEqual(['succeeded', 'succeeded'])
    expect(run.usage.tokens).toBe(run.tasks.reduce((sum, { tokens }) => sum + tokens, 0))
    expect(calls.length).toBeGreaterThan(1)
    expect(run.tasks.find(({ id }) => id === '$plan')?.tokens).toBeGreaterThan(0)
  })
})
