import type { FaultPath, FoundFaults } from '../../core/found-faults.ts'
import { type Plan, PLAN_DEFAULTS, RETRY_REASONS, type TaskBody, type Work } from '../../core/plan.ts'
import { verifyWish } from '../collaboration-fields.ts'
import type { TaskBodyForm } from './schema.ts'

/** How a task is read. `found`: null where what is missing has been told already; `inner`: reads what is within it. */
type How = {
  path: FaultPath
  deadlineMs: number
  found: FoundFaults | null
  inner: { plan(raw: unknown): Plan; task(raw: unknown): TaskBody }
}

/** A task's body, with defaults for all it does not say. */
export function bodyOf(form: TaskBodyForm, how: How): TaskBody {
  const { needs, retry, assign, context } = form
  const sideEffect = form.side_effect ?? 'none'
  return {
    work: workOf(form, how),
    needs: {
      skills: needs?.skills ?? [],
      modalities: needs?.modalities ?? [],
      tools: needs?.tools ?? [],
      minContext: needs?.min_context ?? 0,
    },
    input: form.input ?? null,
    outputSchema: form.output_schema ?? null,
    retry: {
      max: retry?.max ?? PLAN_DEFAULTS.retries,
      backoff: {
        initialMs: retry?.backoff?.initial_ms ?? PLAN_DEFAULTS.backoff.initialMs,
        factor: retry?.backoff?.factor ?? PLAN_DEFAULTS.backoff.factor,
        maxMs: retry?.backoff?.max_ms ?? PLAN_DEFAULTS.backoff.maxMs,
      },
      on: retry?.on ?? RETRY_REASONS,
    },
    timeout: timeoutOf(form.timeout, how.deadlineMs),
    // Nobody knows what came of an attempt that was not heard of again.
    onTimeout: form.on_timeout ?? (sideEffect === 'once' || form.kind === 'gate' ? 'fail' : 'migrate'),
    onError: form.on_error ?? 'retry',
    assign: { agent: assign?.agent ?? null, pool: assign?.pool ?? null, priority: assign?.priority ?? 0 },
    verify: form.verify ? verifyWish(form.verify) : null,
    sideEffect,
    context: context ?? 'isolated',
  }
}

/** Defaults are cut to what the whole may take: only what is said can contradict itself. */
function timeoutOf(form: TaskBodyForm['timeout'], deadlineMs: number): TaskBody['timeout'] {
  const totalMs = form?.total_ms ?? null
  const most = totalMs ?? deadlineMs
  const attemptMs = form?.attempt_ms ?? Math.min(PLAN_DEFAULTS.attemptMs, most)
  return {
    queueMs: form?.queue_ms ?? Math.min(PLAN_DEFAULTS.queueMs, most),
    attemptMs,
    totalMs,
    heartbeatMs: form?.heartbeat_ms ?? Math.min(PLAN_DEFAULTS.heartbeatMs, attemptMs),
  }
}

/** The fields that kinds have of their own, and must have. */
const FIELDS = { map: 'map', gate: 'gate', wait: 'wait', subplan: 'plan' } as const

function workOf(form: TaskBodyForm, { found, path, inner }: How): Work {
  const { kind, map, gate, wait, plan } = form
  for (const [owner, field] of Object.entries(FIELDS)) {
    const isThere = form[field] != null
    if (isThere === (owner === kind)) continue
    const [code, message] = isThere
      ? ['misplaced_field', `Only tasks of kind '${owner}' have it`]
      : ['missing_field', `Tasks of kind '${kind}' have it`]
    found?.add([...path, field], code, message)
  }
  if (kind === 'map' && map) {
    return { kind, over: map.over, max: map.max ?? PLAN_DEFAULTS.fanOut, task: inner.task(map.task) }
  }
  if (kind === 'gate' && gate) return { kind, message: gate.message }
  if (kind === 'wait' && wait) {
    return { kind, forMs: wait.for_ms ?? null, until: wait.until == null ? null : Date.parse(wait.until) }
  }
  if (kind === 'subplan' && plan) return { kind, plan: inner.plan(plan) }
  return { kind: kind === 'map' || kind === 'gate' || kind === 'wait' || kind === 'subplan' ? 'model' : kind }
}
