import type * as z from 'zod'
import type { JsonObject } from '../json.ts'
import type { SimulatedModel } from '../question.ts'
import type { HostError } from '../wire.ts'

const TYPES: Readonly<Record<number, { type: string; code: string | null }>> = {
  400: { type: 'invalid_request_error', code: null },
  401: { type: 'invalid_request_error', code: 'invalid_api_key' },
  403: { type: 'permission_error', code: null },
  404: { type: 'invalid_request_error', code: 'model_not_found' },
  429: { type: 'requests', code: 'rate_limit_exceeded' },
}

/** The error body of OpenAI and of the many hosts that follow it. */
export function openaiError({ status, message, code, param, retryAfterMs }: HostError): JsonObject {
  const known = TYPES[status] ?? { type: status < 500 ? 'invalid_request_error' : 'server_error', code: null }
  const wait = retryAfterMs === undefined ? '' : ` Please try again in ${retryAfterMs / 1000}s.`
  return {
    error: {
      message: `${message}${wait}`,
      type: known.type,
      param: param ?? null,
      code: code ?? known.code,
    },
  }
}

/** The first thing that is wrong with a request, as OpenAI says it. */
export function openaiComplaint({ issues }: z.ZodError): HostError {
  const [issue] = issues
  const param = pathOf(issue?.path ?? [])
  if (issue === undefined || param === '')
    return { status: 400, message: 'The request body has the wrong form' }
  if (issue.message.endsWith('received undefined')) {
    const message = `Missing required parameter: '${param}'.`
    return { status: 400, message, param, code: 'missing_required_parameter' }
  }
  const code = issue.code === 'invalid_type' ? 'invalid_type' : 'invalid_value'
  return { status: 400, message: `Invalid '${param}': ${issue.message}.`, param, code }
}

/** A field's place in a request, e.g. `messages[0].content`. */
export function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index === 0 ? '' : '.'}${String(key)}`))
    .join('')
}

/** The list of models that OpenAI and its followers give. */
export function openaiModels(models: readonly SimulatedModel[]): JsonObject {
  const data = models.map(({ host, hostModelId }) => {
    return { id: hostModelId, object: 'model', created: 1_700_000_000, owned_by: host }
  })
  return { object: 'list', data }
}
