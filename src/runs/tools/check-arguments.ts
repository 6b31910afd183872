import { isRecord } from '../../core/canonical-json.ts'
import { fieldPath } from '../../core/field-path.ts'
import { misfitOf } from '../../execute/matches-schema.ts'

/**
 * What is wrong with a tool's arguments, naming where; null for nothing, or where their schema says more than we can
 * check.
 */
export function argumentsFault(parameters: Readonly<Record<string, unknown>>, given: unknown): string | null {
  if (!isRecord(given)) return "Invalid 'arguments': they must be an object"
  const misfit = misfitOf(parameters, given)
  return misfit ? `Invalid '${fieldPath(['arguments', ...misfit.path])}': it must ${misfit.must}` : null
}
