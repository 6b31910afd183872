import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { startSimulatedHosts, type SimulatedHosts } from '../../src/dev/hosts/server.ts'
import { DEV_ADMIN_KEY, DEV_KEY } from '../../src/dev/seed.ts'
import { simulatedModels } from '../../src/dev/simulated-models.ts'
import { type Name, NAMES, startTwoWorkers, type TwoWorkers } from './two-workers.ts'

const [HERE, THERE] = NAMES
const REVOKED_MS = 10_000
const SEEN_MS = 60_000
const POLL_MS = 100

const madeKey = z.object({ id: z.string(), key: z.string() })
const decided = z.object({ fallback: z.array(z.string()) })
const PINNED = 'anthropic/claude-haiku-4.5'
const SPARE = 'openai/gpt-4.1-mini'

/** How long until something is so, in ms. */
async function timeUntil(isSo: () => Promise<boolean>, withinMs: number): Promise<number> {
  const start = performance.now()
  while (!(await isSo())) {
    if (performance.now() - start > withinMs) throw new Error(`Not so within ${withinMs} ms`)
    await new Promise((wake) => setTimeout(wake, POLL_MS))
  }
  return performance.now() - start
}

const seconds = (ms: number) => (ms / 1_000).toFixed(1)

describe('what changes at one Worker', { timeout: 120_000 }, () => {
  let hosts: SimulatedHosts
  let workers: TwoWorkers

  beforeAll(async () => {
    hosts = await startSimulatedHosts({ port: 0, models: simulatedModels(), timeScale: 0 })
    workers = await startTwoWorkers({ SIMULATED_HOSTS_URL: hosts.url, ADMIN_KEY: DEV_ADMIN_KEY })
  }, 120_000)

  afterAll(async () => {
    await workers?.close()
    await hosts?.close()
  })

  function call(name: Name, key: string, method: string, path: string, body?: object) {
    return workers.fetch(name, `http://switchyard${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
  }

  async function statusAt(name: Name, key: string): Promise<number> {
    const answer = await call(name, key, 'GET', '/v1/models/auto')
    await answer.text()
    return answer.status
  }

  /** A key made at the first Worker, which the second one has used for a while. */
  async function usedThere(path = '/v1/keys', maker = DEV_KEY): Promise<z.infer<typeof madeKey>> {
    const made = madeKey.parse(await (await call(HERE, maker, 'POST', path, {})).json())
    for (let uses = 0; uses < 5; uses++) expect(await statusAt(THERE, made.key)).toBe(200)
    return made
  }

  const refusedThere = (key: string) =>
    timeUntil(async () => (await statusAt(THERE, key)) === 401, REVOKED_MS)

  async function disabling(): Promise<number> {
    const { id, key } = await usedThere()
    await call(HERE, DEV_KEY, 'PATCH', `/v1/keys/${id}`, { disabled: true })
    return refusedThere(key)
  }

  async function rotating(): Promise<number> {
    const { id, key } = await usedThere()
    const answer = await call(HERE, DEV_KEY, 'POST', `/v1/keys/${id}/rotate`)
    const fresh = madeKey.parse(await answer.json())
    expect(await statusAt(THERE, fresh.key)).toBe(200)
    return refusedThere(key)
  }

  async function disablingTenant(): Promise<number> {
    await call(HERE, DEV_ADMIN_KEY, 'POST', '/admin/tenants', { id: 'short-lived' })
    const { key } = await usedThere('/admin/tenants/short-lived/keys', DEV_ADMIN_KEY)
    await call(HERE, DEV_ADMIN_KEY, 'DELETE', '/admin/tenants/short-lived')
    return refusedThere(key)
  }

  async function configuring(): Promise<number> {
    const fallbackThere = async () => {
      const body = { model: PINNED, messages: [{ role: 'user', content: 'Hello' }] }
      const answer = await call(THERE, DEV_KEY, 'POST', '/v1/route', body)
      return decided.parse(await answer.json()).fallback.includes(SPARE)
    }
    expect(await fallbackThere()).toBe(false)
    const put = await call(HERE, DEV_KEY, 'PUT', '/v1/config', { default_fallbacks: [SPARE] })
    expect(put.status).toBe(201)
    return timeUntil(fallbackThere, SEEN_MS)
  }

  it('is seen at another that went by the old: no key after 10 s, no configuration after 60 s', async () => {
    const [disabled, rotated, tenant, config] = await Promise.all([
      disabling(),
      rotating(),
      disablingTenant(),
      configuring(),
    ])
    console.log(
      `Seen elsewhere after: disabled key ${seconds(disabled)} s, rotated key ${seconds(rotated)} s, ` +
        `disabled tenant ${seconds(tenant)} s, configuration ${seconds(config)} s`,
    )
    expect(Math.max(disabled, rotated, tenant)).toBeLessThanOrEqual(REVOKED_MS)
    expect(config).toBeLessThanOrEqual(SEEN_MS)
  })
})
