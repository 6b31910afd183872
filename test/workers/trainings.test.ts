import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { openTraining } from '../../src/db/trainings.ts'
import { unpackOutcomeModel } from '../../src/learn/pack.ts'
import worker from '../../src/worker.ts'
import { EVAL_MODELS, evalRows, NOISE, TELLING } from '../eval-rows.ts'
import { upload } from './uploads.ts'
import { countOf, db, errorOf, get, type Key, mintKey, post, watchLogs } from './world.ts'

afterEach(() => vi.restoreAllMocks())

const training = z.looseObject({
  id: z.string(),
  status: z.enum(['queued', 'running', 'succeeded', 'failed']),
  activated: z.boolean(),
  active: z.boolean(),
  reason: z.string().nullable(),
})

async function start(key: Key): Promise<string> {
  const response = await post(key, '/v1/evals/train', {})
  expect(response.status).toBe(202)
  return training.parse(await response.json()).id
}

/** A training once it has ended. Asks rarely: a key may ask twenty times a minute. */
async function ended(key: Key, id: string) {
  await vi.waitFor(
    async () => {
      const open = "select count(*) as n from eval_trainings where id = ? and status in ('queued', 'running')"
      expect(await countOf(open, id)).toBe(0)
    },
    { timeout: 30_000, interval: 100 },
  )
  return training.parse(await (await get(key, `/v1/evals/train/${id}`)).json())
}

const published = (key: Key) => env.CONFIG.get(`learned:parameters:${key.tenantId}`)

describe('POST /v1/evals/train', () => {
  it(
    'activates what chooses better, publishes it, and goes back on demand',
    { timeout: 60_000 },
    async () => {
      const key = await mintKey()
      await upload(key, evalRows(240, TELLING))
      const first = await start(key)
      expect(await ended(key, first)).toMatchObject({
        object: 'eval.training',
        status: 'succeeded',
        activated: true,
        active: true,
        replaced: 'base',
        reason: expect.stringContaining('Activated'),
        used: { prompts: 240, models: expect.arrayContaining([...EVAL_MODELS]) },
        held_out: {
          prompts: expect.any(Number),
          current: {
            parameters: 'base',
            utility: expect.any(Number),
            quality: expect.any(Number),
            cost_usd: expect.any(Number),
          },
          candidate: { brier: expect.any(Number) },
        },
      })
      await vi.waitFor(async () => expect(await published(key)).toBe(JSON.stringify({ id: first })))
      const model = await env.CONFIG.get(`learned:model:${key.tenantId}:${first}`)
      expect(new Set(unpackOutcomeModel(model ?? '').models)).toEqual(new Set(EVAL_MODELS))

      const second = await start(key)
      expect(await ended(key, second)).toMatchObject({ status: 'succeeded', activated: false, active: false })
      const list: unknown = await (await get(key, '/v1/evals/train')).json()
      expect(list).toMatchObject({ object: 'list', active: first, data: [{ id: second }, { id: first }] })

      const stranger = await mintKey()
      expect((await get(stranger, `/v1/evals/train/${first}`)).status).toBe(404)
      expect((await post(stranger, '/v1/evals/rollback', { to: first })).status).toBe(404)

      const back = (body: object) => post(key, '/v1/evals/rollback', body)
      expect(await errorOf(await back({ to: second }))).toMatchObject({ status: 400, param: 'to' })
      expect(await (await back({})).json()).toEqual({ object: 'eval.rollback', active: 'base' })
      expect(await published(key)).toBeNull()
      expect(await errorOf(await back({}))).toMatchObject({ status: 400 })
      expect(await (await back({ to: first })).json()).toMatchObject({ active: first })
      expect(await published(key)).toBe(JSON.stringify({ id: first }))
      await back({ to: 'base' })
      expect(await (await get(key, `/v1/evals/train/${first}`)).json()).toMatchObject({
        activated: true,
        active: false,
      })
    },
  )

  it('keeps what is published where outcomes tell nothing', { timeout: 60_000 }, async () => {
    const key = await mintKey()
    await upload(key, evalRows(240, NOISE))
    expect(await ended(key, await start(key))).toMatchObject({ status: 'succeeded', activated: false })
    expect(await published(key)).toBeNull()
  })

  it('names what is missing', async () => {
    const key = await mintKey()
    const rows = evalRows(199, TELLING).filter(({ model }, at) => model === EVAL_MODELS[0] || at < 3 * 49)
    await upload(key, rows)
    const { status, message } = await errorOf(await post(key, '/v1/evals/train', {}))
    expect(status).toBe(400)
    expect(message).toContain('199 of 200 prompts')
    expect(message).toContain('1 of 2 models with 50 prompts')
  })

  it('has one training of a tenant at a time, and gives up those that never end', async () => {
    const key = await mintKey()
    const { tenantId } = key
    await upload(key, evalRows(200, NOISE))
    const open = { tenantId, id: `train_${crypto.randomUUID()}`, createdAt: Date.now() }
    await openTraining(db, open)
    expect(await start(key)).toBe(open.id)
    const long = Date.now() - 21 * 60_000
    await env.DB.prepare("update eval_trainings set status = 'running', started_at = ? where id = ?")
      .bind(long, open.id)
      .run()
    const lost: unknown = await (await get(key, `/v1/evals/train/${open.id}`)).json()
    expect(lost).toMatchObject({ status: 'failed', activated: false, reason: expect.any(String) })
    expect(await start(key)).not.toBe(open.id)
  })
})

/** Delivers a training as the queue does; `attempts` counts deliveries. */
async function deliver(body: unknown, attempts: number) {
  const batch = createMessageBatch('switchyard-training', [
    { id: crypto.randomUUID(), timestamp: new Date(), attempts, body },
  ])
  const context = createExecutionContext()
  await worker.queue(batch, { ...env }, context)
  return getQueueResult(batch, context)
}

async function opened(key: Key) {
  const id = `train_${crypto.randomUUID()}`
  await openTraining(db, { tenantId: key.tenantId, id, createdAt: Date.now() })
  return { version: 1, id, tenantId: key.tenantId }
}

function statusOf(id: string) {
  return env.DB.prepare('select status, runs, reason from eval_trainings where id = ?').bind(id).first()
}

describe('the training queue', () => {
  it('fails a training that has too little to learn from, and does not try again', async () => {
    const message = await opened(await mintKey())
    expect((await deliver(message, 1)).explicitAcks).toHaveLength(1)
    expect(await statusOf(message.id)).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('Too little'),
    })
  })

  it('runs each delivery once, and takes up what broke off', async () => {
    const message = await opened(await mintKey())
    await env.DB.prepare("update eval_trainings set status = 'running', runs = 1 where id = ?")
      .bind(message.id)
      .run()
    await deliver(message, 1)
    expect(await statusOf(message.id)).toMatchObject({ status: 'running', runs: 1 })
    await deliver(message, 2)
    expect(await statusOf(message.id)).toMatchObject({ status: 'failed', runs: 2 })
    await deliver(message, 3)
    expect(await statusOf(message.id)).toMatchObject({ runs: 2 })
  })

  it('retries what broke off, and says so when it does to the last', async () => {
    const message = await opened(await mintKey())
    const { lines } = watchLogs()
    await env.DB.prepare('alter table eval_outcomes rename to elsewhere').run()
    const retried = await deliver(message, 1)
    const last = await deliver(message, 3)
    await env.DB.prepare('alter table elsewhere rename to eval_outcomes').run()
    expect(retried.retryMessages).toHaveLength(1)
    expect(last.explicitAcks).toHaveLength(1)
    expect(await statusOf(message.id)).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('broke off 3 times'),
    })
    expect(lines.filter(({ level }) => level === 'error')).toHaveLength(2)
  })

  it('drops what it cannot read', async () => {
    watchLogs()
    expect((await deliver({ version: 2 }, 1)).explicitAcks).toHaveLength(1)
  })
})
