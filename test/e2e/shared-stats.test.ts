import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { startSimulatedHosts, type SimulatedHosts } from '../../src/dev/hosts/server.ts'
import { DEV_KEY } from '../../src/dev/seed.ts'
import { simulatedModels } from '../../src/dev/simulated-models.ts'
import { type Name, NAMES, startTwoWorkers, type TwoWorkers } from './two-workers.ts'

const COOLDOWN_MS = 2_500
const SICK = 'openai/text-embedding-3-small'
const WELL = 'openai/text-embedding-3-large'

const listed = z.object({
  providers: z.array(
    z.object({
      provider: z.string(),
      health: z.string(),
      live: z.object({ breaker: z.object({ state: z.string() }) }).nullable(),
    }),
  ),
})

async function until(isSo: () => Promise<boolean>, withinMs: number): Promise<void> {
  const start = Date.now()
  while (!(await isSo())) {
    if (Date.now() - start > withinMs) throw new Error(`Not so within ${withinMs} ms`)
    await new Promise((wake) => setTimeout(wake, 50))
  }
}

describe('two Workers that share their live figures', { timeout: 60_000 }, () => {
  let hosts: SimulatedHosts
  let workers: TwoWorkers

  beforeAll(async () => {
    hosts = await startSimulatedHosts({ port: 0, models: simulatedModels(), timeScale: 0 })
    workers = await startTwoWorkers({
      SIMULATED_HOSTS_URL: hosts.url,
      BREAKER: JSON.stringify({ cooldown_interval: COOLDOWN_MS }),
      HOST_TOTAL_MS: '2000',
      HOST_TTFT_MS: '2000',
      HOST_IDLE_MS: '2000',
    })
  }, 120_000)

  afterAll(async () => {
    await workers?.close()
    await hosts?.close()
  })

  const headers = { authorization: `Bearer ${DEV_KEY}`, 'content-type': 'application/json' }

  /** @returns the host that answered */
  async function embed(name: Name, model: string): Promise<string | null> {
    const body = JSON.stringify({ model, input: 'Hello', provider: { order: ['openai', 'openrouter'] } })
    const init = { method: 'POST', headers, body }
    const response = await workers.fetch(name, 'http://switchyard/v1/embeddings', init)
    expect(await response.text()).toContain('embedding')
    expect(response.status).toBe(200)
    return response.headers.get('x-switchyard-provider')
  }

  async function stateAt(name: Name): Promise<{ health: string; state: string | undefined }> {
    const response = await workers.fetch(name, `http://switchyard/v1/models/${SICK}`, { headers })
    const { providers } = listed.parse(await response.json())
    const openai = providers.find(({ provider }) => provider === 'openai')
    return { health: openai?.health ?? '', state: openai?.live?.breaker.state }
  }

  async function scriptFaults(faults: readonly object[]): Promise<void> {
    await fetch(`${hosts.url}/_control/faults`, { method: 'POST', body: JSON.stringify(faults) })
  }

  const callsToOpenai = (since: number) =>
    hosts
      .calls()
      .filter(({ host, model, at }) => host === 'openai' && model === 'text-embedding-3-small' && at >= since)

  it('agree on an open breaker within two seconds, and one of them looks whether the host is well', async () => {
    for (const name of NAMES) expect(await embed(name, SICK)).toBe('openai')
    await scriptFaults([{ host: 'openai', model: 'text-embedding-3-small', kind: 'status', status: 503 }])
    for (let failed = 0; failed < 5; failed++) expect(await embed(NAMES[0], SICK)).toBe('openrouter')
    const openedAt = Date.now()
    expect(await stateAt(NAMES[0])).toEqual({ health: 'breaker_open', state: 'open' })
    await until(async () => {
      expect(await embed(NAMES[1], WELL)).toBe('openai')
      return (await stateAt(NAMES[1])).state === 'open'
    }, 2_000)
    expect(await embed(NAMES[1], SICK)).toBe('openrouter')
    expect(callsToOpenai(openedAt)).toEqual([])

    await scriptFaults([{ host: 'openai', model: 'text-embedding-3-small', kind: 'hang' }])
    await new Promise((wake) => setTimeout(wake, openedAt + COOLDOWN_MS - Date.now()))
    const looking = [...NAMES, ...NAMES].map(async (name) => {
      while (callsToOpenai(openedAt).length === 0) await embed(name, SICK)
      for (let more = 0; more < 10; more++) expect(await embed(name, SICK)).toBe('openrouter')
    })
    await Promise.all(looking)
    expect(callsToOpenai(openedAt)).toHaveLength(1)

    await scriptFaults([])
    await fetch(`${hosts.url}/_control/faults`, { method: 'DELETE' })
    await until(
      async () => {
        const answered = await Promise.all(NAMES.map((name) => embed(name, SICK)))
        return answered.every((host) => host === 'openai')
      },
      2_000 + 2 * COOLDOWN_MS,
    )
  })
})
