import type { Decision } from '../decision.ts'
import { NO_ADVICE } from './advice.ts'
import { ALONE } from './plan.ts'

/** How a request is best worked on, and how it will be: as is asked for, or as the tenant lets it be where that pays. */
export function proposeCollaboration(): Pick<Decision, 'collaboration' | 'topology'> {
  return { collaboration: ALONE, topology: NO_ADVICE }
}
