import type { Caller } from '../core/caller.ts'
import { AppError } from '../core/errors.ts'
import { log } from '../core/log.ts'
import { usdOf } from '../core/money.ts'
import type { Env } from '../env.ts'
import type { Amounts } from '../tenants/ledger/amounts.ts'
import type { BudgetEvent } from '../tenants/ledger/account.ts'
import type { Left } from '../tenants/ledger/book.ts'
import { LeaseTable, type LocalHold } from '../tenants/ledger/lease-table.ts'
import type { Meter } from '../tenants/ledger/meter.ts'
import type { Refusal, Reservation } from '../tenants/ledger/reservation.ts'
import type { RequestScope } from './context.ts'

/** Whose ledger is asked, and who hears what happens to budgets. */
export type LedgerScope = Pick<RequestScope, 'background' | 'requestId'> & {
  env: Pick<Env, 'LEDGER'>
  caller: Pick<Caller, 'tenantId'>
  heard: (events: readonly BudgetEvent[]) => void
}

/** What a request took, by the id of the meter; in others of its meters nothing. */
export type Taken = ReadonlyMap<string, Amounts>

/** A request that may begin. `microUsd`: what it may spend; null where no money is counted. */
type Begun = {
  kind: 'granted'
  microUsd: number | null
  left: readonly Left[]
  settle: (taken: Taken) => void
}

const tablesOf = new WeakMap<LedgerScope['env'], Map<string, LeaseTable>>()
/** The most tenants whose leases an isolate keeps; then it begins anew, and what it was lent goes back by itself. */
const MAX_TENANTS = 10_000
/** How often what was spent is told when the ledger does not answer, and the waits between, in ms. */
const TRIES = 3
const RETRY_MS = 300

/**
 * Lets a request begin: out of this isolate's leases where they do, else the ledger is asked. Asks for each request
 * where a meter is strict.
 *
 * @throws AppError `ledger_unavailable`
 */
export async function reserve(scope: LedgerScope, wanted: Reservation): Promise<Begun | Refusal> {
  const now = Date.now()
  const table = wanted.meters.some(({ strict }) => strict) ? null : tableFor(scope, now)
  if (!table) return reserveAtLedger(scope, wanted)
  const { id, meters, worstMicroUsd, tokens, expiresAt } = wanted
  const hold: LocalHold = { id, meters, need: { microUsd: worstMicroUsd, requests: 1, tokens }, expiresAt }
  if (!table.admit(hold, now)) return reserveAndLease(scope, wanted, table)
  share(scope, table)
  return {
    kind: 'granted',
    microUsd: meters.some(({ maxMicroUsd }) => maxMicroUsd !== null) ? worstMicroUsd : null,
    left: meters.flatMap((meter) => leftOf(table, meter, now)),
    settle(taken) {
      table.settle(id, taken)
      share(scope, table)
    },
  }
}

function leftOf(table: LeaseTable, meter: Meter, now: number): Left[] {
  const left = table.left(meter, now)
  return left ? [{ meterId: meter.id, ...left }] : []
}

async function reserveAndLease(scope: LedgerScope, wanted: Reservation, table: LeaseTable) {
  const toldAt = Date.now()
  const told = table.tell(wanted.meters, toldAt)
  try {
    const answer = await objectOf(scope).reserve(wanted, told)
    table.absorb(told, answer.lent, toldAt, Date.now())
    scope.heard(answer.events)
    share(scope, table)
    return begun(scope, wanted.id, answer)
  } catch (cause) {
    table.giveUp(told)
    throw unavailable(cause)
  }
}

async function reserveAtLedger(scope: LedgerScope, wanted: Reservation): Promise<Begun | Refusal> {
  try {
    const answer = await objectOf(scope).reserve(wanted, null)
    scope.heard(answer.events)
    return begun(scope, wanted.id, answer)
  } catch (cause) {
    throw unavailable(cause)
  }
}

type Answered = { outcome: { kind: 'granted'; microUsd: number | null } | Refusal; left: Left[] }

function begun(scope: LedgerScope, id: string, { outcome, left }: Answered): Begun | Refusal {
  if (outcome.kind === 'refused') return outcome
  return { ...outcome, left, settle: (taken) => scope.background(settleAtLedger(scope, id, taken)) }
}

async function settleAtLedger(scope: LedgerScope, id: string, taken: Taken): Promise<void> {
  const settlement = { id, taken: [...taken].map(([meterId, amounts]) => ({ meterId, amounts })) }
  await persistently(scope, async () => scope.heard(await objectOf(scope).settle(settlement)))
}

/** Tells the ledger in the background, when it is time to. */
function share(scope: LedgerScope, table: LeaseTable): void {
  const at = table.planTell(Date.now())
  if (at !== null) scope.background(tell(scope, table, at))
}

async function tell(scope: LedgerScope, table: LeaseTable, at: number): Promise<void> {
  await passed(at - Date.now())
  const isTold = await persistently(scope, async () => {
    const toldAt = Date.now()
    const told = table.tell([], toldAt)
    try {
      const { lent, events } = await objectOf(scope).tell(told)
      table.absorb(told, lent, toldAt, Date.now())
      scope.heard(events)
    } catch (cause) {
      table.giveUp(told)
      throw cause
    }
  })
  if (isTold) share(scope, table)
}

/** @returns whether it worked at last */
async function persistently({ requestId }: LedgerScope, work: () => Promise<void>): Promise<boolean> {
  for (let tries = 1; ; tries += 1) {
    try {
      await work()
      return true
    } catch (cause) {
      if (tries >= TRIES) {
        log('error', { message: 'The ledger was not told', requestId, cause: String(cause) })
        return false
      }
      await passed(tries * RETRY_MS)
    }
  }
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => {
    if (ms <= 0) return resolve()
    setTimeout(resolve, ms)
  })
}

function objectOf({ env, caller }: LedgerScope) {
  return env.LEDGER.getByName(caller.tenantId)
}

function tableFor({ env, caller }: LedgerScope, now: number): LeaseTable {
  const tables = tablesOf.get(env) ?? new Map<string, LeaseTable>()
  tablesOf.set(env, tables)
  const known = tables.get(caller.tenantId)
  if (known && !known.isUsedUp(now)) return known
  if (tables.size >= MAX_TENANTS) tables.clear()
  const table = new LeaseTable(crypto.randomUUID(), now)
  tables.set(caller.tenantId, table)
  return table
}

function unavailable(cause: unknown): AppError {
  return new AppError('ledger_unavailable', 'What may be spent cannot be looked up now: try again', {
    retryAfterMs: 1_000,
    cause: String(cause),
  })
}

/** What a caller is told that may not begin. */
export function refusalError({ why, meter, spentMicroUsd, retryAfterMs }: Refusal): AppError {
  const { subject, maxMicroUsd, requestsPerMinute, tokensPerMinute, parallel, endsAt } = meter
  const details = { param: subject, ...(retryAfterMs !== null && { retryAfterMs }) }
  const whose = subject === 'tenant' ? 'this tenant' : subject
  switch (why) {
    case 'budget': {
      const until = endsAt === null ? '' : ` until ${new Date(endsAt).toISOString()}`
      const amounts = `${usdOf(spentMicroUsd)} of ${usdOf(maxMicroUsd ?? 0)} USD spent${until}`
      return new AppError(
        'budget_exceeded',
        `The budget of ${whose} is too low for this request: ${amounts}`,
        details,
      )
    }
    case 'held':
      return limited(`What is left of the budget of ${whose} is held by requests under way`, details)
    case 'requests':
      return limited(`The limit of ${whose} is ${requestsPerMinute} requests a minute`, details)
    case 'tokens':
      return limited(`The limit of ${whose} is ${tokensPerMinute} tokens a minute`, details)
    case 'parallel':
      return limited(`The limit of ${whose} is ${parallel} requests at a time`, details)
  }
}

function limited(message: string, details: { param: string; retryAfterMs?: number }): AppError {
  return new AppError('rate_limit_exceeded', message, details)
}
