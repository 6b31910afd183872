import { type Account, count, leftIn } from './account.ts'
import { type Amounts, covers, mapped, minus, NOTHING, plus } from './amounts.ts'
import type { Meter } from './meter.ts'

/** What an isolate tells of its lease of one meter. Amounts are sums since it began to count. */
type ToldLease = {
  meter: Meter
  /** What it was lent, less what it gave back. */
  received: Amounts
  spent: Amounts
  /** What its requests under way may still spend, and until when (Unix ms). */
  runningMicroUsd: number
  runningUntil: number
  /** What one request of its wants: leases are some of it. */
  need: Amounts
}

/** `isolate` names one that counts from nothing; `number` counts what it tells. */
export type Told = {
  isolate: string
  number: number
  /** Nothing else that it told is waiting for an answer: `received` is all that it has. */
  isAll: boolean
  leases: readonly ToldLease[]
}

/** What an isolate is lent beside what it has; and what is left for everybody, Infinity where there is no limit. */
export type Lent = { meterId: string; more: Amounts; left: Amounts }

/** What is known of one isolate's lease of one meter. */
export type LeaseRow = {
  isolate: string
  meterId: string
  number: number
  granted: Amounts
  spent: Amounts
  runningMicroUsd: number
  runningUntil: number
  /** When it was last heard of, Unix ms. */
  heardAt: number
  /** What of `Account.held` is its. */
  held: Amounts
}

/** After this long without a word what an isolate has not spent goes back, in ms. It stops using it before that. */
export const LEASE_MS = 30_000
/** A lease is at most this part of what is left, and at most so many requests' worth. */
const LEASE_SHARE = 0.02
const LEASE_REQUESTS = 64
/** What an isolate counted is remembered for this long, in ms: it counts anew every hour. */
const FORGOTTEN_MS = 3 * 60 * 60 * 1_000

/** Where accounts are found: by their meter, or by its id alone where one is known. */
export type Accounts = { of: (meter: Meter) => Account; known: (meterId: string) => Account | null }

/** What isolates were lent out of a tenant's meters, for requests that they let begin by themselves. */
export class Lending {
  readonly #accounts: Accounts
  readonly #rows = new Map<string, LeaseRow>()
  #changed = new Set<LeaseRow>()
  #forgotten = new Set<LeaseRow>()
  /** No lease ends before this, Unix ms. */
  #checkAt = 0

  constructor(accounts: Accounts, rows: readonly LeaseRow[]) {
    this.#accounts = accounts
    for (const row of rows) this.#rows.set(keyOf(row.isolate, row.meterId), row)
  }

  /** Counts what an isolate spent. @returns where */
  hear(told: Told, now: number): Account[] {
    return told.leases.flatMap((lease) => {
      const account = this.#accounts.of(lease.meter)
      const row = this.#row(told.isolate, account)
      if (told.number <= row.number) return []
      count(account, minus(lease.spent, row.spent), now, now)
      row.number = told.number
      row.spent = lease.spent
      row.runningMicroUsd = lease.runningMicroUsd
      row.runningUntil = lease.runningUntil
      row.heardAt = now
      if (told.isAll) row.granted = lease.received
      this.#hold(row, account)
      return [account]
    })
  }

  /** Lends an isolate more, where there is so much that it may go on by itself. */
  lend(told: Told, now: number): Lent[] {
    return told.leases.map((lease) => {
      const account = this.#accounts.of(lease.meter)
      const row = this.#row(told.isolate, account)
      const more = moreFor(row, lease, leftIn(account, now))
      row.granted = plus(row.granted, more)
      this.#hold(row, account)
      return { meterId: account.meter.id, more, left: leftIn(account, now) }
    })
  }

  /** Takes back what isolates have not spent of which nothing was heard for long. */
  expire(now: number): void {
    if (now < this.#checkAt) return
    this.#checkAt = now + LEASE_MS / 2
    for (const [key, row] of this.#rows) {
      if (now - row.heardAt < LEASE_MS) continue
      const running = row.runningUntil > now ? row.runningMicroUsd : 0
      const account = this.#accounts.known(row.meterId)
      row.granted = plus(row.spent, { ...NOTHING, microUsd: running })
      if (account) this.#hold(row, account)
      if (running > 0 || (account && now - row.heardAt < FORGOTTEN_MS)) continue
      this.#rows.delete(key)
      this.#forgotten.add(row)
    }
  }

  /** Everything that changed since it was last asked. */
  takeChanges(): { leases: readonly LeaseRow[]; endedLeases: readonly LeaseRow[] } {
    const changes = { leases: [...this.#changed], endedLeases: [...this.#forgotten] }
    this.#changed = new Set()
    this.#forgotten = new Set()
    return changes
  }

  #row(isolate: string, { meter }: Account): LeaseRow {
    const key = keyOf(isolate, meter.id)
    const row = this.#rows.get(key) ?? newRow(isolate, meter.id)
    this.#rows.set(key, row)
    return row
  }

  /** What was granted and not spent is held. */
  #hold(row: LeaseRow, account: Account): void {
    const held = mapped(minus(row.granted, row.spent), (amount) => Math.max(0, amount))
    account.held = plus(account.held, minus(held, row.held))
    row.held = held
    this.#changed.add(row)
  }
}

function keyOf(isolate: string, meterId: string): string {
  return `${isolate} ${meterId}`
}

function newRow(isolate: string, meterId: string): LeaseRow {
  return {
    isolate,
    meterId,
    number: 0,
    granted: NOTHING,
    spent: NOTHING,
    runningMicroUsd: 0,
    runningUntil: 0,
    heardAt: 0,
    held: NOTHING,
  }
}

/** All that one request wants fits into the lease, or there is none: the ledger is asked for each request then. */
function moreFor(row: LeaseRow, { need }: ToldLease, left: Amounts): Amounts {
  const free = minus(row.held, { ...NOTHING, microUsd: row.runningMicroUsd })
  const target = mapped(need, (amount, of) =>
    Math.min(LEASE_REQUESTS * amount, Math.max(0, Math.floor((left[of] + free[of]) * LEASE_SHARE))),
  )
  if (!covers(target, need)) return NOTHING
  return mapped(target, (amount, of) => Math.max(0, amount - free[of]))
}
