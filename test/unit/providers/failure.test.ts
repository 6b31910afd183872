import { describe, expect, it } from 'vitest'
import { readFailure } from '../../../src/providers/failure.ts'

const refused = (message: string, headers: Record<string, string> = {}) =>
  readFailure({ status: 429, headers: new Headers(headers), body: JSON.stringify({ error: { message } }) }, 0)

describe('how long a host wants us to wait', () => {
  it.each([
    ['Please try again in 340ms.', 340],
    ['Please try again in 20s. Visit us.', 20_000],
    ['Please try again in 1m30.5s', 90_500],
    ['Please try again in 2m', 120_000],
    ['Please retry after 7 seconds.', 7_000],
    ['Come back later', undefined],
  ])('is read from words where nothing else tells it: %s', (words, ms) => {
    expect(refused(words).retryAfterMs).toBe(ms)
  })

  it('is what the headers say where they say it', () => {
    expect(refused('Please try again in 20s', { 'retry-after': '3' }).retryAfterMs).toBe(3_000)
    expect(refused('Please try again in 20s', { 'retry-after-ms': '250' }).retryAfterMs).toBe(250)
  })
})
