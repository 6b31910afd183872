import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { type SimulatedHosts, type SimulatedModel, startSimulatedHosts } from '../../src/dev/hosts/server.ts'
import { QUIET_ENV } from '../../src/dev/wrangler.ts'
import { CATALOG } from '../../src/route/catalog/index.ts'
import { makeKeys } from '../fuzz/keys.ts'
import { createLogWatch } from '../fuzz/watch.ts'

/** How long an open breaker of this Worker stays open. */
export const COOLDOWN_MS = 5_000
/** How long a host may be silent, where a request says nothing else. */
export const PATIENCE_MS = 1_500
/** How fast the simulated models answer. */
const PACE = { ttftMs: 60, tokensPerSecond: 400 }
/** Where only whether an answer comes counts, time goes into more requests: each event by itself costs the most. */
const HASTE = { ttftMs: 10, tokensPerSecond: Infinity }

/** Its own breakers and figures: models of one host are kept apart. Each is served by three hosts. */
export const MODELS = {
  mixedFaults: 'deepseek/deepseek-v4.1-flash',
  deadHost: 'moonshot/kimi-k3',
  healthy: 'minimax/minimax-m3',
  hedging: 'zai/glm-5.3-flash',
  // It does not think, so what it costs is foreseen well.
  budgets: 'meta/llama-3.3-70b',
  figures: 'deepseek/deepseek-v4-pro',
} as const

/** Three hosts of a model, and what they call it. */
export function hostsOf(modelId: string): readonly { host: string; model: string }[] {
  const offers = CATALOG.find(({ id }) => id === modelId)?.offers ?? []
  const first = offers.slice(0, 3).map(({ host, hostModelId }) => ({ host, model: hostModelId }))
  if (first.length < 3) throw new Error(`${modelId} has no three hosts`)
  return first
}

/** A running Worker with scripted hosts. */
export type Stand = {
  url: string
  keys: readonly string[]
  hosts: SimulatedHosts
  /** From now on calls meet these faults, and no others. */
  script(faults: readonly object[]): Promise<void>
  /** Gives its tenant a configuration, the first one. */
  configure(document: object): Promise<void>
  /** Mistakes of its own that the Worker has logged. */
  alarms(): readonly string[]
  stop(): Promise<void>
}

/**
 * The real Worker in workerd, asked without the proxy that `wrangler dev` puts before it: that costs 1.3 ms of 3 ms per
 * request, and a fifth of the requests per second.
 */
export async function startStand(): Promise<Stand> {
  const persistTo = await mkdtemp(join(tmpdir(), 'switchyard-chaos-'))
  const keys = await makeKeys(persistTo)
  const hosts = await startSimulatedHosts({ port: 0, models: simulatedModels(), keptCalls: 100_000 })
  const worker = await startWorker(persistTo, hosts.url)
  return {
    url: worker.url,
    keys,
    hosts,
    alarms: worker.alarms,
    script: (faults) => script(hosts.url, faults),
    configure: (document) => configure(`${worker.url}/v1/config`, keys[0] ?? '', document),
    async stop() {
      await worker.stop()
      await hosts.close()
      await rm(persistTo, { recursive: true, force: true })
    },
  }
}

function simulatedModels(): SimulatedModel[] {
  return Object.values(MODELS).flatMap((modelId) =>
    hostsOf(modelId).map(({ host, model }) => ({
      host,
      hostModelId: model,
      ability: 0.8,
      ...(modelId === MODELS.mixedFaults ? HASTE : PACE),
    })),
  )
}

const breaker = {
  failure_threshold: 5,
  failure_threshold_percentage: 50,
  minimum_requests: 20,
  cooldown_interval: COOLDOWN_MS,
}
const reloaded = z.object({
  proxyData: z.object({ userWorkerUrl: z.object({ hostname: z.string(), port: z.string() }) }),
})

const logLine = z.object({ message: z.string() })

async function startWorker(persist: string, hostsUrl: string) {
  // Read when wrangler is loaded, so it is loaded afterwards.
  Object.assign(process.env, QUIET_ENV, { WRANGLER_LOG: 'warn' })
  const { unstable_DevEnv: DevEnv } = await import('wrangler')
  const patience = String(PATIENCE_MS)
  const vars = {
    SIMULATED_HOSTS_URL: hostsUrl,
    BREAKER: JSON.stringify(breaker),
    HOST_CONNECT_MS: patience,
    HOST_TTFT_MS: patience,
    HOST_IDLE_MS: patience,
  }
  let said = ''
  const watch = createLogWatch(() => `\n${said}`)
  const structuredLogsHandler = (line: unknown) => {
    said = logLine.parse(line).message
    watch.look()
  }
  const dev = new DevEnv()
  const ready = new Promise<string>((resolve, reject) => {
    dev.once('error', reject)
    dev.once('reloadComplete', (event: unknown) => {
      const { hostname, port } = reloaded.parse(event).proxyData.userWorkerUrl
      resolve(`http://${hostname}:${port}`)
    })
  })
  await dev.startWorker({
    config: join(import.meta.dirname, '../../wrangler.toml'),
    bindings: Object.fromEntries(
      Object.entries(vars).map(([name, value]) => [name, { type: 'plain_text', value }]),
    ),
    dev: {
      server: { hostname: '127.0.0.1', port: 0 },
      persist,
      watch: false,
      inspector: false,
      structuredLogsHandler,
    },
  })
  return { url: await ready, alarms: () => watch.lines(), stop: () => dev.teardown() }
}

async function configure(url: string, key: string, document: object): Promise<void> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'PUT', headers, body: JSON.stringify(document) })
  const told = await response.text()
  if (!response.ok) throw new Error(told)
}

async function script(hostsUrl: string, faults: readonly object[]): Promise<void> {
  const url = `${hostsUrl}/_control/faults`
  await fetch(url, { method: 'DELETE' })
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(faults) })
  const told = await response.text()
  if (!response.ok) throw new Error(told)
}
