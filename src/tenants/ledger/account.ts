import { type Amounts, minus, NOTHING } from './amounts.ts'
import type { Meter } from './meter.ts'
import { addTaken, type Minute, takenIn } from './minute.ts'

/** What one meter has counted. */
export type Account = {
  meter: Meter
  spentMicroUsd: number
  /** Promised to requests under way, and lent to isolates. Requests and tokens are only ever lent. */
  held: Readonly<Amounts>
  minute: Minute
  /** Requests under way that the ledger itself let in. */
  running: number
  /** Whether somebody was told that the soft limit, or the limit itself, was reached. */
  toldSoft: boolean
  toldMax: boolean
}

/** Something that is told once in a window of a meter. Money in micro-USD. */
export type BudgetEvent = {
  type: 'budget.soft_exceeded' | 'budget.exceeded'
  subject: string
  spentMicroUsd: number
  maxMicroUsd: number
  softMicroUsd: number | null
  /** Unix ms; null for a window that never ends. */
  endsAt: number | null
}

/** An account in which nothing was counted yet. */
export function newAccount(meter: Meter): Account {
  return {
    meter,
    spentMicroUsd: 0,
    held: NOTHING,
    minute: [],
    running: 0,
    toldSoft: false,
    toldMax: false,
  }
}

/** What may still be taken; Infinity where there is no limit, below 0 where more was taken than there may be. */
export function leftIn(account: Account, now: number): Amounts {
  const { meter, spentMicroUsd, held, minute } = account
  const limits = {
    microUsd: meter.maxMicroUsd ?? Infinity,
    requests: meter.requestsPerMinute ?? Infinity,
    tokens: meter.tokensPerMinute ?? Infinity,
  }
  return minus(minus(limits, { microUsd: spentMicroUsd, ...takenIn(minute, now) }), held)
}

/** Counts what was taken at a time, Unix ms; less than nothing is given back. */
export function count(account: Account, amounts: Amounts, at: number, now: number): void {
  const { maxMicroUsd, requestsPerMinute, tokensPerMinute } = account.meter
  if (maxMicroUsd !== null) account.spentMicroUsd += amounts.microUsd
  if (requestsPerMinute !== null || tokensPerMinute !== null) addTaken(account.minute, amounts, at, now)
}

/** What is to be told now, which is told only once. @param isRefused somebody was turned away for the lack of money */
export function eventsOf(account: Account, isRefused = false): BudgetEvent[] {
  const { meter, spentMicroUsd } = account
  const { subject, maxMicroUsd, softMicroUsd, endsAt } = meter
  if (maxMicroUsd === null) return []
  const about = { subject, spentMicroUsd, maxMicroUsd, softMicroUsd, endsAt }
  const events: BudgetEvent[] = []
  if (!account.toldSoft && softMicroUsd !== null && spentMicroUsd >= softMicroUsd) {
    account.toldSoft = true
    events.push({ type: 'budget.soft_exceeded', ...about })
  }
  if (!account.toldMax && (isRefused || spentMicroUsd >= maxMicroUsd)) {
    account.toldMax = true
    events.push({ type: 'budget.exceeded', ...about })
  }
  return events
}
