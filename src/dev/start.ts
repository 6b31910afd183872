import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEV_ADMIN_KEY, DEV_KEY } from './seed.ts'
import { type LocalSwitchyard, startLocalSwitchyard } from './local-switchyard.ts'

const DEFAULT_PORT = 8787
const persistTo = process.env['PERSIST_TO'] || '.wrangler/state'

/** The job that learns from feedback (`triggers` in wrangler.toml). Jobs do not run by themselves here. */
const LEARNING_CRON = '*/10 * * * *'
/** More often than where it is deployed: who tries it out does not want to wait. */
const LEARNING_MS = 60_000

function keepLearning({ url }: LocalSwitchyard): void {
  const job = `${url}/__scheduled?cron=${encodeURIComponent(LEARNING_CRON)}`
  setInterval(() => void fetch(job).catch(() => undefined), LEARNING_MS).unref()
}

/** @throws when `PORT` is no port */
function readPort(text: string | undefined): number {
  const port = text ? Number(text) : DEFAULT_PORT
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`PORT must be a number from 0 to 65535, not '${text}'`)
  }
  return port
}

/** What is said on the command line would win over the file. */
const hasOwnAdminKey = /^\s*(?:export\s+)?ADMIN_KEY\s*=\s*[^\s#]/m.test(ownVariables())

function ownVariables(): string {
  try {
    return readFileSync(join(import.meta.dirname, '../../.dev.vars'), 'utf8')
  } catch {
    return ''
  }
}

function banner({ url, hostStates }: LocalSwitchyard): string {
  const named = (state: string) =>
    hostStates
      .filter((host) => host.state === state)
      .map(({ id }) => id)
      .join(', ') || 'none'
  return `
Switchyard is ready on ${url}

  dashboard        ${url}/
  API key          ${DEV_KEY}  (tenant default, this machine only)
  admin key        ${hasOwnAdminKey ? 'ADMIN_KEY of .dev.vars' : DEV_ADMIN_KEY}  (for /admin)
  live hosts       ${named('live')}
  simulated hosts  ${named('simulated')}
                   Simulated hosts answer canned text. Put OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY …
                   into .dev.vars and start again to use the real ones.

Try it:

curl -N ${url}/v1/chat/completions \\
  -H 'authorization: Bearer ${DEV_KEY}' -H 'content-type: application/json' \\
  -d '{"model":"auto","stream":true,"messages":[{"role":"user","content":"What is 17 * 23?"}]}'

Ctrl-C stops everything.
`
}

try {
  const switchyard = await startLocalSwitchyard({
    port: readPort(process.env['PORT']),
    persistTo,
    vars: () => (hasOwnAdminKey ? {} : { ADMIN_KEY: DEV_ADMIN_KEY }),
    showLog: true,
  })
  let stopping = false
  const stop = () => {
    if (stopping) return
    stopping = true
    void switchyard.stop().then(() => process.exit(0))
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  process.on('SIGHUP', stop)
  // npm does not pass every signal on: when it is gone, so are we.
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && stop(), 500).unref()
  keepLearning(switchyard)
  console.log(banner(switchyard))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
