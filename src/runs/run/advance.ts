import { isLarger } from '../../core/json-size.ts'
import { beginAnew } from './anew.ts'
import { takeAssigned, takeOutcome, takeUnassigned, freeAgent } from './attempts.ts'
import { dispatch } from './dispatch.ts'
import { change, type Draft, draftOf, spend, stepOf, tell } from './draft.ts'
import { expire } from './due.ts'
import { endRun } from './ending.ts'
import { approve, pause, reject, resume, supply } from './people.ts'
import { settle } from './settle.ts'
import { ENDED, RUN_LIMITS, type RunState, type RunStatus } from './state.ts'
import type { Advanced, ReadValue, RunInput, RunRefusal } from './step.ts'

export type { Advanced, ReadValue, RunEffect, RunInput, RunRefusal, RunStep, RunValue } from './step.ts'

/**
 * One step of a run: what it is after it was told something, and what is to be done then. Time that has passed is always
 * looked at first. It never throws, and what it is given stays as it was.
 *
 * @param world.now Unix ms
 */
export function advance(state: RunState, input: RunInput, world: { now: number; read: ReadValue }): Advanced {
  const draft = draftOf(state, world)
  if (ENDED.has(state.status)) return withLate(draft, input)
  expire(draft)
  settle(draft)
  if (ENDED.has(draft.state.status)) return withLate(draft, input)
  const why = take(draft, input)
  if (why !== null) return { kind: 'refused', why }
  return finishStep(draft, input.kind === 'slot-freed' || input.kind === 'assigned')
}

/** Goes on as far as nobody has to be waited for. */
export function finishStep(draft: Draft, isFreed: boolean): Advanced {
  do {
    settle(draft)
    dispatch(draft, isFreed)
  } while (draft.ended.length > 0)
  draft.state.status = statusOf(draft.state)
  return stepOf(draft)
}

/**
 * A run that has ended takes nothing more, but what is done for it by mistake is undone. One that ends by now is told so
 * by its alarm where this is refused.
 */
function withLate(draft: Draft, input: RunInput): Advanced {
  if (input.kind === 'assigned') freeAgent(draft, input.assignment, input.token)
  return PASSING.has(input.kind) ? stepOf(draft) : { kind: 'refused', why: 'run_ended' }
}

/** What nobody waits for an answer to. */
const PASSING: ReadonlySet<RunInput['kind']> = new Set(['assigned', 'tick', 'heard', 'slot-freed'])

/** @returns why it is refused; null where it is not */
function take(draft: Draft, input: RunInput): RunRefusal | null {
  switch (input.kind) {
    case 'tick':
    case 'slot-freed':
      return null
    case 'assigned':
      takeAssigned(draft, input)
      return null
    case 'unassigned':
      takeUnassigned(draft, input)
      return null
    case 'heard':
      hear(draft, input.beats)
      return null
    case 'told':
      if (!draft.tasks.has(input.task)) return 'unknown_task'
      return takeOutcome(draft, input) ? null : takeStale(draft, input)
    case 'approved':
      return approve(draft, input)
    case 'rejected':
      return reject(draft, input)
    case 'supplied':
      return supply(draft, input.task, input.input)
    case 'task-retried':
      return beginAnew(draft, input.task)
    case 'paused':
      return pause(draft)
    case 'resumed':
      return resume(draft)
    case 'cancelled':
      endRun(draft, 'cancelled', input.reason === null ? null : { code: 'cancelled', message: input.reason })
      return null
  }
}

/**
 * Signs of life. Those of lanes are not kept, only now and then what they tell of the work; an agent elsewhere may be
 * silent for longer than this run stays in memory.
 */
function hear(draft: Draft, beats: Extract<RunInput, { kind: 'heard' }>['beats']): void {
  const told = new Map(beats.map((beat) => [beat.token, beat.progress]))
  for (const task of draft.tasks.values()) {
    const { attempt, key } = task
    if (!attempt || !told.has(attempt.token)) continue
    const progress = told.get(attempt.token) ?? null
    const heard = { ...attempt, heardAt: draft.now }
    const isTold = progress !== null && !isLarger(progress, RUN_LIMITS.progressBytes)
    if (isTold && draft.now >= (attempt.progressAt ?? 0) + RUN_LIMITS.progressMs) {
      draft.values.set(`partial:${key}`, progress)
      change(draft, task, { attempt: { ...heard, progress: null, progressAt: draft.now } })
      tell(draft, 'task.progress', key, { attempt: attempt.number })
      continue
    }
    const next = { attempt: isTold ? { ...heard, progress } : heard }
    if (attempt.phase === 'accepted') change(draft, task, next)
    else draft.tasks.set(key, { ...task, ...next })
  }
}

/** A result that counts no longer changes nothing, but what it cost was paid. */
function takeStale(
  draft: Draft,
  { task: key, token, outcome }: Extract<RunInput, { kind: 'told' }>,
): RunRefusal | null {
  const task = draft.tasks.get(key)
  const told = draft.state.staleResults ?? 0
  const { microUsd, tokens } = outcome.cost
  const at = task?.past.findIndex((past) => past.token === token) ?? -1
  const past = task?.past[at]
  const isNew = past?.spent.microUsd === 0 && past.spent.tokens === 0 && microUsd + tokens > 0
  if (!isNew && told >= RUN_LIMITS.staleResults) return 'stale'
  if (task && past && isNew) {
    const spent = { microUsd, tokens, attempts: past.spent.attempts }
    change(draft, task, { past: task.past.with(at, { ...past, spent, model: outcome.cost.model }) })
    spend(draft, key, { microUsd, tokens, attempts: 0 })
  }
  if (told < RUN_LIMITS.staleResults) {
    draft.state.staleResults = told + 1
    tell(draft, 'stale_result', key, { token, outcome: outcome.kind })
  }
  return null
}

/** A person is waited for where nothing else is. */
function statusOf({ status, isPaused, plan, tasks }: RunState): RunStatus {
  if (ENDED.has(status)) return status
  if (isPaused) return 'paused'
  if (!plan) return 'planning'
  let isAsking = false
  for (const { status: each, waitingFor } of tasks.values()) {
    if (waitingFor === 'children') continue
    if (each === 'queued' || each === 'running' || each === 'retrying' || waitingFor === 'time')
      return 'running'
    isAsking ||= each === 'waiting'
  }
  return isAsking ? 'input_required' : 'running'
}
