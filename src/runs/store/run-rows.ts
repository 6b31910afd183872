import type { Plan } from '../../core/plan.ts'
import type { RunStep, RunValue } from '../run/advance.ts'
import type { RunEvent, RunEventType } from '../run/events.ts'
import { RUN_LIMITS, type RunRequest, type RunState, type TaskState } from '../run/state.ts'
import { OUTBOX_TABLE } from './outbox-rows.ts'
import { readText, TEXT_TABLE, writeText } from './texts.ts'

/** A run as it is kept. `digest`: of what was asked for. */
type KeptRun = { state: RunState; digest: string }

/** Of a run's state what changes, without its tasks. */
type Meta = Omit<RunState, 'request' | 'plan' | 'tasks'>

/** Names of texts that are no values: those have a colon. */
const REQUEST = 'request'
const PLAN = 'plan'

const TABLES = `${TEXT_TABLE} ${OUTBOX_TABLE}
  create table if not exists meta (id integer primary key, body text not null);
  create table if not exists tasks (key text primary key, body text not null);
  create table if not exists events
    (seq integer primary key, at integer, type text not null, task text, data text not null);`

/** Makes room for a run, and keeps what was asked for. */
export function createRun(sql: SqlStorage, request: RunRequest, digest: string): void {
  sql.exec(TABLES)
  const isPlanned = request.plan !== null
  writeText(sql, REQUEST, JSON.stringify({ request: { ...request, plan: null }, digest, isPlanned }))
}

/**
 * Keeps a step: all of it, or nothing where it is called within a transaction.
 *
 * @param before the state that the step began from; null for the first
 */
export function writeStep(sql: SqlStorage, before: RunState | null, step: RunStep): void {
  const { request: _, plan, tasks, ...meta } = step.state
  sql.exec('insert or replace into meta values (1, ?)', JSON.stringify(meta))
  if (plan !== (before?.plan ?? null)) writeText(sql, PLAN, JSON.stringify(plan))
  for (const key of step.changed) writeTask(sql, key, tasks.get(key))
  for (const event of step.events) writeEvent(sql, event)
  for (const value of step.values) writeValue(sql, value)
}

function writeTask(sql: SqlStorage, key: string, task: TaskState | undefined): void {
  if (!task) sql.exec('delete from tasks where key = ?', key)
  else {
    const query = 'insert into tasks values (?, ?) on conflict (key) do update set body = excluded.body'
    sql.exec(query, key, JSON.stringify(task))
  }
}

function writeEvent(sql: SqlStorage, { seq, at, type, task, data }: RunEvent): void {
  sql.exec('insert into events values (?, ?, ?, ?, ?)', seq, at, type, task, JSON.stringify(data))
}

/** @param value an undefined one is kept no more */
function writeValue(sql: SqlStorage, { name, value }: RunValue): void {
  writeText(sql, name, JSON.stringify(value))
}

/** Undefined for none. */
export function readValue(sql: SqlStorage, name: string): unknown {
  const text = readText(sql, name)
  return text === undefined ? undefined : JSON.parse(text)
}

/** Events after one, oldest first: as many as are told at once. */
export function eventsAfter(sql: SqlStorage, seq: number): RunEvent[] {
  type Row = { seq: number; at: number; type: RunEventType; task: string | null; data: string }
  const { eventPage, eventPageChars } = RUN_LIMITS
  const query = 'select * from events where seq > ? order by seq limit ?'
  const events: RunEvent[] = []
  let chars = 0
  for (const row of sql.exec<Row>(query, seq, eventPage)) {
    chars += row.data.length
    if (events.length > 0 && chars > eventPageChars) break
    events.push({ ...row, data: JSON.parse(row.data) })
  }
  return events
}

/**
 * The run that is kept here, or null. What lanes make counts as heard of now: while the run slept they told nothing.
 *
 * @param now Unix ms
 */
export function readRun(sql: SqlStorage, now: number): KeptRun | null {
  if (sql.exec("select 1 from sqlite_master where name = 'meta'").toArray().length === 0) return null
  const [row] = sql.exec<{ body: string }>('select body from meta').toArray()
  const asked = readText(sql, REQUEST)
  if (!row || asked === undefined) return null
  const { request, digest, isPlanned }: { request: RunRequest; digest: string; isPlanned: boolean } =
    JSON.parse(asked)
  const meta: Meta = JSON.parse(row.body)
  const plan: Plan | null = JSON.parse(readText(sql, PLAN) ?? 'null')
  const state = {
    ...meta,
    request: isPlanned ? { ...request, plan } : request,
    plan,
    tasks: readTasks(sql, now),
  }
  return { state, digest }
}

function readTasks(sql: SqlStorage, now: number): RunState['tasks'] {
  const rows = sql.exec<{ body: string }>('select body from tasks order by rowid').toArray()
  return new Map(rows.map(({ body }) => taskIn(body, now)))
}

function taskIn(body: string, now: number): [string, TaskState] {
  const task: TaskState = JSON.parse(body)
  const { key, attempt } = task
  const isOfLane = attempt && attempt.phase !== 'accepted'
  return [key, isOfLane ? { ...task, attempt: { ...attempt, heardAt: now } } : task]
}
