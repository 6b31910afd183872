import type { Plan } from '../../core/plan.ts'
import { hasAttempts, parentOf, placeOf } from './definitions.ts'
import { type RunState, type Spent, TASK_ENDED, type TaskState } from './state.ts'

type Budget = Plan['budget']

/**
 * What is given out of a budget. `money`: to attempts that go on, in micro-USD; `attempts`: those that go on;
 * `asked`: of these, those not counted as spent; `open`: tasks that may still take attempts and have none.
 */
type Given = {
  owner: string | null
  budget: Budget
  spent: Spent
  money: number
  attempts: number
  asked: number
  open: number
}

/** What all budgets have left: the run's by null, subplans' by their keys. */
export type Ledger = ReadonlyMap<string | null, Given>

/** Planning may take this part of the money: the tasks are to be paid too. */
const PLANNING_SHARE = 4

/** Adds up what is given out, where there are budgets. */
export function ledgerOf(state: RunState): Ledger {
  const ledger = new Map<string | null, Given>()
  const { budget } = state.request
  const open = state.plan ? 0 : PLANNING_SHARE - 1
  if (isBounded(budget)) ledger.set(null, { ...NOTHING, owner: null, budget, spent: state.spent, open })
  for (const task of state.tasks.values()) {
    if (task.waitingFor !== 'children') continue
    const work = placeOf(state.plan, task.key)?.body.work
    if (work?.kind === 'subplan' && isBounded(work.plan.budget)) {
      ledger.set(task.key, { ...NOTHING, owner: task.key, budget: work.plan.budget, spent: task.spent })
    }
  }
  if (ledger.size === 0) return ledger
  for (const task of state.tasks.values()) {
    if (TASK_ENDED.has(task.status) || task.waitingFor === 'children') continue
    for (const given of givenFor(ledger, task.key)) count(given, task, state)
  }
  return ledger
}

const NOTHING = { money: 0, attempts: 0, asked: 0, open: 0 }

function count(given: Given, { attempt, key }: TaskState, state: RunState): void {
  if (attempt) {
    given.money += attempt.maxMicroUsd ?? 0
    given.attempts += 1
    if (attempt.phase === 'assigning') given.asked += 1
    return
  }
  const body = placeOf(state.plan, key)?.body
  if (body && (hasAttempts(body) || body.work.kind === 'map' || body.work.kind === 'subplan')) given.open += 1
}

function isBounded({ microUsd, tokens, maxAttempts }: Budget): boolean {
  return microUsd !== null || tokens !== null || maxAttempts !== null
}

/** The budgets that a task is paid from, the innermost first. */
function* givenFor(ledger: Ledger, key: string): Generator<Given> {
  for (let at = parentOf(key); ; at = parentOf(at)) {
    const given = ledger.get(at)
    if (given) yield given
    if (at === null) return
  }
}

/**
 * What an attempt at a task may take; null money for any. `later`: what is given out now may come back. `used_up`: the
 * budget `of` a subplan, or of the run (null), is at its end.
 */
export type Allowance =
  | { kind: 'allowed'; maxMicroUsd: number | null }
  | { kind: 'later' }
  | { kind: 'used_up'; of: string | null }

/** What the next attempt at a task may take: an equal share of what is neither spent nor given out. */
export function allowanceFor(ledger: Ledger, key: string): Allowance {
  let most: number | null = null
  for (const { budget, spent, money, attempts, asked, open, owner } of givenFor(ledger, key)) {
    const left = budget.microUsd === null ? Infinity : budget.microUsd - spent.microUsd - money
    const isUsedUp =
      left < 1 ||
      spent.tokens >= (budget.tokens ?? Infinity) ||
      spent.attempts + asked >= (budget.maxAttempts ?? Infinity)
    if (isUsedUp) return attempts > 0 ? { kind: 'later' } : { kind: 'used_up', of: owner }
    if (budget.microUsd !== null) {
      most = Math.min(most ?? Infinity, Math.max(1, Math.floor(left / Math.max(1, open))))
    }
  }
  return { kind: 'allowed', maxMicroUsd: most }
}

/** Gives a task its share. The ledger's `spent` stays as it was: the attempt counts as asked for in it. */
export function give(ledger: Ledger, key: string, maxMicroUsd: number | null): void {
  for (const given of givenFor(ledger, key)) {
    given.money += maxMicroUsd ?? 0
    given.attempts += 1
    given.open -= 1
    given.asked += 1
  }
}

/** Tokens that are left for a task; null for any. */
export function tokensLeft(state: RunState, key: string): number | null {
  let least = leftOf(state.request.budget, state.spent)
  for (let at = parentOf(key); at !== null; at = parentOf(at)) {
    const work = placeOf(state.plan, at)?.body.work
    const spent = state.tasks.get(at)?.spent
    if (work?.kind === 'subplan' && spent) least = Math.min(least, leftOf(work.plan.budget, spent))
  }
  return least === Infinity ? null : least
}

function leftOf({ tokens }: Budget, spent: Spent): number {
  return tokens === null ? Infinity : Math.max(0, tokens - spent.tokens)
}
