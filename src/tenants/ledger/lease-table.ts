import { type Amounts, covers, mapped, minus, NOTHING, plus } from './amounts.ts'
import { LEASE_MS, type Lent, type Told } from './lending.ts'
import type { Meter } from './meter.ts'

/** A request that an isolate let begin by itself. */
export type LocalHold = {
  id: string
  meters: readonly Meter[]
  need: Amounts
  /** Unix ms: after this it is taken to be lost, and its lease goes on without it. */
  expiresAt: number
}

/** What one isolate has of one meter. Amounts are sums since it began to count. */
type Lease = {
  meter: Meter
  received: Amounts
  spent: Amounts
  runningMicroUsd: number
  runningUntil: number
  need: Amounts
  /** Unix ms: what was received is not used after this. */
  until: number
  /** What was left for everybody when it was last asked. */
  left: Amounts
}

/** Isolates stop using a lease so much before the ledger takes it back, in ms. */
const MARGIN_MS = 5_000
/** How often the ledger is told; at once where a lease runs low. In ms. */
const TELL_MS = 1_000
/** Low: fewer requests' worth. */
const LOW_REQUESTS = 4
/** After this long what was told is not answered any more, in ms. */
const ANSWER_MS = 10_000
/** A table is used up after this long, in ms: the ledger remembers what it told for longer. Or with so many meters. */
const LIFE_MS = 60 * 60 * 1_000
const MANY_METERS = 1_000

/**
 * What one isolate may let begin of a tenant's requests without asking the ledger: as much as it was lent. It tells
 * what was spent in the background. All times in Unix ms.
 */
export class LeaseTable {
  readonly #isolate: string
  readonly #bornAt: number
  readonly #leases = new Map<string, Lease>()
  readonly #holds = new Map<string, LocalHold>()
  #number = 0
  readonly #waiting = new Set<Told>()
  #toldAt = -Infinity
  #plannedAt = -Infinity
  #changed = new Set<Lease>()

  /** @param isolate a name that no other table has */
  constructor(isolate: string, now: number) {
    this.#isolate = isolate
    this.#bornAt = now
  }

  /** New requests should begin with a new one; those under way end with this. */
  isUsedUp(now: number): boolean {
    return now - this.#bornAt >= LIFE_MS || this.#leases.size >= MANY_METERS
  }

  /** Lets a request begin if the leases of all its meters hold what it needs; else the ledger is to be asked. */
  admit(hold: LocalHold, now: number): boolean {
    const leases = hold.meters.map((meter) => this.#lease(meter, hold.need))
    if (!leases.every((lease) => covers(freeOf(lease, now), limited(lease.meter, hold.need)))) return false
    for (const lease of leases) {
      const { microUsd, requests, tokens } = limited(lease.meter, hold.need)
      lease.runningMicroUsd += microUsd
      lease.runningUntil = Math.max(lease.runningUntil, hold.expiresAt)
      lease.spent = plus(lease.spent, { microUsd: 0, requests, tokens })
      this.#changed.add(lease)
    }
    this.#holds.set(hold.id, hold)
    return true
  }

  /** Counts what a request took that it let begin; in a meter that is not named, nothing. */
  settle(id: string, taken: ReadonlyMap<string, Amounts>): void {
    const hold = this.#holds.get(id)
    if (!hold) return
    this.#holds.delete(id)
    for (const meter of hold.meters) {
      const lease = this.#leases.get(meter.id)
      if (!lease) continue
      const { microUsd, requests, tokens } = limited(meter, hold.need)
      const took = limited(meter, taken.get(meter.id) ?? NOTHING)
      lease.runningMicroUsd -= microUsd
      if (lease.runningMicroUsd === 0) lease.runningUntil = 0
      lease.spent = plus(lease.spent, minus(took, { microUsd: 0, requests, tokens }))
      this.#changed.add(lease)
    }
  }

  /** When to tell the ledger; null: not now, or it is planned already. Whoever is given a time must tell then. */
  planTell(now: number): number | null {
    const isPlanned = now - this.#plannedAt < ANSWER_MS && this.#plannedAt > this.#toldAt
    if (this.#changed.size === 0 || isPlanned || this.#isWaiting(now)) return null
    this.#plannedAt = now
    const isLow = [...this.#changed].some((lease) => isLowOn(lease, now))
    return isLow ? now : Math.max(now, this.#toldAt + TELL_MS)
  }

  /** What to tell, to be followed by `absorb` or `giveUp`. @param meters those that are asked for in any case */
  tell(meters: readonly Meter[], now: number): Told {
    this.#loseExpired(now)
    const asked = meters.flatMap(({ id }) => this.#leases.get(id) ?? [])
    const leases = [...new Set([...this.#changed, ...asked])]
    this.#number += 1
    const told: Told = {
      isolate: this.#isolate,
      number: this.#number,
      isAll: !this.#isWaiting(now),
      leases: leases.map((lease) => {
        if (now >= lease.until) lease.received = usedOf(lease)
        const { meter, received, spent, runningMicroUsd, runningUntil } = lease
        return { meter, received, spent, runningMicroUsd, runningUntil, need: limited(meter, lease.need) }
      }),
    }
    this.#waiting.add(told)
    this.#toldAt = now
    this.#changed = new Set()
    return told
  }

  /** The ledger's answer. What comes late was taken back meanwhile. @param toldAt when it was told */
  absorb(told: Told, lent: readonly Lent[], toldAt: number, now: number): void {
    const isLate = !this.#waiting.delete(told) || now - toldAt >= LEASE_MS - MARGIN_MS
    for (const { meterId, more, left } of lent) {
      const lease = this.#leases.get(meterId)
      if (!lease) continue
      lease.left = left
      if (isLate) continue
      lease.received = plus(lease.received, more)
      lease.until = toldAt + LEASE_MS - MARGIN_MS
    }
  }

  /** No answer came: it is told again. */
  giveUp(told: Told): void {
    this.#waiting.delete(told)
    for (const { meter } of told.leases) {
      const lease = this.#leases.get(meter.id)
      if (lease) this.#changed.add(lease)
    }
  }

  /** About how much is left of a meter, this isolate's lease included; null while nothing is known. */
  left({ id }: Meter, now: number): Amounts | null {
    const lease = this.#leases.get(id)
    return lease ? plus(lease.left, freeOf(lease, now)) : null
  }

  #isWaiting(now: number): boolean {
    if (now - this.#toldAt >= ANSWER_MS) this.#waiting.clear()
    return this.#waiting.size > 0
  }

  #loseExpired(now: number): void {
    for (const { id, expiresAt } of this.#holds.values()) if (expiresAt <= now) this.settle(id, new Map())
  }

  #lease(meter: Meter, need: Amounts): Lease {
    const lease = this.#leases.get(meter.id) ?? newLease(meter, need)
    lease.meter = meter
    lease.need = need
    this.#leases.set(meter.id, lease)
    return lease
  }
}

function newLease(meter: Meter, need: Amounts): Lease {
  return {
    meter,
    received: NOTHING,
    spent: NOTHING,
    runningMicroUsd: 0,
    runningUntil: 0,
    need,
    until: 0,
    left: NOTHING,
  }
}

function usedOf({ spent, runningMicroUsd }: Lease): Amounts {
  return plus(spent, { ...NOTHING, microUsd: runningMicroUsd })
}

function freeOf(lease: Lease, now: number): Amounts {
  return now < lease.until ? minus(lease.received, usedOf(lease)) : NOTHING
}

function isLowOn(lease: Lease, now: number): boolean {
  const need = limited(lease.meter, lease.need)
  return !covers(
    freeOf(lease, now),
    mapped(need, (amount) => LOW_REQUESTS * amount),
  )
}

/** Of some amounts what a meter limits. */
function limited(meter: Meter, { microUsd, requests, tokens }: Amounts): Amounts {
  return {
    microUsd: meter.maxMicroUsd === null ? 0 : microUsd,
    requests: meter.requestsPerMinute === null ? 0 : requests,
    tokens: meter.tokensPerMinute === null ? 0 : tokens,
  }
}
