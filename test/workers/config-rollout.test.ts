import { env, exports } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { fakeHosts, OPENAI, openaiAnswer, openaiStream } from './hosts.ts'
import {
  ask,
  chat,
  countOf,
  decisionIdOf,
  errorOf,
  get,
  jsonRequest,
  type Key,
  mintKey,
  post,
  recorded,
} from './world.ts'

afterEach(() => vi.restoreAllMocks())

const MINI = 'openai/gpt-4.1-mini'
const HAIKU = 'anthropic/claude-haiku-4.5'

const send = (key: Key, method: string, path: string, body: unknown, headers: Record<string, string> = {}) =>
  exports.default.fetch(`http://switchyard/v1/config${path}`, {
    ...jsonRequest(key, body, headers),
    method,
  })

const CURRENT = { 'if-match': '"1"' }

const rollOut = (key: Key, body: object, headers: Record<string, string> = CURRENT) =>
  send(key, 'PUT', '/rollout', body, headers)

/** A tenant that goes by version 1, with version 2 as a draft. */
async function tenantWith(current: object, draft: object): Promise<Key> {
  const key = await mintKey()
  await send(key, 'PUT', '', current)
  expect((await send(key, 'PUT', '?activate=false', draft, CURRENT)).status).toBe(201)
  return key
}

const decided = z.object({
  policy: z.object({ version: z.number() }),
  fallback: z.array(z.string()),
  shadow: z.unknown().optional(),
})

async function routed(key: Key, fields: object = {}) {
  const answer = await post(key, '/v1/route', ask(MINI, fields))
  expect(answer.status).toBe(200)
  return decided.parse(await answer.json())
}

const rollout = async (key: Key) => (await get(key, '/v1/config/rollout')).json()

describe('a version that some requests go by', () => {
  it('is gone by by all of a session or a user, or by none', async () => {
    const key = await tenantWith({}, { default_fallbacks: [HAIKU] })
    const began = await rollOut(key, { version: 2, percent: 40 })
    expect(began.status).toBe(200)
    expect(await began.json()).toMatchObject({ version: 1, candidate: { version: 2, percent: 40 } })
    const versions = new Map<string, number>()
    for (const user of ['ann', 'bob', 'cem', 'dan', 'eva', 'fay', 'gus', 'hal']) {
      const [one, other] = [await routed(key, { user }), await routed(key, { user })]
      expect(one.policy.version).toBe(other.policy.version)
      expect(one.fallback).toEqual(one.policy.version === 2 ? [HAIKU] : [])
      versions.set(user, one.policy.version)
    }
    expect(new Set(versions.values())).toEqual(new Set([1, 2]))
    // One key has so many calls a minute.
    const again = await mintKey({ tenantId: key.tenantId })
    await rollOut(again, { version: 2, percent: 90 })
    for (const [user, version] of versions) {
      if (version === 2) expect((await routed(again, { user })).policy.version).toBe(2)
    }
  })

  it('is nobody’s at 0 percent, and everybody’s for good at 100', async () => {
    const key = await tenantWith({}, { default_fallbacks: [HAIKU] })
    await rollOut(key, { version: 2, percent: 0 })
    expect((await routed(key)).policy.version).toBe(1)
    const promoted = await rollOut(key, { version: 2, percent: 100 })
    expect(promoted.headers.get('etag')).toBe('"2"')
    expect(await promoted.json()).toEqual({ object: 'config.rollout', version: 2, candidate: null })
    expect(await routed(key)).toMatchObject({ policy: { version: 2 }, fallback: [HAIKU] })
    expect(await (await get(key, '/v1/config')).json()).toEqual({ default_fallbacks: [HAIKU] })
    expect((await send(key, 'PUT', '', {}, { 'if-match': '"2"' })).headers.get('etag')).toBe('"3"')
  })

  it('is compared with the one in force', async () => {
    const key = await tenantWith({}, {})
    await rollOut(key, { version: 2, percent: 50 })
    fakeHosts({ [OPENAI]: () => openaiAnswer('Hello') })
    const answers = []
    for (const user of ['ann', 'bob', 'cem', 'dan']) answers.push(await chat(key, MINI, { user }))
    for (const answer of answers) await recorded(key, decisionIdOf(answer))
    const figures = { failed: 0, cost_usd: expect.any(Number), latency_ms: expect.any(Number) }
    const state = await rollout(key)
    expect(state).toMatchObject({
      candidate: {
        mode: 'percent',
        comparison: { decisions: 4, versions: [{ version: 1 }, { version: 2 }] },
      },
    })
    expect(state).toMatchObject({ candidate: { comparison: { versions: [figures, figures] } } })
  })

  it('ends when it is told to', async () => {
    const key = await tenantWith({}, { default_fallbacks: [HAIKU] })
    await rollOut(key, { version: 2, percent: 99.9 })
    const wrong = await send(key, 'DELETE', '/rollout', undefined, { 'if-match': '"9"' })
    expect(wrong.status).toBe(412)
    const ended = await send(key, 'DELETE', '/rollout', undefined)
    expect(await ended.json()).toEqual({ object: 'config.rollout', version: 1, candidate: null })
    expect((await routed(key)).policy.version).toBe(1)
    expect((await send(key, 'DELETE', '/rollout', undefined)).status).toBe(200)
  })

  it('is noted, each step of it', async () => {
    const key = await tenantWith({}, {})
    await rollOut(key, { version: 2, mode: 'shadow' })
    await rollOut(key, { version: 2, percent: 5 })
    await send(key, 'DELETE', '/rollout', undefined)
    await rollOut(key, { version: 2, percent: 100 })
    const shadow = { version: 2, mode: 'shadow' }
    const tried = { version: 2, mode: 'percent', percent: 5 }
    expect(await (await get(key, '/v1/audit')).json()).toMatchObject({
      data: [
        { action: 'config.promote', target: '2', before: { version: 1 }, after: { version: 2 } },
        { action: 'config.rollout_end', target: '2', before: { candidate: tried } },
        { action: 'config.rollout', before: { candidate: shadow }, after: { version: 1, candidate: tried } },
        { action: 'config.rollout', after: { candidate: shadow } },
        { action: 'config.draft', target: '2', before: { version: 1 }, after: { version: 2 } },
        { action: 'config.put', target: '1', actor: key.id, before: null, after: { version: 1 } },
      ],
    })
  })

  it('is known elsewhere by the same look', async () => {
    const key = await tenantWith({}, { default_fallbacks: [HAIKU] })
    await rollOut(key, { version: 2, percent: 25 })
    expect(await env.CONFIG.get(`config:${key.tenantId}`, 'json')).toEqual({
      revision: 3,
      version: 1,
      document: {},
      candidate: { version: 2, mode: 'percent', percent: 25, document: { default_fallbacks: [HAIKU] } },
    })
  })

  it.each<[object, number, string]>([
    [{ version: 9, percent: 10 }, 404, 'version'],
    [{ version: 1, percent: 10 }, 400, 'version'],
    [{ version: 2 }, 400, 'percent'],
    [{ version: 2, percent: 101 }, 400, 'percent'],
    [{ version: 2, mode: 'shadow', percent: 10 }, 400, 'percent'],
  ])('is not %j', async (body, status, param) => {
    const key = await tenantWith({}, {})
    expect(await errorOf(await rollOut(key, body))).toMatchObject({ status, param })
    expect(await rollout(key)).toMatchObject({ candidate: null })
  })

  it('is begun by who has seen what is in force', async () => {
    const key = await tenantWith({}, {})
    expect((await rollOut(key, { version: 2, percent: 10 }, {})).status).toBe(428)
    expect((await rollOut(key, { version: 2, percent: 10 }, { 'if-match': '"2"' })).status).toBe(412)
    const user = await mintKey({ tenantId: key.tenantId, scopes: 'inference' })
    expect((await rollOut(user, { version: 2, percent: 10 })).status).toBe(403)
  })
})

describe('a shadow', () => {
  const AWAY = { default_fallbacks: [HAIKU], num_retries: 0 }

  it('is recorded beside the decision that was acted on, and never acted on', async () => {
    const key = await tenantWith({}, AWAY)
    await rollOut(key, { version: 2, mode: 'shadow' })
    const calls = fakeHosts({
      [OPENAI]: ({ body }) =>
        z.object({ stream: z.literal(true) }).safeParse(body).success
          ? openaiStream(['Hel', 'lo'])
          : openaiAnswer('Hello'),
    })
    const whole = await chat(key, MINI)
    const streamed = await chat(key, MINI, { stream: true })
    await streamed.text()
    const ids = [whole, streamed, await post(key, '/v1/route', ask(MINI))].map(decisionIdOf)
    for (const id of ids) {
      const detail: unknown = JSON.parse((await recorded(key, id)).decision.detail)
      expect(detail).toMatchObject({
        policy: { version: 1 },
        fallback: [],
        shadow: {
          version: 2,
          model: MINI,
          reason: 'pinned_by_request',
          predicted_cost_usd: expect.any(Number),
        },
      })
    }
    expect(calls).toHaveLength(2)
    expect(await rollout(key)).toMatchObject({
      version: 1,
      candidate: {
        version: 2,
        mode: 'shadow',
        comparison: { decisions: 3, compared: 3, agreement: 1, failed: 0 },
      },
    })
  })

  it('is told by the code of its refusal where it refuses, and is read with headers of its own', async () => {
    const block = { when: { signal: 'header.x-app', eq: 'classroom' }, then: { block: {} } }
    const key = await tenantWith({}, { rules: [{ id: 'no', ...block }] })
    await rollOut(key, { version: 2, mode: 'shadow' })
    const answer = await post(key, '/v1/route', ask(MINI), { 'x-app': 'classroom' })
    expect(answer.status).toBe(200)
    const detail: unknown = JSON.parse((await recorded(key, decisionIdOf(answer))).decision.detail)
    expect(detail).toMatchObject({ shadow: { version: 2, error: 'blocked_by_rule' } })
    expect(await rollout(key)).toMatchObject({
      candidate: { comparison: { decisions: 1, compared: 0, failed: 1, agreement: null } },
    })
  })

  it('decides from what was known when the other did', async () => {
    const key = await tenantWith({}, AWAY)
    await rollOut(key, { version: 2, mode: 'shadow' })
    fakeHosts({ [OPENAI]: () => openaiAnswer('Hello') })
    const answer = await chat(key, MINI, { session_id: 'one' })
    const detail: unknown = JSON.parse((await recorded(key, decisionIdOf(answer))).decision.detail)
    expect(detail).toMatchObject({ shadow: { reason: 'pinned_by_request' } })
    expect(await countOf('select count(*) as n from config_trials where tenant_id = ?', key.tenantId)).toBe(1)
  })
})
