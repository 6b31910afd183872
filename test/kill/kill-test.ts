/**
 * `npm run kill-test -- --kills 100 --seed 1`: the Worker is killed (SIGKILL, with everything it started) at random
 * moments while it works on random plans, and started again. Every run has to end once, in time, with nothing done twice
 * that was done, and has to go on by itself. Agents and tools elsewhere stay, as do the simulated hosts.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startSimulatedHosts } from '../../src/dev/hosts/server.ts'
import { freePort, prepareDatabase } from '../../src/dev/local-switchyard.ts'
import { simulatedModels } from '../../src/dev/simulated-models.ts'
import { createFigures, quantile, sum, tableOf } from '../chaos/figures.ts'
import { createRandom } from '../fuzz/random.ts'
import { createLogWatch } from '../fuzz/watch.ts'
import { faultsOf, type Found, RECOVERY_MS, recoveriesOf } from './checks.ts'
import { type Driven, startDriver } from './driver.ts'
import { startLives } from './lives.ts'
import { AGENTS, type Outside, startOutside } from './outside.ts'
import { ask, askWell, readEvents, readRun } from './runs-api.ts'

/** All deadlines are over by then. */
const SETTLED_MS = 270_000

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } },
})
const [kills, seed] = [Number(values.kills), Number(values.seed)]

type Lives = ReturnType<typeof startLives>

async function configure(url: string, outside: Outside): Promise<void> {
  for (const [id, { skills }] of Object.entries(AGENTS)) {
    const card = { kind: 'http', url: `${outside.url}/agents/${id}`, capacity: 100 }
    await askWell(url, 'PUT', `/v1/agents/${id}`, { ...card, skills: skills.map((skill) => ({ id: skill })) })
  }
  await askWell(url, 'PUT', '/v1/config', { tools: { http: { allow: [new URL(outside.url).host] } } })
}

async function killOften(lives: Lives, driver: ReturnType<typeof startDriver>): Promise<void> {
  const killsSoFar = () => lives.lives().filter(({ killedAt }) => killedAt !== null).length
  while (killsSoFar() < kills) {
    await lives.killOnce()
    console.error(`${killsSoFar()} kills, ${driver.driven().length} runs`)
  }
}

/** Waits until all have ended, or their deadlines are over. */
async function settle(driver: ReturnType<typeof startDriver>): Promise<void> {
  driver.beginNoMore()
  const until = Date.now() + SETTLED_MS
  while (Date.now() < until && driver.driven().some(({ hasEnded }) => !hasEnded)) await sleep(500)
  await driver.stop()
}

async function find(url: string, driven: Driven): Promise<Found | null> {
  const run = driven.id === null ? null : await readRun(url, driven.id)
  if (!run) return null
  const artifacts = new Map<string, unknown>()
  for (const { id, status } of run.tasks) {
    if (status !== 'succeeded' || !driven.plan.outputs.get(id)) continue
    const path = `/v1/runs/${run.id}/artifacts/${encodeURIComponent(id)}`
    artifacts.set(id, (await ask(url, 'GET', path)).body)
  }
  return { driven, run, events: await readEvents(url, run.id), artifacts }
}

function report(lives: Lives, driven: readonly Driven[], found: readonly Found[], outside: Outside): boolean {
  const { rows, tell, hold } = createFigures('kill')
  const calls = Map.groupBy(outside.calls(), ({ nonce }) => nonce)
  const faults = found.flatMap((one) =>
    faultsOf(one, lives.lives(), calls.get(one.driven.plan.nonce) ?? []).map(
      (fault) => `${one.run.id}: ${fault}`,
    ),
  )
  const killed = lives.lives().filter(({ killedAt }) => killedAt !== null)
  const events = found.flatMap((one) => one.events)
  const count = (type: string) => String(events.filter((event) => event.type === type).length)
  const recoveries = found.flatMap((one) => recoveriesOf(one, lives.lives()))
  const missing = driven.length - found.length
  hold('kills', `${kills}`, `${killed.length}`, killed.length >= kills)
  tell('of them before it was up', `${killed.filter(({ readyAt }) => readyAt === null).length}`)
  tell('runs / tasks', `${found.length} / ${sum(found.map(({ run }) => run.tasks.length))}`)
  const statuses = Map.groupBy(found, ({ run }) => `${run.status}${run.partial ? ', partly' : ''}`)
  for (const [status, those] of statuses) {
    const codes = new Set(those.map(({ run }) => run.failure?.code ?? ''))
    tell(`runs ${status}`, `${those.length} ${[...codes].join(' ')}`)
  }
  for (const type of [
    'task.started',
    'task.retrying',
    'task.migrated',
    'task.needs_review',
    'task.approved',
  ]) {
    tell(type, count(type))
  }
  const failed = found.flatMap(({ run }) => run.tasks.flatMap(({ error }) => error ?? []))
  for (const [code, those] of Map.groupBy(failed, (error) => error.code)) {
    tell(`tasks failed: ${code}`, `${those.length}, such as: ${those[0]?.message.slice(0, 80)}`)
  }
  tell('stale_result', count('stale_result'))
  tell('calls of tools and agents', `${outside.calls().length}`)
  tell('results told by agents', JSON.stringify(Object.fromEntries(outside.callbacks())))
  hold('runs lost', '0', `${missing}`, missing === 0)
  hold('faults of runs', '0', `${faults.length}`, faults.length === 0)
  tell('recoveries measured', `${recoveries.length}`)
  tell(
    'recovery p50 / p95 (0: before /readyz answered)',
    `${quantile(recoveries, 0.5)} / ${quantile(recoveries, 0.95)} ms`,
  )
  const slowest = Math.max(...recoveries)
  hold('recovery, slowest', `≤ ${RECOVERY_MS} ms`, `${slowest} ms`, slowest <= RECOVERY_MS)
  console.log(tableOf(rows))
  for (const fault of faults.slice(0, 50)) console.log(fault)
  return rows.every(({ held }) => held !== false)
}

async function test(lives: Lives, outside: Outside): Promise<boolean> {
  const watch = createLogWatch(lives.log)
  const watching = setInterval(() => watch.look(), 200)
  await lives.up()
  await configure(lives.url, outside)
  const driver = startDriver({ url: lives.url, toolsUrl: outside.url, seed, isUp: lives.isUp })
  await sleep(2_000)
  await killOften(lives, driver)
  await settle(driver)
  clearInterval(watching)
  const found: Found[] = []
  for (const driven of driver.driven()) {
    const one = await find(lives.url, driven)
    if (one) found.push(one)
  }
  const isGood = report(lives, driver.driven(), found, outside)
  if (watch.lines().length > 0) console.log(`\nThe Worker's log:\n${watch.lines().join('\n')}`)
  return isGood
}

const startedAt = performance.now()
const persistTo = await mkdtemp(join(tmpdir(), 'switchyard-kill-'))
const hosts = await startSimulatedHosts({ port: 0, models: simulatedModels(), timeScale: 0 })
const outside = await startOutside()
await prepareDatabase(persistTo)
const worker = { port: await freePort(0), persistTo, hostsUrl: hosts.url, vars: {}, showLog: false }
const lives = startLives(worker, createRandom(seed, 0))
process.once('SIGINT', () => void lives.kill().finally(() => process.exit(130)))
try {
  process.exitCode = (await test(lives, outside)) ? 0 : 1
  console.log(`\nseed ${seed}: ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`)
} finally {
  await lives.kill()
  outside.close()
  await hosts.close()
  await rm(persistTo, { recursive: true, force: true })
}
process.exit()
