import { SESSION_LIMITS, type SessionMessage } from './session.ts'

/** A message as it is kept. `key`: what its caller knows it by; `digest`: what was asked for under that. */
export type NewMessage = Omit<SessionMessage, 'seq'> & { key: string | null; digest: string | null }

type Row = { seq: number; id: string; role: string; content: string; at: number; answer: string }

/** Once, before anything is written. */
export function createMessages(sql: SqlStorage): void {
  sql.exec(`create table if not exists messages (seq integer primary key, id text unique, role text, content text,
      at integer, answer text, key text, digest text);
    create index if not exists messages_by_key on messages (key) where key is not null`)
}

export function writeMessages(sql: SqlStorage, messages: readonly NewMessage[]): void {
  for (const { id, role, content, at, answer, key, digest } of messages) {
    sql.exec(
      'insert into messages (id, role, content, at, answer, key, digest) values (?, ?, ?, ?, ?, ?, ?)',
      id,
      role,
      content,
      at,
      JSON.stringify(answer),
      key,
      digest,
    )
  }
}

export function countMessages(sql: SqlStorage): number {
  return sql.exec<{ n: number }>('select count(*) as n from messages').one().n
}

/** The number of a message; null for none. */
export function seqOf(sql: SqlStorage, id: string): number | null {
  return sql.exec<{ seq: number }>('select seq from messages where id = ?', id).toArray()[0]?.seq ?? null
}

/** What was answered to the message of this key, and what that asked for; null where there is none. */
export function answerTo(sql: SqlStorage, key: string): { digest: string; message: SessionMessage } | null {
  const asked = sql
    .exec<{ seq: number; digest: string }>('select seq, digest from messages where key = ?', key)
    .toArray()[0]
  const [message] = asked ? messagesAfter(sql, asked.seq, asked.seq + 1) : []
  return asked && message ? { digest: asked.digest, message } : null
}

/** Messages after one, up to another, as many as may be read at once. The earliest first. */
export function messagesAfter(sql: SqlStorage, after: number, upTo = Infinity): SessionMessage[] {
  const rows = sql.exec<Row>(
    'select seq, id, role, content, at, answer from messages where seq > ? and seq <= ? order by seq',
    after,
    Math.min(upTo, Number.MAX_SAFE_INTEGER),
  )
  return withinPage(rows)
}

/** The last messages before one, at most `limit` and as many as may be read at once. The earliest first. */
export function messagesBefore(sql: SqlStorage, before: number, limit: number, after = 0): SessionMessage[] {
  const rows = sql.exec<Row>(
    'select seq, id, role, content, at, answer from messages where seq < ? and seq > ? order by seq desc limit ?',
    Math.min(before, Number.MAX_SAFE_INTEGER),
    after,
    limit,
  )
  return withinPage(rows).toReversed()
}

function withinPage(rows: Iterable<Row>): SessionMessage[] {
  const messages: SessionMessage[] = []
  let chars = 0
  for (const { role, answer, ...row } of rows) {
    chars += row.content.length
    if (messages.length > 0 && chars > SESSION_LIMITS.pageChars) break
    messages.push({ ...row, role: role === 'user' ? 'user' : 'assistant', answer: JSON.parse(answer) })
  }
  return messages
}
