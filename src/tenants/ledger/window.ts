/** A time that is counted by itself, Unix ms; `endsAt` null: it never ends. */
export type Window = { startsAt: number; endsAt: number | null }

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * The window that a moment is in. Windows follow each other from the Unix epoch on, in UTC, so that all who count agree
 * when one begins.
 *
 * @param duration a number and `s`, `m`, `h`, `d` or `mo` (calendar months); null: once and for all
 * @param now Unix ms
 */
export function windowOf(duration: string | null, now: number): Window {
  const [, digits = '', unit = ''] = /^(\d+)(s|m|h|d|mo)$/.exec(duration ?? '') ?? []
  const count = Number(digits)
  if (count === 0) return { startsAt: 0, endsAt: null }
  if (unit === 'mo') return monthsAround(now, count)
  const spanMs = count * (UNIT_MS[unit] ?? 0)
  const startsAt = Math.floor(now / spanMs) * spanMs
  return { startsAt, endsAt: startsAt + spanMs }
}

function monthsAround(now: number, count: number): Window {
  const date = new Date(now)
  const month = (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth()
  const first = Math.floor(month / count) * count
  return { startsAt: Date.UTC(1970, first), endsAt: Date.UTC(1970, first + count) }
}
