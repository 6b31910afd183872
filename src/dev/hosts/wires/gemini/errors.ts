import type * as z from 'zod'
import type { JsonObject } from '../../json.ts'
import type { HostError } from '../../wire.ts'
import { pathOf } from '../openai.ts'

const STATUSES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
}

/** Google's error body; how long to wait is told in its details. */
export function geminiError({ status, message, retryAfterMs }: HostError): JsonObject {
  const retry = retryAfterMs === undefined ? {} : { details: [retryInfo(retryAfterMs)] }
  return { error: { code: status, message, status: STATUSES[status] ?? 'UNKNOWN', ...retry } }
}

/** The first thing that is wrong with a request, as Google says it. */
export function geminiComplaint({ issues }: z.ZodError): HostError {
  const [issue] = issues
  const at = pathOf((issue?.path ?? []).map((key) => (typeof key === 'string' ? snakeCase(key) : key)))
  if (issue === undefined) return { status: 400, message: 'Request contains an invalid argument.' }
  if (issue.code === 'unrecognized_keys') {
    const place = at ? ` at '${at}'` : ''
    const message = `Invalid JSON payload received. Unknown name "${issue.keys[0]}"${place}: Cannot find field.`
    return { status: 400, message }
  }
  if (issue.code === 'too_small' || issue.message.endsWith('received undefined')) {
    return { status: 400, message: `* GenerateContentRequest.${at}: ${issue.message}\n` }
  }
  return { status: 400, message: `Invalid value at '${at}': ${issue.message}` }
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function retryInfo(retryAfterMs: number): JsonObject {
  return { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${retryAfterMs / 1000}s` }
}
