import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestHarness, type TestHarness } from 'wrangler'
import * as z from 'zod'
import { startSimulatedHosts, type SimulatedHosts } from '../../src/dev/hosts/server.ts'
import { newKeySql } from '../../src/dev/seed.ts'
import { simulatedModels } from '../../src/dev/simulated-models.ts'
import { FIRST, ROOT, secondWorker } from './second-worker.ts'

const NAMES = [FIRST, 'switchyard-2', 'switchyard-3', 'switchyard-4'] as const
const AT_ONCE = 200
const MODEL = 'openai/gpt-4.1-mini'
/** Less than all the answers cost. */
const BUDGET = 2_500
/** What one isolate may be lent of a budget. */
const LEASE_SHARE = 0.02
/** Who is told that money is held comes back so often. */
const TRIES = 3

const recorded = z.object({ answers: z.number(), cost: z.number().nullable() })
const listed = z.object({ data: z.array(z.object({ spent_usd: z.number(), held_usd: z.number() })) })

describe('four Workers that share a ledger', { timeout: 180_000 }, () => {
  let hosts: SimulatedHosts
  let harness: TestHarness
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-ledger-'))
    hosts = await startSimulatedHosts({ port: 0, models: simulatedModels(), timeScale: 0.02 })
    const vars = { SIMULATED_HOSTS_URL: hosts.url }
    const others = NAMES.slice(1).map((name) => secondWorker(folder, name, 'LedgerObject'))
    const configPaths = [join(ROOT, 'wrangler.toml'), ...(await Promise.all(others))]
    harness = createTestHarness({ workers: configPaths.map((configPath) => ({ configPath, vars })) })
    await harness.listen()
    await harness.getWorker(FIRST).applyD1Migrations('DB')
  }, 120_000)

  afterAll(async () => {
    await harness?.close()
    await hosts?.close()
    await rm(folder, { recursive: true, force: true })
  })

  const database = async () => (await harness.getWorker<{ DB: D1Database }>(FIRST).getEnv()).DB

  async function tenantWith(tenantId: string, limits: readonly object[]): Promise<Record<string, string>> {
    const secret = `sk-sy-${tenantId}`
    const seed = newKeySql({ tenantId, keyId: `key_${tenantId}`, secret, now: Date.now() })
    const statements = seed.split(';').filter((part) => part.trim() !== '')
    for (const statement of statements) await (await database()).prepare(statement).run()
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' }
    const init = { method: 'PUT', headers, body: JSON.stringify({ limits }) }
    const put = await harness.getWorker(FIRST).fetch('http://switchyard/v1/config', init)
    expect(await put.text()).toContain('"version":1')
    return headers
  }

  /** One answer: whole, streamed, or hung up on. @returns its status */
  async function ask(name: string, headers: Record<string, string>, index: number): Promise<number> {
    const content = `Write a long letter about the number ${index}, 你好, ${'🦊 ẞ '.repeat(index % 7)}`
    const stream = index % 2 === 0
    const body = JSON.stringify({
      model: MODEL,
      stream,
      messages: [{ role: 'user', content }],
      ...(index % 3 > 0 && { max_tokens: 50 + (index % 11) * 40 }),
      ...(index % 5 === 0 && { tools: [{ type: 'function', function: { name: 'look_up' } }] }),
    })
    const init = { method: 'POST', headers, body }
    for (let tries = 1; ; tries += 1) {
      const answer = await harness.getWorker(name).fetch('http://switchyard/v1/chat/completions', init)
      if (stream && index % 4 === 0 && answer.body) {
        const reader = answer.body.getReader()
        await reader.read()
        await reader.cancel()
      } else await answer.text()
      if (answer.status !== 429 || tries >= TRIES) return answer.status
      await new Promise((wake) => setTimeout(wake, 300 * tries))
    }
  }

  /** All at once, then one by one until nothing is left. @returns how many answers had each status */
  async function askAll(headers: Record<string, string>): Promise<Map<number, number>> {
    const all = NAMES.flatMap((name) =>
      Array.from({ length: AT_ONCE }, (_, index) => ask(name, headers, index)),
    )
    const counts = new Map<number, number>()
    const count = (status: number) => counts.set(status, (counts.get(status) ?? 0) + 1)
    for (const status of await Promise.all(all)) count(status)
    // Who was told to come back later may have left money unspent.
    for (let status = 200; status === 200; count(status)) status = await ask(FIRST, headers, 1)
    return counts
  }

  /** What the ledger and the history say of so many answers, in micro-USD, once both have heard of all. */
  async function spent(
    tenantId: string,
    headers: Record<string, string>,
    answers: number,
  ): Promise<{ ledger: number; held: number; history: number }> {
    const query = 'select count(*) as answers, sum(cost_micro_usd) as cost from decisions where tenant_id = ?'
    const deadline = Date.now() + 30_000
    for (;;) {
      const answer = await harness.getWorker(FIRST).fetch('http://switchyard/v1/budgets', { headers })
      const [budget] = listed.parse(await answer.json()).data
      const row = recorded.parse(await (await database()).prepare(query).bind(tenantId).first())
      const [ledger, held] = [budget?.spent_usd ?? 0, budget?.held_usd ?? 0].map((usd) =>
        Math.round(usd * 1e6),
      )
      const sums = { ledger: ledger ?? 0, held: held ?? 0, history: row.cost ?? 0 }
      if ((row.answers === answers && sums.ledger === sums.history) || Date.now() > deadline) return sums
      await new Promise((wake) => setTimeout(wake, 500))
    }
  }

  it('never spend more than there is where they are strict, and miss nothing', async () => {
    const headers = await tenantWith('strict', [
      { per: 'tenant', max_budget_usd: BUDGET / 1e6, strict: true },
    ])
    const statuses = await askAll(headers)
    expect([...statuses.keys()].filter((status) => ![200, 402, 429].includes(status))).toEqual([])
    const { ledger, held, history } = await spent('strict', headers, statuses.get(200) ?? 0)
    expect(history).toBe(ledger)
    expect(held).toBe(0)
    expect(ledger).toBeLessThanOrEqual(BUDGET)
    expect(ledger).toBeGreaterThan(BUDGET * 0.8)
  })

  it('spend at most a lease each too much where they are not, and miss nothing', async () => {
    const headers = await tenantWith('leases', [{ per: 'tenant', max_budget_usd: BUDGET / 1e6 }])
    const statuses = await askAll(headers)
    expect([...statuses.keys()].filter((status) => ![200, 402, 429].includes(status))).toEqual([])
    const { ledger, history } = await spent('leases', headers, statuses.get(200) ?? 0)
    expect(history).toBe(ledger)
    expect(ledger).toBeLessThanOrEqual(BUDGET * (1 + NAMES.length * LEASE_SHARE))
    expect(ledger).toBeGreaterThan(BUDGET * 0.8)
  })
})
