import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')
const BIN = join(ROOT, 'node_modules/wrangler/bin/wrangler.js')

/** No telemetry, no look-ups beyond this machine, no questions, no tooling beside the Worker. */
export const QUIET_ENV = {
  CI: '1',
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  X_LOCAL_OBSERVABILITY: 'false',
  NO_COLOR: '1',
}

/** A process of our own with everything it starts; `stop` ends them all, `kill` without a word (SIGKILL). */
export type Running = {
  child: ChildProcess
  output: () => string
  stop: () => Promise<void>
  kill: () => Promise<void>
}

/** How long a process may take to end before it is killed. */
const GRACE_MS = 5_000
/** How much of its output is kept, in characters. */
const KEPT_OUTPUT = 20_000

/** Starts wrangler in a process group of its own. */
export function startWrangler(args: readonly string[], options: { show: boolean }): Running {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...QUIET_ENV },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let output = ''
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-KEPT_OUTPUT)
    if (options.show) process.stderr.write(chunk)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  return {
    child,
    output: () => output,
    stop: () => end(child, 'SIGTERM'),
    kill: () => end(child, 'SIGKILL'),
  }
}

/** Runs wrangler to its end. @throws with its output when it fails */
export async function runWrangler(args: readonly string[]): Promise<string> {
  const { child, output } = startWrangler(args, { show: false })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`wrangler ${args.join(' ')} failed:\n${output()}`)
  return output()
}

export function hasEnded({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid === undefined || exitCode !== null || signalCode !== null
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(child)) return
  const closed = new Promise((resolve) => child.once('close', resolve))
  signalGroup(child.pid, signal)
  const timer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), GRACE_MS)
  await closed
  clearTimeout(timer)
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // Already gone.
  }
}
