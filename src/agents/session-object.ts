import { DurableObject } from 'cloudflare:workers'
import {
  SESSION_LIMITS,
  type Session,
  type SessionMemoryKeys,
  type SessionMessage,
  type Summary,
} from './session.ts'
import {
  answerTo,
  countMessages,
  createMessages,
  messagesAfter,
  messagesBefore,
  type NewMessage,
  seqOf,
  writeMessages,
} from './session-store.ts'

/** How long a session that nobody has begun is remembered after its last answer. */
const SESSION_TTL_MS = 24 * 60 * 60 * 1_000

/** Who worked together on an answer, by model id: the stages of a cascade, or a panel's members. */
type SessionCollaboration = { pattern: 'cascade' | 'panel' | 'fusion'; models: readonly string[] }

/** An answer in a session: by whom, at what time (Unix ms), by which decision, and the gist of what was asked. */
export type SessionAnswer = {
  modelId: string
  host: string
  answeredAt: number
  decisionId?: string
  gist?: readonly number[]
  collaboration?: SessionCollaboration
}

/** Who answered last in a session. */
export type SessionAffinity = SessionAnswer & { turns: number }

/** A session as it is read: a page of its messages, and how many there are. */
export type SessionView = {
  session: Session
  summary: Summary | null
  affinity: SessionAffinity | null
  messages: readonly SessionMessage[]
  hasMore: boolean
  count: number
}

/** Who wants to say something. `key`: what its caller knows the message by, and `digest` what is asked for under it. */
export type Ticket = { id: string; key: string | null; digest: string }

/** What a ticket gets. `yours`: with all that was said since the summary, until the turn is left or finished. */
export type Turn =
  | {
      kind: 'yours'
      session: Session
      summary: Summary | null
      messages: readonly SessionMessage[]
      count: number
    }
  | { kind: 'answered'; message: SessionMessage }
  | { kind: 'waiting' | 'unknown' | 'conflict' | 'too_many_waiting' | 'too_many_messages' }

/** A turn is over when its Worker is not heard of for as long, in ms. */
const LEASE_MS = 30_000
/** How soon who waits looks whether that is so, in ms. */
const LOOK_MS = 1_000

/**
 * One session of one tenant: which model answered last, so that a conversation stays with the model that has its
 * prompt cached and its tool calls open; and where it was begun as one, all that was said in it, one turn at a time.
 */
export class SessionObject extends DurableObject {
  readonly #sql = this.ctx.storage.sql
  readonly #kv = this.ctx.storage.kv
  /** Tickets that wait, in the order they came, and until when they count (Unix ms). */
  readonly #waiting = new Map<string, number>()
  readonly #looking = new Set<() => void>()

  /** Null for a session nobody has answered in yet. */
  affinity(): SessionAffinity | null {
    return this.#kv.get<SessionAffinity>('affinity') ?? null
  }

  /** @returns who answered before, or null */
  async remember(answer: SessionAnswer): Promise<SessionAffinity | null> {
    const earlier = this.affinity()
    const turns = (earlier?.turns ?? 0) + 1
    this.#kv.put<SessionAffinity>('affinity', { ...answer, turns })
    if (!this.#session()) await this.ctx.storage.setAlarm(answer.answeredAt + SESSION_TTL_MS)
    return earlier
  }

  async begin(session: Session): Promise<void> {
    createMessages(this.#sql)
    this.#kv.put('session', session)
    await this.#extend(session)
  }

  /** Null for a session that was never begun, or is over. @param before only messages before this one */
  async view(before: string | null, limit: number): Promise<SessionView | null> {
    const session = this.#session()
    if (!session) return null
    const end = before === null ? Infinity : (seqOf(this.#sql, before) ?? 0)
    const messages = messagesBefore(this.#sql, end, limit)
    const first = messages[0]?.seq
    const hasMore = first !== undefined && messagesBefore(this.#sql, first, 1).length > 0
    const count = countMessages(this.#sql)
    return { session, summary: this.#summary(), affinity: this.affinity(), messages, hasMore, count }
  }

  /** Keys of null are forgotten. `too_many`: then nothing is changed. */
  async setMemory(
    changes: Readonly<Record<string, string | null>>,
  ): Promise<Session | 'unknown' | 'too_many'> {
    const session = this.#session()
    if (!session) return 'unknown'
    const all = Object.entries({ ...session.memory, ...changes })
    const memory: SessionMemoryKeys = Object.fromEntries(
      all.flatMap(([k, v]) => (v === null ? [] : [[k, v]])),
    )
    if (Object.keys(memory).length > SESSION_LIMITS.memoryKeys) return 'too_many'
    const changed = { ...session, memory }
    this.#kv.put('session', changed)
    return changed
  }

  /** What a fork begins with; `at`: the last message it has, null for all. `seq`: that message's number. */
  async forkable(at: string | null) {
    const session = this.#session()
    if (!session) return 'unknown'
    const seq = at === null ? (messagesBefore(this.#sql, Infinity, 1)[0]?.seq ?? 0) : seqOf(this.#sql, at)
    if (seq === null) return 'unknown_message'
    const summary = this.#summary()
    return { session, seq, summary: summary && summary.upTo <= seq ? summary : null }
  }

  /** Some of the messages after one, up to another; none when that was the last. */
  async messagesFrom(after: number, upTo: number): Promise<readonly SessionMessage[]> {
    return messagesAfter(this.#sql, after, upTo)
  }

  /** Puts messages of another session into this new one, in its numbers. */
  async adopt(messages: readonly SessionMessage[], summary: Summary | null): Promise<void> {
    const kept = messages.map((message): NewMessage => ({ ...message, key: null, digest: null }))
    this.ctx.storage.transactionSync(() => writeMessages(this.#sql, kept))
    if (summary) this.#kv.put('summary', summary)
  }

  /** Waits for a turn, up to `waitMs`. Who asks no more loses its place. */
  async takeTurn(ticket: Ticket, waitMs: number): Promise<Turn> {
    const end = Date.now() + waitMs
    for (;;) {
      const turn = await this.#turnNow(ticket, Date.now())
      if (turn.kind !== 'waiting' || Date.now() >= end) return turn
      await this.#change(Math.min(LOOK_MS, end - Date.now()))
    }
  }

  /** Says that a turn goes on. @returns whether it still is this ticket's */
  async renew(ticket: string): Promise<boolean> {
    if (this.#holder()?.id !== ticket) return false
    this.#kv.put('turn', { id: ticket, until: Date.now() + LEASE_MS })
    return true
  }

  /** Ends a turn, or the waiting for it, with nothing said. */
  async leave(ticket: string): Promise<void> {
    this.#waiting.delete(ticket)
    if (this.#holder()?.id === ticket) this.#kv.delete('turn')
    this.#changed()
  }

  /** Ends a turn with what was said. @returns false where the turn was not this ticket's any more: nothing is kept */
  async finish(ticket: string, said: readonly NewMessage[], summary: Summary | null): Promise<boolean> {
    const session = this.#session()
    if (!session || this.#holder()?.id !== ticket) return false
    this.ctx.storage.transactionSync(() => {
      writeMessages(this.#sql, said)
      if (summary) this.#kv.put('summary', summary)
      this.#kv.delete('turn')
    })
    await this.#extend(session)
    this.#changed()
    return true
  }

  async forget(): Promise<boolean> {
    const isKnown = this.#session() !== null
    if (isKnown) await this.#end()
    return isKnown
  }

  override async alarm(): Promise<void> {
    const session = this.#session()
    const end = session ? session.activeAt + session.ttlMs : 0
    if (end > Date.now()) await this.ctx.storage.setAlarm(end)
    else await this.#end()
  }

  async #turnNow(ticket: Ticket, now: number): Promise<Turn> {
    const session = this.#session()
    if (!session) return { kind: 'unknown' }
    const known = ticket.key === null ? null : answerTo(this.#sql, ticket.key)
    if (known) {
      await this.leave(ticket.id)
      return known.digest === ticket.digest
        ? { kind: 'answered', message: known.message }
        : { kind: 'conflict' }
    }
    const count = countMessages(this.#sql)
    if (count + 2 > SESSION_LIMITS.messages) return { kind: 'too_many_messages' }
    for (const [id, until] of this.#waiting) if (until <= now) this.#waiting.delete(id)
    if (!this.#waiting.has(ticket.id) && this.#waiting.size >= SESSION_LIMITS.waiting)
      return { kind: 'too_many_waiting' }
    this.#waiting.set(ticket.id, now + LEASE_MS)
    const holder = this.#holder()
    const [first] = this.#waiting.keys()
    const isFree = !holder || holder.until <= now
    if (holder?.id !== ticket.id && (!isFree || first !== ticket.id)) return { kind: 'waiting' }
    this.#waiting.delete(ticket.id)
    this.#kv.put('turn', { id: ticket.id, until: now + LEASE_MS })
    await this.#extend(session)
    const summary = this.#summary()
    const since = messagesBefore(this.#sql, Infinity, SESSION_LIMITS.messages, summary?.upTo ?? 0)
    return { kind: 'yours', session, summary, messages: since, count }
  }

  #session(): Session | null {
    return this.#kv.get<Session>('session') ?? null
  }

  #summary(): Summary | null {
    return this.#kv.get<Summary>('summary') ?? null
  }

  #holder() {
    return this.#kv.get<{ id: string; until: number }>('turn')
  }

  async #extend(session: Session): Promise<void> {
    const activeAt = Date.now()
    this.#kv.put('session', { ...session, activeAt })
    await this.ctx.storage.setAlarm(activeAt + session.ttlMs)
  }

  async #end(): Promise<void> {
    await this.ctx.storage.deleteAll()
    this.#changed()
  }

  #changed(): void {
    for (const look of this.#looking) look()
  }

  #change(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        clearTimeout(timer)
        this.#looking.delete(look)
        resolve()
      }
      const timer = setTimeout(look, ms)
      this.#looking.add(look)
    })
  }
}
