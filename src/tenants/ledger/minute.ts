import type { Amounts } from './amounts.ts'

/** Requests and tokens of the last minute, in slots of two seconds: slot number, requests and tokens in turn. */
export type Minute = number[]

type Taken = Pick<Amounts, 'requests' | 'tokens'>

const SLOT_MS = 2_000
const MINUTE_MS = 60_000

/** Adds to what was taken at a time; what is too old to count is left out. Both in Unix ms. */
export function addTaken(minute: Minute, { requests, tokens }: Taken, at: number, now: number): void {
  forgetOld(minute, now)
  const slot = Math.floor(at / SLOT_MS)
  if (isOver(slot, now)) return
  let index = 0
  while (index < minute.length && (minute[index] ?? 0) < slot) index += 3
  if (minute[index] !== slot) minute.splice(index, 0, slot, 0, 0)
  minute[index + 1] = (minute[index + 1] ?? 0) + requests
  minute[index + 2] = (minute[index + 2] ?? 0) + tokens
}

/** What was taken within the last minute. A slot counts until all of it is over, so no minute ever holds more. */
export function takenIn(minute: Minute, now: number): Taken {
  forgetOld(minute, now)
  const sum = { requests: 0, tokens: 0 }
  for (let index = 0; index < minute.length; index += 3) {
    sum.requests += minute[index + 1] ?? 0
    sum.tokens += minute[index + 2] ?? 0
  }
  return sum
}

/** In how many ms so much will be forgotten; a whole minute where that is never enough. */
export function msUntilFree(minute: Minute, what: keyof Taken, amount: number, now: number): number {
  let free = 0
  for (let index = 0; index < minute.length; index += 3) {
    free += minute[index + (what === 'requests' ? 1 : 2)] ?? 0
    if (free >= amount) return Math.max(1, ((minute[index] ?? 0) + 1) * SLOT_MS + MINUTE_MS - now)
  }
  return MINUTE_MS
}

function forgetOld(minute: Minute, now: number): void {
  let old = 0
  while (old < minute.length && isOver(minute[old] ?? 0, now)) old += 3
  if (old > 0) minute.splice(0, old)
}

function isOver(slot: number, now: number): boolean {
  return (slot + 1) * SLOT_MS + MINUTE_MS <= now
}
