/** Workers on raw workerd, without any proxy before them, for benches. */
import { execFileSync, spawn } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')

/** A server on a port of its own, on loopback. */
export async function listen(listener: RequestListener): Promise<{ server: Server; port: number }> {
  const server = createServer(listener)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  return { server, port: typeof address === 'object' && address ? address.port : 0 }
}

export async function freePort(): Promise<number> {
  const { server, port } = await listen(() => undefined)
  await new Promise<void>((done) => server.close(() => done()))
  return port
}

/** Bundles a Worker into a folder. @returns the name of the file there */
export function bundle(entry: string, folder: string, flags: readonly string[] = []): string {
  const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true' }
  const config = join(folder, 'wrangler.toml')
  const main = join(import.meta.dirname, entry)
  writeFileSync(config, `name = "bench"\nmain = "${main}"\ncompatibility_date = "2026-11-01"\n`)
  const wrangler = join(ROOT, 'node_modules/wrangler/bin/wrangler.js')
  const args = ['deploy', '--dry-run', '--outdir', folder, '--config', config, ...flags]
  execFileSync(process.execPath, [wrangler, ...args], { cwd: ROOT, env, stdio: 'pipe' })
  return readdirSync(folder).find((file) => file.endsWith('.js')) ?? ''
}

/** Serves what a configuration in Cap'n Proto says. */
export function serve(folder: string, configuration: string) {
  const file = join(folder, 'bench.capnp')
  writeFileSync(file, `using Workerd = import "/workerd/workerd.capnp";\n${configuration}`)
  return spawn(join(ROOT, 'node_modules/workerd/bin/workerd'), ['serve', file], { stdio: 'inherit' })
}

/** One Worker that may call servers on loopback, and is told where one is as `UPSTREAM`. */
export function soleWorker(script: string, upstream: string, port: number): string {
  return `const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker", esModule = embed "${script}")],
      bindings = [(name = "UPSTREAM", text = "${upstream}")],
      compatibilityDate = "2026-11-01", globalOutbound = "net")),
    (name = "net", network = (allow = ["public", "private", "local"]))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]);`
}

/** CPU milliseconds a process has used so far. */
export function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}
