import { exports } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { CONFIG_EXAMPLES } from './config-examples.ts'
import { crewAt, sentIn } from './crew.ts'
import { begin, finished, statusesOf, view } from './run-api.ts'
import { bearer, errorOf, get, jsonRequest, type Key, mintKey, post, tenantWith } from './world.ts'

afterEach(() => vi.restoreAllMocks())

const task = (id: string, input: unknown, fields: object = {}) => ({
  id,
  kind: 'model',
  input,
  retry: { max: 0 },
  ...fields,
})
const gate = { id: 'ask', kind: 'gate', gate: { message: '可以嗎？' } }
const idOf = z.object({ id: z.string() })
const send = (key: Key, method: string, path: string, body?: object) =>
  exports.default.fetch(
    `http://switchyard${path}`,
    body ? { ...jsonRequest(key, body), method } : { method, headers: bearer(key) },
  )

describe('guardrails', () => {
  const document = CONFIG_EXAMPLES['personal data stays with its owner']

  it('hold in runs: what goes to a model and what it says is masked, also for the tasks after it', async () => {
    const key = await tenantWith(document)
    const calls = crewAt((call) => (sentIn(call).includes('第二步') ? '完成' : '請聯絡 amy@mail.example'))
    const tasks = [
      task('first', '寫信給 jo@mail.example，工號 EMP-1234'),
      task('next', { 做: '第二步', 前: { $ref: 'tasks.first.output' } }, { depends_on: ['first'] }),
    ]
    const run = await finished(key, { plan: { tasks } })
    expect(run).toMatchObject({ status: 'succeeded', output: '完成' })
    expect(await (await get(key, `/v1/runs/${run.id}/artifacts/first`)).text()).toBe('請聯絡 [EMAIL]')
    const sent = calls.map(sentIn).join('')
    expect(sent).not.toMatch(/mail\.example|EMP-1234/)
    expect(sent).toContain('[STAFF]')
  })

  it('that block an output fail its task once, and say so', async () => {
    const key = await tenantWith(document)
    const calls = crewAt('这是机密。')
    const run = await finished(key, { plan: { tasks: [task('a', '說', { retry: { max: 5 } })] } })
    expect(run).toMatchObject({ status: 'failed', failure: { code: 'content_policy' }, output: null })
    expect(run.usage.attempts).toBe(1)
    expect(calls.length).toBeLessThanOrEqual(2)
    expect(JSON.stringify(run)).not.toContain('机密')
  })
})

describe('the history', () => {
  it('has every question of a run under its id', async () => {
    crewAt('好')
    const key = await mintKey()
    const run = await finished(key, { plan: { tasks: [task('a', '一'), task('b', '二')] } })
    const rows = z.object({
      data: z.array(z.looseObject({ request_id: z.string().optional(), id: z.string() })),
    })
    await vi.waitFor(
      async () => {
        const { data } = rows.parse(await (await get(key, '/v1/logs')).json())
        expect(data.filter((row) => JSON.stringify(row).includes(run.id))).toHaveLength(2)
      },
      { timeout: 6_000, interval: 1_000 },
    )
  })
})

describe('scopes', () => {
  it('keep runs, agents, plans and sessions for keys that may use agents', async () => {
    const owner = await mintKey()
    const { id } = await begin(owner, { plan: { tasks: [gate] } })
    const key = await mintKey({ tenantId: owner.tenantId, scopes: 'inference' })
    const calls: [string, string, object?][] = [
      ['POST', '/v1/runs', { goal: '你好' }],
      ['GET', '/v1/runs'],
      ['GET', `/v1/runs/${id}`],
      ['GET', `/v1/runs/${id}/events`],
      ['POST', `/v1/runs/${id}/cancel`, {}],
      ['POST', '/v1/plans/validate', { tasks: [gate] }],
      ['GET', '/v1/agents'],
      ['POST', '/v1/sessions', {}],
      [
        'POST',
        '/v1/chat/completions',
        { model: 'switchyard/team', messages: [{ role: 'user', content: '你好' }] },
      ],
    ]
    for (const [method, path, body] of calls) {
      const answer = await send(key, method, path, body)
      expect([path, answer.status]).toEqual([path, 403])
      await answer.text()
    }
    expect((await view(owner, id)).status).toBe('input_required')
  })
})

describe('another tenant', () => {
  it('has nothing of a run, a session, a plan or a tool’s secret', async () => {
    const [owner, other] = [await mintKey(), await mintKey()]
    const { id } = await begin(owner, { plan: { tasks: [gate] } })
    const session = idOf.parse(await (await post(owner, '/v1/sessions', {})).json()).id
    expect((await send(owner, 'PUT', '/v1/plans/mine', { tasks: [gate] })).status).toBe(201)
    expect(
      (await send(owner, 'PUT', '/v1/tool-secrets/KEY', { value: 'a-secret-of-ours' })).status,
    ).toBeLessThan(300)
    const calls: [string, string, object?][] = [
      ['GET', `/v1/runs/${id}`],
      ['GET', `/v1/runs/${id}/events`],
      ['GET', `/v1/runs/${id}/graph`],
      ['GET', `/v1/runs/${id}/artifacts/ask`],
      ['POST', `/v1/runs/${id}/tasks/ask/approve`, {}],
      ['POST', `/v1/runs/${id}/tasks/ask/retry`, {}],
      ['POST', '/v1/runs', { fork: { run: id } }],
      ['POST', '/v1/runs', { template: 'mine' }],
      ['GET', '/v1/plans/mine'],
      ['GET', `/v1/sessions/${session}`],
      ['POST', `/v1/sessions/${session}/messages`, { content: '你好' }],
      ['DELETE', '/v1/tool-secrets/KEY'],
    ]
    for (const [method, path, body] of calls) {
      expect([path, await errorOf(await send(other, method, path, body))]).toMatchObject([
        path,
        { status: 404, code: 'not_found' },
      ])
    }
    expect((await view(owner, id)).status).toBe('input_required')
  })
})

describe('a goal', () => {
  const GOAL = '調查新能源汽車市場，分析銷售數據，然後撰寫一份報告'
  const PLAN = {
    tasks: [
      {
        id: 'market',
        title: '調查市場',
        kind: 'agent',
        needs: { skills: ['research'] },
        input: { instructions: '查市場' },
      },
      {
        id: 'sales',
        title: '分析銷售',
        kind: 'agent',
        needs: { skills: ['data'] },
        input: { instructions: '算銷售' },
      },
      {
        id: 'report',
        title: '寫報告',
        kind: 'agent',
        depends_on: ['market', 'sales'],
        needs: { skills: ['writing'] },
        input: {
          instructions: '寫報告',
          市場: { $ref: 'tasks.market.output' },
          銷售: { $ref: 'tasks.sales.output' },
        },
      },
    ],
  }

  it('in Chinese is planned, shared among agents, and answered in Chinese', async () => {
    const calls = crewAt((call) => {
      const sent = sentIn(call)
      if (sent.includes('标题和说明一律用中文写'))
        return `好的：\n\`\`\`json\n${JSON.stringify(PLAN)}\n\`\`\``
      return sent.includes('寫報告') ? '報告：市場在長大。' : `答：${/查市場|算銷售/.exec(sent)?.[0]}`
    })
    const key = await mintKey()
    const run = await finished(key, { goal: GOAL })
    expect(run).toMatchObject({
      status: 'succeeded',
      goal: GOAL,
      output: '報告：市場在長大。',
      partial: false,
    })
    expect(statusesOf(run)).toMatchObject({ $plan: 'succeeded', market: 'succeeded', report: 'succeeded' })
    expect(run.tasks.map(({ agent }) => agent)).toEqual(
      expect.arrayContaining(['researcher', 'data-engineer', 'writer']),
    )
    const last = calls.map(sentIn).at(-1)
    for (const part of ['答：查市場', '答：算銷售', '你负责一项更大工作']) expect(last).toContain(part)
    const mermaid = await (await get(key, `/v1/runs/${run.id}/graph?format=mermaid`)).text()
    expect(mermaid).toContain('調查市場')
  })

  it('is worked on by those only that are named', async () => {
    crewAt('好')
    const key = await mintKey()
    const plan = { tasks: [{ id: 'a', kind: 'agent', needs: { skills: ['writing'] }, retry: { max: 0 } }] }
    const alone = await finished(key, { plan, agents: ['writer'] })
    expect(alone.tasks).toMatchObject([{ agent: 'writer', status: 'succeeded' }])
    const nobody = await finished(key, { plan, agents: ['coder'] })
    expect(nobody).toMatchObject({ status: 'failed', failure: { code: 'no_agent' } })
    expect(nobody.failure?.message).toContain('writing')
  })
})
