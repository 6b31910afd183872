import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readFailure, readInBandFailure } from '../../../src/providers/failure.ts'
import { MAX_WAIT_MS } from '../../../src/providers/retry-after.ts'

const NOW = Date.UTC(2026, 10, 23, 12, 0, 0)
const inSeconds = (seconds: number) => new Date(NOW + seconds * 1_000)

function waitAfter(headers: Record<string, string>, body: unknown = {}, status = 429): number | undefined {
  return readFailure({ status, headers: new Headers(headers), body: JSON.stringify(body) }, NOW).retryAfterMs
}
const saying = (message: string) => ({ error: { message } })

describe('how long a host wants us to wait', () => {
  it.each<[Record<string, string>, number | undefined]>([
    [{ 'retry-after': '7' }, 7_000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': '1m30s' }, 90_000],
    [{ 'retry-after': inSeconds(90).toUTCString() }, 90_000],
    [{ 'retry-after': 'Monday, 23-Nov-26 12:01:30 GMT' }, 90_000],
    [{ 'retry-after': inSeconds(-90).toUTCString() }, 0],
    [{ 'retry-after': '-3' }, 0],
    [{ 'retry-after': '' }, undefined],
    [{ 'retry-after': 'soon 5' }, undefined],
    [{ 'retry-after-ms': '1250', 'retry-after': '2' }, 1_250],
    [{ 'retry-after-ms': 'NaN', 'retry-after': '2' }, 2_000],
    [{ 'retry-after': '1e400' }, MAX_WAIT_MS],
    [{ 'retry-after': '604800' }, MAX_WAIT_MS],
  ])('is read from %o', (headers, ms) => {
    expect(waitAfter(headers)).toBe(ms)
  })

  it.each<[string, number | undefined]>([
    ['6m0s', 360_000],
    ['1.5s', 1_500],
    ['20ms', 20],
    ['1h2m3.5s', MAX_WAIT_MS],
    ['7m12s', 432_000],
    ['500µs', 1],
    ['12', 12_000],
    ['34.5', 34_500],
    [String(inSeconds(45).getTime() / 1_000), 45_000],
    [String(inSeconds(45).getTime()), 45_000],
    [inSeconds(45).toISOString(), 45_000],
    ['2026-11-23T12:00:45Z', 45_000],
    ['2026-11-23T14:00:45+02:00', 45_000],
    ['2026-11-23T11:59:00Z', 0],
    ['6m0s!', undefined],
    ['m', undefined],
  ])('is when a limit resets: %s', (reset, ms) => {
    expect(waitAfter({ 'x-ratelimit-reset': reset })).toBe(ms)
    expect(waitAfter({ 'x-ratelimit-reset-tokens': reset })).toBe(ms)
    expect(waitAfter({ 'anthropic-ratelimit-input-tokens-reset': reset })).toBe(ms)
  })

  it('is when the last of the limits resets that are used up', () => {
    const openai = {
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '8.64s',
      'x-ratelimit-remaining-tokens': '149000',
      'x-ratelimit-reset-tokens': '6m0s',
    }
    expect(waitAfter(openai)).toBe(8_640)
    expect(waitAfter({ ...openai, 'x-ratelimit-remaining-tokens': '0' })).toBe(360_000)
    expect(waitAfter({ ...openai, 'x-ratelimit-remaining-requests': '5' })).toBeUndefined()
    const anthropic = {
      'anthropic-ratelimit-requests-remaining': '49',
      'anthropic-ratelimit-requests-reset': '2026-11-23T12:00:59Z',
      'anthropic-ratelimit-input-tokens-remaining': '0',
      'anthropic-ratelimit-input-tokens-reset': '2026-11-23T12:00:10Z',
      'anthropic-ratelimit-output-tokens-remaining': '0',
      'anthropic-ratelimit-output-tokens-reset': '2026-11-23T12:00:20Z',
    }
    expect(waitAfter(anthropic)).toBe(20_000)
  })

  it('is no reset of limits where the refusal is not about them', () => {
    expect(waitAfter({ 'x-ratelimit-reset-requests': '6m0s' }, {}, 500)).toBeUndefined()
    expect(waitAfter({ 'x-ratelimit-reset-requests': '6m0s' }, {}, 400)).toBeUndefined()
  })

  it.each<[string, unknown, number]>([
    ['Google', { error: { details: [{ '@type': 'x' }, { retryDelay: '38.2s' }] } }, 38_200],
    ['a number beside the message', { message: 'Slow down', retry_after: 0.75 }, 750],
    ['a number in the error', { error: { message: 'Slow down', retry_after: 30 } }, 30_000],
    ['milliseconds', { error: { message: 'Slow down', retry_after_ms: 250 } }, 250],
    ['text', { error: 'Slow down', retryAfter: '12s' }, 12_000],
    ['OpenRouter', { error: { code: 429, metadata: { retry_after_seconds: 9 } } }, 9_000],
    [
      "OpenRouter's headers",
      {
        error: { metadata: { headers: { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': NOW + 5_000 } } },
      },
      5_000,
    ],
  ])('is read from the body: %s', (_, body, ms) => {
    expect(waitAfter({}, body)).toBe(ms)
  })

  it.each([
    ['Please try again in 340ms.', 340],
    ['Please try again in 20s. Visit us.', 20_000],
    ['Please try again in 1m30.5s', 90_500],
    ['Please try again in 6m0s.', 360_000],
    ['Please try again in 2m', 120_000],
    ['Please retry after 7 seconds.', 7_000],
    ['Please retry in 43.609s.', 43_609],
    ['Please retry after 5', 5_000],
    ['Wait for 2 minutes and 5 seconds before the next call', 125_000],
    ['Try again in 72 hours', MAX_WAIT_MS],
    ['Your quota will reset after 51s.', 51_000],
    ['Try again in 2 weeks', undefined],
    ['Come back later', undefined],
  ])('is read from words where nothing else tells it: %s', (words, ms) => {
    expect(waitAfter({}, saying(words))).toBe(ms)
    expect(readInBandFailure(saying(words)).retryAfterMs).toBe(ms)
  })

  it('is what tells most exactly: headers, then fields, then words, then the reset of a limit', () => {
    const body = { error: { message: 'Please try again in 20s', retry_after: 10 } }
    const reset = { 'x-ratelimit-reset': '60s' }
    expect(waitAfter({ ...reset, 'retry-after-ms': '250', 'retry-after': '3' }, body)).toBe(250)
    expect(waitAfter({ ...reset, 'retry-after': '3' }, body)).toBe(3_000)
    expect(waitAfter(reset, body)).toBe(10_000)
    expect(waitAfter(reset, saying('Please try again in 20s'))).toBe(20_000)
    expect(waitAfter(reset, saying('Slow down'))).toBe(60_000)
  })

  const pieces = fc.constantFrom('6', '-1', '0', '.', '1e9', '1e308', 'm', 's', 'ms', 'd', ' ', 'Z', 'T', ':')
  const values = fc.oneof(
    fc.string(),
    fc.double().map(String),
    fc.array(pieces).map((all) => all.join('')),
  )

  it('is a time within bounds or none, whatever a host says', () => {
    const printable = values.map((value) => value.replaceAll(/[^ -~]/g, ''))
    fc.assert(
      fc.property(printable, values, fc.anything(), (header, words, field) => {
        const waits = [
          waitAfter({ 'retry-after': header }),
          waitAfter({ 'retry-after-ms': header }),
          waitAfter({ 'x-ratelimit-reset': header }),
          waitAfter({}, saying(`Please try again in ${words}`)),
          waitAfter(
            {},
            { error: { retry_after: words, metadata: { headers: { 'x-ratelimit-reset': words } } } },
          ),
          readInBandFailure({ error: { retry_after: field, details: field, metadata: field } }).retryAfterMs,
        ]
        for (const wait of waits) {
          if (wait === undefined) continue
          expect(wait).toBeGreaterThanOrEqual(0)
          expect(wait).toBeLessThanOrEqual(MAX_WAIT_MS)
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('a host that was never asked', () => {
  it.each([521, 523, 525, 526, 530])('is told apart from one that failed: %i', (status) => {
    const failure = readFailure({ status, headers: new Headers(), body: `error code: ${status}` }, NOW)
    expect(failure).toMatchObject({ code: 'provider_failed', beforeResponse: true })
  })

  it('is none that took a while or answered nonsense', () => {
    for (const status of [500, 502, 503, 520, 522, 524]) {
      const failure = readFailure({ status, headers: new Headers(), body: '' }, NOW)
      expect(failure).not.toHaveProperty('beforeResponse')
    }
  })
})
