import { expect } from 'vitest'
import type { Mode, Outcome, Refused } from './truth-faults.ts'
import { eventsIn } from './truth-lanes.ts'
import type { Protocol, Told } from './truth-protocols.ts'

/** Checks that a caller was told the truth. */
export async function checkTold(
  protocol: Protocol,
  mode: Mode,
  response: Response,
  outcome: Outcome,
): Promise<void> {
  const text = await response.text()
  const context = `${response.status} ${text.slice(0, 300)} … ${text.slice(-600)}`
  if (outcome.kind === 'refused') return checkRefused(protocol, response, text, outcome)
  expect(response.status, context).toBe(200)
  const told = mode === 'stream' ? protocol.readStream(eventsIn(text)) : protocol.readWhole(JSON.parse(text))
  checkEnd(told, outcome.kind === 'ended' ? 'success' : 'error', context)
  if (outcome.kind === 'ended') return checkEnded(told, outcome.finish, context)
  expect(told.pieces, context).toBeGreaterThanOrEqual(outcome.pieces)
  expect(told.error?.message, context).toMatch(/\w/)
  if (protocol.name === 'responses') return expect(told.error?.code, context).toBe('server_error')
  expect(told.error, context).toMatchObject({ code: outcome.code, type: protocol.errorType(outcome.code) })
}

/** One end, of this kind, and nothing after it. */
function checkEnd({ ends }: Told, end: 'success' | 'error', context: string): void {
  expect(
    ends.filter((one) => one !== null),
    context,
  ).toEqual([end])
  expect(ends.at(-1), context).toBe(end)
}

function checkEnded({ finish, text, usage, error }: Told, expected: string, context: string): void {
  expect(error, context).toBeNull()
  expect(finish, context).toBe(expected)
  if (expected === 'stop') {
    expect(text, context).toContain('[simulated')
    expect(usage?.output, context).toBeGreaterThan(20)
  }
  expect(usage?.input, context).toBeGreaterThan(5)
}

function checkRefused(protocol: Protocol, response: Response, text: string, outcome: Refused): void {
  const { status, code, host, retryAfter } = outcome
  const { headers } = response
  const context = `${response.status} ${text.slice(0, 1_000)}`
  expect(response.status, context).toBe(status)
  expect(headers.get('content-type'), context).toContain('application/json')
  const error = protocol.readError(JSON.parse(text))
  expect(error, context).toMatchObject({ code, type: protocol.errorType(code) })
  expect(error.provider?.status, context).toBe(host)
  if (host !== undefined) expect(error.provider?.request_id, context).toMatch(/^req_simulated/)
  const wait = headers.get('retry-after')
  if (!retryAfter) return expect(wait, context).toBeNull()
  expect(Number(wait), context).toBeGreaterThanOrEqual(retryAfter[0])
  expect(Number(wait), context).toBeLessThanOrEqual(retryAfter[1])
}
