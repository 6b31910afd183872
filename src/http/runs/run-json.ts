import { usdOf, usdOrNull } from '../../core/money.ts'
import type { Plan } from '../../core/plan.ts'
import type { RunRow } from '../../db/runs.ts'
import { triesOf } from '../../runs/picture/run-graph.ts'
import { taskOf } from '../../runs/run/definitions.ts'
import type { RunView } from '../../runs/run-object.ts'
import { ENDED, type RunState, type TaskState } from '../../runs/run/state.ts'
import { seconds } from '../seconds.ts'

/** A run as the API shows it. Times in Unix seconds. */
export function runJson({ state, output }: RunView): object {
  const { request, plan, tasks, spent } = state
  return {
    id: request.id,
    object: 'run',
    status: state.status,
    goal: request.goal ?? plan?.goal ?? null,
    partial: state.isPartial,
    failure: state.failure,
    output: output ?? null,
    missing: state.isPartial ? missingIn(tasks) : [],
    usage: { cost_usd: usdOf(spent.microUsd), tokens: spent.tokens, attempts: spent.attempts },
    budget: budgetJson(request.budget),
    tasks: Array.from(tasks.values(), (task) => taskJson(task, plan)),
    artifacts: Array.from(tasks.values()).flatMap(({ key, status }) =>
      status === 'succeeded' && !OF_RUN.test(key) ? [{ name: key }] : [],
    ),
    paused: state.isPaused,
    session_id: request.sessionId,
    fork_of: request.forkOf,
    created_at: seconds(request.createdAt),
    deadline: seconds(state.deadline),
    ended_at: seconds(state.endedAt),
  }
}

/** A run in a list. */
export function rowJson(row: RunRow): object {
  return {
    id: row.id,
    object: 'run',
    status: row.status,
    goal: row.goal,
    partial: row.isPartial,
    failure_code: row.failureCode,
    tasks: row.tasks,
    cost_usd: usdOf(row.costMicroUsd),
    fork_of: row.forkOf,
    created_at: seconds(row.createdAt),
    ended_at: seconds(row.endedAt),
  }
}

/** Whether a run is over. */
export function hasEnded({ status }: Pick<RunState, 'status'>): boolean {
  return ENDED.has(status)
}

function budgetJson({ microUsd, tokens, deadlineMs, maxAttempts }: Plan['budget']) {
  return { usd: usdOrNull(microUsd), tokens, deadline_ms: deadlineMs, max_attempts: maxAttempts }
}

function taskJson(task: TaskState, plan: Plan | null): object {
  const { key } = task
  const definition = plan && taskOf(plan, key)
  return {
    id: key,
    title: definition && 'title' in definition ? definition.title : null,
    kind: OF_RUN.exec(key)?.[1] ?? definition?.work.kind ?? null,
    status: task.status,
    ...triesOf(task),
    items: task.items,
    cost_usd: usdOf(task.spent.microUsd),
    tokens: task.spent.tokens,
    error: task.failure,
    waiting_for: task.waitingFor,
    asks: task.asks,
    started_at: seconds(task.startedAt),
    ended_at: seconds(task.endedAt),
  }
}

/** Tasks that gave nothing, though they were to: why each did not. */
function missingIn(tasks: RunState['tasks']) {
  return Array.from(tasks.values()).flatMap(({ key, status, failure }) => {
    const isMissing =
      status === 'failed' || status === 'blocked' || status === 'cancelled' || failure !== null
    if (!isMissing || status === 'succeeded') return []
    return [{ task: key, reason: failure?.code ?? status, message: failure?.message ?? null }]
  })
}

/** What a run, or a subplan, does besides its plan: `$plan`, `s/$aggregate`. */
const OF_RUN = /(?:^|\/)\$(\w+)$/
