/**
 * `npm run bench:ledger`: what a budget adds to a request on raw workerd, and how far it is overspent by four Workers
 * with 200 requests each at a time. Differences within one run are what lasts; the machine's speed is not.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundle, freePort, serve } from './raw-workerd.ts'

const WORKERS = 4
const AT_ONCE = 200
const ROUNDS = 4
const ALONE = 400
const MODES = ['none', 'lease', 'strict'] as const
type Mode = (typeof MODES)[number]

/** Micro-USD: never spent, and soon spent. */
const PLENTY = 1_000_000_000_000
const LITTLE = 2_000_000
const LEASE_SHARE = 0.02

/** Several Workers of the same code; the objects are the first one's, on disk. */
async function startWorkers(folder: string) {
  const script = bundle('ledger-worker.ts', folder)
  const ports: number[] = []
  while (ports.length < WORKERS) ports.push(await freePort())
  mkdirSync(join(folder, 'objects'))
  return { ports, workerd: serve(folder, capnp(folder, script, ports)) }
}

function capnp(folder: string, script: string, ports: readonly number[]): string {
  const workers = ports.map(
    (_, index) => `(name = "worker${index}", worker = (
      modules = [(name = "worker", esModule = embed "${script}")],
      compatibilityDate = "2026-11-01",
      ${index === 0 ? OBJECTS : ''}
      bindings = [(name = "LEDGER", durableObjectNamespace = (className = "LedgerObject", serviceName = "worker0"))]))`,
  )
  const sockets = ports.map(
    (port, index) =>
      `(name = "http${index}", address = "127.0.0.1:${port}", http = (), service = "worker${index}")`,
  )
  return `const config :Workerd.Config = (
  services = [${workers.join(',\n')},
    (name = "objects", disk = (path = "${join(folder, 'objects')}", writable = true))],
  sockets = [${sockets.join(',\n')}]);`
}

const OBJECTS = `durableObjectNamespaces = [(className = "LedgerObject", uniqueKey = "ledger", enableSql = true)],
      durableObjectStorage = (localDisk = "objects"),`

const agent = new Agent({ keepAlive: true, maxSockets: WORKERS * AT_ONCE })

type Answer = { status: number; body: string; ms: number }

function ask(port: number, fields: Readonly<Record<string, string | number>>): Promise<Answer> {
  const query = Object.entries(fields).map(([name, value]) => `${name}=${value}`)
  return new Promise((done, fail) => {
    const started = performance.now()
    request({ port, host: '127.0.0.1', path: `/?${query.join('&')}`, agent }, (response) => {
      let body = ''
      response.on('data', (data: Buffer) => (body += data.toString()))
      response.on('end', () =>
        done({ status: response.statusCode ?? 0, body, ms: performance.now() - started }),
      )
    })
      .on('error', fail)
      .end()
  })
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN
}

/** One request after the other, each a small part of what there is. @returns ms */
async function latencies(port: number, mode: Mode): Promise<number[]> {
  const all: number[] = []
  for (let at = 0; at < ALONE; at += 1) {
    const { ms } = await ask(port, { mode, tenant: `alone-${mode}`, budget: PLENTY, share: 0.1 })
    all.push(ms)
  }
  return all
}

/** Many at once until all is spent. @returns what was spent, in micro-USD, and by how many answers */
async function spentTogether(ports: readonly number[], mode: Mode) {
  let spent = 0
  let answered = 0
  let rounds = 0
  for (let isOver = false; !isOver && rounds < 50; rounds += 1) {
    const answers = await Promise.all(
      ports.flatMap((port) =>
        Array.from({ length: AT_ONCE }, (_, at) =>
          ask(port, {
            mode,
            tenant: `all-${mode}`,
            budget: LITTLE,
            share: ((at * 7) % 10) / 9,
            work: at % 20,
          }),
        ),
      ),
    )
    for (const { status, body } of answers) {
      if (status === 200) answered += 1
      spent += Number(body)
      if (status === 402) isOver = true
    }
  }
  return { spent, answered }
}

const folder = mkdtempSync(join(tmpdir(), 'switchyard-bench-'))
const { ports, workerd } = await startWorkers(folder)
const [port = 0] = ports
try {
  await new Promise((done) => setTimeout(done, 1_000))
  const times = new Map<Mode, number[]>(MODES.map((mode) => [mode, []]))
  for (const mode of MODES) await latencies(port, mode)
  for (let at = 0; at < ROUNDS; at += 1) {
    for (const mode of at % 2 ? MODES.toReversed() : MODES) {
      times.get(mode)?.push(...(await latencies(port, mode)))
    }
  }
  const base = times.get('none') ?? []
  const rows: Record<string, object> = {}
  for (const mode of MODES) {
    const own = times.get(mode) ?? []
    const [p50, p99] = [quantile(own, 0.5), quantile(own, 0.99)]
    const { spent, answered } = mode === 'none' ? { spent: 0, answered: 0 } : await spentTogether(ports, mode)
    rows[mode] = {
      'p50 ms': Number(p50.toFixed(2)),
      'p99 ms': Number(p99.toFixed(2)),
      'p50 added': Number((p50 - quantile(base, 0.5)).toFixed(2)),
      'p99 added': Number((p99 - quantile(base, 0.99)).toFixed(2)),
      ...(mode !== 'none' && {
        answers: answered,
        'spent µ$': spent,
        'overshoot µ$': Math.max(0, spent - LITTLE),
        'allowed µ$': mode === 'strict' ? 0 : WORKERS * LEASE_SHARE * LITTLE,
      }),
    }
  }
  console.table(rows)
} finally {
  workerd.kill()
  agent.destroy()
  rmSync(folder, { recursive: true, force: true })
}
