import { isLarger } from '../../core/json-size.ts'
import type { RETRY_REASONS, TaskBody } from '../../core/plan.ts'
import { type AttemptCost, type AttemptOutcome, NO_COST } from '../attempt.ts'
import { PLAN_TASK, type Place } from './definitions.ts'
import { askAnybody, beginAttempt, freshPast } from './dispatch.ts'
import { change, type Draft, spend, taskAt, tell } from './draft.ts'
import { actionFor, endAttempt, failTask, revokeAttempt, succeedTask } from './ending.ts'
import { beginPlan, faultOf } from './settle.ts'
import { type Assignment, type RunFailure, RUN_LIMITS, type TaskState } from './state.ts'
import type { RunInput } from './step.ts'

type Reason = (typeof RETRY_REASONS)[number]

/** An attempt gave nothing. `isTold`: by its lane. */
type Miss = {
  reason: Reason
  failure: RunFailure
  isFinal: boolean
  isTold: boolean
  cost: AttemptCost
  partial: unknown
}

/** Failures that say nothing of an agent: whoever had worked would have met them. */
const NOT_OF_AGENTS: ReadonlySet<string> = new Set([
  'budget_exceeded',
  'input_too_large',
  'invalid_input',
  'insufficient_quota',
  'rate_limit_exceeded',
  'cancelled',
  'invalid_api_key',
  'internal',
  // Its lane was restarted under it.
  'lost',
])

/** An agent was found for a task. One that came too late has its place back. */
export function takeAssigned(draft: Draft, input: Extract<RunInput, { kind: 'assigned' }>): void {
  const { token, assignment } = input
  const found = taskAt(draft, input.task)
  const attempt = found?.task.attempt
  if (!found || attempt?.token !== token) return freeAgent(draft, assignment, token)
  if (attempt.phase !== 'assigning') return
  if (draft.state.isPaused) {
    freeAgent(draft, assignment, token)
    change(draft, found.task, { attempt: null, resumeAt: null })
    return
  }
  const { attemptMs } = found.place.body.timeout
  const deadline = Math.min(draft.now + attemptMs, found.task.deadline ?? Infinity, draft.state.deadline)
  beginAttempt(draft, found.task, { ...attempt, deadline }, assignment)
}

export function freeAgent(draft: Draft, { card }: Assignment, token: number): void {
  draft.effects.push({ kind: 'free', agent: card.id, token, outcome: null })
}

/** Nobody was found. Those who are busy are asked for again. */
export function takeUnassigned(draft: Draft, input: Extract<RunInput, { kind: 'unassigned' }>): void {
  const found = taskAt(draft, input.task)
  const attempt = found?.task.attempt
  if (!found || attempt?.token !== input.token || attempt.phase !== 'assigning') return
  const { task, place } = found
  if (input.reason === 'busy') {
    change(draft, task, { attempt: null, resumeAt: draft.now + RUN_LIMITS.busyMs })
  } else if (!askAnybody(draft, task, place)) {
    const failure = { code: 'no_agent', message: input.why }
    failTask(draft, revokeAttempt(draft, task), failure, actionFor(place.body, 'error'))
  }
}

/** What came of an attempt. @returns false where it counts no longer */
export function takeOutcome(
  draft: Draft,
  { task: key, token, outcome }: Extract<RunInput, { kind: 'told' }>,
): boolean {
  const found = taskAt(draft, key)
  const attempt = found?.task.attempt
  if (!found || attempt?.token !== token || attempt.phase === 'assigning') return false
  const { place } = found
  const { cost } = outcome
  spend(draft, key, { microUsd: cost.microUsd, tokens: cost.tokens, attempts: 0 })
  const task = draft.tasks.get(key) ?? found.task
  switch (outcome.kind) {
    case 'accepted': {
      const left = attempt.maxMicroUsd === null ? null : Math.max(0, attempt.maxMicroUsd - cost.microUsd)
      change(draft, task, {
        attempt: { ...attempt, phase: 'accepted', heardAt: draft.now, maxMicroUsd: left },
      })
      return true
    }
    case 'failed':
      missAttempt(draft, task, place, { ...outcome, failure: shortened(outcome.failure), isTold: true })
      return true
    case 'input_required':
      if (isLarger(outcome.asks, RUN_LIMITS.askedBytes)) missAttempt(draft, task, place, invalid(ASKS, cost))
      else askCaller(draft, task, outcome)
      return true
    case 'succeeded': {
      const fault = faultOf(outcome.output, place.body.outputSchema) ?? planFault(key, outcome)
      if (fault) missAttempt(draft, task, place, invalid(fault, cost))
      else succeedAttempt(draft, task, outcome)
      return true
    }
  }
}

/** An agent elsewhere may say anything; each attempt is kept in its task's row. */
function shortened({ code, message }: RunFailure): RunFailure {
  const { messageChars } = RUN_LIMITS
  return message.length > messageChars
    ? { code, message: `${message.slice(0, messageChars).toWellFormed()}…` }
    : { code, message }
}

const ASKS: RunFailure = {
  code: 'invalid_output',
  message: `What it asks has more than ${RUN_LIMITS.askedBytes} bytes of JSON`,
}

type Succeeded = Extract<AttemptOutcome, { kind: 'succeeded' }>

function planFault(key: string, { plan }: Succeeded): RunFailure | null {
  return key === PLAN_TASK && !plan ? { code: 'invalid_output', message: 'There is no plan in it' } : null
}

function invalid(failure: RunFailure, cost: AttemptCost): Miss {
  return { reason: 'invalid_output', failure, isFinal: false, isTold: true, cost, partial: null }
}

function succeedAttempt(draft: Draft, task: TaskState, { output, cost, plan, note }: Succeeded): void {
  const end = { end: 'succeeded', failure: null, cost, isTold: true, saysOfAgent: true } as const
  succeedTask(draft, endAttempt(draft, task, end), output)
  if (task.key !== PLAN_TASK || !plan) return
  tell(draft, 'run.planned', null, { source: 'planner', ...note, tasks: plan.tasks.length })
  beginPlan(draft, plan)
}

/** The caller is asked something: that is no failure, and nothing is tried again. */
function askCaller(
  draft: Draft,
  task: TaskState,
  outcome: Extract<AttemptOutcome, { kind: 'input_required' }>,
): void {
  const { cost, asks, partial } = outcome
  const end = { end: 'succeeded', failure: null, cost, isTold: true, saysOfAgent: false } as const
  const left = endAttempt(draft, task, end)
  keepPartial(draft, task.key, partial)
  change(draft, left, { status: 'waiting', waitingFor: 'input', asks })
  tell(draft, 'task.input_required', task.key, { asks })
}

/** What is too large is not carried over. */
function keepPartial(draft: Draft, key: string, partial: unknown): void {
  if (partial == null || isLarger(partial, RUN_LIMITS.carriedBytes)) return
  draft.values.set(`partial:${key}`, partial)
}

/** An attempt gave nothing: it is tried again, or that is the task's end. */
function missAttempt(draft: Draft, task: TaskState, { body }: Place, miss: Miss): void {
  const { reason, failure, cost, isTold } = miss
  const saysOfAgent = !NOT_OF_AGENTS.has(failure.code)
  const left = endAttempt(draft, task, { end: reason, failure, cost, isTold, saysOfAgent })
  keepPartial(draft, task.key, miss.partial)
  const isUnknown = reason === 'lost' || reason === 'timeout'
  if (body.sideEffect === 'once' && isUnknown) return askReview(draft, left, failure)
  const action = actionFor(body, isUnknown ? 'timeout' : 'error')
  const misses = freshPast(left).filter(({ end }) => end !== 'succeeded' && end !== 'revoked').length
  if (!mayRetry(body, miss, action) || misses > body.retry.max) return failTask(draft, left, failure, action)
  retryLater(draft, left, body, { reason, failure, misses })
}

/** What must not happen twice is not done again by one that did it wrongly. */
function mayRetry({ retry, sideEffect }: TaskBody, { reason, isFinal }: Miss, action: string): boolean {
  if (isFinal || action === 'fail' || action === 'skip') return false
  return retry.on.includes(reason) && !(sideEffect === 'once' && reason === 'invalid_output')
}

function retryLater(
  draft: Draft,
  task: TaskState,
  { retry: { backoff } }: TaskBody,
  { reason, failure, misses }: { reason: Reason; failure: RunFailure; misses: number },
): void {
  const pause = Math.min(backoff.initialMs * backoff.factor ** (misses - 1), backoff.maxMs)
  const resumeAt = draft.now + pause
  tell(draft, 'task.retrying', task.key, { attempt: task.past.length + 1, reason, ...failure, at: resumeAt })
  change(draft, task, { status: 'retrying', resumeAt })
}

/** Nobody knows what came of it: a person says. */
function askReview(draft: Draft, task: TaskState, failure: RunFailure): void {
  change(draft, task, { status: 'waiting', waitingFor: 'review', failure })
  tell(draft, 'task.needs_review', task.key, { ...failure })
}

/** An attempt's time is over, or it was not heard of for too long. */
export function loseAttempt(
  draft: Draft,
  task: TaskState,
  place: Place,
  reason: Reason,
  failure: RunFailure,
): void {
  missAttempt(draft, task, place, {
    reason,
    failure,
    isFinal: false,
    isTold: false,
    cost: NO_COST,
    partial: null,
  })
}
