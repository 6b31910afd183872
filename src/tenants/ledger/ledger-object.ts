import { DurableObject } from 'cloudflare:workers'
import type { Account, BudgetEvent } from './account.ts'
import { Book, type Changes, type Hold, type Left, type Settlement } from './book.ts'
import type { LeaseRow, Lent, Told } from './lending.ts'
import type { Meter } from './meter.ts'
import { takenIn } from './minute.ts'
import type { Outcome, Reservation } from './reservation.ts'

/** What a request is answered: whether it may begin, what is left then, and what its isolate is lent, if it told. */
export type Reserved = { outcome: Outcome; left: Left[]; lent: Lent[]; events: BudgetEvent[] }

/** A meter for people to read. Money in micro-USD, `minute` in the last minute. */
export type MeterState = {
  meter: Meter
  spentMicroUsd: number
  heldMicroUsd: number
  running: number
  minute: { requests: number; tokens: number }
}

/** Windows that are over are forgotten after this long: requests that began in them have ended. In ms. */
const KEPT_MS = 25 * 60 * 60 * 1_000
const CLEAN_MS = 60 * 60 * 1_000
/** The most meters that are listed. */
const MAX_LISTED = 1_000

/**
 * What one tenant has spent and may spend. Whatever it answers is on disk before the answer leaves, as the runtime holds
 * answers back until what was written is; it remembers sums and what is under way, not requests.
 */
export class LedgerObject extends DurableObject {
  readonly #sql = this.ctx.storage.sql
  readonly #book = this.#restored()
  #cleanAt = 0

  /** Lets a request begin or not. @param told what its isolate has to tell, where it wants to lease */
  async reserve(wanted: Reservation, told: Told | null): Promise<Reserved> {
    const now = Date.now()
    // What was spent before comes first; what is lent comes out of what the request leaves.
    const heard = told ? this.#book.hear(told, now) : []
    const { outcome, events } = this.#book.reserve(wanted, now)
    const lent = told && outcome.kind === 'granted' ? this.#book.lend(told, now) : []
    const left = this.#book.left(wanted.meters, now)
    this.#keep(now)
    return { outcome, left, lent, events: [...heard, ...events] }
  }

  /** Counts what a request took that was let begin here. Told twice it counts once. */
  async settle(settlement: Settlement): Promise<BudgetEvent[]> {
    const now = Date.now()
    const events = this.#book.settle(settlement, now)
    this.#keep(now)
    return events
  }

  /** Counts what an isolate spent of its leases, and lends it more. */
  async tell(told: Told): Promise<{ lent: Lent[]; events: BudgetEvent[] }> {
    const now = Date.now()
    const events = this.#book.hear(told, now)
    const lent = this.#book.lend(told, now)
    this.#keep(now)
    return { lent, events }
  }

  /** The meters that count now, as they were last used. */
  async list(): Promise<MeterState[]> {
    const now = Date.now()
    this.#book.expire(now)
    this.#keep(now)
    const query = 'select body from accounts where ends_at is null or ends_at > ? order by id limit ?'
    return this.#rows<Account>(query, now, MAX_LISTED).map((account) => ({
      meter: account.meter,
      spentMicroUsd: account.spentMicroUsd,
      heldMicroUsd: account.held.microUsd,
      running: account.running,
      minute: takenIn(account.minute, now),
    }))
  }

  #restored(): Book {
    this.#sql
      .exec(`create table if not exists accounts (id text primary key, ends_at integer, body text not null);
      create table if not exists holds (id text primary key, body text not null) without rowid;
      create table if not exists leases (id text primary key, body text not null) without rowid;`)
    return new Book(
      (meterId) => this.#rows<Account>('select body from accounts where id = ?', meterId)[0] ?? null,
      this.#rows<Hold>('select body from holds'),
      this.#rows<LeaseRow>('select body from leases'),
    )
  }

  #keep(now: number): void {
    const changes = this.#book.takeChanges()
    this.ctx.storage.transactionSync(() => this.#write(changes))
    if (now < this.#cleanAt) return
    this.#cleanAt = now + CLEAN_MS
    this.#sql.exec('delete from accounts where ends_at < ?', now - KEPT_MS)
    this.#book.forget(now - KEPT_MS)
  }

  #write({ accounts, holds, endedHolds, leases, endedLeases }: Changes): void {
    for (const account of accounts) {
      const { id, endsAt } = account.meter
      this.#sql.exec('insert or replace into accounts values (?, ?, ?)', id, endsAt, JSON.stringify(account))
    }
    for (const hold of holds) {
      this.#sql.exec('insert or replace into holds values (?, ?)', hold.id, JSON.stringify(hold))
    }
    for (const id of endedHolds) this.#sql.exec('delete from holds where id = ?', id)
    for (const lease of leases) {
      const id = `${lease.isolate} ${lease.meterId}`
      this.#sql.exec('insert or replace into leases values (?, ?)', id, JSON.stringify(lease))
    }
    for (const { isolate, meterId } of endedLeases) {
      this.#sql.exec('delete from leases where id = ?', `${isolate} ${meterId}`)
    }
  }

  #rows<T>(query: string, ...values: (string | number)[]): T[] {
    return this.#sql
      .exec<{ body: string }>(query, ...values)
      .toArray()
      .map(({ body }): T => JSON.parse(body))
  }
}
