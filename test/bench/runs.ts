/**
 * `npm run bench:runs`: what the engine of runs takes for tasks that do nothing, on workerd without any proxy; and LangGraph.js
 * with the same graphs in the same minutes, in Node, with its checkpoints in memory and in SQLite. What both keep is kept
 * once in a folder of this machine's memory, which is the engine by itself, and once on its disk, whose pace is the disk's.
 */
import { existsSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { installLangGraph, runLangGraph, SAVERS } from './runs-langgraph.ts'
import type { ShapeName } from './runs-shapes.ts'
import { type Case, memoryPerRun, type Prepared, prepareWorker, runSwitchyard } from './runs-switchyard.ts'

/** Of engine time, which is asked for where the disk takes none. */
const TASK_MS = 5
const RUN_MB = 32
const TASKS = 1_000
const MANY = { shape: 'layered', tasks: 20, runs: 200 } as const
const ONE: readonly ShapeName[] = ['chain', 'wide', 'layered']
const KEPT_RUNS = 10
const IN_MEMORY = '/dev/shm'

type Taken = { wallMs: number; cpuMs: number; peakMb: number; baseMb: number }
type Figures = { what: string; kept: string; taken: Taken; tasks: number; wrong: number; ours?: number }

const table: object[] = []
const missed: string[] = []

function note({ what, kept, taken, tasks, wrong, ours }: Figures): void {
  table.push({
    what,
    kept,
    'wall ms/task': Number((taken.wallMs / tasks).toFixed(2)),
    'CPU ms/task': Number((taken.cpuMs / tasks).toFixed(2)),
    'peak MB': Math.round(taken.peakMb),
    'grown MB': Math.round(taken.peakMb - taken.baseMb),
    wrong,
    'wall ÷ ours': ours === undefined ? '' : (taken.wallMs / ours).toFixed(2),
  })
}

async function measure(
  prepared: Prepared,
  langGraph: string | null,
  which: Omit<Case, 'kind'>,
): Promise<void> {
  const tasks = which.tasks * which.runs
  const name = `${which.shape} ${which.runs > 1 ? `${which.runs} × ` : ''}${which.tasks}`
  const isOnDisk = which.folder !== IN_MEMORY
  let ours = Number.NaN
  for (const kind of ['agent', 'tool'] as const) {
    const taken = await runSwitchyard(prepared, { ...which, kind })
    const what = `${name}: ${kind} tasks`
    note({ what, kept: isOnDisk ? 'disk' : 'memory', taken, tasks, wrong: taken.wrong.length })
    ours = taken.wallMs
    const engineMs = (isOnDisk ? taken.cpuMs : taken.wallMs) / tasks
    if (engineMs > TASK_MS) missed.push(`${what}: ${engineMs.toFixed(1)} ms per task`)
    if (taken.wrong.length > 0) missed.push(`${what}: ${taken.wrong.slice(0, 5).join('; ')}`)
  }
  if (langGraph === null) return
  for (const saver of SAVERS) {
    if (saver === 'memory' && isOnDisk) continue
    const taken = await runLangGraph(langGraph, saver, which)
    const what = `${name}: LangGraph, ${taken.sqlite ?? 'MemorySaver'}`
    note({ what, kept: isOnDisk ? 'disk' : 'memory', taken, tasks, wrong: taken.wrong, ours })
  }
}

const langGraph = installLangGraph()
if (langGraph === null) console.log('LangGraph.js could not be installed: figures of ours only')
const folders = [IN_MEMORY, tmpdir()].filter((folder) => existsSync(folder))
const prepared = prepareWorker()
try {
  for (const folder of folders) {
    for (const shape of ONE) await measure(prepared, langGraph, { shape, tasks: TASKS, runs: 1, folder })
    await measure(prepared, langGraph, { ...MANY, folder })
  }
  const keptMb = await memoryPerRun(prepared, { tasks: TASKS, count: KEPT_RUNS })
  if (keptMb > RUN_MB) missed.push(`A run takes ${keptMb.toFixed(1)} MB`)
  console.table(table)
  console.log(
    `A run of ${TASKS} tasks holds ${keptMb.toFixed(1)} MB of memory (≤ ${RUN_MB}): of ${KEPT_RUNS} that are there at once.\n` +
      `Targets: ≤ ${TASK_MS} ms per task, of wall time where all is kept in memory, of CPU where the disk is waited for.\n` +
      'LangGraph keeps one number as its state, each step before the next begins; a run keeps every output and its log.\n' +
      'Its SQLite driver is better-sqlite3 where its binary loads in this Node, else node:sqlite by the same calls.',
  )
} finally {
  rmSync(prepared.bundled, { recursive: true, force: true })
}
console.log(missed.length > 0 ? `\nMissed:\n${missed.join('\n')}` : '\nAll targets held')
process.exitCode = missed.length > 0 ? 1 : 0
