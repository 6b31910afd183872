/**
 * `npm run fuzz`: mutated requests of every protocol against the real Worker and the simulated hosts, held against
 * what every client may rely on. `--seed` repeats a run, `--count` and `--seconds` bound it, `--only` asks one body.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startLocalSwitchyard } from '../../src/dev/local-switchyard.ts'
import { PROTOCOLS, requestOf } from './bodies.ts'
import { makeKeys } from './keys.ts'
import { createTally, type Tally, type Violation } from './report.ts'
import { createSession, type Session } from './session.ts'
import { shrink } from './shrink.ts'
import { createLogWatch } from './watch.ts'

const CONCURRENCY = 16
const PROGRESS_MS = 15_000
const LOG_POLL_MS = 100
/** How many kinds of violation are made small, and how long each may take. */
const SHRUNK = 12
const SHRINK_MS = 20_000
const SHOWN_CHARS = 1_500

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    count: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '3600' },
    only: { type: 'string' },
  },
})
const seed = Number(values.seed)
const first = Number(values.only ?? 0)
const end = values.only === undefined ? Number(values.count) : first + 1
const deadline = Date.now() + Number(values.seconds) * 1_000

async function askAll(session: Session, tally: Tally): Promise<void> {
  let next = first
  const startedAt = Date.now()
  const progress = setInterval(() => {
    const perSecond = Math.round(((next - first) * 1_000) / (Date.now() - startedAt))
    console.error(`${next} bodies, ${perSecond}/s, ${tally.violations.size} kinds of violations`)
  }, PROGRESS_MS)
  async function work(): Promise<void> {
    while (next < end && Date.now() < deadline) {
      const request = requestOf(seed, next++, session.stored)
      const outcome = await session.ask(request)
      const { violation, reply } = outcome
      tally.count(request, outcome)
      if (violation !== null && tally.violate(violation, request, reply)) {
        console.error(`first violation of its kind at ${request.number} (${request.protocol}): ${violation}`)
      }
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, work))
  clearInterval(progress)
}

async function explain(session: Session, { kind, count, request, reply }: Violation): Promise<string> {
  const fails = async (body: string) => (await session.ask({ ...request, body })).violation === kind
  const again = await fails(request.body)
  const body = again ? await shrink(request.body, fails, Date.now() + SHRINK_MS) : request.body
  return [
    `\n${count} × ${PROTOCOLS[request.protocol]}: ${kind}`,
    `--seed ${seed} --only ${request.number}${again ? '' : ' (not when asked again)'}`,
    `headers ${JSON.stringify(request.headers)}`,
    body.slice(0, SHOWN_CHARS),
    `→ ${reply.slice(0, SHOWN_CHARS / 3)}`,
  ].join('\n')
}

const persistTo = await mkdtemp(join(tmpdir(), 'switchyard-fuzz-'))
console.log(`seed ${seed}`)
let failed = true
try {
  const keys = await makeKeys(persistTo)
  const switchyard = await startLocalSwitchyard({ port: 0, persistTo, timeScale: 0, showLog: false })
  const stop = () => void switchyard.stop().finally(() => process.exit(1))
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  const watch = createLogWatch(() => switchyard.log())
  const polling = setInterval(() => watch.look(), LOG_POLL_MS)
  try {
    const tally = createTally()
    const session = createSession(switchyard, keys)
    await askAll(session, tally)
    console.log(tally.summary())
    for (const violation of [...tally.violations.values()].slice(0, SHRUNK)) {
      console.log(await explain(session, violation))
    }
    watch.look()
    const lines = watch.lines()
    if (lines.length > 0) console.log(`\nThe Worker's log:\n${lines.join('\n')}`)
    failed = tally.violations.size > 0 || lines.length > 0
  } finally {
    clearInterval(polling)
    await switchyard.stop()
  }
} finally {
  await rm(persistTo, { recursive: true, force: true })
}
process.exit(failed ? 1 : 0)
