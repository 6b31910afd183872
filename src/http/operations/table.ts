import { AGENTS } from './agents.ts'
import { ATTEMPTS } from './attempts.ts'
import { CONFIGURATION } from './configuration.ts'
import { DECISIONS } from './decisions.ts'
import { HISTORY } from './history.ts'
import { INFERENCE } from './inference.ts'
import type { Operation } from './operation.ts'
import { operatorOperations } from './operator.ts'
import { PLANS } from './plans.ts'
import { RUNS } from './runs.ts'
import { SERVICE } from './service.ts'
import { SESSIONS } from './sessions.ts'
import { TENANCY } from './tenancy.ts'

const OF_TENANTS = [
  ...INFERENCE,
  ...DECISIONS,
  ...HISTORY,
  ...CONFIGURATION,
  ...TENANCY,
  ...AGENTS,
  ...PLANS,
  ...RUNS,
  ...SESSIONS,
]

/** Every call of the API. What is not in it is not served. */
export const OPERATIONS: readonly Operation[] = [
  ...OF_TENANTS,
  ...operatorOperations(OF_TENANTS),
  ...ATTEMPTS,
  ...SERVICE,
]
