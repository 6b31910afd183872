import { planBody } from '../../protocols/plans/schema.ts'
import { listOf, objectOf, type Operation } from './operation.ts'

const PLAN = { id: { kind: 'plan', description: 'Id of a template' } } as const
const SHOWN = objectOf('plan.template', ['id', 'revision', 'goal', 'tasks', 'plan'])
const BASE = { access: 'agents', tag: 'Agents' } as const

/** Calls about plans, which agents carry out. */
export const PLANS: readonly Operation[] = [
  {
    ...BASE,
    id: 'validatePlan',
    method: 'POST',
    path: '/v1/plans/validate',
    summary: 'Say all that is wrong with a plan, and what it may come to',
    body: { schema: planBody },
    answer: {
      description: 'Whether it is valid; `errors`: at most 100, each with its path; `plan`: its figures',
      schema: objectOf('plan.validation', ['valid', 'errors', 'has_more']),
    },
  },
  {
    ...BASE,
    id: 'listPlans',
    method: 'GET',
    path: '/v1/plans',
    summary: 'Templates of plans, without the plans',
    answer: { description: 'All of them, by id', schema: listOf() },
  },
  {
    ...BASE,
    id: 'getPlan',
    method: 'GET',
    path: '/v1/plans/{id}',
    summary: 'A template with its plan',
    params: PLAN,
    answer: { description: 'The template; its revision is the ETag', schema: SHOWN },
  },
  {
    ...BASE,
    id: 'putPlan',
    method: 'PUT',
    path: '/v1/plans/{id}',
    summary: 'Keep a plan under a name, to be run by it',
    params: PLAN,
    headers: { 'if-match': 'The ETag of the template that may be replaced' },
    body: { schema: planBody },
    answer: { description: 'The template; 201 for a new one', schema: SHOWN },
    errors: ['precondition_failed'],
  },
  {
    ...BASE,
    id: 'deletePlan',
    method: 'DELETE',
    path: '/v1/plans/{id}',
    summary: 'Remove a template',
    params: PLAN,
    answer: { status: 204, description: 'It is removed' },
  },
]
