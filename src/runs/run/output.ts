import type { Plan } from '../../core/plan.ts'
import { aggregateOutputs, type NamedOutput } from '../aggregate/aggregate-outputs.ts'
import { resolveJson } from '../plan/resolve.ts'
import { takingOf } from '../plan/room.ts'
import { AGGREGATE_TASK, levelOf } from './definitions.ts'
import { RUN_LIMITS, type RunState } from './state.ts'
import type { ReadValue } from './step.ts'
import { levelAround, outputAt } from './surroundings.ts'

/** What a run gave, or has given so far; null for nothing. What is missing of several outputs is null. */
export function outputOf(state: RunState, read: ReadValue): unknown {
  return state.plan && levelOutput(state, read, state.plan, '')
}

/** The output of one level: of a run, or a subplan. @param prefix of its keys */
export function levelOutput(state: RunState, read: ReadValue, plan: Plan, prefix: string): unknown {
  const pieces = piecesOf(state, read, plan, prefix)
  const { aggregate, outputs } = plan
  if (aggregate === 'judge' || aggregate === 'reduce') {
    const task = state.tasks.get(`${prefix}${AGGREGATE_TASK}`)
    if (task?.status === 'succeeded') return outputAt(task, read)
    const there = pieces.filter(({ value }) => value !== null)
    if (there.length === 1) return there[0]?.value
  } else if (aggregate !== null) {
    return aggregateOutputs(aggregate, pieces).value
  }
  if (!outputs && pieces.length < 2) return pieces[0]?.value ?? null
  return Object.fromEntries(pieces.map(({ name, value }) => [name, value]))
}

/**
 * The outputs of a level one by one: those the plan names, or of the tasks that nobody depends on. Where they are too large
 * together, the last are null.
 */
export function piecesOf(
  state: RunState,
  read: ReadValue,
  plan: Plan,
  prefix: string,
): readonly NamedOutput[] {
  const take = takingOf(RUN_LIMITS.joinedChars)
  if (plan.outputs) {
    const around = levelAround(state, read, prefix)
    return Object.entries(plan.outputs).map(([name, value]) => ({
      name,
      value: resolveJson(value, around, take),
    }))
  }
  return levelOf(plan).wanted.map((id) => ({
    name: id,
    value: take(() => outputAt(state.tasks.get(`${prefix}${id}`), read)),
  }))
}
