import { piecesOf } from '../../core/pieces.ts'

export const TEXT_TABLE = `create table if not exists texts
  (name text, number integer, text text not null, primary key (name, number));`

/** Keeps a text of any length by its name, in place of the one before; undefined: nothing is kept any more. */
export function writeText(sql: SqlStorage, name: string, text: string | undefined): void {
  const pieces = text === undefined ? [] : piecesOf(text)
  for (const [number, piece] of pieces.entries()) {
    sql.exec('insert or replace into texts values (?, ?, ?)', name, number, piece)
  }
  sql.exec('delete from texts where name = ? and number >= ?', name, pieces.length)
}

/** Undefined for none. */
export function readText(sql: SqlStorage, name: string): string | undefined {
  const rows = sql
    .exec<{ text: string }>('select text from texts where name = ? order by number', name)
    .toArray()
  return rows.length === 0 ? undefined : rows.map(({ text }) => text).join('')
}
