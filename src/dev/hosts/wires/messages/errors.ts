import type * as z from 'zod'
import type { JsonObject } from '../../json.ts'
import type { HostError } from '../../wire.ts'

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

/** Anthropic's error body, which is also its `error` event. */
export function messagesError({ status, message }: HostError): JsonObject {
  const type = ERROR_TYPES[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error')
  return { type: 'error', error: { type, message }, request_id: 'req_simulated' }
}

/** The first thing that is wrong with a request, as Anthropic says it, e.g. `max_tokens: Field required`. */
export function messagesComplaint({ issues }: z.ZodError): HostError {
  const issue = deepest(issues)
  if (issue === undefined) return { status: 400, message: 'Invalid request' }
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') {
    return refusal([...path, issue.keys[0] ?? ''], 'Extra inputs are not permitted')
  }
  return refusal(path, issue.message.endsWith('received undefined') ? 'Field required' : issue.message)
}

/** The complaint about the alternative that came closest: hosts do not tell of the others. */
function deepest(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue | undefined {
  const [issue] = issues
  if (issue?.code !== 'invalid_union') return issue
  const inner = issue.errors.flatMap((errors) => deepest(errors) ?? [])
  const [closest] = inner.toSorted((a, b) => b.path.length - a.path.length)
  return closest ? { ...closest, path: [...issue.path, ...closest.path] } : issue
}

function refusal(path: readonly string[], what: string): HostError {
  return { status: 400, message: path.length === 0 ? what : `${path.join('.')}: ${what}` }
}
