import { usdOrNull } from '../../core/money.ts'
import type { TaskBody } from '../../core/plan.ts'
import { AGENT_LIMITS } from '../../agents/card.ts'
import { allowanceFor, give, ledgerOf } from './budget.ts'
import { byRank, needsAgent, type Place, placeOf } from './definitions.ts'
import { change, type Draft, spend, taskAt, tell } from './draft.ts'
import { actionFor, cancelChildren, endRun, failTask, handedBy } from './ending.ts'
import { type Assignment, type Attempt, ENDED, RUN_LIMITS, type TaskState } from './state.ts'
import { inputOf } from './surroundings.ts'

/** A task that waits for a place. `wish`: equal for those that want the same of an agent; null where none is asked. */
type Candidate = { task: TaskState; place: Place; wish: string | null }

/** What of a run's places is taken. `lanes`: attempts of each. */
type Places = { free: number; lanes: number[] }

/** How many more may be asked for by a wish. */
type Asks = { left(wish: string): number }

/** Asks of one wish that are under way at a time, while nobody was busy. */
const ASKS = 4

/**
 * Begins attempts where there is place: who has the higher priority first, then who is first in the plan.
 *
 * @param isFreed whether agents who were busy may be free now
 */
export function dispatch(draft: Draft, isFreed: boolean): void {
  if (draft.state.isPaused || ENDED.has(draft.state.status)) return
  const places = placesOf(draft)
  if (places.free <= 0) return
  const ledger = ledgerOf(draft.state)
  // Where subplans have budgets, those who are first may have to wait for money, and others not.
  const most = ledger.size > 1 ? Infinity : places.free
  for (const candidate of queueOf(draft, asksOf(draft, isFreed), most)) {
    if (places.free <= 0 || draft.ended.length > 0) return
    const { task, wish } = candidate
    const allowance = allowanceFor(ledger, task.key)
    if (allowance.kind === 'later') continue
    if (allowance.kind === 'used_up') return useUp(draft, allowance.of)
    const attempt = newAttempt(draft, candidate, allowance.maxMicroUsd)
    if (wish === null) beginAttempt(draft, task, attempt, null, places.lanes)
    else askFor(draft, candidate, attempt)
    give(ledger, task.key, allowance.maxMicroUsd)
    places.free -= 1
  }
}

/** A budget is at its end: what it is for fails, with what is there. */
function useUp(draft: Draft, of: string | null): void {
  const failure = { code: 'budget_exceeded', message: 'The budget is used up' }
  if (of === null) return endRun(draft, 'failed', failure)
  cancelChildren(draft, of)
  const found = taskAt(draft, of)
  if (found) failTask(draft, found.task, failure, actionFor(found.place.body, 'error'))
}

function placesOf({ tasks }: Draft): Places {
  const lanes = Array.from({ length: RUN_LIMITS.lanes }, () => 0)
  let free = RUN_LIMITS.lanes * RUN_LIMITS.perLane
  for (const { attempt } of tasks.values()) {
    if (!attempt || attempt.phase === 'accepted') continue
    free -= 1
    if (attempt.lane !== null) lanes[attempt.lane] = (lanes[attempt.lane] ?? 0) + 1
  }
  return { free, lanes }
}

/** Those that may begin now, in order; of a thousand only as many as there is place for. */
function queueOf({ tasks, state }: Draft, asks: Asks, most: number): Candidate[] {
  const best = new Map<string | null, Candidate[]>()
  for (const task of tasks.values()) {
    if (task.status !== 'queued' || task.attempt) continue
    const place = placeOf(state.plan, task.key)
    if (!place) continue
    const wish = needsAgent(place.body) ? wishOf(task, place.body) : null
    const cap = wish === null ? most : asks.left(wish)
    const list = best.get(wish) ?? []
    best.set(wish, list)
    const candidate = { task, place, wish }
    const last = list[cap - 1]
    if (cap < 1 || (last && inOrder(candidate, last) > 0)) continue
    if (last) list.pop()
    list.splice(list.findLastIndex((other) => inOrder(other, candidate) < 0) + 1, 0, candidate)
  }
  return [...best.values()].flat().sort(inOrder)
}

function inOrder(a: Candidate, b: Candidate): number {
  return b.place.body.assign.priority - a.place.body.assign.priority || byRank(a.place.rank, b.place.rank)
}

const wishes = new WeakMap<TaskBody, string>()

/** Who was tried is wanted less, so that those tasks are asked for by themselves. */
export function wishOf({ key, past }: TaskState, body: TaskBody): string {
  if (past.length > 0) return key
  const known = wishes.get(body)
  if (known !== undefined) return known
  const { agent, pool } = body.assign
  const isNamed = agent !== null || pool !== null || body.needs.skills.length > 0
  const wish = isNamed ? JSON.stringify([agent, pool, body.needs]) : key.replace(/\[\d+\]$/, '[]')
  wishes.set(body, wish)
  return wish
}

/**
 * How many may be asked for at once. Where all who fit were busy, one is asked for after a while, or when somebody is
 * free again: a thousand items that wait for one agent do not all ask for it.
 */
function asksOf(draft: Draft, isFreed: boolean): Asks {
  const known = new Map<string, { asked: number; wasBusy: boolean; isBusy: boolean }>()
  const at = (wish: string) => {
    const found = known.get(wish) ?? { asked: 0, wasBusy: false, isBusy: false }
    known.set(wish, found)
    return found
  }
  for (const task of draft.tasks.values()) {
    if (task.status !== 'queued' || (!task.attempt && task.resumeAt === null)) continue
    const place = placeOf(draft.state.plan, task.key)
    if (!place || !needsAgent(place.body)) continue
    const wish = at(wishOf(task, place.body))
    if (task.attempt) wish.asked += 1
    if (task.resumeAt !== null) wish.wasBusy = true
    if (!task.attempt && task.resumeAt !== null && task.resumeAt > draft.now) wish.isBusy = true
  }
  return {
    left: (wish) => {
      const { asked, wasBusy, isBusy } = known.get(wish) ?? { asked: 0, wasBusy: false, isBusy: false }
      return isBusy && !isFreed ? 0 : (wasBusy ? 1 : ASKS) - asked
    },
  }
}

function newAttempt(draft: Draft, { task, place }: Candidate, maxMicroUsd: number | null): Attempt {
  draft.state.token += 1
  return {
    number: task.past.length + 1,
    token: draft.state.token,
    phase: 'assigning',
    assignment: null,
    lane: null,
    startedAt: draft.now,
    heardAt: draft.now,
    deadline: Math.min(
      draft.now + place.body.timeout.attemptMs,
      task.deadline ?? Infinity,
      draft.state.deadline,
    ),
    maxMicroUsd,
    progress: null,
  }
}

/** Has an agent looked for. */
function askFor(draft: Draft, { task, place }: Candidate, fresh: Attempt): void {
  const { body } = place
  const last = task.past.at(-1)
  const asked = last ? askedAfter(last.end, body) : undefined
  const attempt = { ...fresh, ...(asked && { asked }) }
  // Until then it waited for a place of the run, which is nobody's fault.
  const readyAt = task.resumeAt === null ? draft.now : task.readyAt
  pushAsk(draft, change(draft, task, { attempt, readyAt }), place, attempt)
}

/** Who is asked after an attempt: who asked something goes on, who failed maybe not. */
function askedAfter(end: TaskState['past'][number]['end'], body: TaskBody): Attempt['asked'] {
  if (end === 'succeeded') return 'same'
  if (end === 'revoked') return undefined
  return actionFor(body, end === 'timeout' || end === 'lost' ? 'timeout' : 'error') === 'migrate'
    ? 'others'
    : 'same'
}

function pushAsk(draft: Draft, task: TaskState, { body, task: planned }: Place, attempt: Attempt): void {
  const { needs, assign, timeout } = body
  const { state, now } = draft
  const tried = freshPast(task).flatMap(({ agent }) => agent ?? [])
  const named = attempt.asked === 'others' ? null : assign.agent
  const skills = assign.pool === null ? needs.skills : [...needs.skills, assign.pool]
  const input = inputOf(state, draft.read, task.key)
  const goal =
    [planned?.title, typeof input === 'string' ? input : null, state.request.goal].find(Boolean) ?? null
  draft.effects.push({
    kind: 'assign',
    task: task.key,
    token: attempt.token,
    wanted: {
      task: {
        goal: goal?.slice(0, AGENT_LIMITS.goalChars) ?? null,
        skills,
        modalities: needs.modalities,
        tools: needs.tools,
        minContext: needs.minContext || null,
        trust: null,
      },
      limit: 1,
      exclude: attempt.asked === 'others' ? [...new Set(tried)] : [],
      from: handedBy(draft, task.key),
    },
    agent: (attempt.asked === 'same' ? tried.at(-1) : null) ?? named,
    priority: assign.priority,
    until: Math.min(now + timeout.attemptMs + RUN_LIMITS.busyMs, state.deadline),
  })
}

/** Nobody of those it was asked for is there: anybody is asked for. @returns false where that was done already */
export function askAnybody(draft: Draft, task: TaskState, place: Place): boolean {
  const { attempt } = task
  if (!attempt?.asked) return false
  draft.state.token += 1
  const { asked: _asked, ...anybody } = attempt
  const next = { ...anybody, token: draft.state.token }
  pushAsk(draft, change(draft, task, { attempt: next }), place, next)
  return true
}

/** Attempts since a task was begun, or begun anew. */
export function freshPast({ past, anew }: TaskState): TaskState['past'] {
  return anew ? past.filter(({ token }) => token > anew.token) : past
}

/** Gives an attempt to a lane. */
export function beginAttempt(
  draft: Draft,
  task: TaskState,
  attempt: Attempt,
  assignment: Assignment | null,
  lanes: number[] = placesOf(draft).lanes,
): void {
  const { key } = task
  // One by one: each lane is an object of its own, which beats for all that it makes.
  const lane = Math.max(
    0,
    lanes.findIndex((taken) => taken < RUN_LIMITS.perLane),
  )
  lanes[lane] = (lanes[lane] ?? 0) + 1
  const { number, token, maxMicroUsd } = attempt
  if (assignment) tellAssigned(draft, task, attempt, assignment)
  const agent = assignment?.card.id ?? null
  tell(draft, 'task.started', key, { attempt: number, token, agent, max_cost_usd: usdOrNull(maxMicroUsd) })
  change(draft, task, {
    status: 'running',
    resumeAt: null,
    startedAt: task.startedAt ?? draft.now,
    attempt: { ...attempt, phase: 'offered', assignment, lane, startedAt: draft.now, heardAt: draft.now },
  })
  spend(draft, key, { microUsd: 0, tokens: 0, attempts: 1 })
  draft.effects.push({ kind: 'offer', task: key, token, lane })
}

function tellAssigned(
  draft: Draft,
  { key, past }: TaskState,
  { number, token }: Attempt,
  chosen: Assignment,
): void {
  const { card, score, factors, by } = chosen
  tell(draft, 'task.assigned', key, { attempt: number, token, agent: card.id, score, factors, by })
  const last = past.at(-1)
  if (last?.agent == null || last.agent === card.id) return
  tell(draft, 'task.migrated', key, { from: last.agent, to: card.id, reason: last.end })
}
