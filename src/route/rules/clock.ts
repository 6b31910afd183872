import { WEEKDAYS } from '../../core/rules.ts'

/** What a clock on the wall says. `hour` 0..23, `weekday` one of `WEEKDAYS`, `date` as `2026-12-24`. */
type ClockFace = { hour: number; weekday: string; date: string }

/** Reads a time (Unix ms). */
export type Clock = (now: number) => ClockFace

/** The clocks of time zones (IANA names; null for UTC), each made once. They throw RangeError where there is no such zone. */
export function createClocks(): (timezone: string | null) => Clock {
  const clocks = new Map<string | null, Clock>()
  return (timezone) => {
    const clock = clocks.get(timezone) ?? clockIn(timezone)
    clocks.set(timezone, clock)
    return clock
  }
}

/** Many rules look at a clock at the same time: it is read once. */
function clockIn(timezone: string | null): Clock {
  const read = timezone === null ? readUtc : zoneReader(timezone)
  let last: { now: number; face: ClockFace } | null = null
  return (now) => {
    if (last?.now !== now) last = { now, face: read(now) }
    return last.face
  }
}

function readUtc(now: number): ClockFace {
  const time = new Date(now)
  const weekday = WEEKDAYS[(time.getUTCDay() + 6) % 7] ?? ''
  return { hour: time.getUTCHours(), weekday, date: time.toISOString().slice(0, 10) }
}

function zoneReader(timeZone: string): Clock {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    hourCycle: 'h23',
    hour: '2-digit',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  })
  return (now) => {
    const parts = new Map<string, string>(format.formatToParts(now).map(({ type, value }) => [type, value]))
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? ''
    return {
      hour: Number(part('hour')),
      weekday: part('weekday').toLowerCase(),
      date: `${part('year')}-${part('month')}-${part('day')}`,
    }
  }
}
