import { type Account, type BudgetEvent, count, eventsOf, leftIn, newAccount } from './account.ts'
import { type Amounts, minus, NOTHING, plus } from './amounts.ts'
import { type LeaseRow, Lending, type Lent, type Told } from './lending.ts'
import type { Meter } from './meter.ts'
import { grantOf, type Outcome, refusalOf, type Reservation } from './reservation.ts'

/** What is promised to a request under way. */
export type Hold = {
  id: string
  /** Ids of meters. */
  meters: readonly string[]
  /** What may be spent, and what is held for it: the same and a margin. Null where no money is counted. */
  grantMicroUsd: number | null
  heldMicroUsd: number
  tokens: number
  /** Unix ms. */
  at: number
  expiresAt: number
}

/** What a request took in the end, by the id of the meter; in others of its meters it took nothing. */
export type Settlement = { id: string; taken: readonly { meterId: string; amounts: Amounts }[] }

/** What is to be kept after a change: nothing that was promised may be lost. */
export type Changes = {
  accounts: readonly Account[]
  holds: readonly Hold[]
  /** Ids. */
  endedHolds: readonly string[]
  leases: readonly LeaseRow[]
  endedLeases: readonly LeaseRow[]
}

/** How much is left, as one meter's reader is told; Infinity where there is no limit. */
export type Left = Amounts & { meterId: string }

/**
 * What a tenant's meters have counted and promised. Never promises more than is left in any of them, in whatever order
 * requests begin, end, or are never heard of again. All times in Unix ms.
 */
export class Book {
  readonly #load: (meterId: string) => Account | null
  readonly #accounts = new Map<string, Account>()
  readonly #holds = new Map<string, Hold>()
  readonly #lending: Lending
  #changed = new Set<Account>()
  #begun = new Set<Hold>()
  #ended = new Set<string>()
  /** The first time that a hold expires. */
  #expiresAt = Infinity

  /** @param load what was kept of a meter before; null for nothing. @param holds, leases what was kept of them */
  constructor(
    load: (meterId: string) => Account | null,
    holds: readonly Hold[] = [],
    leases: readonly LeaseRow[] = [],
  ) {
    this.#load = load
    for (const hold of holds) this.#holds.set(hold.id, hold)
    this.#expiresAt = Math.min(Infinity, ...holds.map(({ expiresAt }) => expiresAt))
    this.#lending = new Lending(
      { of: (meter) => this.#account(meter), known: (id) => this.#known(id) },
      leases,
    )
  }

  /** Lets a request begin, and holds what it may take in all of its meters at once; or says which does not let it. */
  reserve(wanted: Reservation, now: number): { outcome: Outcome; events: BudgetEvent[] } {
    this.expire(now)
    const known = this.#holds.get(wanted.id)
    if (known) return { outcome: { kind: 'granted', microUsd: known.grantMicroUsd }, events: [] }
    const accounts = wanted.meters.map((meter) => this.#account(meter))
    for (const account of accounts) {
      const refusal = refusalOf(account, wanted, now)
      if (!refusal) continue
      return { outcome: refusal, events: this.#told(account, refusal.why === 'budget') }
    }
    const left = Math.min(...accounts.map((account) => leftIn(account, now).microUsd))
    const microUsd = left === Infinity ? null : (grantOf(wanted, left) ?? 0)
    const hold: Hold = {
      id: wanted.id,
      meters: accounts.map(({ meter }) => meter.id),
      grantMicroUsd: microUsd,
      heldMicroUsd: microUsd === null ? 0 : microUsd + wanted.marginMicroUsd,
      tokens: wanted.tokens,
      at: now,
      expiresAt: wanted.expiresAt,
    }
    for (const account of accounts) {
      account.held = plus(account.held, { ...NOTHING, microUsd: hold.heldMicroUsd })
      account.running += 1
      count(account, { microUsd: 0, requests: 1, tokens: wanted.tokens }, now, now)
      this.#changed.add(account)
    }
    this.#holds.set(hold.id, hold)
    this.#begun.add(hold)
    this.#expiresAt = Math.min(this.#expiresAt, hold.expiresAt)
    return { outcome: { kind: 'granted', microUsd }, events: [] }
  }

  /** Counts what a request took in place of what was held for it. One that is not known any more was counted before. */
  settle({ id, taken }: Settlement, now: number): BudgetEvent[] {
    this.expire(now)
    const hold = this.#holds.get(id)
    if (!hold) return []
    const byMeter = new Map(taken.map(({ meterId, amounts }) => [meterId, amounts]))
    return this.#end(hold, (meterId) => byMeter.get(meterId) ?? NOTHING, now)
  }

  /** Takes what was never settled for spent. */
  expire(now: number): void {
    this.#lending.expire(now)
    if (now < this.#expiresAt) return
    for (const hold of this.#holds.values()) {
      const all = { microUsd: hold.heldMicroUsd, requests: 1, tokens: hold.tokens }
      if (hold.expiresAt <= now) this.#end(hold, () => all, now)
    }
    this.#expiresAt = Math.min(Infinity, ...[...this.#holds.values()].map(({ expiresAt }) => expiresAt))
  }

  /** Hears what an isolate did with its leases. */
  hear(told: Told, now: number): BudgetEvent[] {
    this.expire(now)
    return this.#lending.hear(told, now).flatMap((account) => this.#told(account))
  }

  /** Lends an isolate more, where there is enough. */
  lend(told: Told, now: number): Lent[] {
    return this.#lending.lend(told, now)
  }

  /** What is left in the meters of a request. */
  left(meters: readonly Meter[], now: number): Left[] {
    return meters.map((meter) => ({ meterId: meter.id, ...leftIn(this.#account(meter), now) }))
  }

  /** Forgets the meters whose windows ended before a time. */
  forget(endedBefore: number): void {
    for (const [id, { meter }] of this.#accounts) {
      if ((meter.endsAt ?? Infinity) < endedBefore) this.#accounts.delete(id)
    }
  }

  /** Everything that changed since it was last asked. */
  takeChanges(): Changes {
    const lending = this.#lending.takeChanges()
    const lent = lending.leases.flatMap(({ meterId }) => this.#known(meterId) ?? [])
    const changes = {
      accounts: [...new Set([...this.#changed, ...lent])],
      holds: [...this.#begun],
      endedHolds: [...this.#ended],
      ...lending,
    }
    this.#changed = new Set()
    this.#begun = new Set()
    this.#ended = new Set()
    if (this.#accounts.size > MAX_ACCOUNTS) this.#accounts.clear()
    return changes
  }

  #end(hold: Hold, takenFrom: (meterId: string) => Amounts, now: number): BudgetEvent[] {
    const accounts = hold.meters.flatMap((id) => this.#known(id) ?? [])
    for (const account of accounts) {
      const { microUsd, requests, tokens } = takenFrom(account.meter.id)
      account.held = minus(account.held, { ...NOTHING, microUsd: hold.heldMicroUsd })
      account.running -= 1
      count(account, { microUsd, requests: requests - 1, tokens: tokens - hold.tokens }, hold.at, now)
      this.#changed.add(account)
    }
    this.#holds.delete(hold.id)
    if (!this.#begun.delete(hold)) this.#ended.add(hold.id)
    return accounts.flatMap((account) => this.#told(account))
  }

  #told(account: Account, isRefused = false): BudgetEvent[] {
    const events = eventsOf(account, isRefused)
    if (events.length > 0) this.#changed.add(account)
    return events
  }

  #known(meterId: string): Account | null {
    const known = this.#accounts.get(meterId) ?? this.#load(meterId)
    if (known) this.#accounts.set(meterId, known)
    return known
  }

  /** A meter's account, with its limits as they are now. */
  #account(meter: Meter): Account {
    const account = this.#known(meter.id) ?? newAccount(meter)
    account.meter = meter
    this.#accounts.set(meter.id, account)
    return account
  }
}

/** Accounts are kept in memory up to this many, and read again when they are wanted. */
const MAX_ACCOUNTS = 10_000
