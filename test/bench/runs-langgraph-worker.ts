/**
 * What `npm run bench:runs` starts for LangGraph.js, in a process of its own: `<folder with its packages> <memory|sqlite>
 * <shape> <tasks> <runs at once> <folder for its database>`. Prints a JSON of what it took, see `Taken`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { SHAPES, type Shape } from './runs-shapes.ts'

/** `sqlite`: by which driver, null for the memory; `wrong`: runs whose result is not what it has to be. */
export type Taken = {
  wallMs: number
  cpuMs: number
  /** Peak memory, and that of before: resident, in MB. */
  peakMb: number
  baseMb: number
  wrong: number
  sqlite: string | null
}

/** What of LangGraph's API is used. Its state is one number, the least it can be asked to keep. */
type State = { done: number }
type Graph = {
  addNode(id: string, work: () => State): void
  addEdge(from: string | readonly string[], to: string): void
  compile(options: { checkpointer: unknown }): { invoke(state: State, options: object): Promise<State> }
}
type LangGraph = {
  StateGraph: new (state: unknown) => Graph
  MemorySaver: new () => object
  Annotation: { (channel: object): unknown; Root(channels: object): unknown }
  START: string
  END: string
}

const [, , folder = '', kind = 'memory', shapeName = 'chain', tasks = '10', runs = '1', kept = ''] =
  process.argv
const MB = 1024 * 1024

async function load<T>(name: string): Promise<T> {
  const { resolve } = createRequire(join(folder, 'package.json'))
  return import(pathToFileURL(resolve(name)).href)
}

/** Its driver where its binary is there for this Node; else Node's own, by the calls that SqliteSaver makes. */
async function openSqlite(file: string): Promise<{ db: unknown; driver: string }> {
  try {
    const { default: Database } = await load<{ default: new (path: string) => object }>('better-sqlite3')
    return { db: new Database(file), driver: 'better-sqlite3' }
  } catch {
    return { db: nodeSqlite(new DatabaseSync(file)), driver: 'node:sqlite' }
  }
}

function nodeSqlite(db: DatabaseSync) {
  return {
    pragma: (text: string) => db.exec(`pragma ${text}`),
    exec: (text: string) => db.exec(text),
    prepare(text: string) {
      const statement = db.prepare(text)
      return {
        run: (...given: (SQLInputValue | undefined)[]) => statement.run(...given.map(nullWhereMissing)),
        get: (...given: (SQLInputValue | undefined)[]) => statement.get(...given.map(nullWhereMissing)),
        all: (...given: (SQLInputValue | undefined)[]) => statement.all(...given.map(nullWhereMissing)),
      }
    },
    transaction:
      (work: (...given: unknown[]) => void) =>
      (...given: unknown[]) => {
        db.exec('begin')
        try {
          work(...given)
          db.exec('commit')
        } catch (error) {
          db.exec('rollback')
          throw error
        }
      },
  }
}

function nullWhereMissing(value: SQLInputValue | undefined): SQLInputValue {
  return value ?? null
}

function graphOf({ StateGraph, Annotation, START, END }: LangGraph, shape: Shape): Graph {
  const done = Annotation({ reducer: (a: number, b: number) => a + b, default: () => 0 })
  const graph = new StateGraph(Annotation.Root({ done }))
  for (const { id } of shape) graph.addNode(id, () => ({ done: 1 }))
  const waitedFor = new Set(shape.flatMap(({ after }) => after))
  for (const { id, after } of shape) {
    const [first = START] = after
    graph.addEdge(after.length > 1 ? after : first, id)
    if (!waitedFor.has(id)) graph.addEdge(id, END)
  }
  return graph
}

function shapeCalled(name: string): Shape {
  for (const [known, make] of Object.entries(SHAPES)) if (known === name) return make(Number(tasks))
  throw new Error(`There is no shape ${name}`)
}

async function saverIn(place: string, { MemorySaver }: LangGraph) {
  if (kind === 'memory') return { saver: new MemorySaver(), driver: null }
  const { db, driver } = await openSqlite(join(place, 'checkpoints.sqlite'))
  const { SqliteSaver } = await load<{ SqliteSaver: new (db: unknown) => object }>(
    '@langchain/langgraph-checkpoint-sqlite',
  )
  return { saver: new SqliteSaver(db), driver }
}

async function measure(place: string): Promise<Taken> {
  const langGraph = await load<LangGraph>('@langchain/langgraph')
  const { saver, driver } = await saverIn(place, langGraph)
  const graph = graphOf(langGraph, shapeCalled(shapeName)).compile({ checkpointer: saver })
  const baseMb = process.memoryUsage.rss() / MB
  const cpu = process.cpuUsage()
  const started = performance.now()
  const ended = await Promise.all(
    Array.from({ length: Number(runs) }, (_, at) =>
      graph.invoke(
        { done: 0 },
        // Each step is kept before the next begins, as runs of Switchyard are.
        { configurable: { thread_id: `run-${at}` }, recursionLimit: 100_000, durability: 'sync' },
      ),
    ),
  )
  const wallMs = performance.now() - started
  const { user, system } = process.cpuUsage(cpu)
  const wrong = ended.filter(({ done }) => done !== Number(tasks)).length
  const peakMb = process.resourceUsage().maxRSS / 1024
  return { wallMs, cpuMs: (user + system) / 1_000, peakMb, baseMb, wrong, sqlite: driver }
}

const place = mkdtempSync(join(kept, 'switchyard-langgraph-'))
try {
  console.log(JSON.stringify(await measure(place)))
} finally {
  rmSync(place, { recursive: true, force: true })
}
