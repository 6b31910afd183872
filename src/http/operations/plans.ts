import { planBody } from '../../protocols/plans/schema.ts'
import { objectOf, type Operation } from './operation.ts'

/** Calls about plans, which agents carry out. */
export const PLANS: readonly Operation[] = [
  {
    id: 'validatePlan',
    method: 'POST',
    path: '/v1/plans/validate',
    access: 'agents',
    tag: 'Agents',
    summary: 'Say all that is wrong with a plan, and what it may come to',
    body: { schema: planBody },
    answer: {
      description: 'Whether it is valid; `errors`: at most 100, each with its path; `plan`: its figures',
      schema: objectOf('plan.validation', ['valid', 'errors', 'has_more']),
    },
  },
]
