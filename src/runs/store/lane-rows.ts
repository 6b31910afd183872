import type { AttemptOrder, AttemptOutcome } from '../attempt.ts'
import { readText, TEXT_TABLE, writeText } from './texts.ts'

/**
 * What a lane keeps of an order: enough to tell what came of it. `started`: it is made, or was when the memory was lost;
 * `done`: its outcome is to be told; `told`: the run has it.
 */
export type OrderRow = { token: number; task: string; run: string; state: 'started' | 'done' | 'told' }

const TABLES = `${TEXT_TABLE}
  create table if not exists orders
    (token integer primary key, task text not null, run text not null, state text not null);`

export function createLane(sql: SqlStorage): void {
  sql.exec(TABLES)
}

/** @returns false for one that is kept already */
export function startOrder(sql: SqlStorage, run: string, { token, task }: AttemptOrder): boolean {
  const query = "insert or ignore into orders values (?, ?, ?, 'started')"
  return sql.exec(query, token, task, run).rowsWritten > 0
}

/** All that are not told yet. */
export function openOrders(sql: SqlStorage): OrderRow[] {
  if (sql.exec("select 1 from sqlite_master where name = 'orders'").toArray().length === 0) return []
  return sql.exec<OrderRow>("select * from orders where state <> 'told' order by token").toArray()
}

export function keepOutcome(sql: SqlStorage, token: number, outcome: AttemptOutcome): void {
  sql.exec("update orders set state = 'done' where token = ?", token)
  writeText(sql, `outcome:${token}`, JSON.stringify(outcome))
  writeText(sql, `partial:${token}`, undefined)
}

export function outcomeOf(sql: SqlStorage, token: number): AttemptOutcome {
  return JSON.parse(readText(sql, `outcome:${token}`) ?? 'null')
}

export function keepPartial(sql: SqlStorage, token: number, json: string): void {
  writeText(sql, `partial:${token}`, json)
}

/** Null for none. */
export function partialOf(sql: SqlStorage, token: number): unknown {
  return JSON.parse(readText(sql, `partial:${token}`) ?? 'null')
}

/** That the run has it, or wants it no more. */
export function closeOrder(sql: SqlStorage, token: number): void {
  sql.exec("update orders set state = 'told' where token = ?", token)
  writeText(sql, `outcome:${token}`, undefined)
  writeText(sql, `partial:${token}`, undefined)
}
