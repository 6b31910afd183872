import { describe, expect, it } from 'vitest'
import { FAILURE_CODES } from '../../../src/core/chat.ts'
import { AppError, ERROR_POLICY, errorBody, FALLBACK_POLICY, failureBody } from '../../../src/core/errors.ts'

describe('errors', () => {
  it('have the type that clients expect of their status', () => {
    const types: Record<number, string> = {
      401: 'authentication_error',
      402: 'insufficient_quota',
      403: 'permission_error',
      429: 'rate_limit_error',
    }
    for (const { status, type } of Object.values(ERROR_POLICY)) {
      expect(type).toBe(types[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error'))
    }
  })

  it('carry the field at fault and what caused them, but show only the message', () => {
    const cause = new Error('secret')
    const error = new AppError('invalid_request', 'Bad', { param: 'messages[0]', retryAfterMs: 5, cause })
    expect(error).toMatchObject({ name: 'AppError', cause, retryAfterMs: 5 })
    expect(errorBody(error)).toEqual({
      message: 'Bad',
      type: 'invalid_request_error',
      code: 'invalid_request',
      param: 'messages[0]',
    })
    expect(errorBody(new AppError('internal', 'Oops')).param).toBeNull()
  })

  it('let only a refused request keep others from being asked', () => {
    expect(FAILURE_CODES.filter((code) => !FALLBACK_POLICY[code])).toEqual(['provider_rejected'])
  })

  it('show what the host said beside our own words', () => {
    const failure = {
      code: 'rate_limited',
      message: 'Slow down',
      status: 429,
      hostCode: 'tpm',
      hostRequestId: 'r1',
    } as const
    expect(failureBody(failure)).toEqual({
      message: 'Slow down',
      type: 'rate_limit_error',
      code: 'rate_limited',
      param: null,
      provider: { status: 429, code: 'tpm', request_id: 'r1' },
    })
    expect(failureBody({ code: 'timeout', message: 'Late' }).provider).toEqual({})
  })
})
