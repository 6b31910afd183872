import type { Plan, Task, TaskBody } from '../../../src/core/plan.ts'
import { fateOf, isApproved, REVIEWED, type Scenario, workFor } from './run-scenario.ts'

/** How a task ends. `hasFailure`: also of one that was skipped for it. */
type Done = { status: string; output: unknown; hasFailure: boolean }
export type Expected = {
  status: 'succeeded' | 'failed'
  /** What all tasks come to; null where the run fails at once, whatever else goes on. */
  whole: { isPartial: boolean; output: unknown; statuses: Record<string, string> } | null
}

/** The run fails at once. */
class Fails extends Error {}

/** How a plan ends: its tasks one after the other, by what becomes of each attempt. */
export function expected(plan: Plan, { seed, list }: Scenario): Expected {
  const all = new Map<string, Done>()
  try {
    const { status, output } = levelDone(plan, '', list, { seed, all })
    const isPartial = [...all.values()].some((done) => done.hasFailure || done.status === 'blocked')
    const statuses = Object.fromEntries(Array.from(all, ([key, done]) => [key, done.status]))
    return { status, whole: { isPartial: status === 'failed' || isPartial, output, statuses } }
  } catch (cause) {
    if (!(cause instanceof Fails)) throw cause
    return { status: 'failed', whole: null }
  }
}

type World = { seed: number; all: Map<string, Done> }

function levelDone(plan: Plan, prefix: string, input: unknown, world: World) {
  const done = new Map<string, Done>()
  for (const task of plan.tasks) {
    const result = taskDone(task, `${prefix}${task.id}`, done, input, world)
    done.set(task.id, result)
    world.all.set(`${prefix}${task.id}`, result)
  }
  const needed = new Set(plan.tasks.flatMap(({ dependsOn }) => dependsOn))
  const sinks = plan.tasks.map(({ id }) => id).filter((id) => !needed.has(id))
  const wanted = plan.outputs ? Object.keys(plan.outputs) : sinks
  const statuses = wanted.map((id) => done.get(id)?.status)
  const isWhole = statuses.every((status) => status === 'succeeded' || status === 'skipped')
  const status = isWhole || statuses.includes('succeeded') ? ('succeeded' as const) : ('failed' as const)
  const outputs = wanted.map((id) => [id, done.get(id)?.output ?? null] as const)
  const output = plan.outputs || outputs.length > 1 ? Object.fromEntries(outputs) : outputs[0]?.[1]
  return { status, output }
}

function taskDone(
  task: Task,
  key: string,
  done: ReadonlyMap<string, Done>,
  input: unknown,
  world: World,
): Done {
  const before = task.dependsOn.map((id) => done.get(id))
  if (before.some((each) => each?.status === 'failed' || each?.status === 'blocked')) {
    return { status: 'blocked', output: null, hasFailure: false }
  }
  const [first] = before
  const number = numberIn(first?.output)
  if (task.when !== null && !(typeof number === 'number' && number > 2)) {
    return { status: 'skipped', output: null, hasFailure: false }
  }
  const outputs = Object.fromEntries(task.dependsOn.map((id) => [id, done.get(id)?.output ?? null]))
  const told = task.input !== null ? (number ?? -1) : task.dependsOn.length > 0 ? outputs : null
  return bodyDone(task, key, told, input, world)
}

function numberIn(output: unknown): unknown {
  return typeof output === 'object' && output !== null && 'n' in output ? output.n : null
}

function bodyDone(body: TaskBody, key: string, told: unknown, input: unknown, world: World): Done {
  const { work } = body
  switch (work.kind) {
    case 'wait':
      return succeeded(null)
    case 'gate': {
      const isYes = isApproved(world.seed, key)
      if (isYes) return succeeded({ approved: true, comment: null })
      // What a person has said is nothing that is missing.
      const said = failed(body.onError)
      return said.status === 'skipped'
        ? { ...said, output: { approved: false, comment: null }, hasFailure: false }
        : said
    }
    case 'map': {
      if (!Array.isArray(input)) return failed(body.onError)
      const results = input.map((item: unknown, index) => {
        const result = attempts(work.task, `${key}[${index}]`, item, world)
        world.all.set(`${key}[${index}]`, result)
        return result
      })
      const isLost = results.length > 0 && results.every(({ status }) => status === 'failed')
      return isLost ? failed(body.onError) : succeeded(results.map(({ output }) => output))
    }
    case 'subplan': {
      const { status, output } = levelDone(work.plan, `${key}/`, told, world)
      return status === 'succeeded' ? succeeded(output) : failed(body.onError)
    }
    case 'model':
    case 'agent':
    case 'tool':
    case 'panel':
    case 'judge':
      return attempts(body, key, told, world)
  }
}

const REASONS: Readonly<Record<string, TaskBody['retry']['on'][number]>> = {
  error: 'error',
  final: 'error',
  invalid: 'invalid_output',
  lost: 'lost',
  silent: 'lost',
  late: 'lost',
  hang: 'timeout',
}

function attempts(body: TaskBody, key: string, told: unknown, { seed }: World): Done {
  let misses = 0
  for (let number = 1; ; number += 1) {
    const fate = fateOf(seed, key, number)
    if (fate === 'ok' || fate === 'accepted') return succeeded(workFor(key, number, told))
    const reason = REASONS[fate]
    if (reason === undefined) continue
    misses += 1
    const isUnknown = reason === 'lost' || reason === 'timeout'
    const isOnce = body.sideEffect === 'once'
    if (isOnce && isUnknown) {
      if (isApproved(seed, key)) return succeeded(REVIEWED)
      const said = failed(body.onError)
      return { ...said, hasFailure: said.status === 'failed' }
    }
    const action = isUnknown ? body.onTimeout : body.onError
    const isLast = fate === 'final' || (isOnce && fate === 'invalid') || misses > body.retry.max
    if (isLast || action === 'fail' || action === 'skip') return failed(action)
  }
}

function succeeded(output: unknown): Done {
  return { status: 'succeeded', output, hasFailure: false }
}

function failed(action: string): Done {
  if (action === 'fail') throw new Fails()
  if (action === 'skip') return { status: 'skipped', output: null, hasFailure: true }
  return { status: 'failed', output: null, hasFailure: true }
}
