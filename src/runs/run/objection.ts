import { placeOf } from './definitions.ts'
import { faultOf } from './settle.ts'
import type { RunFailure, RunState } from './state.ts'
import type { RunInput } from './step.ts'

/**
 * What speaks against the result that an agent elsewhere tells: that its attempt counts no longer, or that its output
 * cannot be one; null for nothing.
 */
export function objectionTo(
  { plan, tasks }: Pick<RunState, 'plan' | 'tasks'>,
  { task: key, token, outcome }: Extract<RunInput, { kind: 'told' }>,
): 'stale' | RunFailure | null {
  const place = placeOf(plan, key)
  if (!place || tasks.get(key)?.attempt?.token !== token) return 'stale'
  return outcome.kind === 'succeeded' ? faultOf(outcome.output, place.body.outputSchema) : null
}
