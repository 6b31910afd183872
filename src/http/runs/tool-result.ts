/**
 * What became of a call. `failed`: it was not made, or did not do what it should; `isFinal`: it would fail again; `output`:
 * what was answered, where something was. `unknown`: it may have been done, and must not be done twice.
 */
export type ToolResult<T = unknown> =
  | { status: 'succeeded'; output: T }
  | FailedResult
  | { status: 'unknown'; reason: 'error' | 'timeout'; message: string }
type FailedResult = {
  status: 'failed'
  reason: 'error' | 'timeout' | 'invalid_output'
  code: string
  message: string
  isFinal: boolean
  output: unknown
}

/** A call that was not made, and would not be another time. */
export function failedResult(code: string, message: string): FailedResult {
  return { status: 'failed', reason: 'error', code, message, isFinal: true, output: null }
}
