import type { RunEffect } from '../run/advance.ts'

/** An effect that is still to be carried out. `dueAt`: not before (Unix ms); `tries`: how often it failed. */
export type OutboxEntry = { id: number; effect: RunEffect; tries: number; dueAt: number }

export const OUTBOX_TABLE = `create table if not exists outbox
  (id integer primary key, body text not null, tries integer not null, due_at integer not null);`

export function writeEntry(sql: SqlStorage, { id, effect, tries, dueAt }: OutboxEntry): void {
  sql.exec('insert into outbox values (?, ?, ?, ?)', id, JSON.stringify(effect), tries, dueAt)
}

export function retryLater(sql: SqlStorage, { id, tries, dueAt }: OutboxEntry): void {
  sql.exec('update outbox set tries = ?, due_at = ? where id = ?', tries, dueAt, id)
}

export function deleteEntry(sql: SqlStorage, id: number): void {
  sql.exec('delete from outbox where id = ?', id)
}

/** All of them, oldest first. */
export function readEntries(sql: SqlStorage): OutboxEntry[] {
  return sql
    .exec<{ id: number; body: string; tries: number; due_at: number }>('select * from outbox order by id')
    .toArray()
    .map(({ id, body, tries, due_at: dueAt }) => ({ id, effect: JSON.parse(body), tries, dueAt }))
}
