import { createExecutionContext, createScheduledController, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type FeedbackRow, upsertFeedback } from '../../src/db/feedback.ts'
import { readAbilities, shiftOf } from '../../src/learn/abilities.ts'
import worker from '../../src/worker.ts'
import { fakeHosts } from './hosts.ts'
import { db, mintKey, watchLogs } from './world.ts'

afterEach(() => vi.restoreAllMocks())

const MODEL = 'openai/gpt-4.1-mini'

async function runCron(cron: string): Promise<void> {
  const context = createExecutionContext()
  await worker.scheduled(createScheduledController({ cron }), { ...env }, context)
  await waitOnExecutionContext(context)
}

let made = 0

/** So many opinions, each on a decision of its own. */
async function judge(tenantId: string, count: number, fields: Partial<FeedbackRow> = {}): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    await upsertFeedback(db, {
      tenantId,
      decisionId: `dec_${++made}`,
      source: 'api',
      idempotencyKey: null,
      model: MODEL,
      taskType: 'code',
      confidence: null,
      predicted: 0.8,
      score: 0,
      verdict: null,
      comment: 'a secret remark',
      createdAt: Date.now(),
      ...fields,
    })
  }
}

async function publishedFor(tenantId: string) {
  const value = await env.CONFIG.get(`learned:abilities:${tenantId}`, 'json')
  return value === null ? null : readAbilities(value)
}

async function meanFor(tenantId: string): Promise<number | undefined> {
  const abilities = await publishedFor(tenantId)
  return abilities ? shiftOf(abilities, MODEL, 'code')?.mean : undefined
}

describe('the job that learns abilities', () => {
  it('counts what was only inferred where nobody spoke', async () => {
    const [spoken, both, inferred] = [await mintKey(), await mintKey(), await mintKey()]
    await judge(spoken.tenantId, 20, { score: 0 })
    await judge(both.tenantId, 20, { score: 0 })
    made -= 20
    await judge(both.tenantId, 20, { score: 1, source: 're-ask' })
    await judge(inferred.tenantId, 20, { score: 1, source: 're-ask' })
    await runCron('*/10 * * * *')
    const mean = await meanFor(spoken.tenantId)
    expect(mean).toBeLessThan(-0.3)
    expect(await meanFor(both.tenantId)).toBeCloseTo(mean ?? 0, 2)
    expect(await meanFor(inferred.tenantId)).toBeGreaterThan(0.1)
  })

  it("publishes what each tenant's own feedback says, and nothing for who gave none", async () => {
    const [angry, glad, silent] = [await mintKey(), await mintKey(), await mintKey()]
    await judge(angry.tenantId, 20, { score: 0 })
    await judge(glad.tenantId, 20, { score: 1 })
    await runCron('*/10 * * * *')
    expect(await meanFor(angry.tenantId)).toBeLessThan(-0.3)
    expect(await meanFor(glad.tenantId)).toBeGreaterThan(0.1)
    expect(await publishedFor(silent.tenantId)).toBeNull()
  })

  it('looks again when there is more feedback', async () => {
    const { tenantId } = await mintKey()
    await judge(tenantId, 12, { score: 0 })
    await runCron('*/10 * * * *')
    const before = await meanFor(tenantId)
    await judge(tenantId, 60, { score: 1 })
    await runCron('*/10 * * * *')
    expect(await meanFor(tenantId)).toBeGreaterThan((before ?? 0) + 0.3)
  })

  it('leaves out what had no prediction, what is too old, and tasks nobody knows', async () => {
    const { tenantId } = await mintKey()
    await judge(tenantId, 20, { predicted: null })
    await judge(tenantId, 20, { taskType: 'alchemy' })
    await judge(tenantId, 20, { createdAt: Date.now() - 61 * 24 * 60 * 60 * 1_000 })
    await runCron('*/10 * * * *')
    expect(await publishedFor(tenantId)).toEqual({ version: 1, models: {} })
  })

  it('counts many opinions on one answer as one', async () => {
    const { tenantId } = await mintKey()
    for (let at = 0; at < 30; at += 1) {
      await judge(tenantId, 1, { decisionId: `dec_of_${tenantId}`, source: `judge ${at}` })
    }
    await runCron('*/10 * * * *')
    expect(await publishedFor(tenantId)).toEqual({ version: 1, models: {} })
  })

  it('goes on after one tenant fails, says so without a word of the feedback, and tries again', async () => {
    const unpublishable = await mintKey({ tenantId: `ten_${'x'.repeat(600)}` })
    await judge(unpublishable.tenantId, 12)
    const { tenantId } = await mintKey()
    await judge(tenantId, 12)
    const logs = watchLogs()
    await runCron('*/10 * * * *')
    expect(await publishedFor(tenantId)).not.toBeNull()
    await runCron('*/10 * * * *')
    expect(logs.lines.map(({ level }) => level)).toEqual(['warn', 'warn'])
    expect(logs.lines[0]?.text).toContain(unpublishable.tenantId)
    expect(logs.lines[0]?.text).not.toContain('secret')
    await env.DB.prepare('delete from feedback where tenant_id = ?').bind(unpublishable.tenantId).run()
  })

  it('runs at its own times only', async () => {
    const { tenantId } = await mintKey()
    await judge(tenantId, 12)
    fakeHosts({ 'models.dev': () => new Response('down', { status: 503 }) })
    watchLogs()
    await runCron('17 */6 * * *')
    expect(await publishedFor(tenantId)).toBeNull()
  })
})
