import type { Fault } from '../../../src/core/errors.ts'
import type { Plan } from '../../../src/core/plan.ts'
import { decodePlan } from '../../../src/protocols/plans/decode-plan.ts'
import { checkPlan } from '../../../src/runs/plan/check-plan.ts'

/** A plan as it is read, and all that is wrong with it. */
export function validated(document: unknown): { plan: Plan; faults: readonly Fault[]; hasMore: boolean } {
  const { plan, broken, found } = decodePlan(document)
  checkPlan(plan, broken, found)
  return { plan, faults: found.faults, hasMore: found.hasMore }
}

/** Where something is wrong, and what, as `path code`. */
export function wrongWith(document: unknown): string[] {
  return validated(document).faults.map(({ path, code }) => `${path} ${code}`)
}

/** A model's task. */
export function task(id: string, dependsOn: readonly string[] = [], fields: object = {}): object {
  return { id, kind: 'model', depends_on: dependsOn, ...fields }
}

export const ref = (path: string, fields: object = {}) => ({ $ref: path, ...fields })
