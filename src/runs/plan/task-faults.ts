import { isRecord } from '../../core/canonical-json.ts'
import type { FaultPath, FoundFaults } from '../../core/found-faults.ts'
import { isLarger } from '../../core/json-size.ts'
import { PLAN_LIMITS, type TaskBody, type TaskKind } from '../../core/plan.ts'

/** Where a task is, and what is found wrong with it. `deadlineMs`: of the plan it is in. */
type Checked = { path: FaultPath; deadlineMs: number; found: FoundFaults }

/** Finds what is wrong with a task whatever the others are. */
export function taskFaults(task: TaskBody, checked: Checked): void {
  timeoutFaults(task, checked)
  kindFaults(task, checked)
  const { path, found } = checked
  const { assign, sideEffect, onTimeout, input } = task
  if (assign.agent !== null && assign.pool !== null) {
    found.add([...path, 'assign', 'pool'], 'misplaced_field', 'A task has an agent or a pool, not both')
  }
  if (sideEffect === 'once' && (onTimeout === 'migrate' || onTimeout === 'retry')) {
    const message = 'What must not happen twice is not done again when nobody knows whether it was done'
    found.add([...path, 'on_timeout'], 'unsafe_retry', message)
  }
  if (isLarger(input, PLAN_LIMITS.inputBytes)) {
    const message = `The input has more than ${PLAN_LIMITS.inputBytes} bytes of JSON`
    found.add([...path, 'input'], 'too_large', message)
  }
}

function timeoutFaults({ timeout, retry }: TaskBody, { path, deadlineMs, found }: Checked): void {
  const { queueMs, attemptMs, totalMs, heartbeatMs } = timeout
  const whole = totalMs === null ? 'the deadline' : 'total_ms'
  const most = totalMs ?? deadlineMs
  const { initialMs, maxMs } = retry.backoff
  const pairs: readonly [string[], number, string, number][] = [
    [['timeout', 'total_ms'], totalMs ?? 0, 'the deadline', deadlineMs],
    [['timeout', 'attempt_ms'], attemptMs, whole, most],
    [['timeout', 'queue_ms'], queueMs, whole, most],
    [['timeout', 'heartbeat_ms'], heartbeatMs, 'attempt_ms', attemptMs],
    [['retry', 'backoff', 'initial_ms'], initialMs, 'max_ms', maxMs],
  ]
  for (const [field, ms, what, bound] of pairs) {
    if (ms <= bound) continue
    const message = `${ms} ms is longer than ${what}, ${bound} ms`
    found.add([...path, ...field], 'inconsistent_timeout', message)
  }
}

/** Kinds that nobody is asked to do. */
const WITHOUT_WORKER: ReadonlySet<TaskKind> = new Set(['gate', 'wait', 'map', 'subplan'])

function kindFaults(task: TaskBody, checked: Checked): void {
  const { work, needs, input } = task
  const { path, found } = checked
  if (WITHOUT_WORKER.has(work.kind)) workerFaults(task, checked)
  if (work.kind === 'tool' && needs.tools.length !== 1) {
    const message = `A task of kind 'tool' needs exactly one tool, not ${needs.tools.length}`
    found.add([...path, 'needs', 'tools'], 'wrong_tool_count', message)
  }
  if (work.kind === 'judge' && !hasCandidates(input)) {
    const message = 'A judge chooses among candidates: a list of two or more, or a reference to one'
    found.add([...path, 'input', 'candidates'], 'too_few_candidates', message)
  }
  if (work.kind === 'wait') waitFaults(work, checked)
}

function workerFaults({ work, needs, assign, verify, outputSchema, onTimeout }: TaskBody, checked: Checked) {
  const { path, found } = checked
  const { skills, modalities, tools, minContext } = needs
  const isGiven: Readonly<Record<string, boolean>> = {
    needs: skills.length + modalities.length + tools.length + minContext > 0,
    assign: assign.agent !== null || assign.pool !== null,
    verify: verify !== null,
    output_schema: outputSchema !== null && work.kind !== 'subplan',
  }
  for (const field of Object.keys(isGiven).filter((name) => isGiven[name])) {
    const message = `Tasks of kind '${work.kind}' have none${work.kind === 'map' ? ': say it in map.task' : ''}`
    found.add([...path, field], 'misplaced_field', message)
  }
  if (work.kind === 'gate' && (onTimeout === 'migrate' || onTimeout === 'retry')) {
    const message = "Nobody else is asked for an approval: use 'fail' or 'skip'"
    found.add([...path, 'on_timeout'], 'invalid_value', message)
  }
}

function hasCandidates(input: unknown): boolean {
  const candidates = isRecord(input) ? input['candidates'] : null
  if (Array.isArray(candidates)) return candidates.length > 1
  return isRecord(candidates) && Object.hasOwn(candidates, '$ref')
}

function waitFaults(
  { forMs, until }: { forMs: number | null; until: number | null },
  { path, deadlineMs, found }: Checked,
): void {
  if ((forMs === null) === (until === null)) {
    found.add([...path, 'wait'], 'missing_field', 'A wait has either for_ms or until')
  }
  if (forMs !== null && forMs > deadlineMs) {
    const message = `${forMs} ms is longer than the deadline, ${deadlineMs} ms`
    found.add([...path, 'wait', 'for_ms'], 'inconsistent_timeout', message)
  }
}
