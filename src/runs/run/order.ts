import { fnv1a } from '../../core/hash.ts'
import { isLarger } from '../../core/json-size.ts'
import type { TaskBody } from '../../core/plan.ts'
import type { AttemptOrder } from '../attempt.ts'
import { resolvePath } from '../plan/resolve.ts'
import { takingOf } from '../plan/room.ts'
import { tokensLeft } from './budget.ts'
import { AGGREGATE_TASK, PLAN_TASK, placeOf, type Place } from './definitions.ts'
import { heartbeatOf } from './due.ts'
import { piecesOf } from './output.ts'
import { RUN_LIMITS, type RunFailure, type RunState, type TaskState } from './state.ts'
import type { ReadValue } from './step.ts'
import { inputOf, outputAt, taskAround } from './surroundings.ts'

/** What a lane is given for a task's attempt; a failure where that cannot be given. */
export function orderOf(state: RunState, key: string, read: ReadValue): AttemptOrder | RunFailure {
  const task = state.tasks.get(key)
  const place = placeOf(state.plan, key)
  if (!task?.attempt || !place) return { code: 'stale', message: 'There is no such attempt' }
  const { attempt } = task
  const { request } = state
  const { body } = place
  const input = workInput(state, key, place, read)
  const context = contextOf(state, key, place, read)
  if (isLarger([input, context], RUN_LIMITS.outputBytes)) {
    const message = `Input and context have more than ${RUN_LIMITS.outputBytes} bytes of JSON`
    return { code: 'input_too_large', message }
  }
  return {
    runId: request.id,
    caller: request.caller,
    region: request.region,
    origin: request.origin,
    task: key,
    token: attempt.token,
    number: attempt.number,
    work: workOf(key, body),
    title: place.task?.title ?? null,
    goal: (key === PLAN_TASK ? null : place.plan.goal) ?? request.goal,
    input,
    context,
    needs: body.needs,
    outputSchema: body.outputSchema,
    verify: body.verify,
    aggregate: key.endsWith(AGGREGATE_TASK) ? aggregateOf(place) : null,
    agent: attempt.assignment?.card ?? null,
    agents: request.agents,
    tools: request.tools,
    supplied: read(`supplied:${key}`) ?? null,
    carryOver: read(`partial:${key}`) ?? null,
    idempotencyKey: body.sideEffect === 'once' ? idempotencyKey(request.id, task) : null,
    maxMicroUsd: attempt.maxMicroUsd,
    maxTokens: tokensLeft(state, key),
    deadline: attempt.deadline,
    heartbeatMs: heartbeatOf(body.timeout.heartbeatMs),
    sessionId: request.sessionId,
  }
}

function workOf(key: string, { work: { kind } }: TaskBody): AttemptOrder['work'] {
  if (key === PLAN_TASK) return 'plan'
  if (key.endsWith(AGGREGATE_TASK)) return 'aggregate'
  return kind === 'map' || kind === 'gate' || kind === 'wait' || kind === 'subplan' ? 'model' : kind
}

function aggregateOf({ plan: { aggregate } }: Place): AttemptOrder['aggregate'] {
  return aggregate === 'judge' || aggregate === 'reduce' ? aggregate : null
}

/** The outputs by name, where one is to be made of them; null for what is missing. */
function workInput(state: RunState, key: string, { plan, prefix }: Place, read: ReadValue): unknown {
  if (key === PLAN_TASK) return state.request.input
  if (!key.endsWith(AGGREGATE_TASK)) return inputOf(state, read, key)
  return Object.fromEntries(piecesOf(state, read, plan, prefix).map(({ name, value }) => [name, value]))
}

/** What is told beside the input. Of all that was said so far, the latest that fits. */
function contextOf(
  state: RunState,
  key: string,
  { body, prefix }: Place,
  read: ReadValue,
): AttemptOrder['context'] {
  const { context } = body
  if (context === 'isolated') return []
  if (context !== 'fork') {
    const around = taskAround(state, read, key)
    const take = takingOf(RUN_LIMITS.outputBytes)
    return context.map((path) => ({ name: path, value: take(() => resolvePath(path, around)) }))
  }
  const done = Array.from(state.tasks.values())
    .filter((task) => task.status === 'succeeded' && isOnLevel(task.key, prefix))
    .sort((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0))
  const told: { name: string; value: unknown }[] = []
  let left = RUN_LIMITS.carriedBytes
  for (const task of done.toReversed()) {
    const value = outputAt(task, read)
    left -= (JSON.stringify(value) ?? '').length
    if (left < 0) break
    told.unshift({ name: task.key.slice(prefix.length), value })
  }
  return told
}

function isOnLevel(key: string, prefix: string): boolean {
  return key.startsWith(prefix) && !/[/[$]/.test(key.slice(prefix.length))
}

/** The same for all attempts at a task until it is begun anew. Keys may be longer than a header's value: hashed. */
function idempotencyKey(runId: string, { key, anew }: TaskState): string {
  const text = `${key}:${anew?.revision ?? 0}`
  const halves = [fnv1a(text), fnv1a(`${text}:${runId}`)]
  return `${runId}-${halves.map((half) => half.toString(16).padStart(8, '0')).join('')}`
}
