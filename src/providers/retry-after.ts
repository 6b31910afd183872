import * as z from 'zod'

/**
 * How long a host wants us to wait, in all the spellings seen: `retry-after` (RFC 9110 § 10.2.3) and OpenAI's
 * `retry-after-ms`; the reset headers of OpenAI, Groq, Azure (seconds), OpenRouter (Unix ms) and Anthropic (RFC 3339);
 * words in messages. All in ms from now, never negative.
 */

/**
 * The longest wait that is believed: after that it is time to look again. A wrong clock, a wrong unit or a limit per
 * month must not put a host out of use for longer.
 */
export const MAX_WAIT_MS = 3_600_000

/** Units as hosts write them, in ms: Go's durations and plain English. */
const UNIT_MS: readonly (readonly [RegExp, number])[] = [
  [/^(?:ns|nanoseconds?)$/, 1e-6],
  [/^(?:us|µs|μs|microseconds?)$/, 1e-3],
  [/^(?:ms|msecs?|milliseconds?)$/, 1],
  [/^(?:s|secs?|seconds?)$/, 1_000],
  [/^(?:m|mins?|minutes?)$/, 60_000],
  [/^(?:h|hrs?|hours?)$/, 3_600_000],
  [/^(?:d|days?)$/, 86_400_000],
]
/** An amount and its unit, at the place where the one before ended. */
const AMOUNT = /(?:,? and |,)?\s*(\d+(?:\.\d+)?|\.\d+)[ -]?([a-zµμ]+)/iy
/** What stands before a wait in a sentence. */
const WAIT_WORDS =
  /\b(?:(?:try|retry|come back)(?: again)?(?: in| after)|resets?(?: in| after)|wait(?: for)?) (?:at least |about )?/i
/** A number with no word after it. */
const PLAIN_NUMBER = /^\d+(?:\.\d+)?(?!\.?\d|[ -]?[a-z])/i
/** Numbers from here on are no seconds from now but Unix seconds, and from there on Unix milliseconds. */
const UNIX_SECONDS_FROM = 1e9
const UNIX_MS_FROM = 1e11
const HTTP_DATE = /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? /i
const ISO_TIME = /^\d{4}-\d\d-\d\d[t ]\d\d:\d\d/i

/** What the headers of a refusal ask for; the exact ones win over the reset of a whole limit. */
export function waitInHeaders(headers: Headers, now: number): number | undefined {
  const ms = headers.get('retry-after-ms')
  return bounded(ms === null ? undefined : numberIn(ms)) ?? waitIn(headers.get('retry-after') ?? '', now)
}

/**
 * When the limits reset that are used up, or of which nobody says what remains: the latest of them. Only for refusals
 * that are about limits: hosts send these headers with everything.
 */
export function waitForReset(headers: Iterable<readonly [string, string]>, now: number): number | undefined {
  const told = new Map(Array.from(headers, ([name, value]) => [name.toLowerCase(), value] as const))
  let latest: number | undefined
  for (const [name, value] of told) {
    if (!/ratelimit.*reset/.test(name)) continue
    const remaining = told.get(name.replace('reset', 'remaining'))
    if (remaining !== undefined && numberIn(remaining) !== 0) continue
    const wait = waitIn(value, now)
    if (wait !== undefined) latest = Math.max(latest ?? 0, wait)
  }
  return latest
}

type Wait = string | number

const wait = z.union([z.string(), z.number()]).nullish().catch(null)

/** The fields of an error's body that hold a wait: `retry_after_ms` in ms, the others as `waitIn` reads them. */
export const WAIT_FIELDS = {
  retry_after_ms: wait,
  retry_after: wait,
  retryAfter: wait,
  retry_after_seconds: wait,
  retryDelay: wait,
}

export function waitInFields(
  fields: z.infer<z.ZodObject<typeof WAIT_FIELDS>>,
  now: number | null,
): number | undefined {
  const { retry_after_ms: ms, retryDelay, retry_after, retryAfter, retry_after_seconds } = fields
  const others = retryDelay ?? retry_after ?? retryAfter ?? retry_after_seconds
  return bounded(numberIn(String(ms))) ?? waitIn(others ?? '', now)
}

/** A wait by itself: a duration, seconds, a Unix time, an HTTP date or an ISO time. `now` null: no point in time. */
function waitIn(value: Wait, now: number | null): number | undefined {
  const text = String(value).trim()
  const time = timeIn(text)
  if (time !== undefined) return now === null ? undefined : bounded(time - now)
  const seconds = numberIn(text)
  if (seconds !== undefined) return bounded(seconds * 1_000)
  const { ms, end } = durationAt(text, 0)
  return end > 0 && end === text.length ? bounded(ms) : undefined
}

/** A point in time, in Unix ms. */
function timeIn(text: string): number | undefined {
  if (HTTP_DATE.test(text) || ISO_TIME.test(text)) return Date.parse(text)
  const number = numberIn(text)
  if (number === undefined || number < UNIX_SECONDS_FROM) return undefined
  return number < UNIX_MS_FROM ? number * 1_000 : number
}

/** A wait in a sentence: `Please try again in 1m30.5s`, `Please retry after 7 seconds`. Without a unit: seconds. */
export function waitInWords(message: string): number | undefined {
  const before = WAIT_WORDS.exec(message)
  if (!before) return undefined
  const start = before.index + before[0].length
  const { ms, end } = durationAt(message, start)
  if (end > start) return bounded(ms)
  const [seconds] = PLAIN_NUMBER.exec(message.slice(start, start + 20)) ?? []
  return seconds === undefined ? undefined : bounded(Number(seconds) * 1_000)
}

/** The duration that begins at `start`, and where it ends; at `start` where there is none. */
function durationAt(text: string, start: number): { ms: number; end: number } {
  let ms = 0
  let end = start
  for (;;) {
    AMOUNT.lastIndex = end
    const [whole, amount, unit] = AMOUNT.exec(text) ?? []
    const [, factor] = UNIT_MS.find(([name]) => unit !== undefined && name.test(unit.toLowerCase())) ?? []
    if (whole === undefined || factor === undefined) return { ms, end }
    ms += Number(amount) * factor
    end += whole.length
  }
}

/** A decimal number and nothing else. */
function numberIn(text: string): number | undefined {
  return /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e\d+)?\s*$/i.test(text) ? Number(text) : undefined
}

function bounded(ms: number | undefined): number | undefined {
  return ms === undefined || Number.isNaN(ms) ? undefined : Math.min(Math.max(0, Math.ceil(ms)), MAX_WAIT_MS)
}
