/**
 * `npm run bench:stream`: what a streamed answer costs on raw workerd, untouched, relayed and translated, side by side.
 * Ratios are what lasts; the machine's speed is not.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundle, cpuMs, freePort, listen, median, serve, soleWorker } from './raw-workerd.ts'

const ROUNDS = 5
const CONNECTIONS = 32
const REQUESTS = 1_500
const PATHS = ['/untouched', '/relay', '/translate'] as const

const chunk = (choices: object[], usage: object | null = null) =>
  `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-5-mini-2025-08-07', choices, usage })}\n\n`
const EVENTS = [
  ...Array.from({ length: 22 }, (_, at) =>
    chunk([{ index: 0, delta: { content: `word${at} ` }, logprobs: null, finish_reason: null }]),
  ),
  chunk([{ index: 0, delta: {}, logprobs: null, finish_reason: 'stop' }]),
  chunk([], { prompt_tokens: 10, completion_tokens: 22, total_tokens: 32 }),
  'data: [DONE]\n\n',
]

/** A host that writes each event by itself, as fast as it can. */
async function startUpstream() {
  const { server, port } = await listen((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const event of EVENTS) response.write(event)
    response.end()
  })
  return { server, url: `http://127.0.0.1:${port}` }
}

async function startWorker(folder: string, upstream: string) {
  const port = await freePort()
  return {
    port,
    workerd: serve(folder, soleWorker(bundle('stream-worker.ts', folder, ['--minify']), upstream, port)),
  }
}

const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })

/** One streamed answer: ms to its first byte. @throws when its end is missing */
function ask(port: number, path: string): Promise<number> {
  return new Promise((done, fail) => {
    const started = performance.now()
    let first = 0
    let tail = ''
    request({ port, host: '127.0.0.1', path, method: 'POST', agent }, (response) => {
      response.on('data', (data: Buffer) => {
        first ||= performance.now() - started
        tail = (tail + data.toString()).slice(-60)
      })
      response.on('end', () =>
        /\[DONE\]|message_stop/.test(tail) ? done(first) : fail(new Error(`${path} ended with ${tail}`)),
      )
    })
      .on('error', fail)
      .end('{}')
  })
}

type Round = { rate: number; cpu: number; ttfb: number }

async function round(port: number, path: string, pid: number): Promise<Round> {
  const alone: number[] = []
  for (let at = 0; at < 50; at++) alone.push(await ask(port, path))
  const before = cpuMs(pid)
  const started = performance.now()
  let left = REQUESTS
  const client = async () => {
    while (left-- > 0) await ask(port, path)
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, client))
  const seconds = (performance.now() - started) / 1_000
  return { rate: REQUESTS / seconds, cpu: (cpuMs(pid) - before) / REQUESTS, ttfb: median(alone) }
}

const folder = mkdtempSync(join(tmpdir(), 'switchyard-bench-'))
const upstream = await startUpstream()
const { port, workerd } = await startWorker(folder, upstream.url)
try {
  await new Promise((done) => setTimeout(done, 1_000))
  const results = new Map<string, Round[]>(PATHS.map((path) => [path, []]))
  for (const path of PATHS) await round(port, path, workerd.pid ?? 0)
  for (let at = 0; at < ROUNDS; at++) {
    for (const path of at % 2 ? PATHS.toReversed() : PATHS) {
      results.get(path)?.push(await round(port, path, workerd.pid ?? 0))
    }
  }
  const base = results.get('/untouched') ?? []
  console.table(
    Object.fromEntries(
      PATHS.map((path) => {
        const own = results.get(path) ?? []
        const ratio = own.map(({ rate }, at) => rate / (base[at]?.rate ?? Number.NaN))
        const added = own.map(({ ttfb }, at) => ttfb - (base[at]?.ttfb ?? Number.NaN))
        return [
          path.slice(1),
          {
            'streams/s': Math.round(median(own.map(({ rate }) => rate))),
            'of untouched': Number(median(ratio).toFixed(2)),
            'CPU ms': Number(median(own.map(({ cpu }) => cpu)).toFixed(2)),
            'TTFB added ms': Number(median(added).toFixed(2)),
          },
        ]
      }),
    ),
  )
} finally {
  workerd.kill()
  agent.destroy()
  upstream.server.close()
  rmSync(folder, { recursive: true, force: true })
}
