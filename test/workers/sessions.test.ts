import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env, exports } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { SESSION_LIMITS } from '../../src/agents/session.ts'
import { validated } from '../unit/runs/validated.ts'
import { crewAt, sentIn } from './crew.ts'
import { ANTHROPIC, GOOGLE, OPENAI, sleep } from './hosts.ts'
import { gave, performing } from './run-world.ts'
import { errorOf, get, jsonRequest, type Key, mintKey, post, tenantWith } from './world.ts'

afterEach(() => vi.useRealTimers())

const REACHED = new Set([OPENAI, ANTHROPIC, GOOGLE])
const MODEL = 'openai/gpt-4.1-mini'
const message = z.looseObject({ id: z.string(), role: z.string(), content: z.string() })
const shown = z.looseObject({
  id: z.string(),
  messages: z.object({ data: z.array(message), has_more: z.boolean() }),
  message_count: z.int(),
  summary: z.object({ text: z.string(), messages: z.int() }).nullable(),
})
const answered = z.looseObject({
  object: z.literal('session.message'),
  id: z.string(),
  content: z.string(),
  context: z.object({ messages: z.int(), summarized: z.int(), dropped: z.int() }),
})

/** Of which three are more than is told at once. */
const long = (words: string) => `${words} ${'lorem ipsum dolor sit amet '.repeat(1_700)}`
const ticket = (at: number) => ({ id: `turn_${at}`, key: null, digest: '' })
const fault = async (response: Response) => (await errorOf(response)).param
const planOf = (input: unknown) => ({ plan: validated({ tasks: [{ id: 'a', kind: 'model', input }] }).plan })
const keys = (count: number, at = 0) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${at + index}`, 'v']))

let key: Key
beforeEach(async () => {
  key = await mintKey()
})

const call = (method: string, path: string, body: object = {}) =>
  exports.default.fetch(`http://switchyard${path}`, { ...jsonRequest(key, body), method })
const begin = async (fields: object = {}) => {
  const made = await post(key, '/v1/sessions', { model: MODEL, ...fields })
  expect(made.status).toBe(201)
  return shown.parse(await made.json()).id
}
const say = (id: string, content: string, fields: object = {}, headers: Record<string, string> = {}) =>
  exports.default.fetch(
    `http://switchyard/v1/sessions/${id}/messages`,
    jsonRequest(key, { content, ...fields }, headers),
  )
const told = async (response: Response) => answered.parse(await response.json())
const read = async (id: string, query = '') =>
  shown.parse(await (await get(key, `/v1/sessions/${id}${query}`)).json())
const contents = async (id: string) => (await read(id)).messages.data.map(({ content }) => content)
const objectOf = (id: string) => env.SESSIONS.getByName(`${encodeURIComponent(key.tenantId)}:${id}`)

describe('sessions', () => {
  it('are answered by an agent that is told all that was said and what is remembered', async () => {
    const calls = crewAt('Ça va')
    const id = await begin({ agent: 'writer', instructions: 'Antworte kurz.', memory: { name: '愛達' } })
    const first = await told(await say(id, 'Hello'))
    expect(first).toMatchObject({
      role: 'assistant',
      content: 'Ça va',
      model: MODEL,
      cost_usd: expect.any(Number),
    })
    await call('PATCH', `/v1/sessions/${id}`, { memory: { name: null, city: 'Zürich' } })
    await evictDurableObject(objectOf(id))
    expect(await told(await say(id, 'And you?'))).toMatchObject({
      context: { messages: 2, summarized: 0, dropped: 0 },
    })
    const [one, two] = calls.map(sentIn)
    expect(one).toMatch(/You write for the reader.*Antworte kurz\..*name: 愛達/)
    expect(two).toMatch(/city: Zürich.*Hello.*Ça va.*And you\?/)
    expect(two).not.toContain('愛達')
    expect(await read(id)).toMatchObject({
      agent: 'writer',
      memory: { city: 'Zürich' },
      message_count: 4,
      affinity: { model: MODEL, turns: 2 },
    })
  })

  it('stream as Chat does, and keep what was streamed', async () => {
    crewAt('Streamed words')
    const id = await begin()
    const text = await (await say(id, 'Hello', { stream: true })).text()
    expect(text).toMatch(/chat\.completion\.chunk.*\[DONE\]/s)
    expect(await contents(id)).toEqual(['Hello', 'Streamed words'])
  })

  it('answer one message after the other', async () => {
    const calls = crewAt(async (sent) => {
      await sleep(30)
      return `to ${/m(\d)[^m]*$/.exec(sentIn(sent))?.[1]}`
    })
    const id = await begin()
    const all = await Promise.all(['m1', 'm2', 'm3'].map((content) => say(id, content)))
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(await contents(id)).toEqual(['m1', 'to 1', 'm2', 'to 2', 'm3', 'to 3'])
    expect(sentIn(calls[2] ?? { host: '', url: '', headers: new Headers(), body: null })).toMatch(
      /m1.*to 1.*m2.*to 2.*m3/,
    )
  })

  it('keep nothing of what failed, and go on', async () => {
    crewAt({ status: 500 })
    const id = await begin()
    const fields = { stream: true }
    expect((await say(id, 'Hello')).status).toBe(502)
    expect((await say(id, 'Hello', fields)).status).toBe(502)
    crewAt('Hi')
    await say(id, 'Again')
    expect(await contents(id)).toEqual(['Again', 'Hi'])
  })

  it('answer a message of one Idempotency-Key once', async () => {
    const calls = crewAt('Hi')
    const id = await begin()
    const named = { 'idempotency-key': 'k1' }
    const both = await Promise.all([say(id, 'Hello', {}, named), say(id, 'Hello', {}, named)])
    const [one, two] = await Promise.all(both.map(told))
    expect(one?.id).toBe(two?.id)
    expect(both.filter(({ headers }) => headers.has('idempotent-replayed'))).toHaveLength(1)
    expect(calls).toHaveLength(1)
    expect(await errorOf(await say(id, 'Other', {}, named))).toMatchObject({
      status: 409,
      code: 'idempotency_conflict',
    })
    expect(await errorOf(await say(id, 'x', {}, { 'idempotency-key': 'x'.repeat(256) }))).toMatchObject({
      status: 400,
    })
  })

  it('page their messages, fork at any of them, and are forgotten', async () => {
    crewAt('Hi')
    const id = await begin()
    for (const content of ['a', 'b']) await say(id, content)
    const last = await read(id, '?limit=1')
    expect(last.messages).toMatchObject({ data: [{ content: 'Hi' }], has_more: true })
    const before = await read(id, `?limit=9&before=${last.messages.data[0]?.id}`)
    expect(before.messages.data.map(({ content }) => content)).toEqual(['a', 'Hi', 'b'])
    const at = before.messages.data[1]?.id
    const fork = shown.parse(await (await post(key, `/v1/sessions/${id}/fork`, { at })).json())
    expect(fork).toMatchObject({ forked_from: id, message_count: 2 })
    await say(fork.id, 'c')
    expect([await contents(fork.id), await contents(id)]).toEqual([
      ['a', 'Hi', 'c', 'Hi'],
      ['a', 'Hi', 'b', 'Hi'],
    ])
    expect(await errorOf(await post(key, `/v1/sessions/${id}/fork`, { at: 'msg_no' }))).toMatchObject({
      param: 'at',
    })
    expect((await call('DELETE', `/v1/sessions/${id}`)).status).toBe(204)
    expect((await get(key, `/v1/sessions/${id}`)).status).toBe(404)
    expect((await say(id, 'a')).status).toBe(404)
  })

  it('last as long as somebody speaks in them', async () => {
    crewAt('Hi')
    const id = await begin({ ttl_seconds: 60 })
    const start = Date.now()
    vi.useFakeTimers({ toFake: ['Date'], now: start + 50_000 })
    await say(id, 'Hello')
    vi.setSystemTime(start + 100_000)
    await runDurableObjectAlarm(objectOf(id))
    expect((await get(key, `/v1/sessions/${id}`)).status).toBe(200)
    vi.setSystemTime(start + 111_000)
    await runDurableObjectAlarm(objectOf(id))
    expect((await get(key, `/v1/sessions/${id}`)).status).toBe(404)
  })
})

describe('conversations that grow too long', () => {
  it('are summarised by a cheap model, and stay kept', async () => {
    const calls = crewAt((sent) => (sentIn(sent).includes('keep the minutes') ? '她想要藍色' : 'Noted'))
    const id = await begin()
    for (const content of ['first', 'second', 'third']) await say(id, long(content))
    const last = await told(await say(id, 'Which colour?'))
    expect(last.context).toMatchObject({ dropped: 0 })
    expect(last.context.summarized).toBeGreaterThan(0)
    const sent = calls.map(sentIn)
    const minutes = calls.filter((one) => REACHED.has(one.host) && sentIn(one).includes('keep the minutes'))
    expect(minutes).toHaveLength(1)
    expect(sent.at(-1)).toContain('她想要藍色')
    expect(sent.at(-1)).not.toContain('first lorem')
    expect(await read(id)).toMatchObject({ message_count: 8, summary: { text: '她想要藍色' } })
  })

  it('go on without what no longer fits where nobody can summarise', async () => {
    crewAt((sent) => (sentIn(sent).includes('keep the minutes') ? { status: 500 } : 'Noted'))
    const id = await begin()
    for (const content of ['first', 'second', 'third']) await say(id, long(content))
    const last = await told(await say(id, 'Which colour?'))
    expect(last.context).toMatchObject({ summarized: 0 })
    expect(last.context.dropped).toBeGreaterThan(0)
    expect(await read(id)).toMatchObject({ message_count: 8, summary: null })
  })
})

describe('turns', () => {
  it('of a Worker that died are free again when its lease is over', async () => {
    crewAt('Hi')
    const id = await begin()
    const object = objectOf(id)
    expect((await object.takeTurn(ticket(1), 0)).kind).toBe('yours')
    expect((await object.takeTurn(ticket(2), 0)).kind).toBe('waiting')
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 30_000 })
    expect((await object.takeTurn(ticket(2), 0)).kind).toBe('yours')
    expect(await object.renew('turn_1')).toBe(false)
    expect(await object.finish('turn_1', [], null)).toBe(false)
    await object.leave('turn_2')
    expect(await contents(id)).toEqual([])
  })

  it('are waited for by so many and no more', async () => {
    const id = await begin()
    const object = objectOf(id)
    for (let at = 0; at <= SESSION_LIMITS.waiting; at += 1) await object.takeTurn(ticket(at), 0)
    expect(await errorOf(await say(id, 'Hello'))).toMatchObject({ status: 429, code: 'rate_limit_exceeded' })
  })

  it('are refused where there are as many messages as there may be', async () => {
    const id = await begin()
    await runInDurableObject(objectOf(id), async (object, { storage }) => {
      for (let at = 0; at < SESSION_LIMITS.messages - 1; at += 1)
        storage.sql.exec(
          "insert into messages (id, role, content, at, answer) values (?, 'user', 'x', 0, 'null')",
          `${at}`,
        )
      expect((await object.takeTurn(ticket(1), 0)).kind).toBe('too_many_messages')
    })
    expect(await errorOf(await say(id, 'Hello'))).toMatchObject({ status: 400 })
  })
})

describe('whom a session is with', () => {
  it('is said by the tenant’s bindings where nobody is named', async () => {
    const vip = { agent: 'reviewer', match: { metadata: { tier: 'gold' } } }
    key = await tenantWith({ bindings: [vip, { agent: 'nobody', match: { metadata: { tier: 'lead' } } }] })
    const agentFor = async (metadata: object) => (await post(key, '/v1/sessions', { metadata })).json()
    expect(await agentFor({ tier: 'gold' })).toMatchObject({ agent: 'reviewer' })
    expect(await agentFor({ tier: 'none' })).toMatchObject({ agent: null })
    expect(await agentFor({ tier: 'lead' })).toMatchObject({
      error: { param: 'agent', message: "Invalid 'agent': there is no agent 'nobody'" },
    })
  })

  it.each([
    [{ agent: 'nobody' }, 'agent'],
    [{ agent: 'Über' }, 'agent'],
    [{ team: true, agent: 'writer' }, 'team'],
    [{ ttl_seconds: SESSION_LIMITS.maxTtlSeconds + 1 }, 'ttl_seconds'],
    [{ memory: { k: '語'.repeat(1_700) } }, 'memory.k'],
    [{ metadata: { k: 1 } }, 'metadata.k'],
  ])('is refused: %j', async (body, param) => {
    expect(await errorOf(await post(key, '/v1/sessions', body))).toMatchObject({ status: 400, param })
  })

  it('must still be there', async () => {
    const id = await begin({ agent: 'writer' })
    await call('DELETE', '/v1/agents/writer')
    expect(await errorOf(await say(id, 'Hello'))).toMatchObject({ status: 400, param: 'agent' })
  })

  it.each([
    [{ agent: 'loom' }, 'agent/loom', {}],
    [{ team: true }, 'switchyard/team', { stream: true }],
  ])('may be elsewhere, or several: %j', async (fields, model, how) => {
    await call('PUT', '/v1/agents/loom', { kind: 'http', url: 'https://agents.example.com/loom' })
    const orders = performing(({ work, goal }) => ({ ...gave('布'), ...(work === 'plan' && planOf(goal)) }))
    const made = await post(key, '/v1/sessions', { memory: { name: 'Ada' }, ...fields })
    const { id } = shown.parse(await made.json())
    await say(id, 'Weave')
    await (await say(id, 'More', how)).text()
    expect(JSON.stringify(orders.at(-1))).toMatch(/Ada.*Weave.*布.*More/)
    expect((await read(id)).messages.data).toMatchObject([
      {},
      { model, content: '布' },
      {},
      { content: '布' },
    ])
  })
})

it('is refused: what is no message, or memory without end', async () => {
  const id = await begin()
  expect(await fault(await say(id, ''))).toBe('content')
  expect(await fault(await say(id, '語'.repeat(SESSION_LIMITS.contentBytes / 3 + 1)))).toBe('content')
  expect(await fault(await say(id, 'x', { role: 'system' }))).toBe('role')
  await call('PATCH', `/v1/sessions/${id}`, { memory: keys(SESSION_LIMITS.memoryKeys) })
  expect(await fault(await call('PATCH', `/v1/sessions/${id}`, { memory: keys(1, 100) }))).toBe('memory')
})
