import { evictDurableObject } from 'cloudflare:test'
import { env, exports } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { AGENT_LIMITS } from '../../src/agents/card.ts'
import { countOf, errorOf, get, jsonRequest, type Key, mintKey, post, tenantWith } from './world.ts'

afterEach(() => vi.useRealTimers())

const LOOM = {
  kind: 'http',
  url: 'https://agents.example.com/loom',
  skills: [{ id: 'weaving', tags: ['織布'], level: 0.9 }],
}
const shown = z.looseObject({ id: z.string(), status: z.string(), revision: z.int(), load: z.number() })
const matched = z.object({
  agent: z.string().nullable(),
  data: z.array(
    z.looseObject({ id: z.string(), score: z.number(), factors: z.record(z.string(), z.number()) }),
  ),
  excluded: z.array(
    z.object({ id: z.string(), excluded_by: z.array(z.looseObject({ reason: z.string() })) }),
  ),
})

function put(key: Key, id: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const sent = { ...jsonRequest(key, body, headers), method: 'PUT' }
  return exports.default.fetch(`http://switchyard/v1/agents/${id}`, sent)
}
const remove = (key: Key, id: string) =>
  exports.default.fetch(`http://switchyard/v1/agents/${id}`, { ...jsonRequest(key, {}), method: 'DELETE' })
const beat = (key: Key, id: string, body: object = {}) => post(key, `/v1/agents/${id}/heartbeat`, body)
const agent = async (key: Key, id: string) => shown.parse(await (await get(key, `/v1/agents/${id}`)).json())
const match = async (key: Key, task: object, fields: object = {}) =>
  matched.parse(await (await post(key, '/v1/agents/match', { task, ...fields })).json())
const weaving = { skills: ['weaving'] }

async function weaver(fields: object = {}): Promise<Key> {
  const key = await mintKey()
  expect((await put(key, 'loom', { ...LOOM, ...fields })).status).toBe(201)
  return key
}

describe('agents', () => {
  it('are there out of the box, and can be overridden, removed and brought back', async () => {
    const key = await mintKey()
    const list = z.object({ data: z.array(shown) }).parse(await (await get(key, '/v1/agents')).json())
    expect(list.data.map(({ id, status }) => `${id} ${status}`)).toContain('data-engineer ready')
    const goal = '幫我修復這段程式碼'
    expect((await match(key, { goal })).agent).toBe('coder')
    expect(await (await put(key, 'coder', { priority: 7 })).json()).toMatchObject({
      name: 'Coder',
      priority: 7,
      starter: false,
    })
    expect((await remove(key, 'coder')).status).toBe(204)
    expect((await get(key, '/v1/agents/coder')).status).toBe(404)
    expect((await match(key, { goal })).agent).not.toBe('coder')
    expect((await put(key, 'coder', {})).status).toBe(201)
    expect((await match(key, { goal })).agent).toBe('coder')
  })

  it('run by models of the catalog, or under names of the tenant’s own', async () => {
    const key = await tenantWith({ aliases: { mine: 'openai/gpt-5-mini' } })
    for (const model of ['mine', 'auto:best', 'gpt-5-mini']) {
      expect(await (await put(key, 'poet', { model })).json()).toMatchObject({ kind: 'model', model })
    }
    const refused = await errorOf(await put(key, 'poet', { model: 'route/none' }))
    expect(refused).toMatchObject({ status: 404, code: 'model_not_found', param: 'model' })
  })

  it('are registered, found, drained and removed, with an entry in the audit each', async () => {
    const key = await weaver()
    const found = await match(key, { skills: ['织布'] })
    expect(found).toMatchObject({ agent: 'loom', data: [{ id: 'loom', factors: { ability: 0.9 } }] })
    expect(found.excluded).toContainEqual({
      id: 'writer',
      excluded_by: [{ reason: 'skills', missing: ['织布'] }],
    })
    expect(await (await post(key, '/v1/agents/loom/drain', {})).json()).toMatchObject({ status: 'draining' })
    const none = await match(key, weaving)
    expect(none).toMatchObject({ agent: null, data: [] })
    expect(none.excluded).toContainEqual({ id: 'loom', excluded_by: [{ reason: 'draining' }] })
    expect((await put(key, 'loom', LOOM)).status).toBe(200)
    expect((await match(key, weaving)).agent).toBe('loom')
    expect((await remove(key, 'loom')).status).toBe(204)
    expect(await errorOf(await get(key, '/v1/agents/loom'))).toMatchObject({ status: 404, code: 'not_found' })
    const noted =
      "select count(*) as n from audit where tenant_id = ? and object = 'loom' and action like 'agent.%'"
    expect(await countOf(noted, key.tenantId)).toBe(4)
  })

  it('are gone when their lease is over, until they are heard again', async () => {
    const start = Date.now()
    const at = (ms: number) => vi.useFakeTimers({ toFake: ['Date'], now: start + ms })
    at(0)
    const key = await weaver({ lease_ms: 5_000 })
    expect((await agent(key, 'loom')).status).toBe('joining')
    expect(await (await beat(key, 'loom', { load: 0.5, lease_ms: 8_000 })).json()).toMatchObject({
      status: 'ready',
      load: 0.5,
      lease_expires_at: Math.floor((start + 8_000) / 1_000),
    })
    at(7_999)
    expect((await match(key, weaving)).agent).toBe('loom')
    at(8_000)
    expect(await match(key, weaving)).toMatchObject({ agent: null })
    expect((await agent(key, 'loom')).status).toBe('gone')
    expect((await beat(key, 'loom', { status: 'degraded' })).status).toBe(200)
    expect((await match(key, weaving)).data[0]?.factors).toMatchObject({ health: 0.5, free: 0.5 })
  })

  it('are heard once a second, and unknown ones not at all', async () => {
    const key = await weaver()
    expect((await beat(key, 'loom')).status).toBe(200)
    const again = await beat(key, 'loom')
    expect(again.headers.get('retry-after')).toBe('1')
    expect(await errorOf(again)).toMatchObject({ status: 429, code: 'rate_limit_exceeded' })
    expect(await errorOf(await beat(key, 'nobody'))).toMatchObject({ status: 404, code: 'not_found' })
    expect(await errorOf(await beat(key, 'coder'))).toMatchObject({ status: 400, code: 'invalid_request' })
  })

  it('are replaced only where the caller has seen the card', async () => {
    const key = await weaver()
    const tag = (await get(key, '/v1/agents/loom')).headers.get('etag') ?? ''
    expect((await put(key, 'loom', LOOM, { 'if-match': tag })).headers.get('etag')).toBe('"2"')
    expect(await errorOf(await put(key, 'loom', LOOM, { 'if-match': tag }))).toMatchObject({
      status: 412,
      code: 'precondition_failed',
    })
  })

  it('are another tenant’s under the same id, and nobody else’s to see', async () => {
    const [mine, other] = [await weaver(), await mintKey()]
    expect((await get(other, '/v1/agents/loom')).status).toBe(404)
    expect((await beat(other, 'loom')).status).toBe(404)
    expect((await match(other, weaving)).agent).toBeNull()
    expect((await put(other, 'loom', { ...LOOM, name: 'Theirs' })).status).toBe(201)
    expect(await agent(mine, 'loom')).toMatchObject({ name: 'loom', revision: 1 })
  })

  it('learn from outcomes, and are still known when their object starts again', async () => {
    const key = await weaver()
    await put(key, 'mill', LOOM)
    const outcome = (body: object) => post(key, '/v1/agents/loom/outcomes', { skill: 'weaving', ...body })
    const before = (await match(key, weaving)).data.map(({ id }) => id)
    expect(before).toEqual(['loom', 'mill'])
    await outcome({ success: false, from: 'planner', latency_ms: 900, cost_usd: 0.25 })
    expect(await (await outcome({ score: 0.5, from: 'planner' })).json()).toMatchObject({
      experience: [{ skill: 'weaving', success: 0.25, latency_ms: 900, cost_usd: 0.25 }],
    })
    await post(key, '/v1/agents/writer/drain', {})
    await remove(key, 'tool-runner')
    await evictDurableObject(env.GRAPH.getByName(key.tenantId))
    expect((await match(key, weaving)).data.map(({ id }) => id)).toEqual(['mill', 'loom'])
    expect(await (await get(key, '/v1/graph')).json()).toMatchObject({
      edges: [{ from: 'planner', to: 'loom', handoffs: 2, success: 0.25 }],
    })
    const mermaid = await get(key, '/v1/graph?format=mermaid')
    expect(mermaid.headers.get('content-type')).toMatch(/^text\/plain/)
    const drawn = await mermaid.text()
    expect(drawn).toContain('2× 25 %')
    expect(drawn).toContain('Writer<br/>model, draining')
    expect(drawn).not.toContain('Tool runner')
    expect(await (await get(key, '/v1/graph?format=dot')).text()).toMatch(/^digraph agents \{/)
  })
})

describe('what does not fit', () => {
  const skills = Array.from({ length: AGENT_LIMITS.skills + 1 }, (_, at) => ({ id: `s${at}` }))
  it.each([
    ['loom', { ...LOOM, url: 'http://169.254.169.254/latest' }, 'url'],
    ['loom', { ...LOOM, url: 'https://10.0.0.8/' }, 'url'],
    ['loom', { ...LOOM, url: 'https://user:word@agents.example.com' }, 'url'],
    ['loom', { ...LOOM, url: 'https://agents.example.com/?code=secret' }, 'url'],
    ['loom', { ...LOOM, url: undefined }, 'url'],
    ['loom', { ...LOOM, prompt: 'Weave' }, 'prompt'],
    ['loom', { model: 'no/such-model' }, 'model'],
    ['loom', { kind: 'model', lease_ms: 5_000 }, 'lease_ms'],
    ['loom', { ...LOOM, lease_ms: AGENT_LIMITS.minLeaseMs - 1 }, 'lease_ms'],
    ['loom', { ...LOOM, lease_ms: AGENT_LIMITS.maxLeaseMs + 1 }, 'lease_ms'],
    ['loom', { ...LOOM, min_context: 2, max_context: 1 }, 'min_context'],
    ['loom', { ...LOOM, skills }, 'skills'],
    ['loom', { ...LOOM, skills: [{ id: 'a' }, { id: 'a' }] }, 'skills'],
    ['loom', { ...LOOM, skills: [{ id: 'a', level: 2 }] }, 'skills[0].level'],
    ['loom', { ...LOOM, secret: 'x' }, 'secret'],
    ['Loom', LOOM, 'id'],
    ['x'.repeat(AGENT_LIMITS.idChars + 1), LOOM, 'id'],
  ])('is refused: PUT /v1/agents/%s %j', async (id, body, param) => {
    const { status, param: said } = await errorOf(await put(await mintKey(), id, body))
    expect([status === 404 ? 400 : status, said]).toEqual([400, param])
  })

  it('is refused of tasks and outcomes, and of cards that are too large', async () => {
    const key = await weaver()
    const refused = async (path: string, body: object) => {
      const { status, param } = await errorOf(await post(key, path, body))
      return [status, param]
    }
    expect(await refused('/v1/agents/match', { task: {} })).toEqual([400, 'task'])
    const goal = 'x'.repeat(AGENT_LIMITS.goalChars + 1)
    expect(await refused('/v1/agents/match', { task: { goal } })).toEqual([400, 'task.goal'])
    expect(await refused('/v1/agents/loom/outcomes', { skill: 'weaving' })).toEqual([400, 'success'])
    expect(await refused('/v1/agents/loom/outcomes', { skill: 'none', success: true })).toEqual([
      400,
      'skill',
    ])
    const from = { skill: 'weaving', success: true, from: 'nobody' }
    expect(await refused('/v1/agents/loom/outcomes', from)).toEqual([400, 'from'])
    const large = { ...LOOM, description: 'x'.repeat(AGENT_LIMITS.bytes) }
    expect(await errorOf(await put(key, 'loom', large))).toMatchObject({ status: 413 })
  })
})
