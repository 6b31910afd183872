/**
 * `npm run demo:team -- <data folder>`: twenty goals, English and Chinese, for the starter team on simulated hosts and three
 * agents elsewhere, one of which is killed while it has tasks in hand. Prints each run's picture, who worked on it, and
 * what it cost. All goals have to be reached all the same.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { startLocalSwitchyard } from '../../src/dev/local-switchyard.ts'
import { askInTurn } from '../chaos/load.ts'
import { askWell, ENDED, type Event, readEvents, readRun, type Run } from '../kill/runs-api.ts'
import { type Colleague, startColleague } from './team-agents.ts'
import { type Goal, readGoals } from './team-goals.ts'

const AT_ONCE = 4
const GOAL_MS = 180_000
const TIME_SCALE = 0.1
/** One is killed when it has taken so many, and has one in hand. */
const KILLED_AFTER = 2

const folder = process.argv[2] ?? join(import.meta.dirname, '../../../shared/data')
const begun = z.object({ id: z.string() })
const planned = z.looseObject({ source: z.string(), reason: z.string().optional() })

type Done = { goal: Goal; run: Run; events: readonly Event[]; picture: string }

async function register(url: string, { id, skill, url: address }: Colleague): Promise<void> {
  const skills = [{ id: skill, description: `Everything of ${skill}`, level: 1 }]
  await askWell(url, 'PUT', `/v1/agents/${id}`, {
    kind: 'http',
    url: address,
    skills,
    priority: 10,
    capacity: 2,
  })
}

async function reach(url: string, goal: Goal): Promise<Done> {
  const body = { goal: goal.text, budget: { usd: 1, deadline_ms: GOAL_MS } }
  const { id } = begun.parse(await askWell(url, 'POST', '/v1/runs', body))
  let run = await readRun(url, id)
  while (run && !ENDED.has(run.status)) {
    await sleep(300)
    run = await readRun(url, id)
  }
  if (!run) throw new Error(`Run ${id} is gone`)
  const picture = await askWell(url, 'GET', `/v1/runs/${id}/graph?format=mermaid`)
  return { goal, run, events: await readEvents(url, id), picture: String(picture) }
}

/** Kills the first that has tasks in hand and has had some. @returns what is to be said of it */
async function killMidway(colleagues: readonly Colleague[]): Promise<string> {
  for (;;) {
    const one = colleagues.find(({ held, taken }) => taken() >= KILLED_AFTER && held() > 0)
    if (one) {
      const said = `${one.id} was killed with ${one.held()} tasks in hand`
      one.kill()
      return said
    }
    await sleep(50)
  }
}

const migrationsOf = ({ events }: Done) => events.filter(({ type }) => type === 'task.migrated')
const agentsOf = ({ run }: Done) => [
  ...new Set(run.tasks.flatMap(({ agent, model }) => agent ?? model ?? [])),
]
const firstLine = (text: string) => text.replace(/\s+/g, ' ').slice(0, 60)

function show(done: Done, number: number): void {
  const { goal, run, events, picture } = done
  const how = planned.safeParse(events.find(({ type }) => type === 'run.planned')?.data).data
  console.log(`\n${number + 1}. ${firstLine(goal.text)} (${goal.lang}, ${goal.label})`)
  console.log(
    `   ${run.status}${run.partial ? ', partly' : ''}: ${how?.source ?? 'no plan'}: ${how?.reason ?? ''}`,
  )
  console.log(`   agents: ${agentsOf(done).join(', ')}; $${run.usage.cost_usd.toFixed(6)}`)
  for (const { task, data } of migrationsOf(done)) {
    console.log(`   ${task} migrated: ${JSON.stringify(data)}`)
  }
  console.log(picture)
}

function summary(all: readonly Done[]): void {
  console.table(
    all.map((done) => ({
      goal: firstLine(done.goal.text).slice(0, 30),
      lang: done.goal.lang,
      type: done.goal.label,
      status: done.run.status,
      tasks: done.run.tasks.length,
      agents: agentsOf(done).length,
      migrations: migrationsOf(done).length,
      'cost $': done.run.usage.cost_usd.toFixed(6),
    })),
  )
}

const goals = await readGoals(folder)
const persistTo = await mkdtemp(join(tmpdir(), 'switchyard-demo-'))
const switchyard = await startLocalSwitchyard({ port: 0, persistTo, timeScale: TIME_SCALE, showLog: true })
const colleagues = await Promise.all([
  startColleague('other-researcher', 'research'),
  startColleague('other-writer', 'writing'),
  startColleague('other-coder', 'coding'),
])
try {
  for (const colleague of colleagues) await register(switchyard.url, colleague)
  let killed = 'nobody was killed: no agent elsewhere had enough to do'
  let isKilled = false
  void killMidway(colleagues).then((said) => {
    killed = said
    isKilled = true
  })
  const all = await askInTurn(
    AT_ONCE,
    (number) => number < goals.length,
    (number) => reach(switchyard.url, goals[number] ?? { text: '', label: '', lang: '' }),
  )
  for (const [number, done] of all.entries()) show(done, number)
  summary(all)
  console.log(killed)
  const missed = all.filter(({ run }) => run.status !== 'succeeded')
  console.log(`${all.length - missed.length} of ${all.length} goals reached`)
  process.exitCode = missed.length > 0 || !isKilled ? 1 : 0
} finally {
  for (const colleague of colleagues) colleague.kill()
  await switchyard.stop()
  await rm(persistTo, { recursive: true, force: true })
}
process.exit()
