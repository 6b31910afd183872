import { createServer } from 'node:net'
import { type SimulatedHosts, startSimulatedHosts } from './hosts/server.ts'
import { DEV_KEY, DEV_SECRETS_KEY, DEV_TENANT, newKeySql } from './seed.ts'
import { simulatedModels } from './simulated-models.ts'
import { hasEnded, type Running, runWrangler, startWrangler } from './wrangler.ts'

/** How long the Worker may take to come up. */
const READY_MS = 60_000

/** A running Switchyard with its simulated hosts. */
export type LocalSwitchyard = {
  url: string
  hosts: SimulatedHosts
  /** Live, simulated or off, by host id. */
  hostStates: readonly { id: string; state: string }[]
  /** The end of what the Worker has said in its log. */
  log(): string
  stop(): Promise<void>
}

/** How to run it. */
export type LocalOptions = {
  /** 0 picks a free one. */
  port: number
  /** Folder for D1, KV, Durable Objects and queues. */
  persistTo: string
  /** Factor on the simulated hosts' latencies; 0 answers at once. */
  timeScale?: number
  /** Further variables for the Worker, which may tell where the simulated hosts listen. */
  vars?: (hostsUrl: string) => Readonly<Record<string, string>>
  /** Whether the Worker's own log goes to standard error. */
  showLog: boolean
}

/**
 * Starts everything a developer needs on this machine: simulated hosts, a migrated and seeded database, the Worker.
 *
 * @throws when the port is taken or the Worker does not come up; nothing is left running
 */
export async function startLocalSwitchyard(options: LocalOptions): Promise<LocalSwitchyard> {
  const hosts = await startSimulatedHosts({
    port: 0,
    models: simulatedModels(),
    ...(options.timeScale !== undefined && { timeScale: options.timeScale }),
  })
  let worker: Running | null = null
  const stop = async () => {
    await worker?.stop()
    await hosts.close()
  }
  try {
    await prepareDatabase(options.persistTo)
    const port = await freePort(options.port)
    const vars = options.vars?.(hosts.url) ?? {}
    const running = launchWorker({ ...options, port, hostsUrl: hosts.url, vars })
    worker = running
    const url = `http://localhost:${port}`
    return { url, hosts, hostStates: await untilReady(url, running), log: running.output, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Makes the database in a folder, with the tenant and key that every local start has. */
export async function prepareDatabase(persistTo: string): Promise<void> {
  const local = ['--local', '--persist-to', persistTo]
  await runWrangler(['d1', 'migrations', 'apply', 'DB', ...local])
  const seed = newKeySql({ tenantId: DEV_TENANT, keyId: 'key_dev', secret: DEV_KEY, now: Date.now() })
  await runWrangler(['d1', 'execute', 'DB', ...local, '--command', seed])
}

/** The Worker by itself: its hosts listen elsewhere. */
export type WorkerOptions = {
  /** A free one. */
  port: number
  persistTo: string
  hostsUrl: string
  vars: Readonly<Record<string, string>>
  showLog: boolean
}

/** Starts the Worker on a folder with a database; it is not up yet. */
export function launchWorker(options: WorkerOptions): Running {
  const own = { SIMULATED_HOSTS_URL: options.hostsUrl, SECRETS_KEY: DEV_SECRETS_KEY, ...options.vars }
  // `--test-scheduled` also silences the notice that cron jobs do not run by themselves here.
  const flags = '--ip 127.0.0.1 --inspector-port 0 --test-scheduled --log-level warn'.split(' ')
  const values = Object.entries(own).flatMap(([name, value]) => ['--var', `${name}:${value}`])
  const args = [
    'dev',
    '--local',
    '--persist-to',
    options.persistTo,
    ...flags,
    '--show-interactive-dev-session=false',
    '--port',
    String(options.port),
    ...values,
  ]
  return startWrangler(args, { show: options.showLog })
}

/** @param wanted 0 for any. @throws when the port is not free */
export async function freePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', () => reject(new Error(`Port ${wanted} is taken: set PORT to another one`)))
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : wanted
      server.close(() => resolve(port))
    })
  })
}

/**
 * Waits until the Worker is up. @returns the states of its hosts
 *
 * @throws when it does not come up, or has ended
 */
export async function untilReady(url: string, worker: Running): Promise<LocalSwitchyard['hostStates']> {
  const deadline = Date.now() + READY_MS
  let last = ''
  while (Date.now() < deadline && !hasEnded(worker.child)) {
    const answer = await fetch(`${url}/readyz`).then(readHosts, (error: unknown) => String(error))
    if (typeof answer !== 'string') return answer
    last = answer
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`The Worker did not come up: ${last}\n${worker.output()}`)
}

async function readHosts(response: Response): Promise<LocalSwitchyard['hostStates'] | string> {
  const text = await response.text()
  if (!response.ok) return text.slice(0, 500)
  const body: { hosts: { id: string; state: string }[] } = JSON.parse(text)
  return body.hosts
}
