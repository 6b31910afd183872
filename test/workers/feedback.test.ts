import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createId } from '../../src/core/ids.ts'
import { insertDecisions } from '../../src/db/decisions.ts'
import { rowsOf } from '../../src/record/entry.ts'
import { decisionEntry } from './entries.ts'
import { fakeHosts, OPENAI, OPENAI_FIRST, openaiAnswer } from './hosts.ts'
import { chat, countOf, decisionIdOf, errorOf, type Key, mintKey, post } from './world.ts'

afterEach(() => vi.restoreAllMocks())

async function decided(key: Key, fields: Partial<ReturnType<typeof decisionEntry>> = {}): Promise<string> {
  const entry = decisionEntry({ tenantId: key.tenantId, ...fields })
  await insertDecisions(env.DB, rowsOf([entry]))
  return entry.id
}

const opinions = (key: Key) => countOf('select count(*) as n from feedback where tenant_id = ?', key.tenantId)

describe('POST /v1/feedback', () => {
  it('takes an opinion right after the answer, with what was expected of the model', async () => {
    const key = await mintKey()
    fakeHosts({ [OPENAI]: () => openaiAnswer('Hello') })
    const answer = await chat(key, 'openai/gpt-4.1-mini', OPENAI_FIRST)
    const decision_id = decisionIdOf(answer)
    const opinion = { score: 0.25, verdict: 'underpowered', comment: 'Too short', source: 'judge' }
    const told = await post(key, '/v1/feedback', { decision_id, ...opinion })
    expect(told.status).toBe(200)
    const model = 'openai/gpt-4.1-mini'
    expect(await told.json()).toMatchObject({ object: 'feedback', decision_id, model, ...opinion })
    const kept = 'select predicted as n from feedback where decision_id = ?'
    expect(await countOf(kept, decision_id)).toBeGreaterThan(0.3)
  })

  it('finds the latest decision of a request', async () => {
    const key = await mintKey()
    await decided(key, { requestId: 'mine' })
    const latest = await decided(key, { requestId: 'mine' })
    const told = await post(key, '/v1/feedback', { request_id: 'mine', score: 1 })
    expect(await told.json()).toMatchObject({ decision_id: latest, source: 'api', verdict: null })
  })

  it('lets the last word of each source count', async () => {
    const key = await mintKey()
    const decision_id = await decided(key)
    await post(key, '/v1/feedback', { decision_id, score: 1 })
    await post(key, '/v1/feedback', { decision_id, score: 0 })
    await post(key, '/v1/feedback', { decision_id, score: 1, source: 'judge' })
    expect(await opinions(key)).toBe(2)
    const own = "select score as n from feedback where decision_id = ? and source = 'api'"
    expect(await countOf(own, decision_id)).toBe(0)
  })

  it('counts a replay once, and refuses its key for anything else', async () => {
    const key = await mintKey()
    const decision_id = await decided(key)
    const send = (score: number) =>
      post(key, '/v1/feedback', { decision_id, score }, { 'idempotency-key': 'once' })
    const first = await (await send(0.5)).json()
    expect(await (await send(0.5)).json()).toEqual(first)
    expect(await opinions(key)).toBe(1)
    expect(await errorOf(await send(0.6))).toMatchObject({ status: 400, param: 'Idempotency-Key' })
    const elsewhere = await post(
      await mintKey(),
      '/v1/feedback',
      { decision_id, score: 0.5 },
      { 'idempotency-key': 'once' },
    )
    expect(elsewhere.status).toBe(404)
  })

  it("knows no other tenant's decisions, and none that never were", async () => {
    const key = await mintKey()
    const foreign = await decided(await mintKey())
    for (const decision_id of [
      foreign,
      'nonsense',
      createId('dec', Date.now() - 60_000, new Uint8Array(16)),
    ]) {
      const refused = await post(key, '/v1/feedback', { decision_id, score: 1 })
      expect(await errorOf(refused)).toMatchObject({ status: 404, code: 'not_found', param: 'decision_id' })
    }
    expect(await opinions(key)).toBe(0)
  })

  it.each([
    [{ decision_id: 'dec_1' }, 'score'],
    [{ decision_id: 'dec_1', score: 1.01 }, 'score'],
    [{ decision_id: 'dec_1', score: -0.01 }, 'score'],
    [{ decision_id: 'dec_1', score: '1' }, 'score'],
    [{ decision_id: 'dec_1', score: 1, verdict: 'fine' }, 'verdict'],
    [{ decision_id: 'dec_1', score: 1, comment: 'x'.repeat(4_001) }, 'comment'],
    [{ decision_id: 'dec_1', score: 1, source: 'x'.repeat(65) }, 'source'],
    [{ decision_id: 'x'.repeat(129), score: 1 }, 'decision_id'],
    [{ request_id: 'x'.repeat(129), score: 1 }, 'request_id'],
    [{ decision_id: 'dec_1', request_id: 'req_1', score: 1 }, 'decision_id'],
    [{ score: 1 }, 'decision_id'],
  ])('names what is wrong in %o', async (body, param) => {
    const refused = await post(await mintKey(), '/v1/feedback', body)
    expect(await errorOf(refused)).toMatchObject({ status: 400, code: 'invalid_request', param })
  })

  it('takes idempotency keys of up to 128 characters', async () => {
    const key = await mintKey()
    const body = { decision_id: await decided(key), score: 1 }
    const send = (length: number) =>
      post(key, '/v1/feedback', body, { 'idempotency-key': 'k'.repeat(length) })
    expect((await send(128)).status).toBe(200)
    expect(await errorOf(await send(129))).toMatchObject({ status: 400, param: 'Idempotency-Key' })
  })
})
