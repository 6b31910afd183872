import { heartbeatBody, resultBody } from '../runs/remote-result.ts'
import { objectOf, type Operation } from './operation.ts'

const BASE = {
  method: 'POST',
  // Agents have no keys: whoever calls has to show the token that came with the attempt.
  access: 'public',
  tag: 'Runs',
  params: {
    id: { kind: 'run', description: 'Id of a run' },
    token: { kind: 'attempt', description: 'Number of an attempt' },
  },
  errors: ['invalid_api_key', 'stale_attempt', 'not_configured'],
} as const

/** What agents elsewhere call back with, about attempts that were given to them. */
export const ATTEMPTS: readonly Operation[] = [
  {
    ...BASE,
    id: 'tellAttemptResult',
    path: '/v1/runs/{id}/attempts/{token}/result',
    summary: 'Give the result of a task, as its agent, with the attempt’s own bearer token',
    body: { schema: resultBody },
    answer: { description: 'It counts', schema: objectOf('run.attempt', ['accepted']) },
  },
  {
    ...BASE,
    id: 'tellAttemptHeartbeat',
    path: '/v1/runs/{id}/attempts/{token}/heartbeat',
    summary:
      'Say that a task is worked on, as its agent, with the attempt’s own bearer token; at most once a second',
    body: { schema: heartbeatBody, optional: true },
    answer: { description: 'Go on', schema: objectOf('run.attempt', ['accepted']) },
    errors: [...BASE.errors, 'rate_limit_exceeded'],
  },
]
