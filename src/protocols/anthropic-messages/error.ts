import type { ErrorBody } from '../../core/errors.ts'

/** Anthropic's names for what ours call otherwise, by our code. */
const TYPES: Readonly<Record<string, string>> = {
  not_found: 'not_found_error',
  model_not_found: 'not_found_error',
  request_too_large: 'request_too_large',
  timeout: 'timeout_error',
  budget_exceeded: 'billing_error',
}

/** An error in Anthropic's shape; our code, the field at fault and what the host said stand beside its words. */
export function encodeError(body: ErrorBody): object {
  const { message, type, code, param, provider } = body
  return {
    type: 'error',
    error: { type: TYPES[code] ?? type, message, code, param, ...(provider && { provider }) },
  }
}
