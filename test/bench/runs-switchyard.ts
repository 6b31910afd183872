import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundle, cpuMs, freePort, serve } from './raw-workerd.ts'
import type { ShapeName } from './runs-shapes.ts'

/** `folder`: where what is kept is kept. */
export type Case = {
  shape: ShapeName
  tasks: number
  runs: number
  kind: 'tool' | 'agent'
  folder: string
}
/** `peakMb`, `baseMb`: memory of the process at most, and before, resident. `wrong`: what was lost or doubled. */
export type Taken = {
  wallMs: number
  cpuMs: number
  peakMb: number
  baseMb: number
  wrong: readonly string[]
}

/** Bundles the Worker once for all cases. */
export function prepareWorker(): Prepared {
  const bundled = mkdtempSync(join(tmpdir(), 'switchyard-bench-'))
  return { bundled, script: bundle('runs-worker.ts', bundled, ['--minify']) }
}

/** `script`: a file in the folder `bundled`. */
export type Prepared = { bundled: string; script: string }
type Worker = { port: number; pid: number }

/** Runs a case on a workerd of its own, with objects on disk. */
export async function runSwitchyard(prepared: Prepared, { runs, folder, ...which }: Case): Promise<Taken> {
  return withWorker(prepared, folder, async (worker) => {
    const query = `shape=${which.shape}&tasks=${which.tasks}&kind=${which.kind}`
    // What is compiled once is not what a task takes.
    await ask(worker, 'POST', `/runs?shape=layered&tasks=100&kind=${which.kind}&id=warm`)
    const baseMb = memoryOf(worker.pid).nowMb
    const before = cpuMs(worker.pid)
    const started = performance.now()
    const ids = Array.from({ length: runs }, (_, at) => `run-${at}`)
    await Promise.all(ids.map((id) => ask(worker, 'POST', `/runs?${query}&id=${id}`)))
    const wallMs = performance.now() - started
    const taken = { wallMs, cpuMs: cpuMs(worker.pid) - before, peakMb: memoryOf(worker.pid).peakMb, baseMb }
    const wrong: string[] = []
    for (const id of ids) {
      const faults: string[] = JSON.parse(await ask(worker, 'GET', `/runs?${query}&id=${id}`))
      wrong.push(...faults.map((fault) => `${id}: ${fault}`))
    }
    return { ...taken, wrong }
  })
}

/** What a run keeps in memory once it has ended, in MB: of several that are all there, after what was thrown away is gone. */
export async function memoryPerRun(prepared: Prepared, { tasks, count }: { tasks: number; count: number }) {
  return withWorker(prepared, tmpdir(), async (worker) => {
    const begin = (id: string) => ask(worker, 'POST', `/runs?shape=layered&tasks=${tasks}&kind=tool&id=${id}`)
    await begin('warm-1')
    await begin('warm-2')
    const before = await settledMb(worker)
    for (let at = 0; at < count; at += 1) await begin(`run-${at}`)
    return ((await settledMb(worker)) - before) / count
  })
}

async function settledMb(worker: Worker): Promise<number> {
  for (let times = 0; times < 3; times += 1) await ask(worker, 'POST', '/gc')
  return memoryOf(worker.pid).nowMb
}

async function withWorker<T>(
  { bundled, script }: Prepared,
  folder: string,
  work: (worker: Worker) => Promise<T>,
): Promise<T> {
  const port = await freePort()
  const objects = mkdtempSync(join(folder, 'switchyard-bench-'))
  const workerd = serve(bundled, capnp(script, objects, port))
  try {
    const worker = { port, pid: workerd.pid ?? 0 }
    await untilUp(worker)
    await ask(worker, 'POST', '/agent')
    return await work(worker)
  } finally {
    const closed = new Promise((done) => workerd.once('close', done))
    // It would tell of alarms that come too late.
    workerd.kill('SIGKILL')
    await closed
    rmSync(objects, { recursive: true, force: true })
  }
}

function capnp(script: string, objects: string, port: number): string {
  const classes = { RUNS: 'RunObject', ATTEMPTS: 'AttemptObject', GRAPH: 'GraphObject' }
  const namespaces = Object.values(classes).map(
    (name) => `(className = "${name}", uniqueKey = "${name}", enableSql = true, preventEviction = true)`,
  )
  const bindings = Object.entries(classes).map(
    ([name, className]) => `(name = "${name}", durableObjectNamespace = "${className}")`,
  )
  return `const config :Workerd.Config = (
  v8Flags = ["--expose-gc"],
  services = [
    (name = "main", worker = (
      modules = [(name = "worker", esModule = embed "${script}")],
      compatibilityDate = "2026-11-01",
      durableObjectNamespaces = [${namespaces.join(', ')}],
      durableObjectStorage = (localDisk = "objects"),
      bindings = [${bindings.join(', ')},
        (name = "DB", wrapped = (moduleName = "cloudflare-internal:d1-api",
          innerBindings = [(name = "fetcher", service = "main")]))])),
    (name = "objects", disk = (path = "${objects}", writable = true))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]);`
}

async function untilUp(worker: Worker): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const isUp = await ask(worker, 'POST', '/gc').catch(() => '')
    if (isUp) return
    await new Promise((done) => setTimeout(done, 50))
  }
  throw new Error('workerd did not come up')
}

/** @throws unless it was answered with 200 */
function ask({ port }: Worker, method: string, path: string): Promise<string> {
  return new Promise((done, fail) => {
    request({ port, host: '127.0.0.1', path, method, agent: false }, (response) => {
      let body = ''
      response.on('data', (data: Buffer) => (body += data.toString()))
      response.on('end', () => (response.statusCode === 200 ? done(body) : fail(new Error(body))))
    })
      .on('error', fail)
      .end()
  })
}

function memoryOf(pid: number): { nowMb: number; peakMb: number } {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8')
  const mbOf = (field: string) => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(text)?.[1] ?? 0) / 1024
  return { nowMb: mbOf('VmRSS'), peakMb: mbOf('VmHWM') }
}
