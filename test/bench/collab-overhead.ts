/** What a panel adds to the calls of its members on raw workerd, and whether its members are asked at once. */
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundle, cpuMs, freePort, listen, median, serve, soleWorker } from './raw-workerd.ts'

const SIZES = [1, 3, 5, 8]
const REQUESTS = 150
const ROUNDS = 5
/** How long hosts take where it is seen whether they are asked at once, in ms. */
const DELAYS = [150, 220, 300]

type Stand = { port: number; pid: number; delays: number[] }

/** Prints a table of what panels of some sizes add, side by side with calls that nobody looks at. */
export async function benchOverhead(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-bench-'))
  const delays: number[] = []
  let answers = 0
  const upstream = await listen((_request, response) => {
    answers += 1
    const content = `The answer is ${answers}.`
    const choices = [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }]
    const usage = { prompt_tokens: 10, completion_tokens: 8, total_tokens: 18 }
    const body = JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion', choices, usage })
    setTimeout(() => response.setHeader('content-type', 'application/json').end(body), delays.shift() ?? 0)
  })
  const port = await freePort()
  const script = bundle('collab-worker.ts', folder, ['--minify'])
  const workerd = serve(folder, soleWorker(script, `http://127.0.0.1:${upstream.port}`, port))
  try {
    await new Promise((done) => setTimeout(done, 1_000))
    const stand = { port, pid: workerd.pid ?? 0, delays }
    await measured('/panel', 3, stand)
    const rows: Record<string, object> = {}
    for (const size of SIZES) rows[`panel of ${size}`] = await rowOf(size, stand)
    console.table(rows)
  } finally {
    workerd.kill()
    agent.destroy()
    upstream.server.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function rowOf(size: number, stand: Stand) {
  const added: { ms: number; cpu: number }[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const direct = await measured('/direct', size, stand)
    const panel = await measured('/panel', size, stand)
    added.push({ ms: (panel.ms - direct.ms) / size, cpu: (panel.cpu - direct.cpu) / size })
  }
  return {
    'added per member, ms': Number(median(added.map(({ ms }) => ms)).toFixed(2)),
    'CPU per member, ms': Number(median(added.map(({ cpu }) => cpu)).toFixed(2)),
    'wall ÷ slowest host': Number((await concurrency(size, stand)).toFixed(3)),
  }
}

/** One request after the other: ms of the median one, and CPU ms of each. */
async function measured(path: string, size: number, { port, pid }: Stand) {
  const before = cpuMs(pid)
  const all: number[] = []
  for (let at = 0; at < REQUESTS; at += 1) all.push(await ask(port, path, size))
  return { ms: median(all), cpu: (cpuMs(pid) - before) / REQUESTS }
}

/** How much longer a panel takes than its slowest host. */
async function concurrency(size: number, { port, delays }: Stand): Promise<number> {
  const ratios: number[] = []
  for (let at = 0; at < 7; at += 1) {
    const own = Array.from({ length: size }, (_, member) => DELAYS[(member + at) % DELAYS.length] ?? 0)
    delays.push(...own)
    ratios.push((await ask(port, '/panel', size)) / Math.max(...own))
  }
  return median(ratios)
}

const agent = new Agent({ keepAlive: true })

/** @returns ms to the whole answer */
function ask(port: number, path: string, size: number): Promise<number> {
  return new Promise((done, fail) => {
    const started = performance.now()
    get({ port, host: '127.0.0.1', path: `${path}?k=${size}`, agent }, (response) => {
      let body = ''
      response.on('data', (data: Buffer) => (body += data.toString()))
      response.on('end', () =>
        body === String(size) ? done(performance.now() - started) : fail(new Error(`${path}: ${body}`)),
      )
    }).on('error', fail)
  })
}
